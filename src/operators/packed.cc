#include "operators/packed.h"

#include "operators/families.h"

#include <numeric>

namespace {

// Keys of what is remembered with the graph.
std::string lengths_key(std::string const& batch_sizes) { return "lengths of " + batch_sizes; }
std::string padded_key(std::string const& data, std::string const& batch_sizes) { return "padded " + data + " by " + batch_sizes; }
std::string zeros_key(std::string const& padded) { return "zero behind the sequences of " + padded; }

// Which places of [steps, batch] belong to a sequence.
Result<GraphTensor> places(GraphBuilder& graph, GraphTensor const& lengths, Dim const& steps)
{
    auto const step = unsqueeze(graph, counted(graph, 0, steps, 1), {1});
    return binary(graph, "Less", step, unsqueeze(graph, lengths, {0}), DType::boolean);
}

// (step, sequence) of each packed row, in packed order: [rows, 2].
GraphTensor places_in_order(GraphBuilder& graph, GraphTensor const& mask, Dim const& rows)
{
    return transpose(graph, graph.node("NonZero", {mask}, {DType::int64, {2, rows}}), {1, 0});
}

Dim row_count(GraphBuilder& graph, GraphTensor const& batch_sizes)
{
    auto const key = "rows of " + graph.name_of(batch_sizes);
    if (auto const* known = graph.recalled(key))
        return graph.dim_of(*known);
    Dim const count = graph.dim_of(reduce(graph, "ReduceSum", batch_sizes, {0}, false));
    graph.remember(key, GraphTensor::integer(count));
    return count;
}

Result<GraphTensor> lengths_of(GraphBuilder& graph, GraphTensor const& batch_sizes)
{
    if (auto const* known = graph.recalled(lengths_key(graph.name_of(batch_sizes))))
        return *known;
    Dim const batch = graph.dim_of(select(graph, batch_sizes, 0, 0));
    auto const sequence = unsqueeze(graph, counted(graph, 0, batch, 1), {0});
    auto const mask = TRY(binary(graph, "Less", sequence, unsqueeze(graph, batch_sizes, {1}), DType::boolean));
    return reduce(graph, "ReduceSum", TRY(cast(graph, mask, DType::int64)), {0}, false);
}

void remember_padded(GraphBuilder& graph, GraphTensor const& data, GraphTensor const& batch_sizes, PaddedSequences const& padded)
{
    auto const sizes_name = graph.name_of(batch_sizes);
    graph.remember(padded_key(graph.name_of(data), sizes_name), padded.rows);
    graph.remember(lengths_key(sizes_name), padded.lengths);
    if (padded.zero_behind)
        graph.remember(zeros_key(graph.name_of(padded.rows)), padded.rows);
}

Result<Value> pack_padded(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const input = TRY(op.tensor("input"));
    auto const lengths = TRY(op.tensor("lengths"));
    if (input.rank() < 2 || lengths.rank() != 1 || lengths.dtype() != DType::int64)
        return malformed("a tensor of rank " + std::to_string(input.rank()) + " is packed by lengths of rank " + std::to_string(lengths.rank()));
    auto const rows = TRY(op.boolean("batch_first")) ? transpose(graph, input, axes_with_first_two_swapped(input.rank())) : input;
    TRY(require_equal(graph, rows.dims()[1], lengths.dims()[0], "where sequences are packed by their lengths"));
    if (lengths.dims()[0].is(0))
        return malformed("no sequences are packed");
    Dim const longest = graph.dim_of(select(graph, lengths, 0, 0));
    PaddedSequences const padded{slice(graph, rows, 0, 0, longest), lengths, false};
    auto const mask = TRY(places(graph, lengths, longest));
    auto const batch_sizes = reduce(graph, "ReduceSum", TRY(cast(graph, mask, DType::int64)), {1}, false);
    graph.remember(lengths_key(graph.name_of(batch_sizes)), lengths);
    auto const data = TRY(packed_form(graph, padded, batch_sizes));
    return op.results({data, batch_sizes});
}

Result<Value> pad_packed(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const batch_sizes = TRY(op.tensor("batch_sizes"));
    auto const padded = TRY(padded_form(graph, TRY(op.tensor("data")), batch_sizes));
    auto const filler = TRY(op.scalar("padding_value", padded.rows.dtype()));
    auto const known_filler = filler.known();
    GraphTensor rows = padded.rows;
    Dim const steps = rows.dims()[0];
    if (!padded.zero_behind || !known_filler || known_filler->number_at(0) != 0) {
        auto mask = TRY(places(graph, padded.lengths, steps));
        Dims dims = mask.dims();
        dims.resize(rows.dims().size(), Dim(1));
        rows = TRY(where(graph, reshape(graph, mask, dims), rows, filler));
    }
    Dim const total = TRY(op.integer("total_length"));
    bool const longer = !(total == steps) && !(total.known() && *total.known() <= 0);
    if (longer) {
        Dims missing = rows.dims();
        missing[0] = total - steps;
        rows = concat(graph, {rows, filled(graph, filler, missing)}, 0);
    }
    if (TRY(op.boolean("batch_first")))
        rows = transpose(graph, rows, axes_with_first_two_swapped(rows.rank()));
    return op.results({rows, padded.lengths});
}

constexpr OperatorRow rows[] = {
    {"aten::_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor, Tensor)", pack_padded},
    {"aten::_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar padding_value, int total_length) -> (Tensor, Tensor)", pad_packed},
};

}

std::vector<int64_t> axes_with_first_two_swapped(int64_t rank)
{
    std::vector<int64_t> axes(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
    std::swap(axes[0], axes[1]);
    return axes;
}

Result<PaddedSequences> padded_form(GraphBuilder& graph, GraphTensor const& data, GraphTensor const& batch_sizes)
{
    if (data.rank() < 1 || batch_sizes.rank() != 1 || batch_sizes.dtype() != DType::int64)
        return malformed("packed rows of rank " + std::to_string(data.rank()) + " with step sizes of rank " + std::to_string(batch_sizes.rank()));
    auto const lengths = TRY(lengths_of(graph, batch_sizes));
    if (auto const* known = graph.recalled(padded_key(graph.name_of(data), graph.name_of(batch_sizes))))
        return PaddedSequences{*known, lengths, graph.recalled(zeros_key(graph.name_of(*known))) != nullptr};
    Dim const steps = batch_sizes.dims()[0];
    auto const indices = places_in_order(graph, TRY(places(graph, lengths, steps)), data.dims()[0]);
    Dims dims{steps, lengths.dims()[0]};
    dims.insert(dims.end(), data.dims().begin() + 1, data.dims().end());
    auto const zeros = filled(graph, number(data.dtype(), int64_t{0}), dims);
    PaddedSequences const padded{graph.node("ScatterND", {zeros, indices, data}, {data.dtype(), dims}), lengths, true};
    remember_padded(graph, data, batch_sizes, padded);
    return padded;
}

Result<GraphTensor> packed_form(GraphBuilder& graph, PaddedSequences const& padded, GraphTensor const& batch_sizes)
{
    Dim const count = row_count(graph, batch_sizes);
    auto const indices = places_in_order(graph, TRY(places(graph, padded.lengths, padded.rows.dims()[0])), count);
    Dims dims{count};
    dims.insert(dims.end(), padded.rows.dims().begin() + 2, padded.rows.dims().end());
    auto const data = graph.node("GatherND", {padded.rows, indices}, {padded.rows.dtype(), std::move(dims)});
    remember_padded(graph, data, batch_sizes, padded);
    return data;
}

std::span<OperatorRow const> packed_sequence_operators() { return rows; }
