#include "operators/quantised.h"

#include "operators/formula.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace {

struct Ends {
    double least = 0;
    double most = 0;
};

Ends ends_of(int64_t scalar_type)
{
    if (scalar_type == 12)
        return {-128, 127};
    if (scalar_type == 13)
        return {0, 255};
    return {-2147483648.0, 2147483647.0};
}

// One number, or a constant that is broadcast along the grid's axis.
template <typename Number>
GraphTensor along_axis(std::vector<Number> const& numbers, std::optional<int64_t> axis, int64_t rank)
{
    std::vector<float> elements;
    for (auto const each : numbers)
        elements.push_back(static_cast<float>(each));
    Shape shape;
    if (axis) {
        shape.assign(static_cast<size_t>(rank), 1);
        shape[static_cast<size_t>(*axis)] = static_cast<int64_t>(elements.size());
    }
    return GraphTensor::constant(Tensor::of<float>(DType::float32, shape, std::move(elements)));
}

// Grids that PyTorch's functions with results in [0, 1) and [-1, 1) have (aten/src/ATen/native/quantized/cpu/qsigmoid.cpp, qtanh.cpp).
std::shared_ptr<QuantisedGrid const> grid_of_range(int64_t scalar_type, bool both_sides)
{
    auto grid = std::make_shared<QuantisedGrid>();
    bool const is_unsigned = scalar_type == 13;
    grid->scalar_type = scalar_type;
    grid->scales = {both_sides ? 2.0 / 256 : 1.0 / 256};
    grid->zero_points = {both_sides ? (is_unsigned ? 128 : 0) : (is_unsigned ? 0 : -128)};
    return grid;
}

// The same on numbers that are known.
Tensor known_on_grid(Tensor const& real, QuantisedGrid const& grid)
{
    Ends const ends = ends_of(grid.scalar_type);
    size_t inner = 1;
    for (size_t i = static_cast<size_t>(grid.axis.value_or(0)) + 1; i < real.rank(); ++i)
        inner *= static_cast<size_t>(real.shape()[i]);
    std::vector<float> placed;
    placed.reserve(real.count());
    for (uint64_t i = 0; i < real.count(); ++i) {
        size_t const channel = grid.axis ? i / inner % grid.scales.size() : 0;
        auto const scale = static_cast<float>(grid.scales[channel]);
        auto const zero_point = static_cast<double>(grid.zero_points[channel]);
        double const steps = static_cast<double>(std::nearbyint(static_cast<float>(real.number_at(i) * static_cast<double>(1.0F / scale) + zero_point))) - zero_point;
        placed.push_back(static_cast<float>(std::clamp(steps, ends.least - zero_point, ends.most - zero_point)) * scale);
    }
    return Tensor::of<float>(DType::float32, real.shape(), std::move(placed));
}

Result<Value> tensors_on_grid(Value const& value, std::function<Result<TensorReference>(TensorReference const&)> const& each, Heap& heap)
{
    if (auto const* tensor = value.as<TensorReference>())
        return Value{TRY(each(*tensor))};
    auto const all = [&](std::vector<Value> const& items) -> Result<std::vector<Value>> {
        std::vector<Value> results;
        for (auto const& item : items)
            results.push_back(TRY(tensors_on_grid(item, each, heap)));
        return results;
    };
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
        return tuple_of(TRY(all((*tuple)->items)));
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return heap.list_of(TRY(all((*list)->items)));
    return value;
}

}

Result<GraphTensor> put_on_grid(GraphBuilder& graph, GraphTensor const& real, QuantisedGrid const& grid, QuantisedRounding rounding)
{
    if (auto const known = real.known(); known && real.is_constant())
        return GraphTensor::constant(known_on_grid(*known, grid));
    Ends const ends = ends_of(grid.scalar_type);
    std::vector<float> steps;
    std::vector<float> lowest;
    std::vector<float> highest;
    for (size_t i = 0; i < grid.scales.size(); ++i) {
        steps.push_back(1.0F / static_cast<float>(grid.scales[i]));
        lowest.push_back(static_cast<float>(ends.least - static_cast<double>(grid.zero_points[i])));
        highest.push_back(static_cast<float>(ends.most - static_cast<double>(grid.zero_points[i])));
    }
    auto const shaped = [&](auto const& numbers) { return Formula(graph, along_axis(numbers, grid.axis, real.rank())); };
    static constexpr int64_t vector_width = 32;
    auto const count = graph.symbols().example_of(count_of(real.dims())); // the sample's, where sizes may vary: it decides ties alone
    bool const shifted = rounding == QuantisedRounding::with_zero_point || (count && *count < vector_width);
    bool const zero = std::all_of(grid.zero_points.begin(), grid.zero_points.end(), [](int64_t each) { return each == 0; });
    // The processor multiplies and adds in one step: product and sum are rounded to float32 once.
    auto const zeros = shaped(grid.zero_points);
    bool const unit = std::all_of(grid.scales.begin(), grid.scales.end(), [](double each) { return each == 1; });
    auto const rounded = !shifted || zero ? (unit ? Formula(graph, real) : Formula(graph, real) * shaped(steps)).through("Round")
                                          : (Formula(graph, real).to(DType::float64) * shaped(steps).to(DType::float64) + zeros.to(DType::float64)).to(DType::float32).through("Round") - zeros;
    auto const places = rounded.with("Max", shaped(lowest)).with("Min", shaped(highest));
    return (unit ? places : places * shaped(grid.scales)).tensor();
}

