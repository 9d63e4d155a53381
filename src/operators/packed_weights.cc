#include "operators/packed_weights.h"

#include "operators/families.h"
#include "operators/quantised.h"

#include <cmath>

// Packing and unpacking of weights (aten/src/ATen/native/quantized/cpu/qconv_prepack.cpp, qlinear_prepack.cpp and their unpack files).

namespace {

// The places of what a convolution's tuple holds.
enum Place : size_t { weight_place,
    bias_place,
    stride_place,
    padding_place,
    output_padding_place,
    dilation_place,
    groups_place,
    transposed_place,
    convolution_size };

std::vector<Value> const* items_of(Value const& value)
{
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
        return &(*tuple)->items;
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return &(*list)->items;
    return nullptr;
}

// What was packed, whether by the program or before it was saved.
Result<std::vector<Value>> contents(Value const& packed)
{
    auto const* object = packed.as<std::shared_ptr<ObjectValue>>();
    auto const* state = object == nullptr ? &packed : (*object)->find("__state__");
    auto const* items = state == nullptr ? nullptr : items_of(*state);
    bool const is_linear = items != nullptr && items->size() == 2 && (*items)[0].is<TensorReference>();
    bool const is_convolution = object == nullptr && items != nullptr && items->size() == convolution_size;
    if (!is_linear && !is_convolution)
        return unsupported("packed weights of a form that is not known").hint("save the module with a __getstate__ of its own, as torch.ao.nn.quantized does");
    return *items;
}

Result<std::vector<Dim>> dims_in(Value const& value)
{
    auto const* items = items_of(value);
    if (items == nullptr)
        return malformed("packed weights with numbers that are a " + kind_of(value));
    std::vector<Dim> dims;
    for (auto const& item : *items) {
        auto const* dim = item.as<Dim>();
        if (dim == nullptr)
            return malformed("packed weights with a number that is a " + kind_of(item));
        dims.push_back(*dim);
    }
    return dims;
}

Tensor whole_elements(Tensor const& weight, QuantisedGrid const& grid)
{
    size_t const axis = static_cast<size_t>(grid.axis.value_or(0));
    size_t inner = 1;
    for (size_t i = axis + 1; i < weight.shape().size(); ++i)
        inner *= static_cast<size_t>(weight.shape()[i]);
    size_t const channels = grid.scales.size();
    std::vector<float> whole;
    whole.reserve(weight.count());
    for (size_t i = 0; i < weight.count(); ++i)
        whole.push_back(std::nearbyint(static_cast<float>(weight.number_at(i)) / static_cast<float>(grid.scales[channels == 1 ? 0 : i / inner % channels])));
    return Tensor::of<float>(DType::float32, weight.shape(), std::move(whole));
}

Result<void> read_weight(Operation& op, Value const& value, PackedWeights& result)
{
    auto const* tensor = value.as<TensorReference>();
    auto const grid = tensor == nullptr ? nullptr : (*tensor)->grid;
    auto const known = tensor == nullptr ? std::nullopt : TRY(op.heap.read(*tensor)).known();
    if (grid == nullptr || !known)
        return unsupported("packed weights that are not quantised, or not known when the model is converted");
    result.scales = grid->scales;
    result.channel_axis = grid->axis.value_or(0);
    result.whole = GraphTensor::constant(whole_elements(*known, *grid));
    return {};
}

// ---- packing --------------------------------------------------------------------------------------------------------------------

Result<Value> pack_linear(Operation& op) { return tuple_of({op.argument("W"), op.argument("B")}); }

template <bool transposed>
Result<Value> pack_convolution(Operation& op)
{
    auto const none_of = op.heap.integers_of(std::vector<Dim>(TRY(op.integers("stride")).size(), Dim(0)));
    return tuple_of({op.argument("weight"), op.argument("bias"), op.argument("stride"), op.argument("padding"), transposed ? op.argument("output_padding") : none_of, op.argument("dilation"), op.argument("groups"), Value{transposed}});
}

template <size_t least>
Result<Value> unpack(Operation& op)
{
    auto const items = TRY(contents(op.argument("packed_weights")));
    if (items.size() < least)
        return malformed("packed weights of another kind");
    return tuple_of({items[weight_place], items[bias_place]});
}

#define PACKING "Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups) -> t"
#define PACKING_TRANSPOSED "Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] output_padding, int[] dilation, int groups) -> t"
#define UNPACKING "(t packed_weights) -> (Tensor unpacked_weights, Tensor? B_origin)"
constexpr OperatorRow rows[] = {
    {"quantized::linear_prepack(Tensor W, Tensor? B=None) -> t", pack_linear},
    {"quantized::conv1d_prepack(" PACKING, pack_convolution<false>},
    {"quantized::conv2d_prepack(" PACKING, pack_convolution<false>},
    {"quantized::conv3d_prepack(" PACKING, pack_convolution<false>},
    {"quantized::conv_transpose1d_prepack(" PACKING_TRANSPOSED, pack_convolution<true>},
    {"quantized::conv_transpose2d_prepack(" PACKING_TRANSPOSED, pack_convolution<true>},
    {"quantized::conv_transpose3d_prepack(" PACKING_TRANSPOSED, pack_convolution<true>},
    {"quantized::linear_unpack" UNPACKING, unpack<2>},
    {"quantized::conv1d_unpack" UNPACKING, unpack<convolution_size>},
    {"quantized::conv2d_unpack" UNPACKING, unpack<convolution_size>},
    {"quantized::conv3d_unpack" UNPACKING, unpack<convolution_size>},
};

}

