#include "operators/pooling.h"
#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>
#include <limits>

// Pooling in one to three spatial dimensions.

namespace {

struct PoolSettings {
    std::vector<int64_t> kernel;
    std::vector<int64_t> stride;
    std::vector<int64_t> padding;
    std::vector<int64_t> dilation;
    bool ceil_mode = false;
};

Result<PoolSettings> settings_of(Operation& op, size_t axes)
{
    PoolSettings settings;
    settings.kernel = TRY(for_each_axis(TRY(op.numbers("kernel_size")), axes, "kernel_size"));
    auto stride = op.has("stride") ? TRY(op.numbers("stride")) : std::vector<int64_t>();
    settings.stride = stride.empty() ? settings.kernel : TRY(for_each_axis(std::move(stride), axes, "stride"));
    settings.padding = TRY(for_each_axis(TRY(op.numbers("padding")), axes, "padding"));
    settings.dilation.assign(axes, 1);
    settings.ceil_mode = TRY(op.boolean("ceil_mode"));
    for (size_t i = 0; i < axes; ++i) {
        if (settings.kernel[i] <= 0 || settings.stride[i] <= 0)
            return malformed("a pool with kernel " + std::to_string(settings.kernel[i]) + " and stride " + std::to_string(settings.stride[i]));
        if (settings.padding[i] < 0 || settings.padding[i] > settings.kernel[i] / 2)
            return malformed("a pool with padding " + std::to_string(settings.padding[i]) + " and kernel " + std::to_string(settings.kernel[i]));
    }
    return settings;
}

// How many windows fit along one axis (PyTorch aten/src/ATen/native/Pool.h). In ceil mode the last window must start inside of
// the input or its left padding.
Dim pooled_size(GraphBuilder& graph, Dim const& size, PoolSettings const& settings, size_t axis)
{
    auto& symbols = graph.symbols();
    int64_t const reach = settings.dilation[axis] * (settings.kernel[axis] - 1) + 1;
    int64_t const stride = settings.stride[axis];
    Dim const span = size + Dim(2 * settings.padding[axis] - reach + (settings.ceil_mode ? stride - 1 : 0));
    Dim const windows = symbols.derived(IntegerOperation::floor_divide, span, stride) + Dim(1);
    if (!settings.ceil_mode)
        return windows;
    Dim const starting_inside = symbols.derived(IntegerOperation::floor_divide, size + Dim(settings.padding[axis] - 1), stride) + Dim(1);
    return symbols.derived(IntegerOperation::minimum, windows, starting_inside);
}

// How far the windows reach beyond the padded input, in ceil mode: what must be padded at the end so that ONNX, without
// ceil_mode, has the same windows.
Dim missing_at_end(GraphBuilder& graph, Dim const& size, Dim const& windows, PoolSettings const& settings, size_t axis)
{
    if (!settings.ceil_mode)
        return 0;
    int64_t const reach = settings.dilation[axis] * (settings.kernel[axis] - 1) + 1;
    Dim const end = (windows - Dim(1)) * Dim(settings.stride[axis]) + Dim(reach);
    return graph.symbols().derived(IntegerOperation::maximum, end - size - Dim(2 * settings.padding[axis]), 0);
}

struct Pooled {
    Dims dims;
    std::vector<Dim> extra; // elements missing at the end of each axis

