#include "operators/families.h"
#include "operators/formula.h"
#include "operators/normalise.h"
#include "operators/promotion.h"

#include <limits>
#include <numeric>

// Normalisation layers (aten/src/ATen/native/Normalization.cpp, layer_norm.cpp, group_norm.cpp).

namespace {

std::vector<int64_t> axes_from(int64_t first, int64_t rank)
{
    std::vector<int64_t> axes(static_cast<size_t>(std::max<int64_t>(rank - first, 0)));
    std::iota(axes.begin(), axes.end(), first);
    return axes;
}

// Whether the nodes that normalise have a kernel for it.
bool has_node(DType dtype) { return dtype == DType::float32 || dtype == DType::float16; }

Result<ScaleAndShift> scale_and_shift(Operation& op)
{
    ScaleAndShift result;
    if (op.has("weight"))
        result.scale = TRY(op.tensor("weight"));
    if (op.has("bias"))
        result.shift = TRY(op.tensor("bias"));
    return result;
}

struct Statistics {
    Formula mean;
    Formula variance; // by the count, not one less
};

Statistics statistics_of(Formula const& x, std::vector<int64_t> const& axes)
{
    auto const mean = x.reduced("ReduceMean", axes, true);
    auto const distance = x - mean;
    return {mean, (distance * distance).reduced("ReduceMean", axes, true)};
}

// ---- batches ----------------------------------------------------------------------------------------------------------------

Result<GraphTensor> given_or(Operation& op, std::string_view name, DType dtype, Dim const& channels, double otherwise)
{
    if (op.has(name))
        return cast(op.graph, TRY(op.tensor(name)), dtype);
    return filled(op.graph, number(dtype, otherwise), {channels});
}

Result<GraphTensor> batch_normalised(Operation& op, GraphTensor const& input, GraphTensor const& mean, GraphTensor const& variance)
{
    Dim const channels = input.dims()[1];
    TRY(require_equal(op.graph, channels, mean.dims()[0], "where batch normalisation takes its channels"));
    DType const dtype = input.dtype();
    auto const scale = TRY(given_or(op, "weight", dtype, channels, 1));
    auto const shift = TRY(given_or(op, "bias", dtype, channels, 0));
    auto const center = TRY(cast(op.graph, mean, dtype));
    auto const spread = TRY(cast(op.graph, variance, dtype));
    auto const epsilon = TRY(op.floating("eps"));
    return op.graph.node("BatchNormalization", {input, scale, shift, center, spread}, {dtype, input.dims()}, {attribute("epsilon", static_cast<float>(epsilon))});
}

// Mean and variance of each channel over batch and space.
struct BatchStatistics {
    GraphTensor mean; // [channels]
    GraphTensor variance;
    GraphTensor count; // of what they are over, rank 0
};

Result<BatchStatistics> batch_statistics(Operation& op, GraphTensor const& input)
{
    auto axes = axes_from(1, input.rank());
    axes[0] = 0;
    auto const [mean, variance] = statistics_of(Formula(op.graph, input), axes);
    Dim count = 1;
    for (int64_t const axis : axes)
        count = count * input.dims()[static_cast<size_t>(axis)];
    Dims const channels{input.dims()[1]};
    BatchStatistics result;
    result.mean = reshape(op.graph, TRY(mean.tensor()), channels);
    result.variance = reshape(op.graph, TRY(variance.tensor()), channels);
    result.count = TRY(cast(op.graph, GraphTensor::integer(count), input.dtype()));
    return result;
}

struct BatchNormalised {
    GraphTensor output;
    std::optional<BatchStatistics> batch; // in training mode
};

Result<BatchNormalised> batch_norm_of(Operation& op, bool training)
{
    auto const input = TRY(op.tensor("input"));
    if (input.rank() < 2)
        return malformed("batch normalisation of a tensor of rank " + std::to_string(input.rank()));
    BatchNormalised result;
    if (!training) {
        auto const mean = TRY(op.tensor("running_mean"));
        result.output = TRY(batch_normalised(op, input, mean, TRY(op.tensor("running_var"))));
        return result;
    }
    result.batch = TRY(batch_statistics(op, input));
    result.output = TRY(batch_normalised(op, input, result.batch->mean, result.batch->variance));
    return result;
}

// new = old * (1 - momentum) + batch's * momentum
Result<GraphTensor> moved(Operation& op, std::string_view name, Formula const& of_batch)
{
    auto const old = TRY(op.tensor(name));
    auto const momentum = TRY(op.floating("momentum"));
    return (Formula(op.graph, old) * (1 - momentum) + of_batch.to(old.dtype()) * momentum).tensor();
}

struct RunningStatistics {
    GraphTensor mean;
    GraphTensor variance; // by one less than the count
};

Result<RunningStatistics> next_statistics(Operation& op, BatchStatistics const& batch)
{
    Formula const count(op.graph, batch.count);
    auto const unbiased = Formula(op.graph, batch.variance) * count / (count - 1.0);
    RunningStatistics next;
    next.mean = TRY(moved(op, "running_mean", Formula(op.graph, batch.mean)));
    next.variance = TRY(moved(op, "running_var", unbiased));
    return next;
}

// A layer that keeps running statistics, and now takes those of the batch: it changes its own as well.
Result<void> change_statistics(Operation& op, BatchNormalised const& result)
{
    op.warn("G07", "batch normalisation in training mode: it takes the statistics of the batch, as PyTorch does then, and its running statistics are not kept from run to run. Call model.eval() before the model is scripted, traced or exported.");
    auto const next = TRY(next_statistics(op, *result.batch));
    TRY(op.heap.write(TRY(op.reference("running_mean")), next.mean));
    return op.heap.write(TRY(op.reference("running_var")), next.variance);
}

// Without running statistics those of the batch are taken, in training mode or not.
Result<Value> batch_norm(Operation& op)
{
    bool const keeps_statistics = op.has("running_mean") && op.has("running_var");
    bool const training = TRY(op.boolean("training"));
    auto const result = TRY(batch_norm_of(op, training || !keeps_statistics));
    if (training && keeps_statistics)
        TRY(change_statistics(op, result));
    return op.result(result.output);
}

// 1 / sqrt(variance + eps)
Result<GraphTensor> inverse_deviation(Operation& op, GraphTensor const& variance)
{
    auto const epsilon = TRY(op.floating("eps"));
    return (1.0 / (Formula(op.graph, variance) + epsilon).sqrt()).tensor();
}

// The output, and the batch's mean and inverse deviation: nothing where the running statistics were taken.
Result<Value> output_and_statistics(Operation& op, BatchNormalised const& result)
{
    if (!result.batch) {
        auto const nothing = GraphTensor::constant(*Tensor::create(DType::float32, {0}, SharedBytes::take(std::string())));
        return op.results({result.output, nothing, nothing});
    }
    auto const inverse = TRY(inverse_deviation(op, result.batch->variance));
    return op.results({result.output, result.batch->mean, inverse});
}

Result<Value> native_batch_norm(Operation& op)
{
    bool const training = TRY(op.boolean("training"));
    auto const result = TRY(batch_norm_of(op, training));
    if (training && op.has("running_mean") && op.has("running_var"))
        TRY(change_statistics(op, result));
    return output_and_statistics(op, result);
}

Result<Value> batch_norm_without_training(Operation& op) { return output_and_statistics(op, TRY(batch_norm_of(op, false))); }

Result<Value> batch_norm_without_statistics(Operation& op) { return output_and_statistics(op, TRY(batch_norm_of(op, true))); }

// The running statistics are results, not changed in place.
Result<Value> batch_norm_functional(Operation& op)
{
    bool const training = TRY(op.boolean("training"));
    auto const result = TRY(batch_norm_of(op, training));
    if (!result.batch) {
        auto const nothing = GraphTensor::constant(*Tensor::create(DType::float32, {0}, SharedBytes::take(std::string())));
        auto const mean = TRY(op.tensor("running_mean"));
        auto const variance = TRY(op.tensor("running_var"));
        return op.results({result.output, nothing, nothing, mean, variance});
    }
    auto const next = TRY(next_statistics(op, *result.batch));
    auto const inverse = TRY(inverse_deviation(op, result.batch->variance));
    return op.results({result.output, result.batch->mean, inverse, next.mean, next.variance});
}

// ---- layers -----------------------------------------------------------------------------------------------------------------

// The first of the axes that `normalized_shape` names.
Result<int64_t> first_normalised_axis(Operation& op, GraphTensor const& input)
{
    auto const shape = TRY(op.integers("normalized_shape"));
    auto const first = input.rank() - static_cast<int64_t>(shape.size());
    if (shape.empty() || first < 0)
        return malformed("normalisation over " + std::to_string(shape.size()) + " axes of " + std::to_string(input.rank()));
    for (size_t i = 0; i < shape.size(); ++i)
        TRY(require_equal(op.graph, input.dims()[static_cast<size_t>(first) + i], shape[i], "where normalisation takes its sizes"));
    return first;
}

Result<Value> layer_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const first = TRY(first_normalised_axis(op, input));
    auto const affine = TRY(scale_and_shift(op));
    return op.result(TRY(layer_normalised(op.graph, input, first, affine, TRY(op.floating("eps")))));
}

