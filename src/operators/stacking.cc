#include "operators/families.h"

#include <algorithm>

// Tensors of at least some rank, and stacks of them (aten/src/ATen/native/TensorTransformations.cpp, TensorShape.cpp).

namespace {

std::vector<Value> const& items_of(Value const& value)
{
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return (*list)->items;
    auto const* tuple = value.as<std::shared_ptr<TupleValue>>();
    CHECK(tuple != nullptr, "the schema has a list there");
    return (*tuple)->items;
}

Result<int64_t> rank_of(Operation& op, Value const& tensor) { return TRY(op.heap.read(*tensor.as<TensorReference>())).rank(); }

// New axes stand in front, but for that after the two of a matrix which becomes a stack of them.
template <int64_t least>
Result<Value> at_least(Operation& op, Value tensor)
{
    auto const rank = TRY(rank_of(op, tensor));
    if (rank == 0)
        return op.call("aten::reshape", {tensor, op.list_of(std::vector<Dim>(least, Dim(1)))});
    if (rank == 1 && least > 1)
        tensor = TRY(op.call("aten::unsqueeze", {tensor, Value{Dim(0)}}));
    if (rank <= 2 && least == 3)
        tensor = TRY(op.call("aten::unsqueeze", {tensor, Value{Dim(-1)}}));
    return tensor;
}

template <int64_t least>
Result<Value> at_least_one(Operation& op) { return at_least<least>(op, op.argument("self")); }

template <int64_t least>
Result<std::vector<Value>> all_at_least(Operation& op)
{
    std::vector<Value> results;
    for (auto const& item : items_of(op.argument("tensors")))
        results.push_back(TRY(at_least<least>(op, item)));
    if (results.empty())
        return malformed("a stack of no tensors");
    return results;
}

template <int64_t least>
Result<Value> at_least_each(Operation& op) { return op.heap.list_of(TRY(all_at_least<least>(op))); }

Result<Value> joined(Operation& op, std::vector<Value> tensors, int64_t axis)
{
    return op.call("aten::cat", {op.heap.list_of(std::move(tensors)), Value{Dim(axis)}});
}

Result<Value> beside_each_other(Operation& op, std::vector<Value> tensors)
{
    auto const rank = TRY(rank_of(op, tensors[0]));
    return joined(op, std::move(tensors), rank == 1 ? 0 : 1);
}

Result<Value> hstack(Operation& op) { return beside_each_other(op, TRY(all_at_least<1>(op))); }
Result<Value> vstack(Operation& op) { return joined(op, TRY(all_at_least<2>(op)), 0); }
Result<Value> dstack(Operation& op) { return joined(op, TRY(all_at_least<3>(op)), 2); }

Result<Value> column_stack(Operation& op)
{
    auto tensors = TRY(all_at_least<1>(op));
    for (auto& tensor : tensors)
        if (TRY(rank_of(op, tensor)) == 1)
            tensor = TRY(op.call("aten::unsqueeze", {tensor, Value{Dim(1)}}));
    return beside_each_other(op, std::move(tensors));
}

// Sequences of different lengths as one tensor, filled up to the longest.
Result<Value> pad_sequence(Operation& op)
{
    auto const side = TRY(op.text("padding_side"));
    if (side != "left" && side != "right")
        return malformed("padding_side " + side);
    auto const tensors = TRY(op.tensors("sequences"));
    if (tensors.empty() || tensors[0].rank() == 0)
        return malformed("a padded sequence of no tensors");
    Dim longest = tensors[0].dims()[0];
    for (auto const& tensor : tensors) {
        if (tensor.rank() != tensors[0].rank())
            return malformed("sequences of rank " + std::to_string(tensors[0].rank()) + " and " + std::to_string(tensor.rank()));
        longest = op.graph.symbols().derived(IntegerOperation::maximum, longest, tensor.dims()[0]);
    }
    std::vector<Value> padded;
    for (auto const& tensor : tensors) {
        std::vector<Dim> amounts(static_cast<size_t>(tensor.rank()) * 2, Dim(0));
        amounts[amounts.size() - (side == "left" ? 2 : 1)] = longest - tensor.dims()[0];
        padded.push_back(TRY(op.call("aten::constant_pad_nd", {op.result(tensor), op.list_of(amounts), op.argument("padding_value")})));
    }
    int64_t const axis = TRY(op.boolean("batch_first")) ? 0 : 1;
    return op.call("aten::stack", {op.heap.list_of(std::move(padded)), Value{Dim(axis)}});
}

constexpr OperatorRow rows[] = {
    {"aten::atleast_1d(Tensor self) -> Tensor", at_least_one<1>},
    {"aten::atleast_1d.Sequence(Tensor[] tensors) -> Tensor[]", at_least_each<1>},
    {"aten::atleast_2d(Tensor self) -> Tensor", at_least_one<2>},
    {"aten::atleast_2d.Sequence(Tensor[] tensors) -> Tensor[]", at_least_each<2>},
    {"aten::atleast_3d(Tensor self) -> Tensor", at_least_one<3>},
    {"aten::atleast_3d.Sequence(Tensor[] tensors) -> Tensor[]", at_least_each<3>},
    {"aten::hstack(Tensor[] tensors) -> Tensor", hstack},
    {"aten::vstack(Tensor[] tensors) -> Tensor", vstack},
    {"aten::dstack(Tensor[] tensors) -> Tensor", dstack},
    {"aten::column_stack(Tensor[] tensors) -> Tensor", column_stack},
    {"aten::pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0., str padding_side=\"right\") -> Tensor", pad_sequence},
};

}

std::span<OperatorRow const> stacking_operators() { return rows; }
