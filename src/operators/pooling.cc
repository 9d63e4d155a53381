#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>

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
Result<Dim> pooled_size(GraphBuilder& graph, Dim const& size, PoolSettings const& settings, size_t axis)
{
    int64_t const reach = settings.dilation[axis] * (settings.kernel[axis] - 1) + 1;
    int64_t const stride = settings.stride[axis];
    Dim const span = size + Dim(2 * settings.padding[axis] - reach + (settings.ceil_mode ? stride - 1 : 0));
    Dim const windows = graph.symbols().derived(IntegerOperation::floor_divide, span, stride) + Dim(1);
    if (!settings.ceil_mode)
        return windows;
    auto const known_size = size.known();
    if (!known_size)
        return unsupported("ceil_mode on a size that may vary");
    int64_t const count = *windows.known();
    return Dim((count - 1) * stride >= *known_size + settings.padding[axis] ? count - 1 : count);
}

// How far the windows reach beyond the padded input, in ceil mode: what must be padded at the end so that ONNX, without
// ceil_mode, has the same windows.
int64_t missing_at_end(Dim const& size, Dim const& windows, PoolSettings const& settings, size_t axis)
{
    if (!settings.ceil_mode)
        return 0;
    int64_t const reach = settings.dilation[axis] * (settings.kernel[axis] - 1) + 1;
    int64_t const end = (*windows.known() - 1) * settings.stride[axis] + reach;
    return std::max<int64_t>(0, end - (*size.known() + 2 * settings.padding[axis]));
}

struct Pooled {
    Dims dims;
    std::vector<int64_t> extra; // elements missing at the end of each axis
};

Result<Pooled> pooled(GraphBuilder& graph, GraphTensor const& input, PoolSettings const& settings)
{
    Pooled result{{input.dims()[0], input.dims()[1]}, {}};
    for (size_t i = 0; i < settings.kernel.size(); ++i) {
        Dim const windows = TRY(pooled_size(graph, input.dims()[i + 2], settings, i));
        result.extra.push_back(missing_at_end(input.dims()[i + 2], windows, settings, i));
        result.dims.push_back(windows);
    }
    return result;
}

std::vector<int64_t> pads_of(std::vector<int64_t> const& begin, std::vector<int64_t> const& extra)
{
    std::vector<int64_t> pads = begin;
    for (size_t i = 0; i < begin.size(); ++i)
        pads.push_back(begin[i] + extra[i]);
    return pads;
}

// Runs `pool` on the input with a batch axis, which is added and taken away where it lacks.
template <typename Pool>
Result<std::vector<GraphTensor>> with_batch(Operation& op, std::string_view name, size_t axes, Pool const& pool)
{
    auto const input = TRY(op.tensor(name));
    if (input.dims().size() == axes + 2)
        return pool(input);
    if (input.dims().size() != axes + 1)
        return malformed("a pool over " + std::to_string(axes) + " axes of a tensor of rank " + std::to_string(input.rank()));
    std::vector<GraphTensor> results = TRY(pool(unsqueeze(op.graph, input, {0})));
    for (auto& result : results)
        result = squeeze(op.graph, result, {0});
    return results;
}