Result<Value> native_layer_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const first = TRY(first_normalised_axis(op, input));
    auto const affine = TRY(scale_and_shift(op));
    auto const output = TRY(layer_normalised(op.graph, input, first, affine, TRY(op.floating("eps"))));
    auto const [mean, variance] = statistics_of(Formula(op.graph, input), axes_from(first, input.rank()));
    auto const center = TRY(mean.tensor());
    auto const inverse = TRY(inverse_deviation(op, TRY(variance.tensor())));
    return op.results({output, center, inverse});
}

// x / sqrt(mean of squares + eps); half precision is computed in float32. The inverse root beside it.
struct RootNormalised {
    Formula output;
    Formula inverse_root;
};

Result<RootNormalised> root_normalised(Operation& op, GraphTensor const& input, int64_t first)
{
    bool const is_half = bits_of(input.dtype()) < 32;
    DType const wide = is_half ? DType::float32 : input.dtype();
    double const otherwise = wide == DType::float64 ? std::numeric_limits<double>::epsilon() : static_cast<double>(std::numeric_limits<float>::epsilon());
    double const epsilon = op.has("eps") ? TRY(op.floating("eps")) : otherwise;
    auto const x = Formula(op.graph, input).to(wide);
    auto const inverse = 1.0 / ((x * x).reduced("ReduceMean", axes_from(first, input.rank()), true) + epsilon).sqrt();
    auto output = x * inverse;
    if (op.has("weight"))
        output = output * Formula(op.graph, TRY(op.tensor("weight"))).to(wide);
    return RootNormalised{output.to(input.dtype()), inverse};
}

