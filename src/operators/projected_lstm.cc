#include "operators/projected_lstm.h"

#include "operators/formula.h"
#include "operators/products.h"

namespace {

struct StepStates {
    GraphTensor hidden;
    GraphTensor cell;
};

// One step: what the input gives to the gates is computed beforehand.
Result<StepStates> step(GraphBuilder& graph, ProjectedLayer const& layer, GraphTensor const& gates_of_input, StepStates const& before, int64_t size)
{
    auto const gates = TRY(binary(graph, "Add", gates_of_input, TRY(linear_of(graph, before.hidden, layer.hidden_weight, layer.hidden_bias))));
    auto const gate = [&](int64_t place) { return Formula(graph, slice(graph, gates, 1, place * size, (place + 1) * size)); };
    auto const cell = gate(1).through("Sigmoid") * Formula(graph, before.cell) + gate(0).through("Sigmoid") * gate(2).through("Tanh");
    auto const full = TRY((gate(3).through("Sigmoid") * cell.through("Tanh")).tensor());
    StepStates after;
    after.cell = TRY(cell.tensor());
    after.hidden = TRY(linear_of(graph, full, layer.projection, std::nullopt));
    return after;
}

OnnxValueInfo body_input(GraphTensor const& tensor)
{
    OnnxValueInfo info;
    info.name = *tensor.name();
    info.type.element_type = onnx_data_type(tensor.dtype()).value_or(0);
    return info;
}

}

Result<ProjectedResult> projected_layer(GraphBuilder& graph, ProjectedLayer const& layer)
{
    auto const size = TRY(need_number(graph, layer.cell.dims()[1], "the size of an LSTM"));
    auto const gates_of_input = TRY(linear_of(graph, layer.input, layer.input_weight, layer.input_bias));
    DType const dtype = layer.input.dtype();
    StepStates before;
    before.hidden = GraphTensor::named(graph.fresh_name("hidden"), dtype, layer.hidden.dims());
    before.cell = GraphTensor::named(graph.fresh_name("cell"), dtype, layer.cell.dims());
    auto const gates = GraphTensor::named(graph.fresh_name("gates"), dtype, {layer.input.dims()[1], 4 * size});
    graph.open_scope();
    auto const after = step(graph, layer, gates, before, size);
    if (!after) {
        graph.abandon_scope();
        return tl::unexpected(after.error());
    }
    auto body = graph.close_scope("step", {after->hidden, after->cell, after->hidden});
    for (auto const& input : {before.hidden, before.cell, gates})
        body->inputs.push_back(body_input(input));
    Attributes attributes{attribute("num_scan_inputs", int64_t{1})};
    attributes.push_back({"body", std::move(body), {}, 0, {}, {}});
    if (layer.backwards) {
        attributes.push_back(attribute("scan_input_directions", std::vector<int64_t>{1}));
        attributes.push_back(attribute("scan_output_directions", std::vector<int64_t>{1}));
    }
    Dims const output{layer.input.dims()[0], layer.hidden.dims()[0], layer.hidden.dims()[1]};
    auto const results = graph.nodes("Scan", {&layer.hidden, &layer.cell, &gates_of_input}, {{dtype, layer.hidden.dims()}, {dtype, layer.cell.dims()}, {dtype, output}}, std::move(attributes));
    return ProjectedResult{results[2], results[0], results[1]};
}
