#include "operators/families.h"
#include "operators/formula.h"

#include <limits>

// Embeddings and bags of them (aten/src/ATen/native/Embedding.cpp, EmbeddingBag.cpp).

namespace {

// Rows that were shortened just now are the same in each call.
bool are_short_rows(TensorReference const& weight, TensorReference const& indices)
{
    auto const& rows = weight->cell->short_rows;
    return rows && weight->steps.empty() && rows->indices == indices && rows->generation == indices->cell->generation;
}

Result<Value> embedding(Operation& op) // the other arguments matter to gradients alone
{
    auto const table = TRY(op.reference("weight"));
    bool const stays_settled = table->cell->settled && are_short_rows(table, TRY(op.reference("indices")));
    auto const weight = TRY(op.tensor("weight"));
    auto const indices = TRY(op.tensor("indices"));
    table->cell->settled = table->cell->settled || stays_settled;
    if (weight.rank() != 2 || (indices.dtype() != DType::int64 && indices.dtype() != DType::int32))
        return malformed("an embedding of rank " + std::to_string(weight.rank()) + " by indices of " + std::string(name_of(indices.dtype())));
    return op.result(gather(op.graph, weight, indices, 0));
}

enum class BagMode : uint8_t { sum,
    mean,
    greatest };

struct Bags {
    GraphTensor weight; // [entries, width]
    GraphTensor indices; // [N]
    GraphTensor bag_of; // [N]: which bag each index belongs to
    Dim count = 0; // of bags
    Dim groups = 0; // the bags, and one more for what lies behind their end
    std::optional<int64_t> padding; // an index that does not count
    BagMode mode = BagMode::sum;
};

// Index i belongs to the last bag that begins at or before it.
Result<Bags> bags_of(Operation& op)
{
    GraphBuilder& graph = op.graph;
    Bags bags;
    bags.weight = TRY(op.tensor("weight"));
    bags.indices = TRY(cast(graph, TRY(op.tensor("indices")), DType::int64));
    auto const offsets = TRY(cast(graph, TRY(op.tensor("offsets")), DType::int64));
    if (bags.weight.rank() != 2 || bags.indices.rank() != 1 || offsets.rank() != 1 || !is_floating(bags.weight.dtype()))
        return malformed("bags of embeddings of rank " + std::to_string(bags.weight.rank()) + " by indices of rank " + std::to_string(bags.indices.rank()));
    auto const mode = TRY(op.number("mode"));
    if (mode < 0 || mode > 2)
        return malformed("bags of mode " + std::to_string(mode));
    bags.mode = static_cast<BagMode>(mode);
    bool const last_is_end = TRY(op.boolean("include_last_offset"));
    bags.groups = offsets.dims()[0];
    bags.count = last_is_end ? bags.groups - 1 : bags.groups;
    auto const places = unsqueeze(graph, counted(graph, 0, bags.indices.dims()[0], 1), {1});
    auto const begun = TRY(binary(graph, "GreaterOrEqual", places, unsqueeze(graph, offsets, {0}), DType::boolean));
    auto const before = reduce(graph, "ReduceSum", TRY(cast(graph, begun, DType::int64)), {1}, false);
    bags.bag_of = TRY(binary(graph, "Sub", before, GraphTensor::integer(1)));
    return bags;
}

// [N]: 1 for an index that counts, 0 for padding.
Result<GraphTensor> counting(GraphBuilder& graph, Bags const& bags)
{
    DType const dtype = bags.weight.dtype();
    if (!bags.padding)
        return filled(graph, number(dtype, 1.0), bags.indices.dims());
    auto const padding = TRY(binary(graph, "Equal", bags.indices, GraphTensor::integer(*bags.padding), DType::boolean));
    return cast(graph, unary(graph, "Not", padding), dtype);
}

// What belongs to each bag, added up: [N, ...] gives [bags, ...].
GraphTensor added_up(GraphBuilder& graph, Bags const& bags, GraphTensor const& parts)
{
    Dims dims = parts.dims();
    dims[0] = bags.groups;
    auto const zeros = filled(graph, number(parts.dtype(), 0.0), dims);
    auto const sums = graph.node("ScatterND", {zeros, unsqueeze(graph, bags.bag_of, {1}), parts}, {parts.dtype(), dims}, {attribute("reduction", std::string("add"))});
    return slice(graph, sums, 0, 0, bags.count);
}

// The greatest of each bag: [N, width] gives [bags, width]; 0 where a bag is empty.
Result<GraphTensor> greatest(GraphBuilder& graph, Bags const& bags, GraphTensor const& rows_of, GraphTensor const& counts)
{
    auto const bag = unsqueeze(graph, counted(graph, 0, bags.count, 1), {1});
    auto const mine = equal(Formula(graph, bag), Formula(graph, unsqueeze(graph, bags.bag_of, {0}))); // [bags, N]
    auto const counting_ones = Formula(graph, counts) > 0.0;
    auto const taken = mine.with("And", counting_ones.with_axis(0)).with_axis(2);
    auto const candidates = chosen(taken, Formula(graph, rows_of).with_axis(0), -std::numeric_limits<double>::infinity());
    auto const found = candidates.reduced("ReduceMax", {1}, false);
    auto const filled_bags = Formula(graph, added_up(graph, bags, counts)) > 0.0;
    return chosen(filled_bags.with_axis(1), found, 0.0).tensor();
}

// What lies behind the end is in no sum; but PyTorch counts it with the last bag, and looks there for the greatest.
Result<void> close_last_bag(GraphBuilder& graph, Bags& bags)
{
    if (!(bags.groups == bags.count))
        bags.bag_of = TRY(binary(graph, "Min", bags.bag_of, GraphTensor::integer(bags.count - 1)));
    return {};
}

Result<Value> bags_result(Operation& op, Bags bags)
{
    GraphBuilder& graph = op.graph;
    auto const counts = TRY(counting(graph, bags));
    auto const entries = gather(graph, bags.weight, bags.indices, 0);
    GraphTensor result;
    if (bags.mode == BagMode::greatest) {
        TRY(close_last_bag(graph, bags));
        result = TRY(greatest(graph, bags, entries, counts));
    } else {
        auto parts = entries;
        if (bags.padding)
            parts = TRY(chosen((Formula(graph, counts) > 0.0).with_axis(1), Formula(graph, parts), 0.0).tensor());
        if (op.has("per_sample_weights"))
            parts = TRY((Formula(graph, parts) * Formula(graph, TRY(op.tensor("per_sample_weights"))).with_axis(1)).tensor());
        result = added_up(graph, bags, parts);
        if (bags.mode == BagMode::mean) {
            TRY(close_last_bag(graph, bags));
            result = TRY((Formula(graph, result) / Formula(graph, added_up(graph, bags, counts)).at_least(1).with_axis(1)).tensor());
        }
    }
    // The other results are notes for the gradients.
    return tuple_of({op.result(result), Value{PoisonValue{}}, Value{PoisonValue{}}, Value{PoisonValue{}}});
}

Result<Value> embedding_bag(Operation& op) { return bags_result(op, TRY(bags_of(op))); }

Result<Value> embedding_bag_with_padding(Operation& op)
{
    Bags bags = TRY(bags_of(op));
    if (op.has("padding_idx")) {
        auto const given = TRY(op.number("padding_idx"));
        auto const entries = given < 0 ? TRY(need_number(op.graph, bags.weight.dims()[0], "the number of embeddings")) : 0;
        bags.padding = given < 0 ? given + entries : given;
    }
    return bags_result(op, bags);
}

Result<Value> embedding_bag_core(Operation& op) // where -1 says that there is no padding
{
    Bags bags = TRY(bags_of(op));
    if (auto const given = TRY(op.number("padding_idx")); given >= 0)
        bags.padding = given;
    return bags_result(op, bags);
}

constexpr OperatorRow rows[] = {
    {"aten::embedding(Tensor weight, Tensor indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor", embedding},
    {"aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor)", embedding_bag},
    {"aten::embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq, int mode, bool sparse, Tensor? per_sample_weights, bool include_last_offset, int? padding_idx) -> (Tensor, Tensor, Tensor, Tensor)", embedding_bag_with_padding},
    {"aten::_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)", embedding_bag_core},
    {"aten::_embedding_bag_forward_only(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)", embedding_bag_core},
};

}

std::span<OperatorRow const> embedding_operators() { return rows; }
