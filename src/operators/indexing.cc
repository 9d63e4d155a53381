#include "operators/indexing.h"

#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>
#include <numeric>

// Reading and writing at places that tensors name: x[mask], x[i, :, j] and their kin
// (PyTorch aten/src/ATen/native/TensorAdvancedIndexing.cpp, IndexingUtils.h).

Result<GraphTensor> nonzero_places(GraphBuilder& graph, GraphTensor const& tensor)
{
    auto const flags = TRY(cast(graph, tensor, DType::boolean));
    Dim const rank = std::max<int64_t>(tensor.rank(), 1); // a number is one place, or none
    auto const found = graph.node("NonZero", {tensor.rank() == 0 ? unsqueeze(graph, flags, {0}) : flags}, {DType::int64, {rank, 0}});
    return found.with_dims({rank, graph.size_of(*found.name(), 1)});
}

Result<PlacesOfMask> places_of_mask(GraphBuilder& graph, GraphTensor const& mask)
{
    auto const found = TRY(nonzero_places(graph, mask));
    PlacesOfMask result{{}, found.dims()[1]};
    for (int64_t axis = 0; axis < mask.rank(); ++axis)
        result.places.push_back(select(graph, found, 0, axis));
    return result;
}

namespace {

Result<char const*> reduction_name(GraphBuilder& graph, ScatterReduction reduction)
{
    switch (reduction) {
    case ScatterReduction::none:
        return "none";
    case ScatterReduction::add:
        return "add";
    case ScatterReduction::multiply:
        return "mul";
    case ScatterReduction::maximum:
    case ScatterReduction::minimum:
        if (graph.opset() < 18)
            return unsupported("a scatter that keeps the largest or smallest, which opset " + std::to_string(graph.opset()) + " does not have").code(213).hint("convert with --opset 18 or newer");
        return reduction == ScatterReduction::maximum ? "max" : "min";
    }
    CHECK(false, "every reduction has a name");
}

// Numbers that the kernels add and multiply: bool as integers.
Result<GraphTensor> scatter_node(GraphBuilder& graph, char const* op_type, GraphTensor const& base, GraphTensor const& places, GraphTensor const& updates, ScatterReduction reduction, Attributes attributes)
{
    attributes.push_back(attribute("reduction", std::string(TRY(reduction_name(graph, reduction)))));
    DType const dtype = base.dtype();
    bool const half = dtype == DType::float16 || dtype == DType::bfloat16;
    DType const kernel = reduction == ScatterReduction::none ? dtype : dtype == DType::boolean ? DType::int32
        : half                                                                                 ? DType::float32
                                                                                               : dtype;
    auto const wide = TRY(cast(graph, base, kernel));
    auto const wide_updates = TRY(cast(graph, updates, kernel));
    return cast(graph, graph.node(op_type, {wide, places, wide_updates}, {kernel, base.dims()}, std::move(attributes)), dtype);
}

}

Result<GraphTensor> scattered(GraphBuilder& graph, GraphTensor const& base, int64_t axis, GraphTensor const& places, GraphTensor const& updates, ScatterReduction reduction)
{
    return scatter_node(graph, "ScatterElements", base, places, updates, reduction, {attribute("axis", axis)});
}

Result<GraphTensor> scattered_rows(GraphBuilder& graph, GraphTensor const& base, GraphTensor const& places, GraphTensor const& updates, ScatterReduction reduction)
{
    return scatter_node(graph, "ScatterND", base, places, updates, reduction, {});
}

std::vector<int64_t> axis_to_front(int64_t rank, int64_t axis)
{
    std::vector<int64_t> order{axis};
    for (int64_t i = 0; i < rank; ++i)
        if (i != axis)
            order.push_back(i);
    return order;
}

std::vector<int64_t> front_to_axis(int64_t rank, int64_t axis)
{
    std::vector<int64_t> order(static_cast<size_t>(rank));
    std::iota(order.begin(), order.end(), 1);
    std::fill(order.begin() + axis, order.end(), 0);
    for (int64_t i = axis + 1; i < rank; ++i)
        order[static_cast<size_t>(i)] = i;
    return order;
}

Result<GraphTensor> as_places(GraphBuilder& graph, GraphTensor const& tensor)
{
    if (is_floating(tensor.dtype()) || is_complex(tensor.dtype()))
        return malformed("places are named by a tensor of " + std::string(name_of(tensor.dtype())));
    return cast(graph, tensor, DType::int64);
}

