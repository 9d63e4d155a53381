#include "operators/families.h"
#include "operators/interpolation.h"

#include <array>
#include <cmath>

// upsample_* and what torch.nn.functional.interpolate was in old files: one ONNX Resize where that gives the very numbers of PyTorch,
// else gathered and weighted along each axis.

namespace {

// ---- whether Resize does it -------------------------------------------------------------------------------------------------------

// ONNX Runtime's own arithmetic, in float: division by the scale where PyTorch multiplies.
std::vector<int64_t> resize_places(int64_t input, int64_t output, std::optional<double> factor, bool exact)
{
    float const scale = factor ? static_cast<float>(*factor) : static_cast<float>(output) / static_cast<float>(input);
    std::vector<int64_t> places;
    for (int64_t i = 0; i < output; ++i) {
        float const x = static_cast<float>(i);
        float const at = exact ? std::round((x + 0.5F) / scale - 0.5F) : std::floor(x / scale);
        places.push_back(std::clamp<int64_t>(static_cast<int64_t>(at), 0, input - 1));
    }
    return places;
}

// A factor that a float32 holds exactly and that times any real size is exact too.
bool is_simple(double factor) { return factor > 0 && factor <= 1024 && factor * 1024 == std::floor(factor * 1024); }

// The size that Resize makes of an axis by a factor, where that is known or surely PyTorch's.
bool factor_gives_size(ResizedAxis const& axis)
{
    if (axis.input.known() && axis.output.known())
        return static_cast<int64_t>(static_cast<float>(*axis.input.known()) * static_cast<float>(*axis.factor)) == *axis.output.known();
    return is_simple(*axis.factor);
}

bool resize_is_right(ResizedAxis const& axis, Interpolation const& how)
{
    bool const nearest = how.mode == InterpolationMode::nearest || how.mode == InterpolationMode::nearest_exact;
    bool const by_factor = axis.factor && !how.align_corners;
    if (by_factor && !factor_gives_size(axis))
        return false;
    if (!nearest) // a factor just above 1 may leave a small size as it is: then PyTorch takes the linear mode for a copy
        return how.mode == InterpolationMode::cubic || !by_factor || axis.output.known() || *axis.factor <= 1 || *axis.factor >= 1.5;
    bool const exact = how.mode == InterpolationMode::nearest_exact;
    auto const input = axis.input.known();
    auto const output = axis.output.known();
    static constexpr int64_t most_compared = 1 << 16;
    if (input && output)
        return *input > 0 && *output <= most_compared && nearest_places(*input, *output, axis.factor, exact) == resize_places(*input, *output, axis.factor, exact);
    if (axis.input == axis.output && !axis.factor)
        return true;
    return by_factor && !exact && *axis.factor == std::floor(*axis.factor) && *axis.factor <= 40; // whole factors: compared for sizes up to 800
}

GraphTensor resize_node(GraphBuilder& graph, GraphTensor const& input, std::vector<ResizedAxis> const& axes, Interpolation const& how)
{
    static constexpr std::array<char const*, 4> modes{"nearest", "nearest", "linear", "cubic"};
    bool const exact = how.mode == InterpolationMode::nearest_exact;
    char const* const coordinates = how.mode == InterpolationMode::nearest ? "asymmetric" : how.align_corners ? "align_corners"
                                                                                                              : "half_pixel";
    Attributes attributes{attribute("mode", std::string(modes[static_cast<size_t>(how.mode)])), attribute("coordinate_transformation_mode", std::string(coordinates))};
    if (how.mode == InterpolationMode::cubic)
        attributes.push_back(attribute("cubic_coeff_a", -0.75F));
    if (how.mode == InterpolationMode::nearest || exact)
        attributes.push_back(attribute("nearest_mode", std::string(exact ? "round_prefer_ceil" : "floor")));
    Dims dims{input.dims()[0], input.dims()[1]};
    std::vector<float> factors{1, 1};
    bool by_factors = !how.align_corners;
    for (auto const& axis : axes) {
        dims.push_back(axis.output);
        by_factors = by_factors && axis.factor.has_value();
        factors.push_back(static_cast<float>(axis.factor.value_or(1)));
    }
    GraphType const type{input.dtype(), dims};
    if (by_factors) {
        auto const count = static_cast<int64_t>(factors.size());
        auto const scales = GraphTensor::constant(Tensor::of<float>(DType::float32, {count}, std::move(factors)));
        return computed(graph, "Resize", {&input, nullptr, &scales}, type, std::move(attributes));
    }
    auto const sizes = GraphTensor::integers(dims);
    return computed(graph, "Resize", {&input, nullptr, nullptr, &sizes}, type, std::move(attributes));
}

Result<GraphTensor> resized(GraphBuilder& graph, GraphTensor const& input, std::vector<ResizedAxis> axes, Interpolation const& how)
{
    for (auto& axis : axes) // an axis that keeps its size is copied, whatever the factor says
        if (axis.input == axis.output && (how.mode == InterpolationMode::linear || how.antialias))
            axis.factor = axis.factor ? std::optional(1.0) : std::nullopt;
    bool const nearest = how.mode == InterpolationMode::nearest || how.mode == InterpolationMode::nearest_exact;
    if (!is_floating(input.dtype()) && !nearest)
        return unsupported("an interpolation of " + std::string(name_of(input.dtype())) + ", which PyTorch rounds in its own way");
    DType const dtype = input.dtype();
    bool const in_float32 = dtype == DType::float16 || dtype == DType::bfloat16; // what PyTorch computes them in
    bool const mixed = std::any_of(axes.begin(), axes.end(), [&](ResizedAxis const& axis) { return axis.factor.has_value() != axes[0].factor.has_value(); });
    bool const whole = !how.antialias && !mixed && (dtype == DType::float32 || in_float32 || dtype == DType::uint8) && std::all_of(axes.begin(), axes.end(), [&](ResizedAxis const& axis) { return resize_is_right(axis, how); });
    auto result = in_float32 ? TRY(cast(graph, input, DType::float32)) : input;
    if (whole)
        return cast(graph, resize_node(graph, result, axes, how), dtype);
    for (size_t i = 0; i < axes.size(); ++i) {
        bool const same = axes[i].input == axes[i].output && (!axes[i].factor || *axes[i].factor == 1 || how.align_corners);
        if (!same)
            result = TRY(resized_along(graph, result, static_cast<int64_t>(i) + 2, axes[i], how));
    }
    return cast(graph, result, dtype);
}

// ---- sizes and factors --------------------------------------------------------------------------------------------------------------

// The whole part of size * factor, as the program computes it with doubles.
Result<Dim> multiplied_size(GraphBuilder& graph, Dim const& size, double factor)
{
    if (!(factor > 0) || factor > 1e6)
        return malformed("an interpolation by the factor " + std::to_string(factor));
    if (auto const known = size.known())
        return Dim(static_cast<int64_t>(static_cast<double>(*known) * factor));
    if (is_simple(factor))
        return graph.symbols().derived(IntegerOperation::floor_divide, size * Dim(static_cast<int64_t>(factor * 1024)), 1024);
    auto const real = TRY(cast(graph, GraphTensor::integer(size), DType::float64));
    return graph.dim_of(TRY(cast(graph, TRY(binary(graph, "Mul", real, number(DType::float64, factor))), DType::int64)));
}

Result<std::vector<ResizedAxis>> axes_by_sizes(GraphTensor const& input, std::vector<Dim> const& sizes, size_t spatial)
{
    if (input.dims().size() != spatial + 2 || sizes.size() != spatial)
        return malformed("an interpolation over " + std::to_string(spatial) + " axes of a tensor of rank " + std::to_string(input.rank()) + " to " + std::to_string(sizes.size()) + " sizes");
    std::vector<ResizedAxis> axes;
    for (size_t i = 0; i < spatial; ++i)
        axes.push_back({input.dims()[i + 2], sizes[i], std::nullopt});
    return axes;
}

Result<std::vector<ResizedAxis>> axes_by_factors(GraphBuilder& graph, GraphTensor const& input, std::vector<double> const& factors, size_t spatial)
{
    if (input.dims().size() != spatial + 2 || factors.size() != spatial)
        return malformed("an interpolation over " + std::to_string(spatial) + " axes of a tensor of rank " + std::to_string(input.rank()) + " by " + std::to_string(factors.size()) + " factors");
    std::vector<ResizedAxis> axes;
    for (size_t i = 0; i < spatial; ++i) {
        Dim const output = TRY(multiplied_size(graph, input.dims()[i + 2], factors[i]));
        axes.push_back({input.dims()[i + 2], output, factors[i]});
    }
    return axes;
}

template <size_t spatial, InterpolationMode mode, bool antialias = false>
Result<Value> upsample(Operation& op) // (self, output_size, scales of each axis)
{
    auto const self = TRY(op.tensor("self"));
    auto axes = TRY(axes_by_sizes(self, TRY(op.integers("output_size")), spatial));
    std::vector<std::string_view> const names = spatial == 1 ? std::vector<std::string_view>{"scales"} : spatial == 2 ? std::vector<std::string_view>{"scales_h", "scales_w"}
                                                                                                                      : std::vector<std::string_view>{"scales_d", "scales_h", "scales_w"};
    for (size_t i = 0; i < spatial; ++i)
        if (op.has(names[i]))
            if (double const factor = TRY(op.floating(names[i])); factor > 0)
                axes[i].factor = factor;
    bool const align_corners = op.takes("align_corners") && TRY(op.boolean("align_corners"));
    Interpolation const how{mode, align_corners, antialias};
    return op.result(TRY(resized(op.graph, self, axes, how)));
}

template <size_t spatial, InterpolationMode mode, bool antialias = false>
Result<Value> upsample_by_either(Operation& op) // (input, output_size or scale_factors)
{
    auto const input = TRY(op.tensor("input"));
    if (op.has("output_size") == op.has("scale_factors"))
        return malformed("an interpolation names its sizes or its factors, one of both");
    auto const axes = op.has("output_size") ? TRY(axes_by_sizes(input, TRY(op.integers("output_size")), spatial)) : TRY(axes_by_factors(op.graph, input, TRY(op.floatings("scale_factors")), spatial));
    bool const align_corners = op.takes("align_corners") && TRY(op.boolean("align_corners"));
    Interpolation const how{mode, align_corners, antialias};
    return op.result(TRY(resized(op.graph, input, axes, how)));
}

// ---- builtins of old files ------------------------------------------------------------------------------------------------------------

Result<Interpolation> named_mode(Operation& op, std::string const& mode, size_t spatial)
{
    Interpolation how;
    how.align_corners = op.takes("align_corners") && op.has("align_corners") && TRY(op.boolean("align_corners"));
    how.antialias = op.takes("antialias") && TRY(op.boolean("antialias"));
    if (mode == "nearest")
        how.mode = InterpolationMode::nearest;
    else if (mode == "nearest-exact")
        how.mode = InterpolationMode::nearest_exact;
    else if ((mode == "linear" && spatial == 1) || (mode == "bilinear" && spatial == 2) || (mode == "trilinear" && spatial == 3))
        how.mode = InterpolationMode::linear;
    else if (mode == "bicubic" && spatial == 2)
        how.mode = InterpolationMode::cubic;
    else
        return unsupported("interpolation of mode \"" + mode + "\" over " + std::to_string(spatial) + " axes");
    return how;
}

// One number stands for all axes.
template <typename Item>
std::vector<Item> spread(std::vector<Item> items, size_t count)
{
    if (items.size() == 1)
        items.resize(count, items[0]);
    return items;
}

Result<Value> interpolated(Operation& op, std::string const& mode, std::optional<bool> align_corners)
{
    auto const input = TRY(op.tensor("input"));
    if (input.rank() < 3 || op.has("size") == op.has("scale_factor"))
        return malformed("an interpolation of a tensor of rank " + std::to_string(input.rank()) + (op.has("size") ? " with both size and factor" : ""));
    size_t const spatial = input.dims().size() - 2;
    Interpolation how = TRY(named_mode(op, mode, spatial));
    how.align_corners = align_corners.value_or(how.align_corners);
    if (op.has("size")) {
        auto const sizes = op.argument("size").is<Dim>() ? std::vector<Dim>{TRY(op.integer("size"))} : TRY(op.integers("size"));
        return op.result(TRY(resized(op.graph, input, TRY(axes_by_sizes(input, spread(sizes, spatial), spatial)), how)));
    }
    auto const factors = op.argument("scale_factor").is<std::shared_ptr<ListValue>>() ? TRY(op.floatings("scale_factor")) : std::vector<double>{TRY(op.floating("scale_factor"))};
    auto axes = TRY(axes_by_factors(op.graph, input, spread(factors, spatial), spatial));
    // Coordinates go by the sizes, unless the program says that they are not to.
    bool const by_factor = op.takes("recompute_scale_factor") && op.has("recompute_scale_factor") && !TRY(op.boolean("recompute_scale_factor"));
    if (!by_factor)
        for (auto& axis : axes)
            axis.factor.reset();
    return op.result(TRY(resized(op.graph, input, axes, how)));
}

Result<Value> interpolate(Operation& op) { return interpolated(op, TRY(op.text("mode")), std::nullopt); }
Result<Value> upsample_nearest(Operation& op) { return interpolated(op, "nearest", false); }
Result<Value> upsample_bilinear(Operation& op) { return interpolated(op, "bilinear", true); }

using enum InterpolationMode;

#define ALL_OF_INTERPOLATE "str mode=\"nearest\", bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor"

constexpr OperatorRow rows[] = {
    {"aten::upsample_nearest1d(Tensor self, int[1] output_size, float? scales=None) -> Tensor", upsample<1, nearest>},
    {"aten::upsample_nearest1d.vec(Tensor input, int[]? output_size, float[]? scale_factors) -> Tensor", upsample_by_either<1, nearest>},
    {"aten::upsample_nearest2d(Tensor self, int[2] output_size, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<2, nearest>},
    {"aten::upsample_nearest2d.vec(Tensor input, int[]? output_size, float[]? scale_factors) -> Tensor", upsample_by_either<2, nearest>},
    {"aten::upsample_nearest3d(Tensor self, int[3] output_size, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<3, nearest>},
    {"aten::upsample_nearest3d.vec(Tensor input, int[]? output_size, float[]? scale_factors) -> Tensor", upsample_by_either<3, nearest>},
    {"aten::_upsample_nearest_exact1d(Tensor self, int[1] output_size, float? scales=None) -> Tensor", upsample<1, nearest_exact>},
    {"aten::_upsample_nearest_exact1d.vec(Tensor input, int[]? output_size, float[]? scale_factors) -> Tensor", upsample_by_either<1, nearest_exact>},
    {"aten::_upsample_nearest_exact2d(Tensor self, int[2] output_size, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<2, nearest_exact>},
    {"aten::_upsample_nearest_exact2d.vec(Tensor input, int[]? output_size, float[]? scale_factors) -> Tensor", upsample_by_either<2, nearest_exact>},
    {"aten::_upsample_nearest_exact3d(Tensor self, int[3] output_size, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<3, nearest_exact>},
    {"aten::_upsample_nearest_exact3d.vec(Tensor input, int[]? output_size, float[]? scale_factors) -> Tensor", upsample_by_either<3, nearest_exact>},
    {"aten::upsample_linear1d(Tensor self, int[1] output_size, bool align_corners, float? scales=None) -> Tensor", upsample<1, linear>},
    {"aten::upsample_linear1d.vec(Tensor input, int[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", upsample_by_either<1, linear>},
    {"aten::upsample_bilinear2d(Tensor self, int[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<2, linear>},
    {"aten::upsample_bilinear2d.vec(Tensor input, int[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", upsample_by_either<2, linear>},
    {"aten::upsample_trilinear3d(Tensor self, int[3] output_size, bool align_corners, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<3, linear>},
    {"aten::upsample_trilinear3d.vec(Tensor input, int[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", upsample_by_either<3, linear>},
    {"aten::upsample_bicubic2d(Tensor self, int[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<2, cubic>},
    {"aten::upsample_bicubic2d.vec(Tensor input, int[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", upsample_by_either<2, cubic>},
    {"aten::_upsample_bilinear2d_aa(Tensor self, int[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<2, linear, true>},
    {"aten::_upsample_bilinear2d_aa.vec(Tensor input, int[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", upsample_by_either<2, linear, true>},
    {"aten::_upsample_bicubic2d_aa(Tensor self, int[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", upsample<2, cubic, true>},
    {"aten::_upsample_bicubic2d_aa.vec(Tensor input, int[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", upsample_by_either<2, cubic, true>},
    {"aten::__interpolate(Tensor input, int? size=None, float? scale_factor=None, " ALL_OF_INTERPOLATE, interpolate},
    {"aten::__interpolate.scale_list(Tensor input, int? size=None, float[]? scale_factor=None, " ALL_OF_INTERPOLATE, interpolate},
    {"aten::__interpolate.size_list(Tensor input, int[]? size=None, float? scale_factor=None, " ALL_OF_INTERPOLATE, interpolate},
    {"aten::__upsample(Tensor input, int? size=None, int? scale_factor=None, str mode=\"nearest\", bool? align_corners=None) -> Tensor", interpolate},
    {"aten::__upsample.size_list(Tensor input, int[]? size=None, int? scale_factor=None, str mode=\"nearest\", bool? align_corners=None) -> Tensor", interpolate},
    {"aten::__upsample_nearest(Tensor input, int? size=None, int? scale_factor=None) -> Tensor", upsample_nearest},
    {"aten::__upsample_nearest.size_list(Tensor input, int[]? size=None, int? scale_factor=None) -> Tensor", upsample_nearest},
    {"aten::__upsample_bilinear(Tensor input, int? size=None, int? scale_factor=None) -> Tensor", upsample_bilinear},
    {"aten::__upsample_bilinear.scale_list(Tensor input, int? size=None, int[]? scale_factor=None) -> Tensor", upsample_bilinear},
    {"aten::__upsample_bilinear.size_list(Tensor input, int[]? size=None, int? scale_factor=None) -> Tensor", upsample_bilinear},
};

}

std::span<OperatorRow const> resize_operators() { return rows; }