std::span<OperatorRow const> packed_weight_operators() { return rows; }

Result<PackedWeights> packed_weights(Operation& op, Value const& packed)
{
    auto const items = TRY(contents(packed));
    PackedWeights result;
    TRY(read_weight(op, items[weight_place], result));
    if (auto const* bias = items[bias_place].as<TensorReference>())
        result.bias = *bias;
    if (items.size() != convolution_size)
        return result;
    result.stride = TRY(dims_in(items[stride_place]));
    result.padding = TRY(dims_in(items[padding_place]));
    result.output_padding = TRY(dims_in(items[output_padding_place]));
    result.dilation = TRY(dims_in(items[dilation_place]));
    auto const* groups = items[groups_place].as<Dim>();
    auto const* transposed = items[transposed_place].as<bool>();
    if (groups == nullptr || !groups->known() || transposed == nullptr)
        return malformed("packed weights without their numbers");
    result.groups = *groups->known();
    result.transposed = *transposed;
    if (result.transposed && result.groups > 1 && result.scales.size() > 1)
        return unsupported("a transposed convolution in groups whose weights are quantised by channels");
    return result;
}

Result<GraphTensor> weights_as_numbers(Operation& op, PackedWeights const& weights)
{
    std::vector<float> scales;
    for (double const scale : weights.scales)
        scales.push_back(static_cast<float>(scale));
    Shape shape;
    if (scales.size() > 1) {
        shape.assign(static_cast<size_t>(weights.whole.rank()), 1);
        shape[static_cast<size_t>(weights.channel_axis)] = static_cast<int64_t>(scales.size());
    }
    return binary(op.graph, "Mul", weights.whole, GraphTensor::constant(Tensor::of<float>(DType::float32, shape, std::move(scales))));
}

Result<std::vector<float>> known_elements(Operation& op, TensorReference const& tensor)
{
    auto const value = TRY(cast(op.graph, TRY(op.heap.read(tensor)), DType::float32));
    auto const known = value.known();
    if (!known)
        return unsupported("a bias of packed weights that depends on data");
    std::vector<float> elements;
    for (uint64_t i = 0; i < known->count(); ++i)
        elements.push_back(static_cast<float>(known->number_at(i)));
    return elements;
}