namespace {

bool is_mask(GraphTensor const& tensor) { return tensor.dtype() == DType::boolean || tensor.dtype() == DType::uint8; }

// What x[...] names: an int64 tensor for each indexed axis, of sizes that are broadcast to `dims`.
struct Places {
    std::vector<int64_t> axes; // ascending
    std::vector<GraphTensor> tensors; // as many
    Dims dims;
    bool adjacent = true;
};

Result<std::vector<std::optional<GraphTensor>>> given_indices(Operation& op)
{
    std::vector<std::optional<GraphTensor>> given;
    auto const* list = op.argument("indices").as<std::shared_ptr<ListValue>>();
    if (list == nullptr)
        return unsupported("indices are a " + kind_of(op.argument("indices")) + ", wanted a list");
    for (auto const& item : (*list)->items) {
        if (auto const* tensor = item.as<TensorReference>())
            given.emplace_back(TRY(op.heap.read(*tensor)));
        else if (item.is<NoneValue>())
            given.emplace_back();
        else
            return unsupported("an index is a " + kind_of(item) + ", wanted a tensor or None");
    }
    return given;
}

Result<Places> places_of(Operation& op, GraphTensor const& self, std::vector<std::optional<GraphTensor>> const& given)
{
    Places result;
    int64_t axis = 0;
    for (auto const& index : given) {
        if (!index) {
            ++axis;
            continue;
        }
        if (!is_mask(*index)) {
            result.axes.push_back(axis++);
            result.tensors.push_back(TRY(as_places(op.graph, *index)));
            continue;
        }
        if (index->rank() == 0)
            return unsupported("an index that is a bool tensor of rank 0");
        if (axis + index->rank() > self.rank())
            return malformed("a mask of rank " + std::to_string(index->rank()) + " on a tensor of rank " + std::to_string(self.rank()));
        for (int64_t i = 0; i < index->rank(); ++i)
            TRY(require_equal(op.graph, index->dims()[static_cast<size_t>(i)], self.dims()[static_cast<size_t>(axis + i)], "where a mask chooses elements"));
        auto const found = TRY(places_of_mask(op.graph, *index));
        for (auto const& place : found.places) {
            result.axes.push_back(axis++);
            result.tensors.push_back(place);
        }
    }
    if (axis > self.rank())
        return malformed("too many indices (" + std::to_string(axis) + ") for a tensor of rank " + std::to_string(self.rank()));
    for (size_t i = 0; i < result.tensors.size(); ++i) {
        result.dims = i == 0 ? result.tensors[0].dims() : TRY(broadcast(op.graph, result.dims, result.tensors[i].dims()));
        result.adjacent = result.adjacent && (i == 0 || result.axes[i] == result.axes[i - 1] + 1);
    }
    return result;
}

// The indexed axes first, then the others in order.
std::vector<int64_t> indexed_first(Places const& places, int64_t rank)
{
    std::vector<int64_t> order = places.axes;
    for (int64_t axis = 0; axis < rank; ++axis)
        if (std::find(places.axes.begin(), places.axes.end(), axis) == places.axes.end())
            order.push_back(axis);
    return order;
}

// [..., k]: the places as GatherND and ScatterND take them.
GraphTensor joined_places(GraphBuilder& graph, Places const& places)
{
    std::vector<GraphTensor> columns;
    auto const last = static_cast<int64_t>(places.dims.size());
    for (auto const& tensor : places.tensors)
        columns.push_back(unsqueeze(graph, expand(graph, tensor, places.dims), {last}));
    return concat(graph, columns, last);
}

// With the places' axes in front of `before` other axes: the permutation that puts them behind.
std::vector<int64_t> moved_behind(int64_t places_rank, int64_t before, int64_t rank)
{
    std::vector<int64_t> order;
    for (int64_t i = 0; i < before; ++i)
        order.push_back(places_rank + i);
    for (int64_t i = 0; i < places_rank; ++i)
        order.push_back(i);
    for (int64_t i = places_rank + before; i < rank; ++i)
        order.push_back(i);
    return order;
}

Result<Value> index(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const places = TRY(places_of(op, self, TRY(given_indices(op))));
    if (places.axes.empty())
        return op.result(self);
    if (places.axes.size() == 1)
        return op.result(gather(op.graph, self, places.tensors[0], places.axes[0]));
    auto const turned = transpose(op.graph, self, indexed_first(places, self.rank()));
    Dims dims = places.dims;
    dims.insert(dims.end(), turned.dims().begin() + static_cast<int64_t>(places.axes.size()), turned.dims().end());
    auto const found = op.graph.node("GatherND", {turned, joined_places(op.graph, places)}, {self.dtype(), std::move(dims)});
    if (!places.adjacent || places.axes[0] == 0)
        return op.result(found);
    return op.result(transpose(op.graph, found, moved_behind(static_cast<int64_t>(places.dims.size()), places.axes[0], found.rank())));
}

// One number into what a mask chooses: no places are needed.
Result<std::optional<GraphTensor>> chosen_by_mask(Operation& op, GraphTensor const& self, std::vector<std::optional<GraphTensor>> const& given, GraphTensor const& values)
{
    bool const one_mask = given.size() == 1 && given[0] && is_mask(*given[0]) && given[0]->rank() <= self.rank();
    if (!one_mask || !count_of(values.dims()).is(1))
        return std::optional<GraphTensor>();
    auto const& mask = *given[0];
    for (int64_t i = 0; i < mask.rank(); ++i)
        TRY(require_equal(op.graph, mask.dims()[static_cast<size_t>(i)], self.dims()[static_cast<size_t>(i)], "where a mask chooses elements"));
    std::vector<int64_t> added(static_cast<size_t>(self.rank() - mask.rank()));
    std::iota(added.begin(), added.end(), mask.rank());
    auto const flags = unsqueeze(op.graph, TRY(cast(op.graph, mask, DType::boolean)), added);
    return std::optional(TRY(where(op.graph, flags, reshape(op.graph, values, {}), self)).with_dims(self.dims()));
}

// The values in the sizes of what the places choose; axes of 1 in front beyond their rank are dropped, as PyTorch does.
Result<GraphTensor> spread_values(Operation& op, GraphTensor values, Dims const& dims)
{
    while (values.dims().size() > dims.size() && values.dims()[0].is(1))
        values = squeeze(op.graph, values, {0});
    if (values.dims().size() > dims.size())
        return malformed("values of rank " + std::to_string(values.rank()) + " are written to places of rank " + std::to_string(dims.size()));
    for (size_t i = 0; i < values.dims().size(); ++i) {
        Dim const& own = values.dims()[values.dims().size() - 1 - i];
        if (!own.is(1))
            TRY(require_equal(op.graph, own, dims[dims.size() - 1 - i], "where values are written to places"));
    }
    return expand(op.graph, values, dims);
}

Result<Value> index_put(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const values = TRY(cast(op.graph, TRY(op.tensor("values")), self.dtype()));
    bool const accumulate = TRY(op.boolean("accumulate"));
    auto const given = TRY(given_indices(op));
    if (!accumulate)
        if (auto const chosen = TRY(chosen_by_mask(op, self, given, values)))
            return op.result(*chosen);
    auto const places = TRY(places_of(op, self, given));
    if (places.axes.empty())
        return unsupported("index_put without an index");
    auto const order = indexed_first(places, self.rank());
    auto const turned = transpose(op.graph, self, order);
    auto const behind = turned.dims().begin() + static_cast<int64_t>(places.axes.size());
    int64_t const before = places.adjacent ? places.axes[0] : 0;
    Dims dims(behind, behind + before);
    dims.insert(dims.end(), places.dims.begin(), places.dims.end());
    dims.insert(dims.end(), behind + before, turned.dims().end());
    auto updates = TRY(spread_values(op, values, dims));
    std::vector<int64_t> to_front;
    auto const places_rank = static_cast<int64_t>(places.dims.size());
    for (int64_t i = 0; i < static_cast<int64_t>(dims.size()); ++i)
        to_front.push_back(i < places_rank ? before + i : i < places_rank + before ? i - places_rank
                                                                                   : i);
    updates = transpose(op.graph, updates, to_front);
    auto const changed = TRY(scattered_rows(op.graph, turned, joined_places(op.graph, places), updates, accumulate ? ScatterReduction::add : ScatterReduction::none));
    std::vector<int64_t> back(order.size());
    for (size_t i = 0; i < order.size(); ++i)
        back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
    return op.result(transpose(op.graph, changed, back));
}

constexpr OperatorRow rows[] = {
    {"aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", index},
    {"aten::_unsafe_index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", index},
    {"aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor", index_put},
    {"aten::_unsafe_index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor", index_put},
    {"aten::_index_put_impl(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False, bool unsafe=False) -> Tensor", index_put},
};

}

std::span<OperatorRow const> indexing_operators() { return rows; }
