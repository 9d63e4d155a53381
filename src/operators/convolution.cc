#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>

// Convolutions and their transposes, in one to three spatial dimensions.

namespace {

struct ConvolutionSettings {
    std::vector<int64_t> stride;
    std::vector<int64_t> padding;
    std::vector<int64_t> dilation;
    std::vector<int64_t> output_padding;
    int64_t groups = 1;
    bool transposed = false;
    bool same_padding = false; // padding="same": the result has the input's sizes
};

Dim convolved_size(GraphBuilder& graph, Dim const& size, int64_t kernel, int64_t before, int64_t after, int64_t stride, int64_t dilation)
{
    return graph.symbols().derived(IntegerOperation::floor_divide, size + Dim(before + after - dilation * (kernel - 1) - 1), stride) + Dim(1);
}

Result<GraphTensor> convolved(Operation& op, GraphTensor const& input, GraphTensor const& weight, std::optional<GraphTensor> const& bias, ConvolutionSettings settings)
{
    size_t const axes = weight.dims().size() - 2;
    settings.stride = TRY(for_each_axis(std::move(settings.stride), axes, "stride"));
    settings.padding = TRY(for_each_axis(std::move(settings.padding), axes, "padding"));
    settings.dilation = TRY(for_each_axis(std::move(settings.dilation), axes, "dilation"));
    auto const shape = TRY(need_numbers(op.graph, weight.dims(), "the shape of a convolution's weight"));
    for (int64_t const step : settings.stride)
        if (step <= 0)
            return malformed("a convolution with stride " + std::to_string(step));
    std::vector<int64_t> const kernel(shape.begin() + 2, shape.end());
    std::vector<int64_t> pads = settings.padding;
    pads.insert(pads.end(), settings.padding.begin(), settings.padding.end());
    if (settings.same_padding)
        for (size_t i = 0; i < axes; ++i) { // the odd element goes to the end
            int64_t const total = settings.dilation[i] * (kernel[i] - 1);
            pads[i] = total / 2;
            pads[axes + i] = total - total / 2;
        }
    TRY(require_equal(op.graph, input.dims()[1], settings.transposed ? shape[0] : shape[1] * settings.groups, "where a convolution takes its channels"));
    Dims dims{input.dims()[0], settings.transposed ? shape[1] * settings.groups : shape[0]};
    for (size_t i = 0; i < axes; ++i) {
        Dim const& size = input.dims()[i + 2];
        if (settings.transposed)
            dims.push_back((size - Dim(1)) * Dim(settings.stride[i]) + Dim(settings.dilation[i] * (kernel[i] - 1) + settings.output_padding[i] + 1 - 2 * settings.padding[i]));
        else
            dims.push_back(convolved_size(op.graph, size, kernel[i], pads[i], pads[axes + i], settings.stride[i], settings.dilation[i]));
    }
    // ONNX Runtime takes output_padding below the stride alone: the rest is taken off the padding at the end, or put on the result.
    Dims padded = dims;
    std::vector<int64_t> missing(axes, 0);
    for (size_t i = 0; settings.transposed && i < axes; ++i) {
        if (settings.output_padding[i] < settings.stride[i])
            continue;
        int64_t const less = std::min(settings.output_padding[i], pads[axes + i]);
        pads[axes + i] -= less;
        missing[i] = settings.output_padding[i] - less;
        settings.output_padding[i] = 0;
        dims[i + 2] = dims[i + 2] - Dim(missing[i]);
    }
    bool const falls_short = std::any_of(missing.begin(), missing.end(), [](int64_t count) { return count > 0; });
    Attributes attributes{attribute("dilations", settings.dilation), attribute("group", settings.groups), attribute("kernel_shape", kernel), attribute("pads", pads), attribute("strides", settings.stride)};
    if (settings.transposed)
        attributes.insert(attributes.begin() + 3, attribute("output_padding", settings.output_padding));
    std::vector<GraphTensor const*> inputs{&input, &weight};
    if (bias && !falls_short)
        inputs.push_back(&*bias);
    auto const result = computed(op.graph, settings.transposed ? "ConvTranspose" : "Conv", inputs, {input.dtype(), std::move(dims)}, std::move(attributes));
    if (!falls_short)
        return result;
    std::vector<Dim> ends(2 * padded.size(), Dim(0));
    for (size_t i = 0; i < axes; ++i)
        ends[padded.size() + 2 + i] = missing[i];
    auto const list = GraphTensor::integers(std::move(ends));
    auto const whole = computed(op.graph, "Pad", {&result, &list}, {input.dtype(), padded}, {attribute("mode", std::string("constant"))});
    if (!bias)
        return whole;
    Dims channels(axes + 1, Dim(1));
    channels[0] = bias->dims()[0];
    return binary(op.graph, "Add", whole, reshape(op.graph, *bias, channels));
}

// Input without a batch axis: it is given one for the time of the call.
Result<Value> run(Operation& op, ConvolutionSettings settings)
{
    auto const input = TRY(op.tensor("input"));
    auto const weight = TRY(op.tensor("weight"));
    std::optional<GraphTensor> bias;
    if (op.has("bias"))
        bias = TRY(op.tensor("bias"));
    if (weight.rank() < 3 || weight.rank() > 5)
        return malformed("a convolution's weight has rank " + std::to_string(weight.rank()));
    if (!is_floating(input.dtype()) || input.dtype() != weight.dtype())
        return unsupported("a convolution of " + std::string(name_of(input.dtype())) + " with weights of " + std::string(name_of(weight.dtype())));
    if (settings.transposed && settings.output_padding.size() != static_cast<size_t>(weight.rank() - 2))
        settings.output_padding = TRY(for_each_axis(std::move(settings.output_padding), static_cast<size_t>(weight.rank() - 2), "output_padding"));
    if (input.rank() == weight.rank())
        return op.result(TRY(convolved(op, input, weight, bias, std::move(settings))));
    if (input.rank() + 1 != weight.rank())
        return malformed("a convolution's input has rank " + std::to_string(input.rank()) + " and its weight rank " + std::to_string(weight.rank()));
    auto const batched = TRY(convolved(op, unsqueeze(op.graph, input, {0}), weight, bias, std::move(settings)));
    return op.result(squeeze(op.graph, batched, {0}));
}

Result<Value> convolution_of_rank(Operation& op)
{
    ConvolutionSettings settings;
    settings.stride = TRY(op.numbers("stride"));
    settings.dilation = TRY(op.numbers("dilation"));
    settings.groups = TRY(op.number("groups"));
    if (auto const* mode = op.argument("padding").as<std::string>()) {
        if (*mode != "same" && *mode != "valid")
            return malformed("padding is \"" + *mode + "\", wanted same or valid");
        settings.same_padding = *mode == "same";
        settings.padding = {0};
    } else {
        settings.padding = TRY(op.numbers("padding"));
    }
    return run(op, std::move(settings));
}

Result<Value> transposed_of_rank(Operation& op)
{
    ConvolutionSettings settings;
    settings.transposed = true;
    settings.stride = TRY(op.numbers("stride"));
    settings.padding = TRY(op.numbers("padding"));
    settings.output_padding = TRY(op.numbers("output_padding"));
    settings.dilation = TRY(op.numbers("dilation"));
    settings.groups = TRY(op.number("groups"));
    return run(op, std::move(settings));
}

Result<Value> general_convolution(Operation& op) // aten::convolution and what tracing writes, _convolution
{
    ConvolutionSettings settings;
    settings.stride = TRY(op.numbers("stride"));
    settings.padding = TRY(op.numbers("padding"));
    settings.dilation = TRY(op.numbers("dilation"));
    settings.output_padding = TRY(op.numbers("output_padding"));
    settings.groups = TRY(op.number("groups"));
    settings.transposed = TRY(op.boolean("transposed"));
    return run(op, std::move(settings));
}

// Time, batch, channels: the convolution of aten::conv_tbc, weight [kernel, in, out].
Result<Value> convolution_time_first(Operation& op)
{
    auto const self = transpose(op.graph, TRY(op.tensor("self")), {1, 2, 0});
    auto const weight = transpose(op.graph, TRY(op.tensor("weight")), {2, 1, 0});
    auto const pad = TRY(op.number("pad"));
    ConvolutionSettings settings{{1}, {pad}, {1}, {}, 1, false, false};
    auto const result = TRY(convolved(op, self, weight, TRY(op.tensor("bias")), std::move(settings)));
    return op.result(transpose(op.graph, result, {2, 0, 1}));
}

constexpr OperatorRow rows[] = {
    {"aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, int[1] padding=0, int[1] dilation=1, int groups=1) -> Tensor", convolution_of_rank},
    {"aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, str padding=\"valid\", int[1] dilation=1, int groups=1) -> Tensor", convolution_of_rank},
    {"aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] dilation=1, int groups=1) -> Tensor", convolution_of_rank},
    {"aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, str padding=\"valid\", int[2] dilation=1, int groups=1) -> Tensor", convolution_of_rank},
    {"aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, int[3] dilation=1, int groups=1) -> Tensor", convolution_of_rank},
    {"aten::conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, str padding=\"valid\", int[3] dilation=1, int groups=1) -> Tensor", convolution_of_rank},
    {"aten::_convolution_mode(Tensor input, Tensor weight, Tensor? bias, int[] stride, str padding, int[] dilation, int groups) -> Tensor", convolution_of_rank},
    {"aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, int[1] padding=0, int[1] output_padding=0, int groups=1, int[1] dilation=1) -> Tensor", transposed_of_rank},
    {"aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] output_padding=0, int groups=1, int[2] dilation=1) -> Tensor", transposed_of_rank},
    {"aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, int[3] output_padding=0, int groups=1, int[3] dilation=1) -> Tensor", transposed_of_rank},
    {"aten::convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups) -> Tensor", general_convolution},
    {"aten::_convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups, bool benchmark, bool deterministic, bool cudnn_enabled, bool allow_tf32) -> Tensor", general_convolution},
    {"aten::_convolution.deprecated(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups, bool benchmark, bool deterministic, bool cudnn_enabled) -> Tensor", general_convolution},
    {"aten::conv_tbc(Tensor self, Tensor weight, Tensor bias, int pad=0) -> Tensor", convolution_time_first},
};

}

std::span<OperatorRow const> convolution_operators() { return rows; }
