#include "operators/families.h"
#include "operators/promotion.h"

#include <array>

// Sampling an image where a grid says, and grids of affine maps (PyTorch aten/src/ATen/native/GridSampler.h).

namespace {

constexpr int64_t linear_mode = 0;
constexpr int64_t nearest_mode = 1;
constexpr int64_t cubic_mode = 2;
constexpr int64_t zeros_padding = 0;
constexpr int64_t border_padding = 1;
constexpr int64_t reflection_padding = 2;

struct Sampling {
    int64_t mode = linear_mode;
    int64_t padding = zeros_padding;
    bool align_corners = false;
};

Result<GraphTensor> sampled_by_node(GraphBuilder& graph, GraphTensor const& input, GraphTensor const& grid, Sampling const& how, GraphType type)
{
    // The names of the modes changed with opset 20.
    std::array<char const*, 3> const modes = graph.opset() >= 20 ? std::array<char const*, 3>{"linear", "nearest", "cubic"} : std::array<char const*, 3>{"bilinear", "nearest", "bicubic"};
    static constexpr std::array<char const*, 3> paddings{"zeros", "border", "reflection"};
    return computed(graph, "GridSample", {&input, &grid}, std::move(type), {attribute("align_corners", static_cast<int64_t>(how.align_corners)), attribute("mode", std::string(modes[static_cast<size_t>(how.mode)])), attribute("padding_mode", std::string(paddings[static_cast<size_t>(how.padding)]))});
}

// ---- three axes before opset 20 -----------------------------------------------------------------------------------------------------

// Nodes on numbers of one dtype, with constants of it.
class Arithmetic {
public:
    Arithmetic(GraphBuilder& graph, DType dtype)
        : graph_(graph),
          dtype_(dtype)
    {
    }
    Result<GraphTensor> apply(char const* op_type, GraphTensor const& left, GraphTensor const& right) { return binary(graph_, op_type, left, right); }
    Result<GraphTensor> apply(char const* op_type, GraphTensor const& left, double right) { return binary(graph_, op_type, left, number(dtype_, right)); }
    Result<GraphTensor> size(Dim const& dim) { return cast(graph_, GraphTensor::integer(dim), dtype_); }

private:
    GraphBuilder& graph_;
    DType dtype_;
};

// Reflected at the first and last element, or at their outer edges, as often as it takes.
Result<GraphTensor> reflected(GraphBuilder& graph, GraphTensor const& at, Dim const& size, bool align_corners)
{
    Arithmetic real(graph, at.dtype());
    double const low = align_corners ? 0 : -0.5;
    // Where there is one element between the corners, whatever is not 0 does: it is clipped to it.
    auto const span = TRY(real.size(align_corners ? graph.symbols().derived(IntegerOperation::maximum, size - Dim(1), 1) : size));
    auto const distance = unary(graph, "Abs", TRY(real.apply("Sub", at, low)));
    auto const flips = unary(graph, "Floor", TRY(real.apply("Div", distance, span)));
    auto const rest = TRY(real.apply("Sub", distance, TRY(real.apply("Mul", flips, span))));
    auto const halves = TRY(real.apply("Mul", flips, 0.5));
    auto const is_even = TRY(binary(graph, "Equal", unary(graph, "Floor", halves), halves, DType::boolean));
    return real.apply("Add", TRY(where(graph, is_even, rest, TRY(real.apply("Sub", span, rest)))), low);
}

// Coordinates of [-1, 1] in elements of the axis.
Result<GraphTensor> in_elements(GraphBuilder& graph, GraphTensor const& coordinates, Dim const& size, Sampling const& how)
{
    Arithmetic real(graph, coordinates.dtype());
    auto const elements = TRY(real.size(how.align_corners ? size - Dim(1) : size));
    auto at = TRY(real.apply("Mul", TRY(real.apply("Add", coordinates, 1.0)), elements));
    if (!how.align_corners)
        at = TRY(real.apply("Sub", at, 1.0));
    at = TRY(real.apply("Mul", at, 0.5));
    if (how.padding == reflection_padding)
        at = TRY(reflected(graph, at, size, how.align_corners));
    if (how.padding == zeros_padding)
        return at;
    return real.apply("Min", TRY(real.apply("Max", at, 0.0)), TRY(real.size(size - Dim(1))));
}

struct Corner {
    GraphTensor place; // int64, within the axis
    GraphTensor weight; // 0 where the corner lies outside
};

Result<Corner> corner_at(GraphBuilder& graph, GraphTensor const& whole, GraphTensor const& weight, Dim const& size)
{
    Arithmetic real(graph, whole.dtype());
    auto const last = TRY(real.size(size - Dim(1)));
    auto const inside = TRY(binary(graph, "And", TRY(binary(graph, "GreaterOrEqual", whole, number(whole.dtype(), 0.0), DType::boolean)), TRY(binary(graph, "LessOrEqual", whole, last, DType::boolean))));
    auto const held = TRY(real.apply("Min", TRY(real.apply("Max", whole, 0.0)), last));
    Corner corner;
    corner.place = TRY(cast(graph, held, DType::int64));
    corner.weight = TRY(where(graph, inside, weight, number(weight.dtype(), 0.0)));
    return corner;
}

Result<std::vector<Corner>> corners_of(GraphBuilder& graph, GraphTensor const& at, Dim const& size, Sampling const& how)
{
    Arithmetic real(graph, at.dtype());
    auto const one = filled(graph, number(at.dtype(), 1.0), at.dims());
    if (how.mode == nearest_mode)
        return std::vector<Corner>{TRY(corner_at(graph, unary(graph, "Round", at), one, size))};
    auto const floor = unary(graph, "Floor", at);
    auto const past = TRY(real.apply("Sub", at, floor));
    std::vector<Corner> corners;
    corners.push_back(TRY(corner_at(graph, floor, TRY(real.apply("Sub", one, past)), size)));
    corners.push_back(TRY(corner_at(graph, TRY(real.apply("Add", floor, 1.0)), past, size)));
    return corners;
}

// [N, C, D, H, W] at [N, P] places of each axis: [N, P, C].
Result<GraphTensor> sampled_by_gathering(GraphBuilder& graph, GraphTensor const& input, GraphTensor const& grid, Sampling const& how)
{
    if (how.mode == cubic_mode)
        return malformed("cubic sampling over three axes");
    Dims const volume(input.dims().begin() + 2, input.dims().end());
    Dim const batch = input.dims()[0];
    Dim const points = count_of(Dims(grid.dims().begin() + 1, grid.dims().end() - 1));
    std::vector<std::vector<Corner>> corners; // of axes D, H, W; the grid names them the other way round
    for (size_t axis = 0; axis < 3; ++axis) {
        auto const coordinates = reshape(graph, select(graph, grid, 4, static_cast<int64_t>(2 - axis)), {batch, points});
        corners.push_back(TRY(corners_of(graph, TRY(in_elements(graph, coordinates, volume[axis], how)), volume[axis], how)));
    }
    auto const rows = transpose(graph, reshape(graph, input, {batch, input.dims()[1], count_of(volume)}), {0, 2, 1});
    std::optional<GraphTensor> sum;
    for (auto const& z : corners[0])
        for (auto const& y : corners[1])
            for (auto const& x : corners[2]) {
                auto const row = TRY(binary(graph, "Add", TRY(binary(graph, "Mul", z.place, GraphTensor::integer(volume[1]))), y.place));
                auto const place = TRY(binary(graph, "Add", TRY(binary(graph, "Mul", row, GraphTensor::integer(volume[2]))), x.place));
                auto const values = graph.node("GatherND", {rows, unsqueeze(graph, place, {2})}, {input.dtype(), {batch, points, input.dims()[1]}}, {attribute("batch_dims", int64_t{1})});
                auto const weight = TRY(binary(graph, "Mul", TRY(binary(graph, "Mul", z.weight, y.weight)), x.weight));
                auto const part = TRY(binary(graph, "Mul", values, unsqueeze(graph, weight, {2})));
                sum = sum ? TRY(binary(graph, "Add", *sum, part)) : part;
            }
    Dims dims{batch, input.dims()[1]};
    dims.insert(dims.end(), grid.dims().begin() + 1, grid.dims().end() - 1);
    return reshape(graph, transpose(graph, *sum, {0, 2, 1}), std::move(dims));
}

// ---- rules ----------------------------------------------------------------------------------------------------------------------------

Result<Value> sample_grid(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    auto const grid = TRY(op.tensor("grid"));
    Sampling how;
    how.mode = TRY(op.number("interpolation_mode"));
    how.padding = TRY(op.number("padding_mode"));
    how.align_corners = op.has("align_corners") && TRY(op.boolean("align_corners"));
    if ((input.rank() != 4 && input.rank() != 5) || grid.rank() != input.rank() || grid.dtype() != input.dtype() || !is_floating(input.dtype()))
        return malformed("a grid of rank " + std::to_string(grid.rank()) + " samples a tensor of rank " + std::to_string(input.rank()));
    if (how.mode < linear_mode || how.mode > cubic_mode || how.padding < zeros_padding || how.padding > reflection_padding)
        return malformed("interpolation mode " + std::to_string(how.mode) + ", padding mode " + std::to_string(how.padding));
    TRY(require_equal(op.graph, input.dims()[0], grid.dims()[0], "where a grid samples a batch"));
    TRY(require_equal(op.graph, grid.dims().back(), input.rank() - 2, "where a grid names places"));
    // ONNX Runtime rounds what it reflects in a volume otherwise than PyTorch does.
    if (input.rank() == 5 && (op.graph.opset() < 20 || (how.mode == nearest_mode && how.padding == reflection_padding))) {
        auto const real = input.dtype() == DType::float64 ? DType::float64 : DType::float32;
        auto const result = TRY(sampled_by_gathering(op.graph, TRY(cast(op.graph, input, real)), TRY(cast(op.graph, grid, real)), how));
        return op.result(TRY(cast(op.graph, result, input.dtype())));
    }
    Dims dims{input.dims()[0], input.dims()[1]};
    dims.insert(dims.end(), grid.dims().begin() + 1, grid.dims().end() - 1);
    return op.result(TRY(sampled_by_node(op.graph, input, grid, how, {input.dtype(), std::move(dims)})));
}

// The centers (or corners first and last) of `size` elements over [-1, 1].
Result<GraphTensor> even_steps(GraphBuilder& graph, Dim const& size, bool align_corners, DType dtype)
{
    Arithmetic real(graph, dtype);
    auto const counts = TRY(cast(graph, counted(graph, 0, size, 1), dtype));
    auto const elements = TRY(real.size(size));
    if (!align_corners) { // (2 i + 1) / size - 1
        auto const odd = TRY(real.apply("Add", TRY(real.apply("Mul", counts, 2.0)), 1.0));
        return real.apply("Sub", TRY(real.apply("Div", odd, elements)), 1.0);
    }
    // One corner alone lies in the middle.
    auto& symbols = graph.symbols();
    auto const spans = TRY(real.size(symbols.derived(IntegerOperation::maximum, size - Dim(1), 1)));
    auto const first = TRY(real.size(symbols.derived(IntegerOperation::minimum, size - Dim(1), 1)));
    return real.apply("Sub", TRY(real.apply("Div", TRY(real.apply("Mul", counts, 2.0)), spans)), first);
}

Result<Value> affine_grid(Operation& op)
{
    auto const theta = TRY(op.tensor("theta"));
    auto const size = TRY(op.integers("size"));
    bool const align_corners = TRY(op.boolean("align_corners"));
    if ((size.size() != 4 && size.size() != 5) || theta.rank() != 3)
        return malformed("an affine grid for " + std::to_string(size.size()) + " sizes");
    size_t const spatial = size.size() - 2;
    Dims dims(size.begin() + 2, size.end());
    dims.emplace_back(1);
    std::vector<GraphTensor> columns; // x first: the last axis
    for (size_t i = spatial; i-- > 0;) {
        Dims along(spatial + 1, Dim(1));
        along[i] = size[i + 2];
        auto const steps = reshape(op.graph, TRY(even_steps(op.graph, size[i + 2], align_corners, theta.dtype())), along);
        columns.push_back(expand(op.graph, steps, dims));
    }
    columns.push_back(filled(op.graph, number(theta.dtype(), 1.0), dims));
    auto const points = reshape(op.graph, concat(op.graph, columns, static_cast<int64_t>(spatial)), {count_of(dims), static_cast<int64_t>(spatial) + 1});
    auto const maps = transpose(op.graph, theta, {0, 2, 1});
    auto const grid = computed(op.graph, "MatMul", {&points, &maps}, {theta.dtype(), {theta.dims()[0], count_of(dims), static_cast<int64_t>(spatial)}});
    dims.insert(dims.begin(), theta.dims()[0]);
    dims.back() = static_cast<int64_t>(spatial);
    return op.result(reshape(op.graph, grid, std::move(dims)));
}

#define SAMPLED "Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor"

constexpr OperatorRow rows[] = {
    {"aten::grid_sampler(" SAMPLED, sample_grid},
    {"aten::grid_sampler_2d(" SAMPLED, sample_grid},
    {"aten::grid_sampler_3d(" SAMPLED, sample_grid},
    {"aten::affine_grid_generator(Tensor theta, int[] size, bool align_corners) -> Tensor", affine_grid},
};

}

std::span<OperatorRow const> sampling_operators() { return rows; }
