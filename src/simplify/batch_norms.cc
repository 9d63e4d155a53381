#include "simplify/passes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

namespace {

constexpr int32_t onnx_float32 = 1;

// Weights stand wherever their file has them, so they are copied out before they are read.
std::vector<float> floats_of(OnnxTensor const& tensor)
{
    std::vector<float> elements(tensor.raw.size() / sizeof(float));
    if (!elements.empty())
        std::memcpy(elements.data(), tensor.raw.bytes().data(), elements.size() * sizeof(float));
    return elements;
}

bool is_float32(OnnxTensor const* tensor) { return tensor != nullptr && tensor->data_type == onnx_float32; }

OnnxTensor float_tensor(std::vector<int64_t> dims, std::vector<float> elements)
{
    OnnxTensor tensor;
    tensor.data_type = onnx_float32;
    tensor.dims = std::move(dims);
    tensor.raw = SharedBytes::take(std::move(elements));
    return tensor;
}

// What a batch norm makes of its input, channel by channel: x * factor + summand.
struct ChannelScaling {
    std::vector<double> factors;
    std::vector<double> summands;
};

std::optional<ChannelScaling> scaling_of(GraphUses const& uses, OnnxNode const& norm)
{
    if (norm.inputs.size() != 5 || norm.outputs.size() != 1 || integer_attribute(norm, "training_mode", 0) != 0)
        return std::nullopt;
    std::vector<float> numbers[4];
    for (size_t i = 0; i < 4; ++i) {
        auto const* const weight = uses.weight(norm.inputs[i + 1]);
        if (!is_float32(weight) || weight->dims.size() != 1)
            return std::nullopt;
        numbers[i] = floats_of(*weight);
        if (numbers[i].size() != numbers[0].size())
            return std::nullopt;
    }
    auto const epsilon = static_cast<double>(float_attribute(norm, "epsilon", 1e-5F));
    ChannelScaling scaling;
    for (size_t channel = 0; channel < numbers[0].size(); ++channel) {
        double const factor = numbers[0][channel] / std::sqrt(numbers[3][channel] + epsilon);
        scaling.factors.push_back(factor);
        scaling.summands.push_back(numbers[1][channel] - numbers[2][channel] * factor);
    }
    return scaling;
}

// The axis of a convolution's weight along which its outputs stand; nothing where groups make it two.
std::optional<size_t> output_axis(OnnxNode const& convolution)
{
    if (convolution.op_type == "Conv")
        return 0;
    return convolution.op_type == "ConvTranspose" && integer_attribute(convolution, "group", 1) == 1 ? std::optional<size_t>(1) : std::nullopt;
}

// Nothing where a product is no finite number.
std::optional<OnnxTensor> scaled(OnnxTensor const& weight, size_t axis, std::vector<double> const& factors)
{
    auto elements = floats_of(weight);
    uint64_t inner = 1;
    for (size_t i = axis + 1; i < weight.dims.size(); ++i)
        inner *= static_cast<uint64_t>(weight.dims[i]);
    static constexpr uint32_t exponent = 0x7f800000; // all ones: infinite, or not a number
    bool is_finite = true;
    for (uint64_t start = 0, channel = 0; start < elements.size(); start += inner, channel = (channel + 1) % factors.size())
        for (uint64_t i = start; i < start + inner; ++i) {
            elements[i] = static_cast<float>(elements[i] * factors[channel]);
            is_finite &= (std::bit_cast<uint32_t>(elements[i]) & exponent) != exponent;
        }
    return is_finite ? std::optional(float_tensor(weight.dims, std::move(elements))) : std::nullopt;
}

bool all_finite(std::vector<float> const& elements)
{
    return std::all_of(elements.begin(), elements.end(), [](float element) { return std::isfinite(element); });
}

// The part of a name before its last dot: a module's path.
std::string module_of(std::string const& name) { return name.substr(0, std::min(name.rfind('.'), name.size())); }

bool fold(GraphUses& uses, OnnxNode& norm)
{
    auto* const convolution = uses.maker(norm.inputs[0]);
    if (convolution == nullptr || !convolution->domain.empty() || uses.count(norm.inputs[0]) != 1)
        return false;
    auto const axis = output_axis(*convolution);
    auto const* const weight = convolution->inputs.size() > 1 ? uses.weight(convolution->inputs[1]) : nullptr;
    bool const has_bias = convolution->inputs.size() > 2 && !convolution->inputs[2].empty();
    auto const* const bias = has_bias ? uses.weight(convolution->inputs[2]) : nullptr;
    auto const scaling = scaling_of(uses, norm);
    if (!axis || !is_float32(weight) || weight->dims.size() < 3 || (has_bias && !is_float32(bias)) || !scaling || (has_bias && bias->dims.size() != 1) || scaling->factors.size() != static_cast<size_t>(weight->dims[*axis]))
        return false;
    std::vector<float> sums;
    auto const own_bias = bias != nullptr ? floats_of(*bias) : std::vector<float>(scaling->factors.size(), 0.0F);
    for (size_t channel = 0; channel < scaling->factors.size(); ++channel)
        sums.push_back(static_cast<float>(own_bias[channel] * scaling->factors[channel] + scaling->summands[channel]));
    auto folded_weight = all_finite(sums) ? scaled(*weight, *axis, scaling->factors) : std::nullopt;
    if (!folded_weight)
        return false;
    auto folded_bias = float_tensor({weight->dims[*axis]}, std::move(sums));
    std::string const both = "@" + module_of(norm.inputs[1]);
    auto const old_weight = convolution->inputs[1];
    uses.take_instead(*convolution, 1, uses.add_weight(*std::move(folded_weight), old_weight + both));
    convolution->inputs.resize(3);
    convolution->inputs[2] = uses.add_weight(std::move(folded_bias), module_of(old_weight) + ".bias" + both);
    convolution->outputs[0] = norm.outputs[0];
    norm.op_type.clear(); // its own weights are dropped with those that nobody takes
    return true;
}

}

uint64_t fold_batch_norms(GraphUses& uses)
{
    uint64_t count = 0;
    for (auto& node : uses.graph().nodes)
        if (node.op_type == "BatchNormalization" && node.domain.empty() && fold(uses, node))
            ++count;
    return count;
}