// Of NaN, and of a window of minus infinities, ONNX Runtime makes other numbers than PyTorch: its kernel starts from the lowest one.
template <size_t axes, bool with_indices>
Result<Value> max_pool(Operation& op)
{
    auto settings = TRY(settings_of(op, axes));
    settings.dilation = TRY(for_each_axis(TRY(op.numbers("dilation")), axes, "dilation"));
    auto const pool = [&](GraphTensor const& input) -> Result<std::vector<GraphTensor>> {
        auto const [dims, extra] = TRY(pooled(op.graph, input, settings));
        Attributes attributes{attribute("dilations", settings.dilation), attribute("kernel_shape", settings.kernel), attribute("pads", pads_of(settings.padding, extra)), attribute("strides", settings.stride)};
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

template <size_t axes>
Result<Value> average_pool(Operation& op)
{
    auto const settings = TRY(settings_of(op, axes));
    bool const count_padding = TRY(op.boolean("count_include_pad"));
    std::optional<int64_t> divisor;
    if constexpr (axes > 1)
        if (op.has("divisor_override"))
            divisor = TRY(op.number("divisor_override"));
    auto const pool = [&](GraphTensor const& input) -> Result<std::vector<GraphTensor>> {
        auto const [dims, extra] = TRY(pooled(op.graph, input, settings));
        bool const beyond = std::any_of(extra.begin(), extra.end(), [](int64_t count) { return count > 0; });
        // What lies beyond the padding, in ceil mode, never counts in PyTorch, and would in ONNX where padding does.
        if (beyond && count_padding && std::any_of(settings.padding.begin(), settings.padding.end(), [](int64_t count) { return count > 0; }))
            return unsupported("an average pool with ceil_mode whose windows reach beyond its counted padding");
        if (beyond && divisor)
            return unsupported("an average pool with ceil_mode and a divisor of its own");
        Attributes attributes{attribute("count_include_pad", static_cast<int64_t>((count_padding && !beyond) || divisor.has_value())), attribute("kernel_shape", settings.kernel), attribute("pads", pads_of(settings.padding, extra)), attribute("strides", settings.stride)};
        auto result = computed(op.graph, "AveragePool", {&input}, {input.dtype(), dims}, std::move(attributes));
        if (divisor) {
            double window = 1;
            for (int64_t const size : settings.kernel)
                window *= static_cast<double>(size);
            result = TRY(binary(op.graph, "Mul", result, number(result.dtype(), window / static_cast<double>(*divisor))));
        }
        return std::vector<GraphTensor>{result};
    };
    return op.result(TRY(with_batch(op, "self", axes, pool))[0]);
}

// ---- adaptive ---------------------------------------------------------------------------------------------------------------------

// Window i of n over a known size: [floor(i * size / n), ceil((i + 1) * size / n)).
GraphTensor pooled_along(GraphBuilder& graph, GraphTensor const& input, int64_t axis, int64_t size, int64_t windows, bool maximum)
{
    std::vector<GraphTensor> parts;
    for (int64_t i = 0; i < windows; ++i) {
        int64_t const start = i * size / windows;
        int64_t const end = ((i + 1) * size + windows - 1) / windows;
        parts.push_back(reduce(graph, maximum ? "ReduceMax" : "ReduceMean", slice(graph, input, axis, start, end), {axis}, true));
    }
    return concat(graph, parts, axis);
}

// One axis after the other: means of means over equal windows are the mean over both, and so for maxima.
Result<GraphTensor> adaptively_pooled(GraphBuilder& graph, GraphTensor const& input, std::vector<std::optional<int64_t>> const& wanted, bool maximum)
{
    size_t const axes = wanted.size();
    std::vector<int64_t> whole;
    for (size_t i = 0; i < axes; ++i)
        if (wanted[i] == 1)
            whole.push_back(static_cast<int64_t>(i) + 2);
    if (whole.size() == axes)
        return computed(graph, maximum ? "GlobalMaxPool" : "GlobalAveragePool", {&input}, {input.dtype(), [&] {
                                                                                               Dims dims{input.dims()[0], input.dims()[1]};
                                                                                               dims.insert(dims.end(), axes, Dim(1));
                                                                                               return dims;
                                                                                           }()});
    GraphTensor result = whole.empty() ? input : reduce(graph, maximum ? "ReduceMax" : "ReduceMean", input, whole, true);
    for (size_t i = 0; i < axes; ++i) {
        auto const axis = static_cast<int64_t>(i) + 2;
        if (!wanted[i] || wanted[i] == 1)
            continue;
        auto const size = TRY(need_number(graph, input.dims()[i + 2], "the size of an axis that is pooled into " + std::to_string(*wanted[i]) + " windows"));
        if (size == *wanted[i])
            continue;
        if (*wanted[i] > 256)
            return unsupported("an adaptive pool of " + std::to_string(*wanted[i]) + " windows along one axis");
        result = pooled_along(graph, result, axis, size, *wanted[i], maximum);
    }
    return result;
}

template <size_t axes, bool maximum>
Result<Value> adaptive_pool(Operation& op)
{
    std::vector<std::optional<int64_t>> wanted;
    Value const& given = op.argument("output_size");
    auto const* list = given.as<std::shared_ptr<ListValue>>();
    if (list == nullptr || ((*list)->items.size() != axes && (*list)->items.size() != 1))
        return malformed("output_size is a " + kind_of(given));
    for (size_t i = 0; i < axes; ++i) {
        Value const& item = (*list)->items[(*list)->items.size() == 1 ? 0 : i];
        if (item.is<NoneValue>())
            wanted.emplace_back();
        else if (auto const* dim = item.as<Dim>())
            wanted.emplace_back(TRY(need_number(op.graph, *dim, "output_size")));
        else
            return malformed("output_size holds a " + kind_of(item));
    }
    auto const pool = [&](GraphTensor const& input) -> Result<std::vector<GraphTensor>> { return std::vector<GraphTensor>{TRY(adaptively_pooled(op.graph, input, wanted, maximum))}; };
    return op.result(TRY(with_batch(op, "self", axes, pool))[0]);
}

// adaptive_max_pool gives indices as well; they are only known where each window is the whole axis.
template <size_t axes>
Result<Value> adaptive_max_pool(Operation& op)
{
    Result<Value> values = adaptive_pool<axes, true>(op);
    auto const pooled_values = TRY(std::move(values));
    return tuple_of({pooled_values, Value{PoisonValue{}}});
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
    {"aten::adaptive_avg_pool1d(Tensor self, int?[1] output_size) -> Tensor", adaptive_pool<1, false>},
    {"aten::adaptive_avg_pool2d(Tensor self, int?[2] output_size) -> Tensor", adaptive_pool<2, false>},
    {"aten::adaptive_avg_pool3d(Tensor self, int?[3] output_size) -> Tensor", adaptive_pool<3, false>},
    {"aten::adaptive_max_pool1d(Tensor self, int?[1] output_size) -> (Tensor, Tensor)", adaptive_max_pool<1>},
    {"aten::adaptive_max_pool2d(Tensor self, int?[2] output_size) -> (Tensor, Tensor)", adaptive_max_pool<2>},
    {"aten::adaptive_max_pool3d(Tensor self, int?[3] output_size) -> (Tensor, Tensor)", adaptive_max_pool<3>},
};

}

std::span<OperatorRow const> pooling_operators() { return rows; }
