#include "operators/families.h"
#include "operators/indexing.h"
#include "operators/ordering.h"
#include "operators/promotion.h"

#include <limits>

// Sorting, the largest few, and where numbers stand among others (PyTorch aten/src/ATen/native/Sorting.cpp, Bucketization.cpp).
// ONNX TopK takes the first of equal elements first, whatever the direction, which is PyTorch's stable order. NaN is not looked for.

Result<Ordered> ordered(GraphBuilder& graph, GraphTensor const& x, int64_t axis, Dim const& count, bool largest)
{
    DType const dtype = x.dtype();
    DType const kernel = dtype == DType::boolean ? DType::int32 : dtype == DType::bfloat16 ? DType::float32
                                                                                           : dtype;
    auto const taken = TRY(cast(graph, x, kernel));
    auto const k = GraphTensor::integers({count});
    Dims dims = x.dims();
    dims[static_cast<size_t>(axis)] = count;
    auto const found = graph.nodes("TopK", {&taken, &k}, {{kernel, dims}, {DType::int64, dims}}, {attribute("axis", axis), attribute("largest", static_cast<int64_t>(largest)), attribute("sorted", int64_t{1})});
    return Ordered{TRY(cast(graph, found[0], dtype)), found[1]};
}

Result<Ordered> sorted(GraphBuilder& graph, GraphTensor const& x, int64_t axis, bool descending)
{
    return ordered(graph, x, axis, x.dims()[static_cast<size_t>(axis)], descending);
}