TensorReference seen_on_grid(TensorReference const& tensor, std::shared_ptr<QuantisedGrid const> grid)
{
    auto result = std::make_shared<TensorView>(*tensor);
    result->grid = std::move(grid);
    return result;
}

QuantisedEffect effect_on_quantised(std::string_view name)
{
    using enum QuantisedEffect;
    static std::map<std::string_view, QuantisedEffect> const effects{
        {"aten::__getitem__", any}, {"aten::append", any}, {"aten::device", any}, {"aten::dim", any}, {"aten::dequantize", any}, {"aten::int_repr", any}, {"aten::is_complex", any}, {"aten::is_floating_point", any}, {"aten::len", any},
        {"aten::list", any}, {"aten::numel", any}, {"aten::q_per_channel_axis", any}, {"aten::q_per_channel_scales", any}, {"aten::q_per_channel_zero_points", any}, {"aten::q_scale", any}, {"aten::q_zero_point", any}, {"aten::size", any},
        {"prim::device", any}, {"prim::dtype", any}, {"prim::is_cuda", any}, {"prim::is_quantized", any}, {"prim::layout", any},
        {"aten::alias", same_elements}, {"aten::as_strided", same_elements}, {"aten::chunk", same_elements}, {"aten::clone", same_elements}, {"aten::contiguous", same_elements}, {"aten::detach", same_elements}, {"aten::dropout", same_elements},
        {"aten::expand", same_elements}, {"aten::flatten", same_elements}, {"aten::max_pool1d", same_elements}, {"aten::max_pool2d", same_elements}, {"aten::narrow", same_elements}, {"aten::permute", same_elements}, {"aten::relu", same_elements},
        {"aten::reshape", same_elements}, {"aten::select", same_elements}, {"aten::slice", same_elements}, {"aten::split", same_elements}, {"aten::squeeze", same_elements}, {"aten::t", same_elements}, {"aten::transpose", same_elements},
        {"aten::unbind", same_elements}, {"aten::unsqueeze", same_elements}, {"aten::upsample_nearest1d", same_elements}, {"aten::upsample_nearest2d", same_elements}, {"aten::upsample_nearest3d", same_elements}, {"aten::view", same_elements},
        {"aten::adaptive_avg_pool1d", own_grid}, {"aten::adaptive_avg_pool2d", own_grid}, {"aten::adaptive_avg_pool3d", own_grid}, {"aten::avg_pool1d", own_grid}, {"aten::avg_pool2d", own_grid}, {"aten::avg_pool3d", own_grid}, {"aten::cat", own_grid},
        {"aten::clamp", own_grid}, {"aten::constant_pad_nd", own_grid}, {"aten::elu", own_grid}, {"aten::hardtanh", own_grid}, {"aten::leaky_relu", own_grid}, {"aten::mean", own_grid}, {"aten::pad", own_grid}, {"aten::reflection_pad1d", own_grid}, {"aten::reflection_pad2d", own_grid}, {"aten::relu6", own_grid}, {"aten::replication_pad1d", own_grid}, {"aten::replication_pad2d", own_grid}, {"aten::upsample_bilinear2d", own_grid},
        {"aten::hardsigmoid", unit_grid}, {"aten::sigmoid", unit_grid}, {"aten::tanh", both_sides_grid}};
    if (name.starts_with("quantized::"))
        return any;
    auto const place = effects.find(name);
    return place == effects.end() ? none : place->second;
}

Result<Value> quantised_result(QuantisedEffect effect, std::shared_ptr<QuantisedGrid const> const& grid, Value const& result, GraphBuilder& graph, Heap& heap)
{
    if (effect == QuantisedEffect::same_elements)
        return tensors_on_grid(
            result, [&](TensorReference const& tensor) -> Result<TensorReference> { return seen_on_grid(tensor, grid); }, heap);
    auto const target = effect == QuantisedEffect::own_grid ? grid : grid_of_range(grid->scalar_type, effect == QuantisedEffect::both_sides_grid);
    auto const placed = [&](TensorReference const& tensor) -> Result<TensorReference> {
        return seen_on_grid(heap.tensor(TRY(put_on_grid(graph, TRY(heap.read(tensor)), *target, QuantisedRounding::as_operators_do))), target);
    };
    return tensors_on_grid(result, placed, heap);
}
