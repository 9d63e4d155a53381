#include "operators/interpolation.h"

#include <algorithm>
#include <cmath>

namespace {

// The elements of the input that an element of the output is made of, and how much of each: vectors over the output's axis.
struct Taps {
    std::vector<GraphTensor> places; // int64
    std::vector<GraphTensor> weights; // in the tensor's dtype; none: one tap is taken as it is
};

// What the distance between two elements of the output is in the input.
template <typename Real>
Real step_of(int64_t input, int64_t output, std::optional<double> factor, bool align_corners)
{
    if (align_corners)
        return output > 1 ? static_cast<Real>(input - 1) / static_cast<Real>(output - 1) : Real(0);
    return factor ? static_cast<Real>(1.0 / *factor) : static_cast<Real>(input) / static_cast<Real>(output);
}

GraphTensor vector_of(std::vector<int64_t> values) { return GraphTensor::constant(Tensor::vector(std::move(values))); }

constexpr double cubic_steepness = -0.75;
constexpr double antialiased_cubic_steepness = -0.5; // as Pillow has it

double cubic_near(double x, double a) { return ((a + 2) * x - (a + 3)) * x * x + 1; } // |x| <= 1
double cubic_far(double x, double a) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; } // 1 < |x| < 2

// ---- sizes that are known ---------------------------------------------------------------------------------------------------------

Result<GraphTensor> constant_weights(std::vector<double> values, DType dtype)
{
    auto const count = static_cast<int64_t>(values.size());
    return GraphTensor::constant(TRY(Tensor::of<double>(DType::float64, {count}, std::move(values)).cast(dtype)));
}

template <typename Real>
Result<Taps> known_taps(int64_t input, int64_t output, std::optional<double> factor, Interpolation const& how, DType dtype)
{
    bool const cubic = how.mode == InterpolationMode::cubic;
    int64_t const count = cubic ? 4 : 2;
    std::vector<std::vector<int64_t>> places(static_cast<size_t>(count));
    std::vector<std::vector<double>> weights(static_cast<size_t>(count));
    Real const step = step_of<Real>(input, output, factor, how.align_corners);
    for (int64_t i = 0; i < output; ++i) {
        Real at = how.align_corners ? step * static_cast<Real>(i) : step * (static_cast<Real>(i) + Real(0.5)) - Real(0.5);
        if (!cubic && at < 0)
            at = 0;
        int64_t const first = cubic ? static_cast<int64_t>(std::floor(at)) : std::min(static_cast<int64_t>(at), input - 1);
        double const past = std::min<Real>(std::max<Real>(at - static_cast<Real>(first), 0), 1);
        for (int64_t tap = 0; tap < count; ++tap)
            places[static_cast<size_t>(tap)].push_back(std::clamp<int64_t>(first + tap - (cubic ? 1 : 0), 0, input - 1));
        if (cubic) {
            weights[0].push_back(cubic_far(past + 1, cubic_steepness));
            weights[1].push_back(cubic_near(past, cubic_steepness));
            weights[2].push_back(cubic_near(1 - past, cubic_steepness));
            weights[3].push_back(cubic_far(2 - past, cubic_steepness));
        } else {
            weights[0].push_back(1 - past);
            weights[1].push_back(past);
        }
    }
    Taps taps;
    for (size_t tap = 0; tap < places.size(); ++tap) {
        taps.places.push_back(vector_of(std::move(places[tap])));
        taps.weights.push_back(TRY(constant_weights(std::move(weights[tap]), dtype)));
    }
    return taps;
}

double antialias_weight(double x, bool cubic)
{
    x = std::abs(x);
    if (!cubic)
        return x < 1 ? 1 - x : 0;
    return x < 1 ? cubic_near(x, antialiased_cubic_steepness) : x < 2 ? cubic_far(x, antialiased_cubic_steepness)
                                                                      : 0;
}