namespace {

Result<Value> sort(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return op.results({self, GraphTensor::integer(0)});
    auto const [values, places] = TRY(sorted(op.graph, self, axis, TRY(op.boolean("descending"))));
    return op.results({values, places});
}

Result<Value> places_in_order(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return op.result(GraphTensor::integer(0));
    return op.result(TRY(sorted(op.graph, self, axis, TRY(op.boolean("descending")))).places);
}

Result<Value> sort_first_axis(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(self.rank() == 0 ? self : TRY(sorted(op.graph, self, 0, false)).values);
}

Result<Value> largest_few(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    Dim const count = TRY(op.integer("k"));
    bool const largest = TRY(op.boolean("largest"));
    if (self.rank() == 0) {
        if (!count.is(0) && !count.is(1))
            return malformed("topk of more than the one element of a tensor of rank 0");
        return op.results({self, GraphTensor::integer(0)});
    }
    auto const size = self.dims()[static_cast<size_t>(axis)].known();
    if (size && count.known() && (*count.known() < 0 || *count.known() > *size))
        return malformed("topk of " + std::to_string(*count.known()) + " of " + std::to_string(*size) + " elements");
    auto const [values, places] = TRY(ordered(op.graph, self, axis, count, largest));
    return op.results({values, places});
}

// ---- one of the order -----------------------------------------------------------------------------------------------------------------

// The element at a place (from 0) of the ascending order, and where it stood.
Result<Value> one_in_order(Operation& op, GraphTensor const& self, int64_t axis, Dim const& place, bool nan_wins)
{
    bool const keep = TRY(op.boolean("keepdim"));
    auto const [values, places] = TRY(ordered(op.graph, self, axis, place + Dim(1), false));
    auto value = slice(op.graph, values, axis, place, place + Dim(1));
    auto const where_it_stood = slice(op.graph, places, axis, place, place + Dim(1));
    if (nan_wins)
        value = TRY(nan_where_any(op.graph, self, axis, value));
    return op.results({keep ? value : squeeze(op.graph, value, {axis}), keep ? where_it_stood : squeeze(op.graph, where_it_stood, {axis})});
}

Result<Value> kth_value(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return op.results({self, GraphTensor::integer(0)});
    Dim const k = TRY(op.integer("k"));
    return one_in_order(op, self, axis, k - Dim(1), false);
}

Dim middle(GraphBuilder& graph, Dim const& size) { return graph.symbols().derived(IntegerOperation::floor_divide, size - Dim(1), 2); }

Result<Value> median_along(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return op.results({self, GraphTensor::integer(0)});
    return one_in_order(op, self, axis, middle(op.graph, self.dims()[static_cast<size_t>(axis)]), true);
}

Result<Value> median_of_all(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    Dim const count = count_of(self.dims());
    auto const flat = reshape(op.graph, self, {count});
    if (count.is(0))
        return op.result(number(self.dtype(), std::numeric_limits<double>::quiet_NaN()));
    Dim const place = middle(op.graph, count);
    auto const found = TRY(ordered(op.graph, flat, 0, place + Dim(1), false));
    auto const value = slice(op.graph, found.values, 0, place, place + Dim(1));
    return op.result(squeeze(op.graph, TRY(nan_where_any(op.graph, flat, 0, value)), {0}));
}

// The median of what is not NaN: how many there are is only known when the model runs.
Result<Ordered> median_without_nan(GraphBuilder& graph, GraphTensor const& self, int64_t axis)
{
    auto const missing = computed(graph, "IsNaN", {&self}, {DType::boolean, self.dims()});
    auto const filled_up = TRY(where(graph, missing, number(self.dtype(), std::numeric_limits<double>::infinity()), self));
    auto const [values, places] = TRY(sorted(graph, filled_up, axis, false));
    auto const count = reduce(graph, "ReduceSum", TRY(cast(graph, unary(graph, "Not", missing), DType::int64)), {axis}, true);
    auto const zero = GraphTensor::integer(0);
    auto const place = TRY(binary(graph, "Div", TRY(binary(graph, "Max", TRY(binary(graph, "Sub", count, GraphTensor::integer(1))), zero)), GraphTensor::integer(2)));
    auto const value = graph.node("GatherElements", {values, place}, {self.dtype(), place.dims()}, {attribute("axis", axis)});
    auto const none = TRY(binary(graph, "Equal", count, zero, DType::boolean));
    return Ordered{TRY(where(graph, none, number(self.dtype(), std::numeric_limits<double>::quiet_NaN()), value)), graph.node("GatherElements", {places, place}, {DType::int64, place.dims()}, {attribute("axis", axis)})};
}

Result<Value> nan_median_along(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()) || self.rank() == 0)
        return median_along(op);
    auto const axis = TRY(op.axis("dim", self.rank()));
    bool const keep = TRY(op.boolean("keepdim"));
    auto const [value, place] = TRY(median_without_nan(op.graph, self, axis));
    return op.results({keep ? value : squeeze(op.graph, value, {axis}), keep ? place : squeeze(op.graph, place, {axis})});
}

Result<Value> nan_median_of_all(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()) || count_of(self.dims()).is(0))
        return median_of_all(op);
    auto const flat = reshape(op.graph, self, {count_of(self.dims())});
    return op.result(squeeze(op.graph, TRY(median_without_nan(op.graph, flat, 0)).values, {0}));
}

// The most frequent element, the smallest of several; its last place.
Result<Value> most_frequent(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return op.results({self, GraphTensor::integer(0)});
    auto const along = static_cast<size_t>(axis);
    auto const ascending = TRY(sorted(op.graph, self, axis, false));
    auto const equal = TRY(binary(op.graph, "Equal", unsqueeze(op.graph, ascending.values, {axis + 1}), unsqueeze(op.graph, ascending.values, {axis}), DType::boolean));
    auto const counts = reduce(op.graph, "ReduceSum", TRY(cast(op.graph, equal, DType::int32)), {axis + 1}, false).with_dims(self.dims());
    Dims dims = self.dims();
    dims[along] = 1;
    auto const first = computed(op.graph, "ArgMax", {&counts}, {DType::int64, dims}, {attribute("axis", axis), attribute("keepdims", int64_t{1})});
    auto const runs = TRY(cast(op.graph, op.graph.node("GatherElements", {counts, first}, {DType::int32, dims}, {attribute("axis", axis)}), DType::int64));
    auto const last = TRY(binary(op.graph, "Sub", TRY(binary(op.graph, "Add", first, runs)), GraphTensor::integer(1)));
    auto const value = op.graph.node("GatherElements", {ascending.values, first}, {self.dtype(), dims}, {attribute("axis", axis)});
    auto const place = op.graph.node("GatherElements", {ascending.places, last}, {DType::int64, dims}, {attribute("axis", axis)});
    bool const keep = TRY(op.boolean("keepdim"));
    return op.results({keep ? value : squeeze(op.graph, value, {axis}), keep ? place : squeeze(op.graph, place, {axis})});
}

