#include "operators/families.h"
#include "operators/formula.h"
#include "operators/packed_weights.h"
#include "operators/quantised.h"

#include <cmath>

// Operators that make quantised tensors and compute with them (aten/src/ATen/native/quantized/cpu, with the arithmetic of FBGEMM on
// x86). Convolutions and products are taken of whole numbers, which float32 holds exactly, and rounded to the grid of the result.

namespace {

Result<std::shared_ptr<QuantisedGrid const>> grid_of(int64_t scalar_type, std::vector<double> scales, std::vector<int64_t> zero_points, std::optional<int64_t> axis)
{
    if (scalar_type < 12 || scalar_type > 14)
        return unsupported("quantisation to the scalar type " + std::to_string(scalar_type));
    for (double const scale : scales)
        if (!(static_cast<float>(scale) > 0) || !std::isfinite(static_cast<float>(scale)))
            return malformed("a grid with the scale " + std::to_string(scale));
    if (scales.size() != zero_points.size())
        return malformed("a grid of " + std::to_string(scales.size()) + " scales and " + std::to_string(zero_points.size()) + " zero points");
    auto grid = std::make_shared<QuantisedGrid>();
    grid->scalar_type = scalar_type;
    grid->scales = std::move(scales);
    grid->zero_points = std::move(zero_points);
    grid->axis = axis;
    return grid;
}

Result<Value> on_grid(Operation& op, GraphTensor const& real, std::shared_ptr<QuantisedGrid const> const& grid, QuantisedRounding rounding = QuantisedRounding::as_operators_do)
{
    auto const value = TRY(put_on_grid(op.graph, real, *grid, rounding));
    return Value{seen_on_grid(op.heap.tensor(value), grid)};
}

// The grid of `name`, or null where it came as plain numbers.
Result<std::shared_ptr<QuantisedGrid const>> grid_of_argument(Operation& op, std::string_view name) { return TRY(op.reference(name))->grid; }

Result<std::shared_ptr<QuantisedGrid const>> given_grid(Operation& op, std::string_view name, std::string_view scale, std::string_view zero_point)
{
    auto const own = TRY(grid_of_argument(op, name));
    double const scale_number = TRY(op.floating(scale));
    return grid_of(own != nullptr ? own->scalar_type : 13, {scale_number}, {TRY(op.number(zero_point))}, std::nullopt);
}

// ---- quantising and back --------------------------------------------------------------------------------------------------------

Result<GraphTensor> floats(Operation& op, std::string_view name) { return cast(op.graph, TRY(op.tensor(name)), DType::float32); }

Result<Value> quantize_per_tensor(Operation& op)
{
    double const scale = TRY(op.floating("scale"));
    auto const grid = TRY(grid_of(TRY(op.number("dtype")), {scale}, {TRY(op.number("zero_point"))}, std::nullopt));
    return on_grid(op, TRY(floats(op, "self")), grid, QuantisedRounding::with_zero_point);
}

Result<Tensor> known_tensor(Operation& op, std::string_view name, DType dtype)
{
    auto const tensor = TRY(cast(op.graph, TRY(op.tensor(name)), dtype));
    auto const known = tensor.known();
    if (!known)
        return unsupported("quantisation by a " + std::string(name) + " that depends on data").code(depends_on_data_code);
    return *known;
}

Result<Value> quantize_by_tensors(Operation& op)
{
    auto const scale = TRY(known_tensor(op, "scale", DType::float64));
    auto const zero_point = TRY(known_tensor(op, "zero_point", DType::int64));
    if (scale.count() != 1 || zero_point.count() != 1)
        return malformed("quantisation by more than one scale");
    auto const grid = TRY(grid_of(TRY(op.number("dtype")), {scale.number_at(0)}, {zero_point.integer_at(0)}, std::nullopt));
    return on_grid(op, TRY(floats(op, "self")), grid, QuantisedRounding::with_zero_point);
}

Result<Value> quantize_per_channel(Operation& op)
{
    auto const self = TRY(floats(op, "self"));
    auto const scales = TRY(known_tensor(op, "scales", DType::float64));
    auto const zero_points = TRY(known_tensor(op, "zero_points", DType::int64));
    auto const axis = TRY(op.axis("axis", self.rank()));
    if (self.rank() == 0 || zero_points.count() != scales.count())
        return malformed("quantisation by channels of a tensor of rank " + std::to_string(self.rank()));
    std::vector<double> steps;
    std::vector<int64_t> zeros;
    for (uint64_t i = 0; i < scales.count(); ++i) {
        steps.push_back(scales.number_at(i));
        zeros.push_back(zero_points.integer_at(i));
    }
    TRY(require_equal(op.graph, self.dims()[static_cast<size_t>(axis)], Dim(static_cast<int64_t>(steps.size())), "scales, where channels are quantised"));
    return on_grid(op, self, TRY(grid_of(TRY(op.number("dtype")), std::move(steps), std::move(zeros), axis)), QuantisedRounding::with_zero_point);
}

Result<Value> dequantize(Operation& op) { return op.result(TRY(floats(op, "self"))); }
Result<Value> dequantize_all(Operation& op)
{
    std::vector<Value> results;
    for (auto const& tensor : TRY(op.tensors("tensors")))
        results.push_back(op.result(TRY(cast(op.graph, tensor, DType::float32))));
    return op.heap.list_of(std::move(results));
}

Result<std::shared_ptr<QuantisedGrid const>> needed_grid(Operation& op, std::string_view name)
{
    auto grid = TRY(grid_of_argument(op, name));
    if (grid == nullptr)
        return unsupported("the grid of a tensor that is not known to be quantised");
    return grid;
}

Result<std::shared_ptr<QuantisedGrid const>> one_step_grid(Operation& op)
{
    auto grid = TRY(needed_grid(op, "self"));
    if (grid->axis)
        return malformed("the scale of a tensor that is quantised by channels");
    return grid;
}

Result<Value> scale_of(Operation& op) { return Value{TRY(one_step_grid(op))->scales[0]}; }
Result<Value> zero_point_of(Operation& op) { return Value{Dim(TRY(one_step_grid(op))->zero_points[0])}; }

// The whole numbers q - zero_point of a tensor on a grid of one step, as float32.
Result<GraphTensor> whole_numbers(GraphBuilder& graph, GraphTensor const& value, QuantisedGrid const& grid)
{
    return (Formula(graph, value) * static_cast<double>(1.0F / static_cast<float>(grid.scales[0]))).through("Round").tensor();
}

Result<Value> integers_of(Operation& op)
{
    auto const grid = TRY(one_step_grid(op));
    static constexpr DType stored[]{DType::int8, DType::uint8, DType::int32};
    auto const whole = TRY(whole_numbers(op.graph, TRY(op.tensor("self")), *grid));
    return op.result(TRY((Formula(op.graph, whole) + static_cast<double>(grid->zero_points[0])).to(stored[grid->scalar_type - 12]).tensor()));
}

// ---- of real numbers, then on a grid --------------------------------------------------------------------------------------------

Value plain(Operation& op, std::string_view name) { return Value{seen_on_grid(*op.argument(name).as<TensorReference>(), nullptr)}; }

// op(qx, scale, zero_point) by an operator on what qx stands for; `others` are its arguments after the first.
Result<Value> by_values(Operation& op, std::string_view target, std::vector<Value> others, std::string_view input = "qx")
{
    auto const grid = TRY(given_grid(op, input, "output_scale", "output_zero_point"));
    std::vector<Value> arguments{plain(op, input)};
    arguments.insert(arguments.end(), others.begin(), others.end());
    return on_grid(op, TRY(op.tensor_from(target, std::move(arguments))), grid);
}

Result<Value> sigmoid(Operation& op) { return by_values(op, "aten::sigmoid", {}); }
Result<Value> hardswish(Operation& op) { return by_values(op, "aten::hardswish", {}, "input"); }
Result<Value> leaky_relu(Operation& op) { return by_values(op, "aten::leaky_relu", {op.argument("negative_slope")}); }
Result<Value> elu(Operation& op) { return by_values(op, "aten::elu", {op.argument("alpha"), op.argument("scale"), op.argument("input_scale")}, "self"); }
Result<Value> relu6(Operation& op)
{
    auto const grid = TRY(grid_of_argument(op, "qx"));
    auto const result = TRY(op.tensor_from("aten::relu6", {plain(op, "qx")}));
    return grid == nullptr ? Result<Value>(op.result(result)) : on_grid(op, result, grid);
}

Result<Value> layer_norm(Operation& op)
{
    return by_values(op, "aten::layer_norm", {op.argument("normalized_shape"), op.argument("weight"), op.argument("bias"), op.argument("eps"), Value{false}}, "input");
}
Result<Value> group_norm(Operation& op)
{
    return by_values(op, "aten::group_norm", {op.argument("num_groups"), op.argument("weight"), op.argument("bias"), op.argument("eps"), Value{false}});
}
Result<Value> instance_norm(Operation& op)
{
    return by_values(op, "aten::instance_norm", {op.argument("weight"), op.argument("bias"), none(), none(), Value{true}, Value{0.1}, op.argument("eps"), Value{false}}, "input");
}

template <bool relu>
Result<Value> batch_norm(Operation& op)
{
    auto const grid = TRY(given_grid(op, "qx", "output_scale", "output_zero_point"));
    auto normal = TRY(op.tensor_from("aten::batch_norm", {plain(op, "qx"), op.argument("weight"), op.argument("bias"), op.argument("mean"), op.argument("var"), Value{false}, Value{0.1}, op.argument("eps"), Value{false}}));
    return on_grid(op, relu ? unary(op.graph, "Relu", normal) : normal, grid);
}

template <bool relu>
Result<Value> sum(Operation& op)
{
    auto const grid = TRY(given_grid(op, "qa", "scale", "zero_point"));
    auto const result = TRY(binary(op.graph, "Add", TRY(op.tensor("qa")), TRY(op.tensor("qb"))));
    return on_grid(op, relu ? unary(op.graph, "Relu", result) : result, grid);
}

// Steps of a grid of one step, as float32 numbers that are still to be rounded, put on it.
Result<Value> steps_on_grid(Operation& op, GraphTensor const& steps, bool relu, std::shared_ptr<QuantisedGrid const> const& grid)
{
    QuantisedGrid unit = *grid;
    unit.scales = {1.0};
    auto placed = TRY(put_on_grid(op.graph, steps, unit, QuantisedRounding::as_operators_do));
    if (relu)
        placed = unary(op.graph, "Relu", placed);
    return Value{seen_on_grid(op.heap.tensor(TRY((Formula(op.graph, placed) * static_cast<double>(static_cast<float>(grid->scales[0]))).tensor())), grid)};
}

template <bool relu>
Result<Value> product(Operation& op)
{
    auto const grid = TRY(given_grid(op, "qa", "scale", "zero_point"));
    auto const left = TRY(grid_of_argument(op, "qa"));
    auto const right = TRY(grid_of_argument(op, "qb"));
    auto const a = TRY(op.tensor("qa"));
    auto const b = TRY(op.tensor("qb"));
    if (left == nullptr || right == nullptr || left->axis || right->axis) {
        auto const result = TRY(binary(op.graph, "Mul", a, b));
        return on_grid(op, relu ? unary(op.graph, "Relu", result) : result, grid);
    }
    float const factor = static_cast<float>(left->scales[0]) * static_cast<float>(right->scales[0]) * (1.0F / static_cast<float>(grid->scales[0]));
    auto const whole = Formula(op.graph, TRY(whole_numbers(op.graph, a, *left))) * Formula(op.graph, TRY(whole_numbers(op.graph, b, *right)));
    return steps_on_grid(op, TRY((whole * static_cast<double>(factor)).tensor()), relu, grid);
}

template <bool relu>
Result<Value> joined(Operation& op)
{
    auto const* list = op.argument("qx").as<std::shared_ptr<ListValue>>();
    auto const* tuple = op.argument("qx").as<std::shared_ptr<TupleValue>>();
    auto const& items = list != nullptr ? (*list)->items : (*tuple)->items;
    auto const* first = items.empty() ? nullptr : items[0].as<TensorReference>();
    auto const own = first != nullptr ? (*first)->grid : nullptr;
    if (own == nullptr && !(op.has("scale") && op.has("zero_point")))
        return unsupported("a join onto the grid of a tensor that is not known to be quantised");
    double const scale = op.has("scale") ? TRY(op.floating("scale")) : own->scales[0];
    int64_t const zero_point = op.has("zero_point") ? TRY(op.number("zero_point")) : own->zero_points[0];
    auto const grid = TRY(grid_of(own != nullptr ? own->scalar_type : 13, {scale}, {zero_point}, std::nullopt));
    std::vector<Value> values;
    for (auto const& item : items)
        values.push_back(item.is<TensorReference>() ? Value{seen_on_grid(*item.as<TensorReference>(), nullptr)} : item);
    auto const result = TRY(op.tensor_from("aten::cat", {op.heap.list_of(std::move(values)), op.argument("dim")}));
    return on_grid(op, relu ? unary(op.graph, "Relu", result) : result, grid);
}

// ---- products with packed weights -----------------------------------------------------------------------------------------------

void warn_of_rounding(Operation& op)
{
    op.warn("G11", "quantised: the model computes in float32 and rounds to the grids that PyTorch rounds to; where a number lies in the middle between two steps, the result may be one step off.");
}

// What the whole numbers of a product stand for, in steps of the result's grid: (sum + bias / input step) * input step / output step, as
// FBGEMM rounds it; `axis` is that of the output channels.
Result<GraphTensor> rescaled(Operation& op, GraphTensor const& sums, PackedWeights const& weights, QuantisedGrid const& input, QuantisedGrid const& output, int64_t axis)
{
    std::vector<float> factors;
    std::vector<float> shifts;
    auto const bias = weights.bias ? std::optional(TRY(known_elements(op, *weights.bias))) : std::nullopt;
    size_t const channels = weights.scales.size() == 1 && bias ? bias->size() : weights.scales.size();
    for (size_t i = 0; i < channels; ++i) {
        float const step = static_cast<float>(input.scales[0]) * static_cast<float>(weights.scales[weights.scales.size() == 1 ? 0 : i]);
        factors.push_back(step / static_cast<float>(output.scales[0]));
        shifts.push_back(!bias ? 0.0F : weights.scales.size() == 1 ? (*bias)[i] * (1.0F / step)
                                                                   : (*bias)[i] / step);
    }
    Shape shape;
    if (channels > 1) {
        shape.assign(static_cast<size_t>(sums.rank()), 1);
        shape[static_cast<size_t>(axis)] = static_cast<int64_t>(channels);
    }
    Formula result(op.graph, sums);
    if (bias)
        result = result + Formula(op.graph, GraphTensor::constant(Tensor::of<float>(DType::float32, shape, std::move(shifts))));
    return (result * Formula(op.graph, GraphTensor::constant(Tensor::of<float>(DType::float32, shape, std::move(factors))))).tensor();
}

// The operator with packed weights: on whole numbers where the input's grid is known, else on what they stand for.
template <typename Multiply>
Result<Value> with_packed_weights(Operation& op, std::string_view input, PackedWeights const& weights, bool relu, int64_t channel_axis, std::shared_ptr<QuantisedGrid const> const& grid, Multiply const& multiply)
{
    warn_of_rounding(op);
    auto const own = TRY(grid_of_argument(op, input));
    auto const value = TRY(op.tensor(input));
    if (own == nullptr) {
        auto const result = TRY(multiply(value, TRY(weights_as_numbers(op, weights)), weights.bias ? Value{*weights.bias} : none()));
        return on_grid(op, relu ? unary(op.graph, "Relu", result) : result, grid);
    }
    if (own->axis)
        return unsupported("an input that is quantised by channels");
    auto const products = TRY(multiply(TRY(whole_numbers(op.graph, value, *own)), weights.whole, none()));
    auto const sums = unary(op.graph, "Round", products); // whole numbers already: keeps the runtime from moving what follows into the weights
    return steps_on_grid(op, TRY(rescaled(op, sums, weights, *own, *grid, channel_axis < 0 ? sums.rank() - 1 : channel_axis)), relu, grid);
}

template <bool relu>
Result<Value> linear(Operation& op)
{
    auto const weights = TRY(packed_weights(op, op.argument("W_prepack")));
    auto const grid = TRY(given_grid(op, "X", "Y_scale_i", "Y_zero_point_i"));
    return with_packed_weights(op, "X", weights, relu, -1, grid, [&](GraphTensor const& x, GraphTensor const& w, Value const& bias) { return op.tensor_from("aten::linear", {op.result(x), op.result(w), bias}); });
}

template <int spatial, bool relu>
Result<Value> convolution(Operation& op)
{
    auto const weights = TRY(packed_weights(op, op.argument("packed_weight")));
    auto const grid = TRY(given_grid(op, "qx", "output_scale", "output_zero_point"));
    auto const convolve = [&](GraphTensor const& x, GraphTensor const& w, Value const& bias) -> Result<GraphTensor> {
        return op.tensor_from("aten::convolution", {op.result(x), op.result(w), bias, op.list_of(weights.stride), op.list_of(weights.padding), op.list_of(weights.dilation), Value{weights.transposed}, op.list_of(weights.output_padding), Value{Dim(weights.groups)}});
    };
    if (weights.stride.size() != spatial)
        return malformed("weights packed for " + std::to_string(weights.stride.size()) + " axes, of " + std::to_string(spatial));
    return with_packed_weights(op, "qx", weights, relu, 1, grid, convolve);
}

// The input is put on a grid of 8 bits over its own range when the model runs (FBGEMM's choice of scale and zero point).
template <bool relu>
Result<Value> linear_dynamic(Operation& op)
{
    auto const weights = TRY(packed_weights(op, op.argument("W_prepack")));
    bool const reduced = TRY(op.boolean("reduce_range"));
    op.warn("G11", "dynamically quantised: the model puts activations on a grid when it runs, as PyTorch does; where a number lies in the middle between two steps, results differ by what a step is worth.");
    auto const x = Formula(op.graph, TRY(floats(op, "X")));
    double const most = reduced ? 127 : 255;
    auto const low = x.reduced("ReduceMin", {}, false).at_most(0).to(DType::float64);
    auto const high = x.reduced("ReduceMax", {}, false).at_least(0).to(DType::float64);
    auto const wanted = ((high - low) * (1.0 / most)).to(DType::float32);
    auto const scale = chosen(equal(wanted, 0.0), Formula(op.graph, number(DType::float32, 0.1)), wanted);
    auto const wide = scale.to(DType::float64);
    auto const from_low = -(low / wide);
    auto const from_high = most - high / wide;
    auto const zero_point = chosen((low / wide).abs() < (high / wide).abs() + most, from_low, from_high).through("Round").at_least(0).at_most(most).to(DType::float32);
    auto const whole = (((x * (1.0 / scale)).through("Round") + zero_point).at_least(0).at_most(most)) - zero_point;
    auto const sums = TRY(op.tensor_from("aten::linear", {op.result(TRY(whole.tensor())), op.result(weights.whole), none()}));
    std::vector<float> steps;
    for (double const each : weights.scales)
        steps.push_back(static_cast<float>(each));
    auto const count = static_cast<int64_t>(steps.size());
    auto result = Formula(op.graph, sums) * (scale * Formula(op.graph, GraphTensor::constant(Tensor::of<float>(DType::float32, {count}, std::move(steps)))));
    if (weights.bias)
        result = result + Formula(op.graph, TRY(op.heap.read(*weights.bias)));
    return op.result(TRY((relu ? result.through("Relu") : result).tensor()));
}

#define OUTPUT "float output_scale, int output_zero_point) -> Tensor"
#define NORMALISED "Tensor? weight, Tensor? bias, float eps, " OUTPUT
#define SUM "Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor"
constexpr OperatorRow rows[] = {
    {"aten::quantize_per_tensor(Tensor self, float scale, int zero_point, ScalarType dtype) -> Tensor", quantize_per_tensor},
    {"aten::quantize_per_tensor.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, ScalarType dtype) -> Tensor", quantize_by_tensors},
    {"aten::quantize_per_channel(Tensor self, Tensor scales, Tensor zero_points, int axis, ScalarType dtype) -> Tensor", quantize_per_channel},
    {"aten::dequantize.self(Tensor self) -> Tensor", dequantize},
    {"aten::dequantize.tensors(Tensor[] tensors) -> Tensor[]", dequantize_all},
    {"aten::int_repr(Tensor self) -> Tensor", integers_of},
    {"aten::q_scale(Tensor self) -> float", scale_of},
    {"aten::q_zero_point(Tensor self) -> int", zero_point_of},
    {"quantized::sigmoid(Tensor qx, " OUTPUT, sigmoid},
    {"quantized::hardswish(Tensor input, " OUTPUT, hardswish},
    {"quantized::leaky_relu(Tensor qx, Scalar negative_slope, bool inplace, " OUTPUT, leaky_relu},
    {"quantized::relu6(Tensor qx, bool inplace=False) -> Tensor", relu6},
    {"quantized::elu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor", elu},
    {"quantized::layer_norm(Tensor input, int[] normalized_shape, " NORMALISED, layer_norm},
    {"quantized::group_norm(Tensor qx, int num_groups, " NORMALISED, group_norm},
    {"quantized::instance_norm(Tensor input, " NORMALISED, instance_norm},
    {"quantized::batch_norm1d(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, " OUTPUT, batch_norm<false>},
    {"quantized::batch_norm2d(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, " OUTPUT, batch_norm<false>},
    {"quantized::batch_norm3d(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, " OUTPUT, batch_norm<false>},
    {"quantized::batch_norm2d_relu(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, " OUTPUT, batch_norm<true>},
    {"quantized::batch_norm3d_relu(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, float eps, " OUTPUT, batch_norm<true>},
    {"quantized::add(" SUM, sum<false>},
    {"quantized::add_relu(" SUM, sum<true>},
    {"quantized::mul(" SUM, product<false>},
    {"quantized::mul_relu(" SUM, product<true>},
    {"quantized::cat(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor", joined<false>},
    {"quantized::cat_relu(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor", joined<true>},
    {"quantized::linear(Tensor X, t W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor", linear<false>},
    {"quantized::linear_relu(Tensor X, t W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor", linear<true>},
    {"quantized::linear_dynamic(Tensor X, t W_prepack, bool reduce_range=False) -> Tensor", linear_dynamic<false>},
    {"quantized::linear_relu_dynamic(Tensor X, t W_prepack, bool reduce_range=False) -> Tensor", linear_dynamic<true>},
    {"quantized::conv1d(Tensor qx, t packed_weight, " OUTPUT, convolution<1, false>},
    {"quantized::conv1d_relu(Tensor qx, t packed_weight, " OUTPUT, convolution<1, true>},
    {"quantized::conv2d.new(Tensor qx, t packed_weight, " OUTPUT, convolution<2, false>},
    {"quantized::conv2d_relu.new(Tensor qx, t packed_weight, " OUTPUT, convolution<2, true>},
    {"quantized::conv3d.new(Tensor qx, t packed_weight, " OUTPUT, convolution<3, false>},
    {"quantized::conv3d_relu.new(Tensor qx, t packed_weight, " OUTPUT, convolution<3, true>},
    {"quantized::conv_transpose1d(Tensor qx, t packed_weight, " OUTPUT, convolution<1, false>},
    {"quantized::conv_transpose2d(Tensor qx, t packed_weight, " OUTPUT, convolution<2, false>},
    {"quantized::conv_transpose3d.new(Tensor qx, t packed_weight, " OUTPUT, convolution<3, false>},
};

}

std::span<OperatorRow const> quantised_operators() { return rows; }
