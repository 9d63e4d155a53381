#include "operators/families.h"
#include "operators/packed.h"
#include "operators/products.h"
#include "operators/projected_lstm.h"

#include <algorithm>

// Recurrent layers (LSTM, GRU, RNN) and their cells.

namespace {

// A kind of layer as ONNX has it: its node, and which of PyTorch's gates stands at each place of ONNX's order.
struct LayerKind {
    std::string node;
    std::vector<int64_t> gates;
    std::string activation; // of RNN
};

LayerKind const lstm_kind{"LSTM", {0, 3, 1, 2}, {}}; // i f g o -> i o f c
LayerKind const gru_kind{"GRU", {1, 0, 2}, {}}; // r z n -> z r h
LayerKind const tanh_kind{"RNN", {0}, "Tanh"};
LayerKind const relu_kind{"RNN", {0}, "Relu"};

// What a call of a whole stack of layers has.
struct LayerStack {
    LayerKind const* kind = nullptr;
    GraphTensor input; // [steps, batch, features]
    std::optional<GraphTensor> lengths; // int64 [batch]
    std::vector<GraphTensor> states; // hidden, and of LSTM cell: [layers * directions, batch, size]
    std::vector<GraphTensor> parameters;
    bool has_biases = true;
    int64_t layers = 1;
    int64_t directions = 1;
    bool projected = false; // an LSTM whose hidden state has another size than its cell