// ---- where numbers stand among others --------------------------------------------------------------------------------------------

// How many boundaries lie below each number, or not above it; NaN lies above all.
Result<GraphTensor> places_among(GraphBuilder& graph, GraphTensor const& boundaries, GraphTensor const& numbers, bool right, DType dtype)
{
    auto const row = boundaries.rank() == 1 ? boundaries : unsqueeze(graph, boundaries, {boundaries.rank() - 1});
    auto const column = unsqueeze(graph, numbers, {numbers.rank()});
    auto const beyond = TRY(binary(graph, right ? "Greater" : "GreaterOrEqual", row, column, DType::boolean));
    auto const below = TRY(cast(graph, unary(graph, "Not", beyond), DType::int32));
    Dims dims = numbers.dims();
    return cast(graph, reduce(graph, "ReduceSum", below, {below.rank() - 1}, false).with_dims(std::move(dims)), dtype);
}

Result<Value> searched(Operation& op, std::string_view boundaries_name, bool right)
{
    auto boundaries = TRY(op.tensor(boundaries_name));
    if (boundaries.rank() == 0)
        return malformed("boundaries of rank 0");
    bool const scalar = !op.argument("self").is<TensorReference>();
    DType common = boundaries.dtype();
    if (scalar)
        common = TRY(result_dtype(op, {boundaries_name, "self"}));
    else
        common = promoted(common, TRY(op.tensor("self")).dtype());
    auto const numbers = TRY(operand(op, "self", common == DType::boolean ? DType::int32 : common));
    if (op.takes("sorter") && op.has("sorter")) {
        auto const order = TRY(op.tensor("sorter"));
        boundaries = op.graph.node("GatherElements", {boundaries, order}, {boundaries.dtype(), boundaries.dims()}, {attribute("axis", boundaries.rank() - 1)});
    }
    if (boundaries.rank() > 1 && boundaries.rank() != numbers.rank())
        return malformed("boundaries of rank " + std::to_string(boundaries.rank()) + " for numbers of rank " + std::to_string(numbers.rank()));
    boundaries = TRY(cast(op.graph, boundaries, numbers.dtype()));
    return op.result(TRY(places_among(op.graph, boundaries, numbers, right, TRY(op.boolean("out_int32")) ? DType::int32 : DType::int64)));
}

Result<Value> bucketize(Operation& op) { return searched(op, "boundaries", TRY(op.boolean("right"))); }

Result<Value> search_sorted(Operation& op)
{
    bool right = TRY(op.boolean("right"));
    if (op.has("side"))
        right = right || TRY(op.text("side")) == "right";
    return searched(op, "sorted_sequence", right);
}

constexpr OperatorRow rows[] = {
    {"aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", sort},
    {"aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", sort},
    {"aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", places_in_order},
    {"aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor", places_in_order},
    {"aten::msort(Tensor self) -> Tensor", sort_first_axis},
    {"aten::topk(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)", largest_few},
    {"aten::kthvalue(Tensor self, int k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", kth_value},
    {"aten::median(Tensor self) -> Tensor", median_of_all},
    {"aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", median_along},
    {"aten::nanmedian(Tensor self) -> Tensor", nan_median_of_all},
    {"aten::nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", nan_median_along},
    {"aten::mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", most_frequent},
    {"aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor", bucketize},
    {"aten::bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor", bucketize},
    {"aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor", search_sorted},
    {"aten::searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor", search_sorted},
};

}

std::span<OperatorRow const> sorting_operators() { return rows; }