Result<Value> rms_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const first = TRY(first_normalised_axis(op, input));
    static constexpr int64_t first_opset_with_node = 23;
    if (op.graph.opset() >= first_opset_with_node && op.has("weight") && op.has("eps") && has_node(input.dtype())) {
        auto const weight = TRY(op.tensor("weight"));
        auto const epsilon = TRY(op.floating("eps"));
        return op.result(op.graph.node("RMSNormalization", {input, weight}, {input.dtype(), input.dims()}, {attribute("axis", first), attribute("epsilon", static_cast<float>(epsilon))}));
    }
    return op.result(TRY(TRY(root_normalised(op, input, first)).output.tensor()));
}

Result<Value> fused_rms_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const result = TRY(root_normalised(op, input, TRY(first_normalised_axis(op, input))));
    auto const output = TRY(result.output.tensor());
    auto const inverse_root = TRY(result.inverse_root.tensor());
    return op.results({output, inverse_root});
}

// ---- groups -----------------------------------------------------------------------------------------------------------------

// A vector over the channels as [C, 1, 1...], so that it is broadcast over axis 1 of a tensor of that rank.
GraphTensor over_channels(GraphBuilder& graph, GraphTensor const& vector, int64_t rank)
{
    Dims dims{vector.dims()[0]};
    dims.insert(dims.end(), static_cast<size_t>(std::max<int64_t>(rank - 2, 0)), Dim(1));
    return reshape(graph, vector, dims);
}

Result<GraphTensor> scaled_by_channel(Operation& op, GraphTensor result)
{
    if (op.has("weight"))
        result = TRY(binary(op.graph, "Mul", result, over_channels(op.graph, TRY(op.tensor("weight")), result.rank())));
    if (op.has("bias"))
        result = TRY(binary(op.graph, "Add", result, over_channels(op.graph, TRY(op.tensor("bias")), result.rank())));
    return result;
}

// Each channel of each sample over its space: [N, C, ...].
Result<GraphTensor> instance_normalised(Operation& op, GraphTensor const& input, GraphTensor const& scale, GraphTensor const& shift)
{
    auto const epsilon = TRY(op.floating("eps"));
    return op.graph.node("InstanceNormalization", {input, scale, shift}, {input.dtype(), input.dims()}, {attribute("epsilon", static_cast<float>(epsilon))});
}

// [N, groups, rest]
Result<GraphTensor> in_groups(Operation& op, GraphTensor const& input, int64_t groups)
{
    if (input.rank() < 2 || groups <= 0)
        return malformed("group normalisation of a tensor of rank " + std::to_string(input.rank()) + " in " + std::to_string(groups) + " groups");
    Dim const rest = op.graph.symbols().derived(IntegerOperation::floor_divide, count_of(Dims(input.dims().begin() + 1, input.dims().end())), groups);
    return reshape(op.graph, input, {input.dims()[0], groups, rest});
}