    // How many parameters each layer has in each direction.
    size_t parameters_each() const { return (has_biases ? 4 : 2) + (projected ? 1 : 0); }
};

struct StackResult {
    GraphTensor output; // [steps, batch, directions * size]
    std::vector<GraphTensor> states; // as those of the call
};

// ---- weights ----------------------------------------------------------------------------------------------------------------

// The blocks of rows in the order of the gates.
GraphTensor in_gate_order(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> const& gates)
{
    if (gates.size() == 1)
        return tensor;
    int64_t const rows = *tensor.dims()[0].known() / static_cast<int64_t>(gates.size());
    std::vector<GraphTensor> blocks;
    for (int64_t const gate : gates)
        blocks.push_back(slice(graph, tensor, 0, gate * rows, (gate + 1) * rows));
    return concat(graph, blocks, 0);
}

// Constants are put in order here and now: [1, rows of all tensors, ...].
std::optional<GraphTensor> arranged_constants(std::vector<std::vector<GraphTensor>> const& directions, std::vector<int64_t> const& gates)
{
    std::string bytes;
    for (auto const& tensors : directions)
        for (auto const& tensor : tensors) {
            auto const known = tensor.known();
            if (!known || tensor.name() != nullptr)
                return std::nullopt;
            size_t const block = known->bytes().size() / gates.size();
            for (int64_t const gate : gates)
                bytes += text_of(known->bytes()).substr(static_cast<size_t>(gate) * block, block);
        }
    GraphTensor const& first = directions[0][0];
    Shape shape = *known_shape(first.dims());
    shape[0] *= static_cast<int64_t>(directions[0].size());
    shape.insert(shape.begin(), static_cast<int64_t>(directions.size()));
    auto tensor = Tensor::create(first.dtype(), std::move(shape), SharedBytes::take(std::move(bytes)));
    CHECK(tensor.has_value(), "the blocks of tensors of one shape fit their sum");
    return GraphTensor::constant(*std::move(tensor));
}

// For each direction its tensors one below the other, as ONNX takes them: [directions, rows, ...].
GraphTensor arranged(GraphBuilder& graph, std::vector<std::vector<GraphTensor>> const& directions, std::vector<int64_t> const& gates)
{
    if (auto constant = arranged_constants(directions, gates))
        return *std::move(constant);
    std::vector<GraphTensor> parts;
    for (auto const& tensors : directions) {
        std::vector<GraphTensor> blocks;
        for (auto const& tensor : tensors)
            blocks.push_back(in_gate_order(graph, tensor, gates));
        parts.push_back(unsqueeze(graph, concat(graph, blocks, 0), {0}));
    }
    return concat(graph, parts, 0);
}

// ---- layers -----------------------------------------------------------------------------------------------------------------

// The parameters of one layer's direction: w_ih, w_hh and, where there are any, b_ih and b_hh, and the projection.
std::span<GraphTensor const> parameters_of(LayerStack const& stack, int64_t layer, int64_t direction)
{
    size_t const each = stack.parameters_each();
    return std::span(stack.parameters).subspan(static_cast<size_t>(layer * stack.directions + direction) * each, each);
}

Result<void> check_sizes(GraphBuilder& graph, LayerStack const& stack, GraphTensor const& input, int64_t layer, int64_t size)
{
    auto const gate_rows = static_cast<int64_t>(stack.kind->gates.size()) * size;
    for (int64_t direction = 0; direction < stack.directions; ++direction) {
        auto const parameters = parameters_of(stack, layer, direction);
        if (parameters[0].rank() != 2 || parameters[1].rank() != 2)
            return malformed("the weights of a recurrent layer are no matrices");
        TRY(require_equal(graph, input.dims()[2], parameters[0].dims()[1], "where a recurrent layer takes its input"));
        TRY(require_equal(graph, size, parameters[1].dims()[1], "where a recurrent layer takes its state"));
        for (auto const& parameter : parameters)
            TRY(require_equal(graph, gate_rows, parameter.dims()[0], "where a recurrent layer has its gates"));
    }
    return {};
}

// One layer: its output [steps, batch, directions * size], and its states appended to `result`.
Result<GraphTensor> layer_output(GraphBuilder& graph, LayerStack const& stack, GraphTensor const& input, int64_t layer, std::optional<GraphTensor> const& lengths, std::vector<std::vector<GraphTensor>>& last_states)
{
    DType const dtype = input.dtype();
    auto const size = TRY(need_number(graph, stack.states[0].dims()[2], "the size of a recurrent layer"));
    TRY(check_sizes(graph, stack, input, layer, size));
    std::vector<std::vector<std::vector<GraphTensor>>> sets(3); // W, R, B; by direction
    for (int64_t direction = 0; direction < stack.directions; ++direction) {
        auto const parameters = parameters_of(stack, layer, direction);
        sets[0].push_back({parameters[0]});
        sets[1].push_back({parameters[1]});
        if (stack.has_biases)
            sets[2].push_back({parameters[2], parameters[3]});
    }
    std::vector<GraphTensor> owned{input, arranged(graph, sets[0], stack.kind->gates), arranged(graph, sets[1], stack.kind->gates)};
    std::vector<GraphTensor const*> inputs;
    std::vector<GraphTensor> others;
    others.reserve(4);
    if (stack.has_biases)
        others.push_back(arranged(graph, sets[2], stack.kind->gates));
    for (auto const& each : owned)
        inputs.push_back(&each);
    inputs.push_back(stack.has_biases ? &others[0] : nullptr);
    inputs.push_back(lengths ? &*lengths : nullptr);
    for (auto const& state : stack.states) {
        others.push_back(slice(graph, state, 0, layer * stack.directions, (layer + 1) * stack.directions));
        inputs.push_back(&others.back());
    }
    Attributes attributes{attribute("hidden_size", size)};
    if (stack.directions == 2)
        attributes.push_back(attribute("direction", std::string("bidirectional")));
    if (stack.kind == &gru_kind)
        attributes.push_back(attribute("linear_before_reset", int64_t{1}));
    if (!stack.kind->activation.empty())
        attributes.push_back(attribute("activations", std::vector<std::string>(static_cast<size_t>(stack.directions), stack.kind->activation)));
    Dim const steps = input.dims()[0];
    Dim const batch = input.dims()[1];
    std::vector<GraphType> types{{dtype, {steps, stack.directions, batch, size}}};
    types.resize(1 + stack.states.size(), {dtype, {stack.directions, batch, size}});
    auto const results = graph.nodes(stack.kind->node, inputs, std::move(types), std::move(attributes));
    for (size_t i = 0; i < stack.states.size(); ++i)
        last_states[i].push_back(results[i + 1]);
    if (stack.directions == 1)
        return squeeze(graph, results[0], {1});
    return reshape(graph, transpose(graph, results[0], {0, 2, 1, 3}), {steps, batch, stack.directions * size});
}

// The same of an LSTM with projections, a Scan a direction.
Result<GraphTensor> projected_output(GraphBuilder& graph, LayerStack const& stack, GraphTensor const& input, int64_t layer, std::vector<std::vector<GraphTensor>>& last_states)
{
    if (stack.lengths)
        return unsupported("an LSTM with projections (proj_size) on packed sequences");
    std::vector<GraphTensor> outputs;
    for (int64_t direction = 0; direction < stack.directions; ++direction) {
        auto const parameters = parameters_of(stack, layer, direction);
        Dim const place = layer * stack.directions + direction;
        ProjectedLayer one;
        one.input = input;
        one.hidden = select(graph, stack.states[0], 0, place);
        one.cell = select(graph, stack.states[1], 0, place);
        one.input_weight = parameters[0];
        one.hidden_weight = parameters[1];
        one.projection = parameters.back();
        if (stack.has_biases) {
            one.input_bias = parameters[2];
            one.hidden_bias = parameters[3];
        }
        one.backwards = direction == 1;
        auto const result = TRY(projected_layer(graph, one));
        outputs.push_back(result.output);
        last_states[0].push_back(unsqueeze(graph, result.hidden, {0}));
        last_states[1].push_back(unsqueeze(graph, result.cell, {0}));
    }
    return concat(graph, outputs, 2);
}

Result<void> check_stack(GraphBuilder& graph, LayerStack const& stack)
{
    size_t const each = stack.parameters_each();
    if (stack.layers <= 0 || stack.layers > 1024 || stack.parameters.size() != static_cast<size_t>(stack.layers * stack.directions) * each)
        return malformed("a recurrent layer with " + std::to_string(stack.parameters.size()) + " parameters in " + std::to_string(stack.layers) + " layers and " + std::to_string(stack.directions) + " directions");
    if (stack.input.rank() != 3)
        return malformed("a recurrent layer on a tensor of rank " + std::to_string(stack.input.rank()));
    for (auto const& state : stack.states) {
        if (state.rank() != 3)
            return malformed("a recurrent layer with a state of rank " + std::to_string(state.rank()));
        TRY(require_equal(graph, state.dims()[0], stack.layers * stack.directions, "where a recurrent layer takes its state"));
        TRY(require_equal(graph, state.dims()[1], stack.input.dims()[1], "where a recurrent layer takes its state"));
    }
    return {};
}

// The kernels are float32's alone.
Result<void> take_dtype(GraphBuilder& graph, LayerStack& stack, DType dtype)
{
    if (stack.input.dtype() == DType::float64)
        graph.note_narrowed(stack.kind->node);
    stack.input = TRY(cast(graph, stack.input, dtype));
    for (auto* list : {&stack.states, &stack.parameters})
        for (auto& tensor : *list)
            tensor = TRY(cast(graph, tensor, dtype));
    return {};
}

Result<StackResult> run_stack(Operation& op, LayerStack stack)
{
    GraphBuilder& graph = op.graph;
    TRY(check_stack(graph, stack));
    DType const given = stack.input.dtype();
    for (auto const* list : {&stack.states, &stack.parameters})
        for (auto const& tensor : *list)
            if (tensor.dtype() != given || !is_floating(given))
                return malformed("a recurrent layer of " + std::string(name_of(tensor.dtype())) + " on " + std::string(name_of(given)));
    DType const computed_in = given == DType::float16 ? given : DType::float32;
    TRY(take_dtype(graph, stack, computed_in));
    std::optional<GraphTensor> lengths;
    if (stack.lengths)
        lengths = TRY(cast(graph, *stack.lengths, DType::int32));
    GraphTensor output = stack.input;
    std::vector<std::vector<GraphTensor>> last_states(stack.states.size());
    for (int64_t layer = 0; layer < stack.layers; ++layer)
        output = stack.projected ? TRY(projected_output(graph, stack, output, layer, last_states)) : TRY(layer_output(graph, stack, output, layer, lengths, last_states));
    StackResult result;
    result.output = TRY(cast(graph, output, given));
    for (auto const& states : last_states)
        result.states.push_back(TRY(cast(graph, concat(graph, states, 0), given)));
    return result;
}

// ---- calls ------------------------------------------------------------------------------------------------------------------

Result<LayerStack> stack_of(Operation& op, LayerKind const& kind)
{
    LayerStack stack;
    stack.kind = &kind;
    stack.parameters = TRY(op.tensors("params"));
    if (&kind == &lstm_kind)
        stack.states = TRY(op.tensors("hx"));
    else
        stack.states.push_back(TRY(op.tensor("hx")));
    if (stack.states.size() != (&kind == &lstm_kind ? 2 : 1))
        return malformed("a recurrent layer with " + std::to_string(stack.states.size()) + " states");
    stack.has_biases = TRY(op.boolean("has_biases"));
    stack.layers = TRY(op.number("num_layers"));
    stack.directions = TRY(op.boolean("bidirectional")) ? 2 : 1;
    stack.projected = stack.states[0].rank() == 3 && stack.states.back().rank() == 3 && !(stack.states[0].dims()[2] == stack.states.back().dims()[2]);
    if (stack.layers > 1 && TRY(op.boolean("train")) && TRY(op.floating("dropout")) > 0)
        warn_of_training(op, "dropout between recurrent layers");
    return stack;
}

Value all_of(Operation& op, GraphTensor const& output, std::vector<GraphTensor> const& states)
{
    std::vector<GraphTensor> items{output};
    items.insert(items.end(), states.begin(), states.end());
    return op.results(std::move(items));
}

template <LayerKind const& kind>
Result<Value> padded_layers(Operation& op) // on a tensor of sequences of one length
{
    LayerStack stack = TRY(stack_of(op, kind));
    bool const batch_first = TRY(op.boolean("batch_first"));
    stack.input = TRY(op.tensor("input"));
    if (stack.input.rank() != 3)
        return malformed("a recurrent layer on a tensor of rank " + std::to_string(stack.input.rank()));
    if (batch_first)
        stack.input = transpose(op.graph, stack.input, {1, 0, 2});
    auto const result = TRY(run_stack(op, std::move(stack)));
    return all_of(op, batch_first ? transpose(op.graph, result.output, {1, 0, 2}) : result.output, result.states);
}

template <LayerKind const& kind>
Result<Value> packed_layers(Operation& op)
{
    LayerStack stack = TRY(stack_of(op, kind));
    auto const batch_sizes = TRY(op.tensor("batch_sizes"));
    auto const padded = TRY(padded_form(op.graph, TRY(op.tensor("data")), batch_sizes));
    stack.input = padded.rows;
    stack.lengths = padded.lengths;
    auto const result = TRY(run_stack(op, std::move(stack)));
    PaddedSequences const output{result.output, padded.lengths, true};
    return all_of(op, TRY(packed_form(op.graph, output, batch_sizes)), result.states);
}

// ---- cells ------------------------------------------------------------------------------------------------------------------

// input @ w_ih^T + b_ih and hidden @ w_hh^T + b_hh, each in as many parts as there are gates.
struct CellGates {
    std::vector<GraphTensor> of_input;
    std::vector<GraphTensor> of_hidden;
};

Result<std::vector<GraphTensor>> gate_parts(Operation& op, GraphTensor const& input, std::string_view weight_name, std::string_view bias_name, int64_t gates)
{
    std::optional<GraphTensor> bias;
    if (op.has(bias_name))
        bias = TRY(op.tensor(bias_name));
    auto const all = TRY(linear_of(op.graph, input, TRY(op.tensor(weight_name)), bias));
    int64_t const last = all.rank() - 1;
    auto const rows = TRY(need_number(op.graph, all.dims().back(), "the size of a recurrent cell"));
    if (rows % gates != 0)
        return malformed("a recurrent cell whose weights have " + std::to_string(rows) + " rows");
    std::vector<GraphTensor> parts;
    for (int64_t gate = 0; gate < gates; ++gate)
        parts.push_back(slice(op.graph, all, last, gate * (rows / gates), (gate + 1) * (rows / gates)));
    return parts;
}

Result<CellGates> cell_gates(Operation& op, GraphTensor const& hidden, int64_t gates)
{
    CellGates result;
    result.of_input = TRY(gate_parts(op, TRY(op.tensor("input")), "w_ih", "b_ih", gates));
    result.of_hidden = TRY(gate_parts(op, hidden, "w_hh", "b_hh", gates));
    return result;
}

Result<Value> lstm_cell(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const states = TRY(op.tensors("hx"));
    if (states.size() != 2)
        return malformed("an LSTM cell with " + std::to_string(states.size()) + " states");
    auto const parts = TRY(cell_gates(op, states[0], 4));
    std::vector<GraphTensor> gates;
    for (size_t i = 0; i < 4; ++i)
        gates.push_back(unary(graph, i == 2 ? "Tanh" : "Sigmoid", TRY(binary(graph, "Add", parts.of_input[i], parts.of_hidden[i]))));
    auto const kept = TRY(binary(graph, "Mul", gates[1], states[1]));
    auto const cell = TRY(binary(graph, "Add", kept, TRY(binary(graph, "Mul", gates[0], gates[2]))));
    auto const hidden = TRY(binary(graph, "Mul", gates[3], unary(graph, "Tanh", cell)));
    return op.results({hidden, cell});
}

Result<Value> gru_cell(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const hidden = TRY(op.tensor("hx"));
    auto const [of_input, of_hidden] = TRY(cell_gates(op, hidden, 3));
    auto const reset = unary(graph, "Sigmoid", TRY(binary(graph, "Add", of_input[0], of_hidden[0])));
    auto const update = unary(graph, "Sigmoid", TRY(binary(graph, "Add", of_input[1], of_hidden[1])));
    auto const fresh = unary(graph, "Tanh", TRY(binary(graph, "Add", of_input[2], TRY(binary(graph, "Mul", reset, of_hidden[2])))));
    auto const distance = TRY(binary(graph, "Sub", hidden, fresh));
    return op.result(TRY(binary(graph, "Add", TRY(binary(graph, "Mul", distance, update)), fresh)));
}

template <bool relu>
Result<Value> simple_cell(Operation& op)
{
    auto const parts = TRY(cell_gates(op, TRY(op.tensor("hx")), 1));
    return op.result(unary(op.graph, relu ? "Relu" : "Tanh", TRY(binary(op.graph, "Add", parts.of_input[0], parts.of_hidden[0]))));
}

constexpr OperatorRow rows[] = {
    {"aten::lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)", padded_layers<lstm_kind>},
    {"aten::lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor, Tensor)", packed_layers<lstm_kind>},
    {"aten::gru.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)", padded_layers<gru_kind>},
    {"aten::gru.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)", packed_layers<gru_kind>},
    {"aten::rnn_tanh.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)", padded_layers<tanh_kind>},
    {"aten::rnn_tanh.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)", packed_layers<tanh_kind>},
    {"aten::rnn_relu.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)", padded_layers<relu_kind>},
    {"aten::rnn_relu.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)", packed_layers<relu_kind>},
    {"aten::lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> (Tensor, Tensor)", lstm_cell},
    {"aten::gru_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", gru_cell},
    {"aten::rnn_tanh_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", simple_cell<false>},
    {"aten::rnn_relu_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", simple_cell<true>},
};

}

std::span<OperatorRow const> recurrent_operators() { return rows; }
