#include "operators/families.h"
#include "operators/promotion.h"
#include "operators/view_steps.h"

#include <algorithm>

// Pixels and channels in another order, and tensors spread over each other.

namespace {

// [..., C r r, H, W] -> [..., C, H r, W r]
Result<Value> pixels_from_channels(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const factor = TRY(op.number("upscale_factor"));
    if (self.rank() < 3 || factor <= 0)
        return malformed("pixel_shuffle by " + std::to_string(factor) + " of a tensor of rank " + std::to_string(self.rank()));
    size_t const before = self.dims().size() - 3;
    Dims dims(self.dims().begin(), self.dims().begin() + static_cast<int64_t>(before));
    Dim const channels = op.graph.symbols().derived(IntegerOperation::floor_divide, self.dims()[before], factor * factor);
    Dim const height = self.dims()[before + 1];
    Dim const width = self.dims()[before + 2];
    Dims split = dims;
    split.insert(split.end(), {channels, factor, factor, height, width});
    std::vector<int64_t> order;
    for (int64_t i = 0; i < static_cast<int64_t>(before); ++i)
        order.push_back(i);
    for (int64_t const i : {0, 3, 1, 4, 2})
        order.push_back(static_cast<int64_t>(before) + i);
    dims.insert(dims.end(), {channels, height * Dim(factor), width * Dim(factor)});
    return op.result(reshape(op.graph, transpose(op.graph, reshape(op.graph, self, split), order), dims));
}

// [..., C, H r, W r] -> [..., C r r, H, W]
Result<Value> channels_from_pixels(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const factor = TRY(op.number("downscale_factor"));
    if (self.rank() < 3 || factor <= 0)
        return malformed("pixel_unshuffle by " + std::to_string(factor) + " of a tensor of rank " + std::to_string(self.rank()));
    size_t const before = self.dims().size() - 3;
    Dims dims(self.dims().begin(), self.dims().begin() + static_cast<int64_t>(before));
    auto& symbols = op.graph.symbols();
    Dim const channels = self.dims()[before];
    Dim const height = symbols.derived(IntegerOperation::floor_divide, self.dims()[before + 1], factor);
    Dim const width = symbols.derived(IntegerOperation::floor_divide, self.dims()[before + 2], factor);
    Dims split = dims;
    split.insert(split.end(), {channels, height, factor, width, factor});
    std::vector<int64_t> order;
    for (int64_t i = 0; i < static_cast<int64_t>(before); ++i)
        order.push_back(i);
    for (int64_t const i : {0, 2, 4, 1, 3})
        order.push_back(static_cast<int64_t>(before) + i);
    dims.insert(dims.end(), {channels * Dim(factor * factor), height, width});
    return op.result(reshape(op.graph, transpose(op.graph, reshape(op.graph, self, split), order), dims));
}

Result<Value> channel_shuffle(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const groups = TRY(op.number("groups"));
    if (self.rank() < 3 || groups <= 0)
        return malformed("channel_shuffle in " + std::to_string(groups) + " groups of a tensor of rank " + std::to_string(self.rank()));
    Dim const each = op.graph.symbols().derived(IntegerOperation::floor_divide, self.dims()[1], groups);
    Dim const rest = count_of(Dims(self.dims().begin() + 2, self.dims().end()));
    auto const split = reshape(op.graph, self, {self.dims()[0], groups, each, rest});
    return op.result(reshape(op.graph, transpose(op.graph, split, {0, 2, 1, 3}), self.dims()));
}

// ---- tensors over each other ------------------------------------------------------------------------------------------------------------

// A tensor of the argument `tensors`, a list of them.
TensorReference item_reference(Operation& op, size_t place)
{
    Value const& list = op.argument("tensors");
    auto const* items = list.as<std::shared_ptr<ListValue>>();
    return *(items != nullptr ? (*items)->items : (*list.as<std::shared_ptr<TupleValue>>())->items)[place].as<TensorReference>();
}

Result<Value> grids(Operation& op, bool first_two_swapped)
{
    auto const tensors = TRY(op.tensors("tensors"));
    if (tensors.empty())
        return malformed("meshgrid of no tensors");
    bool const swap = first_two_swapped && tensors.size() > 1;
    Dims dims;
    for (auto const& tensor : tensors) {
        if (tensor.rank() > 1)
            return malformed("meshgrid of a tensor of rank " + std::to_string(tensor.rank()));
        dims.push_back(count_of(tensor.dims()));
    }
    if (swap)
        std::swap(dims[0], dims[1]);
    std::vector<Value> results;
    for (size_t i = 0; i < tensors.size(); ++i) {
        size_t const axis = swap && i < 2 ? 1 - i : i;
        Dims along(tensors.size(), Dim(1));
        along[axis] = dims[axis];
        auto const line = TRY(op.view(item_reference(op, i), reshape_step(op.graph, along), true));
        results.push_back(TRY(op.view(*line.as<TensorReference>(), expand_step(op.graph, dims), false)));
    }
    return op.heap.list_of(std::move(results));
}

Result<Value> meshgrid(Operation& op) { return grids(op, false); }
Result<Value> meshgrid_indexed(Operation& op)
{
    auto const indexing = TRY(op.text("indexing"));
    if (indexing != "ij" && indexing != "xy")
        return malformed("indexing is \"" + indexing + "\", wanted ij or xy");
    return grids(op, indexing == "xy");
}

Result<Value> broadcast_tensors(Operation& op)
{
    auto const tensors = TRY(op.tensors("tensors"));
    Dims dims;
    for (auto const& tensor : tensors)
        dims = TRY(broadcast(op.graph, dims, tensor.dims()));
    std::vector<Value> results;
    for (size_t i = 0; i < tensors.size(); ++i) { // the very tensor where it has those sizes
        auto const reference = item_reference(op, i);
        results.push_back(tensors[i].dims() == dims ? Value{reference} : TRY(op.view(reference, expand_step(op.graph, dims), false)));
    }
    return op.heap.list_of(std::move(results));
}

Result<Value> cartesian_product(Operation& op)
{
    auto const tensors = TRY(op.tensors("tensors"));
    if (tensors.size() == 1)
        return op.result(tensors[0]);
    Dims dims;
    DType dtype = tensors.empty() ? DType::float32 : tensors[0].dtype();
    for (auto const& tensor : tensors) {
        if (tensor.rank() != 1)
            return malformed("cartesian_prod of a tensor of rank " + std::to_string(tensor.rank()));
        dims.push_back(tensor.dims()[0]);
        dtype = promoted(dtype, tensor.dtype());
    }
    if (tensors.empty())
        return malformed("cartesian_prod of no tensors");
    Dim const count = count_of(dims);
    auto const last = static_cast<int64_t>(dims.size());
    std::vector<GraphTensor> columns;
    for (size_t i = 0; i < tensors.size(); ++i) {
        Dims along(dims.size(), Dim(1));
        along[i] = dims[i];
        auto const spread = expand(op.graph, reshape(op.graph, TRY(cast(op.graph, tensors[i], dtype)), along), dims);
        columns.push_back(unsqueeze(op.graph, spread, {last}));
    }
    return op.result(reshape(op.graph, concat(op.graph, columns, last), {count, last}));
}

// All choices of r elements, in the order of their places.
Result<Value> combinations(Operation& op)
{
    static constexpr int64_t most_places = 1 << 20;
    auto const self = TRY(op.tensor("self"));
    auto const chosen = TRY(op.number("r"));
    bool const again = TRY(op.boolean("with_replacement"));
    if (self.rank() != 1 || chosen < 0 || chosen > 16)
        return malformed("combinations of " + std::to_string(chosen) + " elements of a tensor of rank " + std::to_string(self.rank()));
    auto const size = TRY(need_number(op.graph, self.dims()[0], "the number of elements to combine"));
    if (chosen == 0)
        return op.result(GraphTensor::constant(TRY(Tensor::create(self.dtype(), {0}, {}))));
    std::vector<int64_t> places;
    std::vector<int64_t> present(static_cast<size_t>(chosen), 0);
    for (size_t i = 0; i < present.size() && !again; ++i)
        present[i] = static_cast<int64_t>(i);
    bool more = again ? size > 0 : chosen <= size;
    while (more) {
        if (static_cast<int64_t>(places.size()) > most_places)
            return unsupported("combinations of " + std::to_string(chosen) + " of " + std::to_string(size) + " elements");
        places.insert(places.end(), present.begin(), present.end());
        int64_t i = chosen - 1;
        while (i >= 0 && present[static_cast<size_t>(i)] == (again ? size - 1 : size - chosen + i))
            --i;
        more = i >= 0;
        if (!more)
            break;
        int64_t next = ++present[static_cast<size_t>(i)];
        for (int64_t j = i + 1; j < chosen; ++j)
            present[static_cast<size_t>(j)] = again ? next : ++next;
    }
    auto const count = static_cast<int64_t>(places.size()) / chosen;
    return op.result(gather(op.graph, self, GraphTensor::constant(Tensor::of<int64_t>(DType::int64, {count, chosen}, std::move(places))), 0));
}

constexpr OperatorRow rows[] = {
    {"aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", pixels_from_channels},
    {"aten::pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor", channels_from_pixels},
    {"aten::channel_shuffle(Tensor self, int groups) -> Tensor", channel_shuffle},
    {"aten::native_channel_shuffle(Tensor self, int groups) -> Tensor", channel_shuffle},
    {"aten::meshgrid(Tensor[] tensors) -> Tensor[]", meshgrid},
    {"aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", meshgrid_indexed},
    {"aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]", broadcast_tensors},
    {"aten::cartesian_prod(Tensor[] tensors) -> Tensor", cartesian_product},
    {"aten::combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor", combinations},
};

}

std::span<OperatorRow const> shuffling_operators() { return rows; }