    bool reaches_beyond() const
    {
        return std::any_of(extra.begin(), extra.end(), [](Dim const& count) { return !count.is(0); });
    }
    bool is_known() const
    {
        return std::all_of(extra.begin(), extra.end(), [](Dim const& count) { return count.known().has_value(); });
    }
};

Pooled pooled(GraphBuilder& graph, GraphTensor const& input, PoolSettings const& settings)
{
    Pooled result{{input.dims()[0], input.dims()[1]}, {}};
    for (size_t i = 0; i < settings.kernel.size(); ++i) {
        Dim const windows = pooled_size(graph, input.dims()[i + 2], settings, i);
        result.extra.push_back(missing_at_end(graph, input.dims()[i + 2], windows, settings, i));
        result.dims.push_back(windows);
    }
    return result;
}

std::vector<int64_t> pads_of(std::vector<int64_t> const& begin, std::vector<Dim> const& extra)
{
    std::vector<int64_t> pads = begin;
    for (size_t i = 0; i < begin.size(); ++i)
        pads.push_back(begin[i] + *extra[i].known());
    return pads;
}

// The input with `before` elements of `value` on both sides of each spatial axis, and the missing ones at the end: for pools
// whose ends are only known when the model runs, or count otherwise than ONNX counts them.
GraphTensor padded_by_node(GraphBuilder& graph, GraphTensor const& input, std::vector<int64_t> const& before, std::vector<Dim> const& extra, GraphTensor const& value)
{
    std::vector<Dim> pads{0, 0};
    pads.insert(pads.end(), before.begin(), before.end());
    pads.insert(pads.end(), {Dim(0), Dim(0)});
    Dims dims{input.dims()[0], input.dims()[1]};
    for (size_t i = 0; i < before.size(); ++i) {
        pads.push_back(Dim(before[i]) + extra[i]);
        dims.push_back(input.dims()[i + 2] + Dim(2 * before[i]) + extra[i]);
    }
    auto const list = GraphTensor::integers(std::move(pads));
    return computed(graph, "Pad", {&input, &list, &value}, {input.dtype(), std::move(dims)}, {attribute("mode", std::string("constant"))});
}

// Of NaN, and of a window of minus infinities, ONNX Runtime makes other numbers than PyTorch: its kernel starts from the lowest one.
template <size_t axes, bool with_indices>
Result<Value> max_pool(Operation& op)
{
    auto settings = TRY(settings_of(op, axes));
    settings.dilation = TRY(for_each_axis(TRY(op.numbers("dilation")), axes, "dilation"));
    if (DType const dtype = TRY(op.tensor("self")).dtype(); !is_floating(dtype) && dtype != DType::int8 && dtype != DType::uint8)
        return unsupported("a pool of " + std::string(name_of(dtype)));
    auto const pool = [&](GraphTensor const& given) -> Result<std::vector<GraphTensor>> {
        auto const size = pooled(op.graph, given, settings);
        auto const& dims = size.dims;
        GraphTensor input = given;
        Attributes attributes{attribute("dilations", settings.dilation), attribute("kernel_shape", settings.kernel), attribute("strides", settings.stride)};
        if (size.is_known())
            attributes.push_back(attribute("pads", pads_of(settings.padding, size.extra)));
        else if (with_indices)
            return tl::unexpected(need_numbers(op.graph, input.dims(), "a size that is pooled with ceil_mode into places of maxima").error());
        else
            input = padded_by_node(op.graph, given, settings.padding, size.extra, number(given.dtype(), -std::numeric_limits<double>::infinity()));
        if (!with_indices)
            return std::vector<GraphTensor>{computed(op.graph, "MaxPool", {&input}, {input.dtype(), dims}, std::move(attributes))};
        auto const found = op.graph.nodes("MaxPool", {&input}, {{input.dtype(), dims}, {DType::int64, dims}}, std::move(attributes));
        // ONNX counts over the whole tensor, PyTorch within one channel of one item.
        Dim const plane = count_of(Dims(input.dims().begin() + 2, input.dims().end()));
        auto const places = TRY(binary(op.graph, "Mod", found[1], GraphTensor::integer(plane)));
        return std::vector<GraphTensor>{found[0], places};
    };
    auto results = TRY(with_batch(op, "self", axes, pool));
    return with_indices ? op.results(std::move(results)) : op.result(results[0]);
}

GraphTensor pool_node(GraphBuilder& graph, GraphTensor const& input, PoolSettings const& settings, Dims const& dims, Attributes attributes)
{
    attributes.push_back(attribute("kernel_shape", settings.kernel));
    attributes.push_back(attribute("strides", settings.stride));
    return computed(graph, "AveragePool", {&input}, {input.dtype(), dims}, std::move(attributes));
}

double elements_of(std::vector<int64_t> const& kernel)
{
    double count = 1;
    for (int64_t const size : kernel)
        count *= static_cast<double>(size);
    return count;
}

// The mean over windows of the padded input, over what the mean of a mask of the counted elements says.
Result<GraphTensor> average_of_padded(GraphBuilder& graph, GraphTensor const& input, PoolSettings const& settings, Pooled const& size, bool count_padding, std::optional<int64_t> divisor)
{
    DType const dtype = input.dtype();
    auto const zero = number(dtype, 0.0);
    auto const one = number(dtype, 1.0);
    auto const means = pool_node(graph, padded_by_node(graph, input, settings.padding, size.extra, zero), settings, size.dims, {});
    if (divisor)
        return binary(graph, "Mul", means, number(dtype, elements_of(settings.kernel) / static_cast<double>(*divisor)));
    auto ones = filled(graph, one, input.dims());
    if (count_padding)
        ones = padded_by_node(graph, ones, settings.padding, std::vector<Dim>(settings.padding.size(), Dim(0)), one);
    auto const none = std::vector<int64_t>(settings.padding.size(), 0);
    auto const mask = padded_by_node(graph, ones, count_padding ? none : settings.padding, size.extra, zero);
    return binary(graph, "Div", means, pool_node(graph, mask, settings, size.dims, {}));
}

template <size_t axes>
Result<Value> average_pool(Operation& op)
{
    auto const settings = TRY(settings_of(op, axes));
    if (DType const dtype = TRY(op.tensor("self")).dtype(); !is_floating(dtype))
        return unsupported("the average over windows of " + std::string(name_of(dtype)));
    bool const count_padding = TRY(op.boolean("count_include_pad"));
    std::optional<int64_t> divisor;
    if constexpr (axes > 1)
        if (op.has("divisor_override"))
            divisor = TRY(op.number("divisor_override"));
    bool const pads = std::any_of(settings.padding.begin(), settings.padding.end(), [](int64_t count) { return count > 0; });
    auto const pool = [&](GraphTensor const& input) -> Result<std::vector<GraphTensor>> {
        auto const size = pooled(op.graph, input, settings);
        // What lies beyond the padding, in ceil mode, never counts in PyTorch, and would in ONNX where padding does.
        bool const counts_otherwise = size.reaches_beyond() && ((count_padding && pads) || divisor);
        if (counts_otherwise || !size.is_known()) {
            auto const averaged = TRY(average_of_padded(op.graph, input, settings, size, count_padding, divisor));
            return std::vector<GraphTensor>{averaged};
        }
        bool const count_all = (count_padding && !size.reaches_beyond()) || divisor.has_value();
        auto result = pool_node(op.graph, input, settings, size.dims, {attribute("count_include_pad", static_cast<int64_t>(count_all)), attribute("pads", pads_of(settings.padding, size.extra))});
        if (divisor)
            result = TRY(binary(op.graph, "Mul", result, number(result.dtype(), elements_of(settings.kernel) / static_cast<double>(*divisor))));
        return std::vector<GraphTensor>{result};
    };
    return op.result(TRY(with_batch(op, "self", axes, pool))[0]);
}

constexpr OperatorRow rows[] = {
    {"aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] dilation=1, bool ceil_mode=False) -> Tensor", max_pool<1, false>},
    {"aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> Tensor", max_pool<2, false>},
    {"aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> Tensor", max_pool<3, false>},
    {"aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)", max_pool<1, true>},
    {"aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)", max_pool<2, true>},
    {"aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)", max_pool<3, true>},
    {"aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, bool ceil_mode=False, bool count_include_pad=True) -> Tensor", average_pool<1>},
    {"aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor", average_pool<2>},
    {"aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor", average_pool<3>},
};

}

std::span<OperatorRow const> pooling_operators() { return rows; }
