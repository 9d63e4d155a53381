#include "operators/families.h"
#include "operators/formula.h"

#include <numbers>

// Windows that frames of a signal are weighted by (aten/src/ATen/native/TensorFactories.cpp).

namespace {

// A window is periodic where it is one longer, and its last value is left out.
struct WindowShape {
    Dim length = 0;
    bool periodic = true;
    DType dtype = DType::float32;
};

template <bool has_periodic>
Result<WindowShape> shape_of(Operation& op)
{
    WindowShape shape;
    shape.length = TRY(op.integer("window_length"));
    if (has_periodic)
        shape.periodic = TRY(op.boolean("periodic"));
    shape.dtype = TRY(op.dtype("dtype", DType::float32));
    if (!is_floating(shape.dtype))
        return malformed("a window of " + std::string(name_of(shape.dtype)));
    if (shape.length.known() && *shape.length.known() < 0)
        return malformed("a window of length " + std::to_string(*shape.length.known()));
    return shape;
}

// 0, 1, 2... and how many steps make the whole window, in float64.
struct Ramp {
    Formula places;
    Formula whole;
};

Result<Ramp> ramp_of(Operation& op, WindowShape const& shape)
{
    auto const places = TRY(cast(op.graph, counted(op.graph, 0, shape.length, 1), DType::float64));
    Dim const steps = shape.periodic ? shape.length : shape.length - 1;
    auto const whole = TRY(cast(op.graph, GraphTensor::integer(steps), DType::float64));
    return Ramp{Formula(op.graph, places), Formula(op.graph, whole)};
}

// constant - first * cos(2 pi t) + second * cos(4 pi t)
Result<Value> cosine_window(Operation& op, WindowShape const& shape, double constant, double first, double second)
{
    if (shape.length.is(1)) // not divided by 0
        return op.result(filled(op.graph, number(shape.dtype, 1.0), {1}));
    auto const [places, whole] = TRY(ramp_of(op, shape));
    auto const turn = places * (2 * std::numbers::pi) / whole;
    auto window = constant - turn.through("Cos") * first;
    if (second != 0)
        window = window + (turn * 2.0).through("Cos") * second;
    return op.result(TRY(window.to(shape.dtype).tensor()));
}

template <bool has_periodic>
Result<Value> hann(Operation& op) { return cosine_window(op, TRY(shape_of<has_periodic>(op)), 0.5, 0.5, 0); }

template <bool has_periodic>
Result<Value> blackman(Operation& op) { return cosine_window(op, TRY(shape_of<has_periodic>(op)), 0.42, 0.5, 0.08); }

template <bool has_periodic, bool has_alpha, bool has_beta>
Result<Value> hamming(Operation& op)
{
    auto const shape = TRY(shape_of<has_periodic>(op));
    double alpha = 0.54;
    double beta = 0.46;
    if (has_alpha)
        alpha = TRY(op.floating("alpha"));
    if (has_beta)
        beta = TRY(op.floating("beta"));
    return cosine_window(op, shape, alpha, beta, 0);
}

template <bool has_periodic>
Result<Value> bartlett(Operation& op) // up to 1 in the middle, and down
{
    auto const shape = TRY(shape_of<has_periodic>(op));
    if (shape.length.is(1))
        return op.result(filled(op.graph, number(shape.dtype, 1.0), {1}));
    auto const [places, whole] = TRY(ramp_of(op, shape));
    auto const up = places * 2.0 / whole;
    return op.result(TRY(up.with("Min", 2.0 - up).to(shape.dtype).tensor()));
}

constexpr OperatorRow rows[] = {
    {"aten::hann_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", hann<false>},
    {"aten::hann_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", hann<true>},
    {"aten::hamming_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", hamming<false, false, false>},
    {"aten::hamming_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", hamming<true, false, false>},
    {"aten::hamming_window.periodic_alpha(int window_length, bool periodic, float alpha, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", hamming<true, true, false>},
    {"aten::hamming_window.periodic_alpha_beta(int window_length, bool periodic, float alpha, float beta, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", hamming<true, true, true>},
    {"aten::blackman_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", blackman<false>},
    {"aten::blackman_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", blackman<true>},
    {"aten::bartlett_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", bartlett<false>},
    {"aten::bartlett_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", bartlett<true>},
};

}

std::span<OperatorRow const> window_operators() { return rows; }