// [input, output]: what each element of the input gives to each of the output.
template <typename Real>
std::vector<double> antialias_matrix(int64_t input, int64_t output, std::optional<double> factor, Interpolation const& how)
{
    bool const cubic = how.mode == InterpolationMode::cubic;
    Real const step = step_of<Real>(input, output, factor, how.align_corners);
    Real const reach = (cubic ? Real(2) : Real(1)) * std::max(step, Real(1));
    Real const shrink = step >= 1 ? Real(1) / step : Real(1);
    std::vector<double> matrix(static_cast<size_t>(input * output), 0);
    for (int64_t i = 0; i < output; ++i) {
        Real const center = step * (static_cast<Real>(i) + Real(0.5));
        int64_t const first = std::max<int64_t>(static_cast<int64_t>(center - reach + Real(0.5)), 0);
        int64_t const end = std::min<int64_t>(static_cast<int64_t>(center + reach + Real(0.5)), input);
        double sum = 0;
        for (int64_t j = first; j < end; ++j)
            sum += antialias_weight((static_cast<Real>(j) - center + Real(0.5)) * shrink, cubic);
        for (int64_t j = first; j < end && sum != 0; ++j)
            matrix[static_cast<size_t>(j * output + i)] = antialias_weight((static_cast<Real>(j) - center + Real(0.5)) * shrink, cubic) / sum;
    }
    return matrix;
}

Result<GraphTensor> antialiased_along(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, ResizedAxis const& resized, Interpolation const& how)
{
    static constexpr int64_t most_weights = int64_t{1} << 22;
    auto const input = TRY(need_number(graph, resized.input, "the size of an axis that is resized with antialias"));
    auto const output = TRY(need_number(graph, resized.output, "the size to which an axis is resized with antialias"));
    if (input <= 0 || output <= 0 || input > most_weights / output)
        return unsupported("antialias from " + std::to_string(input) + " to " + std::to_string(output) + " elements");
    auto values = tensor.dtype() == DType::float64 ? antialias_matrix<double>(input, output, resized.factor, how) : antialias_matrix<float>(input, output, resized.factor, how);
    auto const matrix = GraphTensor::constant(TRY(Tensor::of<double>(DType::float64, {input, output}, std::move(values)).cast(tensor.dtype())));
    std::vector<int64_t> to_back; // swaps the axis with the last one: its own inverse
    for (int64_t i = 0; i < tensor.rank(); ++i)
        to_back.push_back(i == axis ? tensor.rank() - 1 : i == tensor.rank() - 1 ? axis
                                                                                 : i);
    auto const last = transpose(graph, tensor, to_back);
    Dims dims = last.dims();
    dims.back() = output;
    return transpose(graph, computed(graph, "MatMul", {&last, &matrix}, {tensor.dtype(), std::move(dims)}), to_back);
}

// ---- sizes that may vary ------------------------------------------------------------------------------------------------------------

Result<GraphTensor> step_node(GraphBuilder& graph, ResizedAxis const& resized, Interpolation const& how, DType real)
{
    auto const number_of = [&](Dim const& dim) { return cast(graph, GraphTensor::integer(dim), real); };
    if (how.align_corners) {
        Dim const spans = graph.symbols().derived(IntegerOperation::maximum, resized.output - Dim(1), 1);
        return binary(graph, "Div", TRY(number_of(resized.input - Dim(1))), TRY(number_of(spans)));
    }
    if (!resized.factor)
        return binary(graph, "Div", TRY(number_of(resized.input)), TRY(number_of(resized.output)));
    auto const step = number(real, 1.0 / *resized.factor);
    if (how.mode != InterpolationMode::linear || *resized.factor <= 1 || *resized.factor >= 2)
        return step;
    // An axis that keeps its size is copied, whatever the factor says.
    auto const same = TRY(binary(graph, "Equal", GraphTensor::integer(resized.input), GraphTensor::integer(resized.output), DType::boolean));
    return where(graph, same, number(real, 1.0), step);
}

// Where in the input each element of the output lies.
Result<GraphTensor> positions(GraphBuilder& graph, ResizedAxis const& resized, Interpolation const& how, DType real)
{
    auto const step = TRY(step_node(graph, resized, how, real));
    auto at = TRY(cast(graph, counted(graph, 0, resized.output, 1), real));
    bool const centers = how.mode != InterpolationMode::nearest && !how.align_corners;
    auto const half = number(real, 0.5);
    if (centers)
        at = TRY(binary(graph, "Add", at, half));
    at = TRY(binary(graph, "Mul", at, step));
    if (centers && how.mode != InterpolationMode::nearest_exact)
        at = TRY(binary(graph, "Sub", at, half));
    return how.mode == InterpolationMode::linear ? binary(graph, "Max", at, number(real, 0.0)) : Result<GraphTensor>(at);
}

Result<GraphTensor> held_within(GraphBuilder& graph, GraphTensor const& places, Dim const& size)
{
    return binary(graph, "Max", TRY(binary(graph, "Min", places, GraphTensor::integer(size - Dim(1)))), GraphTensor::integer(0));
}

