#include "operators/families.h"
#include "operators/indexing.h"
#include "operators/promotion.h"

// What a mask chooses: where it is true, and the elements there.

namespace {

Result<Value> nonzero(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const found = TRY(nonzero_places(op.graph, self));
    auto const rows = transpose(op.graph, found, {1, 0});
    return op.result(self.rank() == 0 ? slice(op.graph, rows, 1, 0, 0) : rows);
}

// One vector an axis: nonzero_numpy, and where() of a condition alone.
Result<Value> nonzero_of_each_axis(Operation& op, std::string_view name)
{
    auto const self = TRY(op.tensor(name));
    auto const found = TRY(nonzero_places(op.graph, self));
    std::vector<Value> columns;
    for (int64_t axis = 0; axis < std::max<int64_t>(self.rank(), 1); ++axis)
        columns.push_back(op.result(select(op.graph, found, 0, axis)));
    return op.heap.list_of(std::move(columns));
}

Result<Value> nonzero_numpy(Operation& op) { return nonzero_of_each_axis(op, "self"); }
Result<Value> where_true(Operation& op) { return nonzero_of_each_axis(op, "condition"); }

// As many rows as asked for: what is missing is filled in, what is too much is cut off.
Result<Value> nonzero_of_size(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const size = TRY(op.number("size"));
    auto const fill = TRY(op.scalar("fill_value", DType::int64));
    if (size < 0)
        return malformed("nonzero_static of " + std::to_string(size) + " rows");
    auto const rows = transpose(op.graph, TRY(nonzero_places(op.graph, self)), {1, 0});
    auto const padded = concat(op.graph, {rows, filled(op.graph, fill, {size, rows.dims()[1]})}, 0);
    auto const kept = slice(op.graph, padded, 0, 0, size);
    return op.result(self.rank() == 0 ? slice(op.graph, kept, 1, 0, 0) : kept);
}

Result<GraphTensor> flat_mask(Operation& op, Dims const& dims)
{
    auto const mask = TRY(cast(op.graph, TRY(op.tensor("mask")), DType::boolean));
    return reshape(op.graph, expand(op.graph, mask, dims), {count_of(dims)});
}

Result<Value> masked_select(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const mask = TRY(op.tensor("mask"));
    Dims const dims = TRY(broadcast(op.graph, self.dims(), mask.dims()));
    auto const flat = reshape(op.graph, expand(op.graph, self, dims), {count_of(dims)});
    auto const flags = TRY(flat_mask(op, dims));
    auto const chosen = op.graph.node("Compress", {flat, flags}, {self.dtype(), {0}}, {attribute("axis", int64_t{0})});
    return op.result(chosen.with_dims({op.graph.size_of(*chosen.name(), 0)}));
}

// The n-th true place takes the n-th element of the source.
Result<Value> masked_scatter(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const mask = TRY(op.tensor("mask"));
    auto const source = TRY(cast(op.graph, TRY(op.tensor("source")), self.dtype()));
    Dims const dims = TRY(broadcast(op.graph, self.dims(), mask.dims()));
    if (count_of(source.dims()).is(0))
        return op.result(self); // no place may be true
    auto const flags = TRY(flat_mask(op, dims));
    auto const along = GraphTensor::integer(0);
    auto const ordinals = TRY(cast(op.graph, flags, DType::int64));
    auto const counts = op.graph.node("CumSum", {ordinals, along}, {DType::int64, ordinals.dims()});
    auto const places = TRY(binary(op.graph, "Max", TRY(binary(op.graph, "Sub", counts, GraphTensor::integer(1))), GraphTensor::integer(0)));
    // False places behind the last element read it: they are not taken.
    auto const held = TRY(binary(op.graph, "Min", places, GraphTensor::integer(count_of(source.dims()) - Dim(1))));
    auto const values = gather(op.graph, reshape(op.graph, source, {count_of(source.dims())}), held, 0);
    auto const flat = reshape(op.graph, expand(op.graph, self, dims), {count_of(dims)});
    return op.result(reshape(op.graph, TRY(where(op.graph, flags, values, flat)), dims));
}

constexpr OperatorRow rows[] = {
    {"aten::nonzero(Tensor self) -> Tensor", nonzero},
    {"aten::argwhere(Tensor self) -> Tensor", nonzero},
    {"aten::nonzero_numpy(Tensor self) -> Tensor[]", nonzero_numpy},
    {"aten::nonzero_static(Tensor self, *, int size, int fill_value=-1) -> Tensor", nonzero_of_size},
    {"aten::where(Tensor condition) -> Tensor[]", where_true},
    {"aten::masked_select(Tensor self, Tensor mask) -> Tensor", masked_select},
    {"aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor", masked_scatter},
};

}

std::span<OperatorRow const> choosing_operators() { return rows; }