// Each group of channels is normalised over itself and all that follows.
Result<GraphTensor> group_normalised(Operation& op, GraphTensor const& input, int64_t groups)
{
    auto const grouped = TRY(in_groups(op, input, groups));
    GraphTensor normalised;
    if (has_node(input.dtype()))
        normalised = TRY(instance_normalised(op, grouped, filled(op.graph, number(input.dtype(), 1.0), {groups}), filled(op.graph, number(input.dtype(), 0.0), {groups})));
    else
        normalised = TRY(layer_normalised(op.graph, grouped, 2, {}, TRY(op.floating("eps"))));
    return scaled_by_channel(op, reshape(op.graph, normalised, input.dims()));
}

Result<Value> group_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    return op.result(TRY(group_normalised(op, input, TRY(op.number("num_groups")))));
}

Result<Value> native_group_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const groups = TRY(op.number("group"));
    auto const output = TRY(group_normalised(op, input, groups));
    auto const [mean, variance] = statistics_of(Formula(op.graph, TRY(in_groups(op, input, groups))), {2});
    auto const center = squeeze(op.graph, TRY(mean.tensor()), {2});
    auto const inverse = TRY(inverse_deviation(op, TRY(variance.tensor())));
    return op.results({output, center, squeeze(op.graph, inverse, {2})});
}

Result<Value> instance_norm(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    if (input.rank() < 2)
        return malformed("instance normalisation of a tensor of rank " + std::to_string(input.rank()));
    if (!TRY(op.boolean("use_input_stats")))
        return op.result(TRY(batch_norm_of(op, false)).output);
    if (input.rank() < 3)
        return malformed("instance normalisation of a tensor of rank 2 by its own statistics");
    DType const dtype = input.dtype();
    if (has_node(dtype)) {
        auto const scale = TRY(given_or(op, "weight", dtype, input.dims()[1], 1));
        return op.result(TRY(instance_normalised(op, input, scale, TRY(given_or(op, "bias", dtype, input.dims()[1], 0)))));
    }
    return op.result(TRY(scaled_by_channel(op, TRY(layer_normalised(op.graph, input, 2, {}, TRY(op.floating("eps")))))));
}

constexpr OperatorRow rows[] = {
    {"aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor", batch_norm},
    {"aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)", native_batch_norm},
    {"aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, Tensor running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)", native_batch_norm},
    {"aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)", batch_norm_without_statistics},
    {"aten::_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor)", batch_norm_without_training},
    {"aten::_native_batch_norm_legit_functional(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, Tensor running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor, Tensor running_mean_out, Tensor running_var_out)", batch_norm_functional},
    {"aten::layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor", layer_norm},
    {"aten::native_layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)", native_layer_norm},
    {"aten::rms_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor", rms_norm},
    {"aten::_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> (Tensor, Tensor)", fused_rms_norm},
    {"aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> Tensor", group_norm},
    {"aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, int N, int C, int HxW, int group, float eps) -> (Tensor, Tensor, Tensor)", native_group_norm},
    {"aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor", instance_norm},
};

}

Result<GraphTensor> layer_normalised(GraphBuilder& graph, GraphTensor const& input, int64_t first_axis, ScaleAndShift const& affine, double epsilon)
{
    Dims const normalised(input.dims().begin() + first_axis, input.dims().end());
    if (has_node(input.dtype()) && (affine.scale || known_shape(normalised))) {
        std::vector<GraphTensor> inputs{input, affine.scale ? *affine.scale : filled(graph, number(input.dtype(), 1.0), normalised)};
        if (affine.shift)
            inputs.push_back(*affine.shift);
        return graph.node("LayerNormalization", inputs, {input.dtype(), input.dims()}, {attribute("axis", first_axis), attribute("epsilon", static_cast<float>(epsilon))});
    }
    auto const axes = axes_from(first_axis, input.rank());
    Formula const x(graph, input);
    auto const [mean, variance] = statistics_of(x, axes);
    auto result = (x - mean) / (variance + epsilon).sqrt();
    if (affine.scale)
        result = result * Formula(graph, *affine.scale);
    if (affine.shift)
        result = result + Formula(graph, *affine.shift);
    return result.tensor();
}

std::span<OperatorRow const> normalisation_operators() { return rows; }
