#include "operators/families.h"
#include "operators/indexing.h"
#include "operators/promotion.h"

#include <limits>

// gather, scatter and the operators index_*: elements or rows along one axis, at places that a tensor names.

namespace {

// PyTorch takes a tensor of rank 0 as one of rank 1 with one element.
GraphTensor at_least_rank_1(GraphBuilder& graph, GraphTensor const& tensor) { return tensor.rank() == 0 ? unsqueeze(graph, tensor, {0}) : tensor; }

GraphTensor in_rank_of(GraphBuilder& graph, GraphTensor const& tensor, GraphTensor const& like) { return tensor.rank() == like.rank() ? tensor : reshape(graph, tensor, like.dims()); }

struct AxisPlaces {
    GraphTensor self; // of rank 1 or more
    int64_t axis = 0;
    GraphTensor index; // int64, of self's rank
};

// self, dim and index of gather and scatter.
Result<AxisPlaces> axis_places(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    auto const index = TRY(as_places(op.graph, TRY(op.tensor("index"))));
    AxisPlaces result{at_least_rank_1(op.graph, self), axis, at_least_rank_1(op.graph, index)};
    if (result.self.rank() != result.index.rank())
        return malformed("an index of rank " + std::to_string(index.rank()) + " for a tensor of rank " + std::to_string(self.rank()));
    return result;
}

// The first elements along each axis, as many as `dims` says: a source may be larger than its index.
Result<GraphTensor> first_part(GraphBuilder& graph, GraphTensor tensor, Dims const& dims)
{
    if (tensor.rank() != static_cast<int64_t>(dims.size()))
        return malformed("a source of rank " + std::to_string(tensor.rank()) + " for an index of rank " + std::to_string(dims.size()));
    for (size_t i = 0; i < dims.size(); ++i) {
        auto const own = tensor.dims()[i].known();
        if (own && dims[i].known() && *own < *dims[i].known())
            return malformed("a source of " + std::to_string(*own) + " elements for an index of " + std::to_string(*dims[i].known()));
        if (!(tensor.dims()[i] == dims[i]))
            tensor = slice(graph, tensor, static_cast<int64_t>(i), 0, dims[i]);
    }
    return tensor;
}

Result<Value> gather_elements(Operation& op)
{
    auto const [self, axis, index] = TRY(axis_places(op));
    auto const result = op.graph.node("GatherElements", {self, index}, {self.dtype(), index.dims()}, {attribute("axis", axis)});
    return op.result(in_rank_of(op.graph, result, TRY(op.tensor("index"))));
}

Result<GraphTensor> source(Operation& op, AxisPlaces const& places, std::string_view name)
{
    if (!op.argument(name).is<TensorReference>())
        return filled(op.graph, TRY(op.scalar(name, places.self.dtype())), places.index.dims());
    auto const given = TRY(cast(op.graph, TRY(op.tensor(name)), places.self.dtype()));
    if (name == "value") // a tensor of one element
        return expand(op.graph, reshape(op.graph, given, {}), places.index.dims());
    return first_part(op.graph, at_least_rank_1(op.graph, given), places.index.dims());
}

Result<Value> scatter_with(Operation& op, std::string_view source_name, ScatterReduction reduction)
{
    auto const places = TRY(axis_places(op));
    auto const updates = TRY(source(op, places, source_name));
    auto const result = TRY(scattered(op.graph, places.self, places.axis, places.index, updates, reduction));
    return op.result(in_rank_of(op.graph, result, TRY(op.tensor("self"))));
}

Result<ScatterReduction> old_reduction(Operation& op)
{
    auto const name = TRY(op.text("reduce"));
    if (name == "add")
        return ScatterReduction::add;
    if (name == "multiply")
        return ScatterReduction::multiply;
    return malformed("reduce is \"" + name + "\", wanted add or multiply");
}

Result<Value> scatter_source(Operation& op) { return scatter_with(op, "src", op.takes("reduce") ? TRY(old_reduction(op)) : ScatterReduction::none); }
Result<Value> scatter_value(Operation& op) { return scatter_with(op, "value", op.takes("reduce") ? TRY(old_reduction(op)) : ScatterReduction::none); }
Result<Value> scatter_add(Operation& op) { return scatter_with(op, "src", ScatterReduction::add); }

// ---- reductions with or without what was there ------------------------------------------------------------------------------------

struct NamedReduction {
    ScatterReduction reduction = ScatterReduction::add;
    bool mean = false;
    double start = 0; // what leaves all others as they are
};

Result<NamedReduction> named_reduction(std::string const& name)
{
    double const infinity = std::numeric_limits<double>::infinity();
    if (name == "sum")
        return NamedReduction{ScatterReduction::add, false, 0};
    if (name == "mean")
        return NamedReduction{ScatterReduction::add, true, 0};
    if (name == "prod")
        return NamedReduction{ScatterReduction::multiply, false, 1};
    if (name == "amax")
        return NamedReduction{ScatterReduction::maximum, false, -infinity};
    if (name == "amin")
        return NamedReduction{ScatterReduction::minimum, false, infinity};
    return malformed("reduce is \"" + name + "\", wanted sum, prod, mean, amax or amin");
}

GraphTensor start_value(DType dtype, double start)
{
    if (is_floating(dtype) || std::abs(start) <= 1)
        return number(dtype, start);
    bool const lowest = start < 0;
    if (!is_signed_integer(dtype))
        return number(dtype, lowest ? int64_t{0} : dtype == DType::boolean ? int64_t{1}
                                                                           : int64_t{255});
    int const bits = bits_of(dtype);
    int64_t const most = bits == 64 ? std::numeric_limits<int64_t>::max() : (int64_t{1} << (bits - 1)) - 1;
    return number(dtype, lowest ? -most - 1 : most);
}

// How `write` puts updates into a tensor decides whether they go to elements or rows.
template <typename Write>
Result<GraphTensor> reduced_into(GraphBuilder& graph, GraphTensor const& self, GraphTensor const& updates, NamedReduction const& how, bool include_self, Write const& write)
{
    DType const dtype = self.dtype();
    GraphTensor base = self;
    if (!include_self)
        base = TRY(write(self, filled(graph, start_value(dtype, how.start), updates.dims()), ScatterReduction::none));
    auto const result = TRY(write(base, updates, how.reduction));
    if (!how.mean)
        return result;
    DType const counts_dtype = is_floating(dtype) ? dtype : DType::int64;
    auto const zero_or_one = filled(graph, number(counts_dtype, include_self ? 1.0 : 0.0), self.dims());
    auto counts = TRY(write(zero_or_one, filled(graph, number(counts_dtype, 1.0), updates.dims()), ScatterReduction::add));
    counts = TRY(binary(graph, "Max", counts, number(counts_dtype, 1.0)));
    if (is_floating(dtype))
        return binary(graph, "Div", result, counts);
    auto const sums = TRY(cast(graph, result, counts_dtype)); // whole numbers are divided towards minus infinity
    auto const rest = TRY(binary(graph, "Mod", sums, counts));
    return cast(graph, TRY(binary(graph, "Div", TRY(binary(graph, "Sub", sums, rest)), counts)), dtype);
}

Result<Value> scatter_reduce(Operation& op)
{
    auto const places = TRY(axis_places(op));
    auto const updates = TRY(source(op, places, "src"));
    auto const how = TRY(named_reduction(TRY(op.text("reduce"))));
    auto const write = [&](GraphTensor const& base, GraphTensor const& values, ScatterReduction reduction) { return scattered(op.graph, base, places.axis, places.index, values, reduction); };
    auto const result = TRY(reduced_into(op.graph, places.self, updates, how, TRY(op.boolean("include_self")), write));
    return op.result(in_rank_of(op.graph, result, TRY(op.tensor("self"))));
}

// ---- rows -----------------------------------------------------------------------------------------------------------------------------

// self, dim and index of index_*: an index of rank 1 (or 0) names rows along the axis.
struct RowPlaces {
    GraphTensor self; // of rank 1 or more
    int64_t axis = 0;
    GraphTensor index; // int64, rank 1
};

Result<RowPlaces> row_places(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    auto const index = TRY(as_places(op.graph, TRY(op.tensor("index"))));
    if (index.rank() > 1)
        return malformed("rows are named by a tensor of rank " + std::to_string(index.rank()));
    return RowPlaces{at_least_rank_1(op.graph, self), axis, at_least_rank_1(op.graph, index)};
}

// `values` with the rows in front: one for each place, or one for all.
Result<GraphTensor> write_rows(GraphBuilder& graph, RowPlaces const& places, GraphTensor const& base, GraphTensor const& values, ScatterReduction reduction)
{
    auto const order = axis_to_front(base.rank(), places.axis);
    auto const rows = transpose(graph, base, order);
    auto const changed = TRY(scattered_rows(graph, rows, unsqueeze(graph, places.index, {1}), values, reduction));
    return transpose(graph, changed, front_to_axis(base.rank(), places.axis));
}

Dims row_dims(RowPlaces const& places)
{
    Dims dims = places.self.dims();
    dims.erase(dims.begin() + places.axis);
    dims.insert(dims.begin(), places.index.dims()[0]);
    return dims;
}

Result<GraphTensor> source_rows(Operation& op, RowPlaces const& places)
{
    auto rows = at_least_rank_1(op.graph, TRY(cast(op.graph, TRY(op.tensor("source")), places.self.dtype())));
    Dims const dims = row_dims(places);
    if (rows.rank() == places.self.rank())
        rows = transpose(op.graph, rows, axis_to_front(rows.rank(), places.axis));
    // Before PyTorch checked it, a source of other sizes was broadcast.
    Dims const both = TRY(broadcast(op.graph, rows.dims(), dims));
    if (both.size() != dims.size())
        return malformed("a source of rank " + std::to_string(rows.rank()) + " for rows of a tensor of rank " + std::to_string(places.self.rank()));
    return expand(op.graph, rows, dims);
}

Result<Value> index_select(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const places = TRY(row_places(op));
    auto const result = gather(op.graph, places.self, places.index, places.axis);
    return op.result(self.rank() == 0 ? squeeze(op.graph, result, {0}) : result);
}

Result<Value> rows_written(Operation& op, RowPlaces const& places, GraphTensor const& rows, ScatterReduction reduction)
{
    auto const result = TRY(write_rows(op.graph, places, places.self, rows, reduction));
    return op.result(in_rank_of(op.graph, result, TRY(op.tensor("self"))));
}

Result<Value> index_add(Operation& op)
{
    auto const places = TRY(row_places(op));
    auto rows = TRY(source_rows(op, places));
    auto const alpha = TRY(op.scalar("alpha", rows.dtype()));
    if (auto const known = alpha.known(); !known || known->number_at(0) != 1)
        rows = TRY(binary(op.graph, rows.dtype() == DType::boolean ? "And" : "Mul", rows, alpha));
    return rows_written(op, places, rows, ScatterReduction::add);
}

Result<Value> index_copy(Operation& op)
{
    auto const places = TRY(row_places(op));
    return rows_written(op, places, TRY(source_rows(op, places)), ScatterReduction::none);
}

Result<Value> index_fill(Operation& op)
{
    auto const places = TRY(row_places(op));
    auto const value = reshape(op.graph, TRY(operand(op, "value", places.self.dtype())), {});
    return rows_written(op, places, filled(op.graph, value, row_dims(places)), ScatterReduction::none);
}

Result<Value> index_reduce(Operation& op)
{
    auto const places = TRY(row_places(op));
    auto const rows = TRY(source_rows(op, places));
    auto const how = TRY(named_reduction(TRY(op.text("reduce"))));
    auto const write = [&](GraphTensor const& base, GraphTensor const& values, ScatterReduction reduction) { return write_rows(op.graph, places, base, values, reduction); };
    auto const result = TRY(reduced_into(op.graph, places.self, rows, how, TRY(op.boolean("include_self")), write));
    return op.result(in_rank_of(op.graph, result, TRY(op.tensor("self"))));
}

// ---- the tensor as one row of elements --------------------------------------------------------------------------------------------

Result<Value> take(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const index = TRY(as_places(op.graph, TRY(op.tensor("index"))));
    return op.result(gather(op.graph, reshape(op.graph, self, {count_of(self.dims())}), index, 0));
}

Result<Value> put(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const index = TRY(as_places(op.graph, TRY(op.tensor("index"))));
    auto const values = TRY(cast(op.graph, TRY(op.tensor("source")), self.dtype()));
    TRY(require_equal(op.graph, count_of(index.dims()), count_of(values.dims()), "where elements are put"));
    auto const flat = reshape(op.graph, self, {count_of(self.dims())});
    auto const places = reshape(op.graph, index, {count_of(index.dims()), 1});
    auto const updates = reshape(op.graph, values, {count_of(index.dims())});
    auto const result = TRY(scattered_rows(op.graph, flat, places, updates, TRY(op.boolean("accumulate")) ? ScatterReduction::add : ScatterReduction::none));
    return op.result(reshape(op.graph, result, self.dims()));
}

Result<Value> take_along_axis(Operation& op)
{
    auto self = TRY(op.tensor("self"));
    auto index = TRY(as_places(op.graph, TRY(op.tensor("indices"))));
    int64_t axis = 0;
    if (op.has("dim")) {
        axis = TRY(op.axis("dim", self.rank()));
    } else {
        self = reshape(op.graph, self, {count_of(self.dims())});
        index = reshape(op.graph, index, {count_of(index.dims())});
    }
    if (self.rank() != index.rank() || self.rank() == 0)
        return malformed("take_along_dim of a tensor of rank " + std::to_string(self.rank()) + " by indices of rank " + std::to_string(index.rank()));
    Dims own = self.dims();
    Dims named = index.dims();
    for (size_t i = 0; i < own.size(); ++i) {
        if (static_cast<int64_t>(i) == axis)
            continue;
        own[i] = TRY(broadcast(op.graph, {own[i]}, {named[i]}))[0];
        named[i] = own[i];
    }
    auto const result = op.graph.node("GatherElements", {expand(op.graph, self, own), expand(op.graph, index, named)}, {self.dtype(), named}, {attribute("axis", axis)});
    return op.result(result);
}

constexpr OperatorRow rows[] = {
    {"aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", gather_elements},
    {"aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", scatter_source},
    {"aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", scatter_value},
    {"aten::scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor", scatter_source},
    {"aten::scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor", scatter_value},
    {"aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", scatter_add},
    {"aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor", scatter_reduce},
    {"aten::index_select(Tensor self, int dim, Tensor index) -> Tensor", index_select},
    {"aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor", index_add},
    {"aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor", index_copy},
    {"aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", index_fill},
    {"aten::index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor", index_fill},
    {"aten::index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor", index_reduce},
    {"aten::take(Tensor self, Tensor index) -> Tensor", take},
    {"aten::put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor", put},
    {"aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor", take_along_axis},
};

}

std::span<OperatorRow const> scattering_operators() { return rows; }
