#include "operators/families.h"

// Strides: places of elements in memory, where it is known how a tensor lies there (aten/src/ATen/native/TensorShape.cpp).

namespace {

// The inputs of a model are row-major without gaps, and so is what a reshape copied; of other results PyTorch decides as it goes.
Result<TensorReference> of_known_layout(Operation& op, std::string_view name)
{
    auto const self = TRY(op.reference(name));
    auto const value = TRY(op.heap.read(self));
    if (!self->contiguous || !self->steps.empty() || value.name() == nullptr || !op.graph.is_input(*value.name()))
        return unsupported("the strides of a tensor that is not an input as it came").hint("use reshape, unfold or slices instead of as_strided");
    return self;
}

std::vector<Dim> row_major_strides(Dims const& dims)
{
    std::vector<Dim> strides(dims.size(), Dim(1));
    for (size_t i = dims.size(); i-- > 1;)
        strides[i - 1] = strides[i] * dims[i];
    return strides;
}

Result<Value> strides_of(Operation& op)
{
    auto const self = TRY(of_known_layout(op, "self"));
    return op.list_of(row_major_strides(TRY(op.heap.read(self)).dims()));
}

Result<Value> stride_of(Operation& op)
{
    auto const self = TRY(of_known_layout(op, "self"));
    auto const value = TRY(op.heap.read(self));
    auto const axis = TRY(op.axis("dim", value.rank()));
    if (value.rank() == 0)
        return malformed("the stride of a tensor of rank 0 along an axis");
    return Value{row_major_strides(value.dims())[static_cast<size_t>(axis)]};
}

Result<Value> offset_of(Operation& op)
{
    TRY(of_known_layout(op, "self"));
    return Value{Dim(0)};
}

// Where in memory each element stands.
Result<GraphTensor> places(GraphBuilder& graph, std::vector<Dim> const& sizes, std::vector<Dim> const& strides, Dim const& offset)
{
    auto const rank = static_cast<int64_t>(sizes.size());
    GraphTensor result = GraphTensor::integer(offset);
    for (int64_t axis = 0; axis < rank; ++axis) {
        auto along = counted(graph, 0, sizes[static_cast<size_t>(axis)], strides[static_cast<size_t>(axis)]);
        std::vector<int64_t> others;
        for (int64_t i = 1; i < rank - axis; ++i)
            others.push_back(i);
        if (!others.empty())
            along = unsqueeze(graph, along, others);
        result = TRY(binary(graph, "Add", result, along));
    }
    return result;
}

Result<Value> as_strided(Operation& op)
{
    auto const self = TRY(of_known_layout(op, "self"));
    auto const value = TRY(op.heap.read(self));
    auto const sizes = TRY(op.integers("size"));
    auto const strides = TRY(op.integers("stride"));
    Dim const offset = op.has("storage_offset") ? TRY(op.integer("storage_offset")) : Dim(0);
    if (sizes.size() != strides.size())
        return malformed("as_strided with " + std::to_string(sizes.size()) + " sizes and " + std::to_string(strides.size()) + " strides");
    Dim last = offset;
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i].known() && *sizes[i].known() < 0)
            return malformed("as_strided to a size of " + std::to_string(*sizes[i].known()));
        if (strides[i].known() && *strides[i].known() < 0)
            return malformed("as_strided with a stride of " + std::to_string(*strides[i].known()));
        last = last + (sizes[i] - Dim(1)) * strides[i];
    }
    Dim const count = count_of(value.dims());
    if (last.known() && count.known() && !count_of(sizes).is(0) && (*last.known() >= *count.known() || *last.known() < 0))
        return malformed("as_strided reaches element " + std::to_string(*last.known()) + " of " + std::to_string(*count.known()));
    auto const flat = reshape(op.graph, value, {count});
    auto const taken = gather(op.graph, flat, TRY(places(op.graph, sizes, strides, offset)), 0);
    return Value{op.heap.one_of(taken.with_dims(sizes), {self->cell})};
}

constexpr OperatorRow rows[] = {
    {"aten::as_strided(Tensor self, int[] size, int[] stride, int? storage_offset=None) -> Tensor", as_strided},
    {"aten::stride(Tensor self) -> int[]", strides_of},
    {"aten::stride.int(Tensor self, int dim) -> int", stride_of},
    {"aten::storage_offset(Tensor self) -> int", offset_of},
};

}

std::span<OperatorRow const> memory_operators() { return rows; }
