#include "operators/families.h"
#include "operators/formula.h"

// Rounding to a grid, as training for quantisation does it and as exported quantised programs spell it
// (aten/src/ATen/native/quantized/cpu/kernels/QuantizedOpKernels.cpp, torch/ao/quantization/fx/_decomposed.py).

namespace {

// The whole numbers of the grid, and what they stand for: (number - zero_point) * scale.
struct Grid {
    Formula scale; // in the dtype that is computed in; along an axis, shaped to be broadcast
    Formula zero_point;
    double least = 0;
    double most = 0;
    bool round_with_zero_point = false; // a zero point that is no whole number is added before rounding
};

Result<Grid> grid_of_numbers(Operation& op, DType dtype)
{
    auto const scale = TRY(op.floating("scale"));
    auto const zero_point = TRY(op.number("zero_point"));
    Grid grid{Formula(op.graph, number(dtype, static_cast<double>(static_cast<float>(scale)))), Formula(op.graph, number(dtype, zero_point))};
    grid.least = TRY(op.floating("quant_min"));
    grid.most = TRY(op.floating("quant_max"));
    return grid;
}

// One scale and zero point, or one of each along `axis` of a tensor of that rank.
Result<Grid> grid_of_tensors(Operation& op, DType dtype, std::string_view scale_name, std::string_view zero_point_name, int64_t rank, std::optional<int64_t> axis)
{
    auto const shaped = [&](std::string_view name) -> Result<GraphTensor> {
        auto const tensor = TRY(cast(op.graph, TRY(op.tensor(name)), dtype));
        if (!axis)
            return reshape(op.graph, tensor, {});
        Dims dims(static_cast<size_t>(rank), Dim(1));
        dims[static_cast<size_t>(*axis)] = count_of(tensor.dims());
        return reshape(op.graph, tensor, dims);
    };
    auto const scale = TRY(shaped(scale_name));
    bool const has_zero_point = op.has(zero_point_name);
    auto const zero_point = has_zero_point ? TRY(shaped(zero_point_name)) : number(dtype, 0.0);
    Grid grid{Formula(op.graph, scale), Formula(op.graph, zero_point)};
    grid.least = TRY(op.floating("quant_min"));
    grid.most = TRY(op.floating("quant_max"));
    grid.round_with_zero_point = has_zero_point && axis && is_floating(TRY(op.tensor(zero_point_name)).dtype());
    return grid;
}

// The nearest whole numbers of the grid, not held within its ends.
Formula nearest(Grid const& grid, Formula const& x)
{
    auto const steps = x * (1.0 / grid.scale);
    return grid.round_with_zero_point ? (grid.zero_point + steps).through("Round") : grid.zero_point + steps.through("Round");
}

Formula within_ends(Grid const& grid, Formula const& numbers) { return numbers.at_least(grid.least).at_most(grid.most); }
Formula meaning(Grid const& grid, Formula const& numbers) { return (numbers - grid.zero_point) * grid.scale; }

// ---- aten -------------------------------------------------------------------------------------------------------------------

enum class GridSource : uint8_t { numbers,
    tensors,
    channels };

template <GridSource source>
Result<Grid> grid_of(Operation& op, GraphTensor const& self)
{
    if constexpr (source == GridSource::numbers)
        return grid_of_numbers(op, self.dtype());
    else if constexpr (source == GridSource::tensors)
        return grid_of_tensors(op, self.dtype(), "scale", "zero_point", self.rank(), std::nullopt);
    else
        return grid_of_tensors(op, self.dtype(), "scale", "zero_point", self.rank(), TRY(op.axis("axis", self.rank())));
}

Result<GraphTensor> floating_self(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return malformed("a grid for " + std::string(name_of(self.dtype())));
    return self;
}

template <GridSource source>
Result<Value> fake_quantize(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const grid = TRY(grid_of<source>(op, self));
    return op.result(TRY(meaning(grid, within_ends(grid, nearest(grid, Formula(op.graph, self)))).tensor()));
}

// Beside it, which elements were within the ends of the grid.
template <GridSource source>
Result<Value> fake_quantize_with_mask(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const grid = TRY(grid_of<source>(op, self));
    auto const numbers = nearest(grid, Formula(op.graph, self));
    auto const result = TRY(meaning(grid, within_ends(grid, numbers)).tensor());
    auto const inside = numbers.with("GreaterOrEqual", grid.least, DType::boolean).with("And", numbers.with("LessOrEqual", grid.most, DType::boolean));
    auto const mask = TRY(inside.tensor());
    return op.results({result, mask});
}

// ---- quantized_decomposed -----------------------------------------------------------------------------------------------------

template <GridSource source>
Result<Grid> decomposed_grid(Operation& op, GraphTensor const& input, DType dtype)
{
    if constexpr (source == GridSource::numbers)
        return grid_of_numbers(op, dtype);
    else if constexpr (source == GridSource::tensors)
        return grid_of_tensors(op, dtype, "scale", "zero_point", input.rank(), std::nullopt);
    else
        return grid_of_tensors(op, dtype, "scales", "zero_points", input.rank(), TRY(op.axis("axis", input.rank())));
}

template <GridSource source>
Result<Value> quantize(Operation& op)
{
    auto const input = TRY(cast(op.graph, TRY(op.tensor("input")), DType::float32));
    auto grid = TRY(decomposed_grid<source>(op, input, DType::float32));
    grid.round_with_zero_point = false;
    DType const dtype = TRY(op.dtype("dtype", DType::int8));
    return op.result(TRY(within_ends(grid, nearest(grid, Formula(op.graph, input))).to(dtype).tensor()));
}

template <GridSource source>
Result<Value> dequantize(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    DType const dtype = TRY(op.dtype("out_dtype", DType::float32));
    auto const grid = TRY(decomposed_grid<source>(op, input, DType::float32));
    return op.result(TRY(meaning(grid, Formula(op.graph, input).to(DType::float32)).to(dtype).tensor()));
}

constexpr OperatorRow rows[] = {
    {"aten::fake_quantize_per_tensor_affine(Tensor self, float scale, int zero_point, int quant_min, int quant_max) -> Tensor", fake_quantize<GridSource::numbers>},
    {"aten::fake_quantize_per_tensor_affine.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, int quant_min, int quant_max) -> Tensor", fake_quantize<GridSource::tensors>},
    {"aten::fake_quantize_per_channel_affine(Tensor self, Tensor scale, Tensor zero_point, int axis, int quant_min, int quant_max) -> Tensor", fake_quantize<GridSource::channels>},
    {"aten::fake_quantize_per_tensor_affine_cachemask(Tensor self, float scale, int zero_point, int quant_min, int quant_max) -> (Tensor output, Tensor mask)", fake_quantize_with_mask<GridSource::numbers>},
    {"aten::fake_quantize_per_channel_affine_cachemask(Tensor self, Tensor scale, Tensor zero_point, int axis, int quant_min, int quant_max) -> (Tensor output, Tensor mask)", fake_quantize_with_mask<GridSource::channels>},
    {"quantized_decomposed::quantize_per_tensor(Tensor input, float scale, int zero_point, int quant_min, int quant_max, ScalarType dtype) -> Tensor", quantize<GridSource::numbers>},
    {"quantized_decomposed::quantize_per_tensor.tensor(Tensor input, Tensor scale, Tensor zero_point, int quant_min, int quant_max, ScalarType dtype) -> Tensor", quantize<GridSource::tensors>},
    {"quantized_decomposed::quantize_per_channel(Tensor input, Tensor scales, Tensor zero_points, int axis, int quant_min, int quant_max, ScalarType dtype) -> Tensor", quantize<GridSource::channels>},
    {"quantized_decomposed::dequantize_per_tensor(Tensor input, float scale, int zero_point, int quant_min, int quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor", dequantize<GridSource::numbers>},
    {"quantized_decomposed::dequantize_per_tensor.tensor(Tensor input, Tensor scale, Tensor zero_point, int quant_min, int quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor", dequantize<GridSource::tensors>},
    {"quantized_decomposed::dequantize_per_channel(Tensor input, Tensor scales, Tensor? zero_points, int axis, int quant_min, int quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor", dequantize<GridSource::channels>},
};

}

std::span<OperatorRow const> fake_quantisation_operators() { return rows; }
