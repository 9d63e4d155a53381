#include "operators/families.h"
#include "operators/promotion.h"

#include <numeric>

// Normalisation layers, as they are in eval mode.

namespace {

Failure training_mode(std::string const& layer)
{
    return unsupported(layer + " in training mode: it would change its statistics with every run").code(207).hint("call model.eval() before the model is scripted or traced");
}

// A vector over the channels as [C, 1, 1...], so that it is broadcast over axis 1 of a tensor of that rank.
GraphTensor over_channels(GraphBuilder& graph, GraphTensor const& vector, int64_t rank)
{
    Dims dims{vector.dims()[0]};
    dims.insert(dims.end(), static_cast<size_t>(std::max<int64_t>(rank - 2, 0)), Dim(1));
    return reshape(graph, vector, dims);
}

Result<GraphTensor> given_or(Operation& op, std::string_view name, DType dtype, Dim const& channels, double otherwise)
{
    if (op.has(name))
        return cast(op.graph, TRY(op.tensor(name)), dtype);
    return filled(op.graph, number(dtype, otherwise), {channels});
}

Result<GraphTensor> batch_normalised(Operation& op, GraphTensor const& input)
{
    if (!op.has("running_mean") || !op.has("running_var"))
        return training_mode("batch normalisation without running statistics");
    Dim const channels = input.dims()[1];
    auto const mean = TRY(op.tensor("running_mean"));
    TRY(require_equal(op.graph, channels, mean.dims()[0], "where batch normalisation takes its channels"));
    DType const dtype = input.dtype();
    auto const scale = TRY(given_or(op, "weight", dtype, channels, 1));
    auto const shift = TRY(given_or(op, "bias", dtype, channels, 0));
    auto const center = TRY(cast(op.graph, mean, dtype));
    auto const variance = TRY(cast(op.graph, TRY(op.tensor("running_var")), dtype));
    auto const epsilon = TRY(op.floating("eps"));
    return op.graph.node("BatchNormalization", {input, scale, shift, center, variance}, {dtype, input.dims()}, {attribute("epsilon", static_cast<float>(epsilon))});
}

Result<Value> batch_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    if (input.rank() < 2)
        return malformed("batch normalisation of a tensor of rank " + std::to_string(input.rank()));
    if (TRY(op.boolean("training")))
        return training_mode("batch normalisation");
    return op.result(TRY(batch_normalised(op, input)));
}

// (x - mean) / sqrt(variance + eps) over the last axes.
Result<GraphTensor> layer_normalised(Operation& op, GraphTensor const& input, int64_t first_axis, double epsilon)
{
    std::vector<int64_t> axes(static_cast<size_t>(input.rank() - first_axis));
    std::iota(axes.begin(), axes.end(), first_axis);
    auto const center = reduce(op.graph, "ReduceMean", input, axes, true);
    auto const distance = TRY(binary(op.graph, "Sub", input, center));
    auto const variance = reduce(op.graph, "ReduceMean", TRY(binary(op.graph, "Mul", distance, distance)), axes, true);
    auto const root = unary(op.graph, "Sqrt", TRY(binary(op.graph, "Add", variance, number(input.dtype(), epsilon))));
    return binary(op.graph, "Div", distance, root);
}

Result<Value> layer_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const shape = TRY(op.integers("normalized_shape"));
    auto const first_axis = input.rank() - static_cast<int64_t>(shape.size());
    if (shape.empty() || first_axis < 0)
        return malformed("layer normalisation over " + std::to_string(shape.size()) + " axes of " + std::to_string(input.rank()));
    for (size_t i = 0; i < shape.size(); ++i)
        TRY(require_equal(op.graph, input.dims()[static_cast<size_t>(first_axis) + i], shape[i], "where layer normalisation takes its sizes"));
    auto const epsilon = TRY(op.floating("eps"));
    if (op.has("weight") && (input.dtype() == DType::float32 || input.dtype() == DType::float16)) {
        auto const weight = TRY(op.tensor("weight"));
        std::vector<GraphTensor> inputs{input, weight};
        if (op.has("bias"))
            inputs.push_back(TRY(op.tensor("bias")));
        return op.result(op.graph.node("LayerNormalization", inputs, {input.dtype(), input.dims()}, {attribute("axis", first_axis), attribute("epsilon", static_cast<float>(epsilon))}));
    }
    auto result = TRY(layer_normalised(op, input, first_axis, epsilon));
    if (op.has("weight"))
        result = TRY(binary(op.graph, "Mul", result, TRY(op.tensor("weight"))));
    if (op.has("bias"))
        result = TRY(binary(op.graph, "Add", result, TRY(op.tensor("bias"))));
    return op.result(result);
}

Result<GraphTensor> scaled_by_channel(Operation& op, GraphTensor result)
{
    if (op.has("weight"))
        result = TRY(binary(op.graph, "Mul", result, over_channels(op.graph, TRY(op.tensor("weight")), result.rank())));
    if (op.has("bias"))
        result = TRY(binary(op.graph, "Add", result, over_channels(op.graph, TRY(op.tensor("bias")), result.rank())));
    return result;
}

// Each group of channels is normalised over itself and all that follows: [N, G, rest].
Result<Value> group_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const groups = TRY(op.number("num_groups"));
    if (input.rank() < 2 || groups <= 0)
        return malformed("group normalisation of a tensor of rank " + std::to_string(input.rank()) + " in " + std::to_string(groups) + " groups");
    Dim const rest = op.graph.symbols().derived(IntegerOperation::floor_divide, count_of(Dims(input.dims().begin() + 1, input.dims().end())), groups);
    auto const grouped = reshape(op.graph, input, {input.dims()[0], groups, rest});
    auto const normalised = TRY(layer_normalised(op, grouped, 2, TRY(op.floating("eps"))));
    return op.result(TRY(scaled_by_channel(op, reshape(op.graph, normalised, input.dims()))));
}

Result<Value> instance_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    if (input.rank() < 3)
        return malformed("instance normalisation of a tensor of rank " + std::to_string(input.rank()));
    if (!TRY(op.boolean("use_input_stats")))
        return op.result(TRY(batch_normalised(op, input)));
    return op.result(TRY(scaled_by_channel(op, TRY(layer_normalised(op, input, 2, TRY(op.floating("eps")))))));
}

constexpr OperatorRow rows[] = {
    {"aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor", batch_norm},
    {"aten::layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor", layer_norm},
    {"aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> Tensor", group_norm},
    {"aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor", instance_norm},
};

}

std::span<OperatorRow const> normalisation_operators() { return rows; }