// ((a * x + b) * x + c) * x + d
Result<GraphTensor> cubic_node(GraphBuilder& graph, GraphTensor const& x, std::array<double, 4> const& factors)
{
    auto sum = number(x.dtype(), factors[0]);
    for (size_t i = 1; i < 4; ++i)
        sum = TRY(binary(graph, "Add", TRY(binary(graph, "Mul", sum, x)), number(x.dtype(), factors[i])));
    return sum;
}

Result<Taps> computed_taps(GraphBuilder& graph, ResizedAxis const& resized, Interpolation const& how, DType real)
{
    auto const at = TRY(positions(graph, resized, how, real));
    auto const floor = unary(graph, "Floor", at);
    auto const first = TRY(cast(graph, floor, DType::int64));
    if (how.mode == InterpolationMode::nearest || how.mode == InterpolationMode::nearest_exact)
        return Taps{{TRY(held_within(graph, first, resized.input))}, {}};
    auto const past = TRY(binary(graph, "Sub", at, floor));
    auto const left = TRY(binary(graph, "Sub", number(real, 1.0), past));
    auto const place = [&](int64_t offset) -> Result<GraphTensor> { return held_within(graph, TRY(binary(graph, "Add", first, GraphTensor::integer(offset))), resized.input); };
    Taps taps;
    bool const linear = how.mode == InterpolationMode::linear;
    for (int64_t const offset : linear ? std::vector<int64_t>{0, 1} : std::vector<int64_t>{-1, 0, 1, 2})
        taps.places.push_back(TRY(place(offset)));
    if (linear) {
        taps.weights = {left, past};
        return taps;
    }
    constexpr double a = cubic_steepness;
    std::array<double, 4> const near{a + 2, -(a + 3), 0, 1};
    std::array<double, 4> const far{a, -5 * a, 8 * a, -4 * a};
    auto const one = number(real, 1.0);
    taps.weights.push_back(TRY(cubic_node(graph, TRY(binary(graph, "Add", past, one)), far)));
    taps.weights.push_back(TRY(cubic_node(graph, past, near)));
    taps.weights.push_back(TRY(cubic_node(graph, left, near)));
    taps.weights.push_back(TRY(cubic_node(graph, TRY(binary(graph, "Add", left, one)), far)));
    return taps;
}

Result<Taps> taps_of(GraphBuilder& graph, ResizedAxis const& resized, Interpolation const& how, DType dtype)
{
    static constexpr int64_t most_written_out = 1 << 16;
    DType const real = dtype == DType::float64 ? DType::float64 : DType::float32;
    auto const input = resized.input.known();
    auto const output = resized.output.known();
    if (!input || !output || *output > most_written_out || *input <= 0 || *output < 0)
        return computed_taps(graph, resized, how, real);
    if (how.mode == InterpolationMode::nearest || how.mode == InterpolationMode::nearest_exact)
        return Taps{{vector_of(nearest_places(*input, *output, resized.factor, how.mode == InterpolationMode::nearest_exact))}, {}};
    return real == DType::float64 ? known_taps<double>(*input, *output, resized.factor, how, dtype) : known_taps<float>(*input, *output, resized.factor, how, dtype);
}

}

std::vector<int64_t> nearest_places(int64_t input, int64_t output, std::optional<double> factor, bool exact)
{
    float const step = step_of<float>(input, output, factor, false);
    std::vector<int64_t> places;
    for (int64_t i = 0; i < output; ++i)
        places.push_back(std::min(static_cast<int64_t>(std::floor((static_cast<float>(i) + (exact ? 0.5F : 0.0F)) * step)), input - 1));
    return places;
}

Result<GraphTensor> resized_along(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, ResizedAxis const& resized, Interpolation const& how)
{
    if (how.antialias)
        return antialiased_along(graph, tensor, axis, resized, how);
    auto const [places, weights] = TRY(taps_of(graph, resized, how, tensor.dtype()));
    if (weights.empty())
        return gather(graph, tensor, places[0], axis);
    std::optional<GraphTensor> sum;
    for (size_t i = 0; i < places.size(); ++i) {
        Dims over_axis{resized.output};
        over_axis.insert(over_axis.end(), static_cast<size_t>(tensor.rank() - axis - 1), Dim(1));
        auto const part = TRY(binary(graph, "Mul", gather(graph, tensor, places[i], axis), reshape(graph, weights[i], std::move(over_axis))));
        sum = sum ? TRY(binary(graph, "Add", *sum, part)) : part;
    }
    return *sum;
}
