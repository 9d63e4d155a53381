#include "operators/families.h"
#include "operators/promotion.h"

#include <cmath>
#include <limits>

// Special functions. ONNX has none of them but Erf: they are computed in float64 by approximations that are as near as PyTorch's
// own, with the poles and limits of PyTorch (aten/src/ATen/native/Math.h).

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

// A float64 tensor in formulas. Sizes of two operands are broadcast and were checked by their rule, so nodes do not fail.
class Real {
public:
    Real(GraphBuilder& graph, GraphTensor tensor)
        : graph_(&graph),
          tensor_(std::move(tensor))
    {
    }
    GraphTensor const& tensor() const { return tensor_; }
    Real like(double value) const { return {*graph_, number(DType::float64, value)}; }
    Real apply(char const* op_type) const { return {*graph_, unary(*graph_, op_type, tensor_)}; }
    Real apply(char const* op_type, Real const& other, DType dtype = DType::float64) const
    {
        auto result = binary(*graph_, op_type, tensor_, other.tensor_, dtype);
        CHECK(result.has_value(), "operands of one rule are broadcast");
        return {*graph_, *std::move(result)};
    }
    Real chosen(Real const& yes, Real const& no) const // this one holds bools
    {
        auto result = where(*graph_, tensor_, yes.tensor_, no.tensor_);
        CHECK(result.has_value(), "operands of one rule are broadcast");
        return {*graph_, *std::move(result)};
    }

    friend Real operator+(Real const& a, Real const& b) { return a.apply("Add", b); }
    friend Real operator-(Real const& a, Real const& b) { return a.apply("Sub", b); }
    friend Real operator*(Real const& a, Real const& b) { return a.apply("Mul", b); }
    friend Real operator/(Real const& a, Real const& b) { return a.apply("Div", b); }
    friend Real operator+(Real const& a, double b) { return a + a.like(b); }
    friend Real operator-(Real const& a, double b) { return a - a.like(b); }
    friend Real operator-(double a, Real const& b) { return b.like(a) - b; }
    friend Real operator*(Real const& a, double b) { return a * a.like(b); }
    friend Real operator/(Real const& a, double b) { return a / a.like(b); }
    friend Real operator/(double a, Real const& b) { return b.like(a) / b; }
    Real less(double b) const { return apply("Less", like(b), DType::boolean); }
    Real at_most(double b) const { return apply("LessOrEqual", like(b), DType::boolean); }
    Real is(double b) const { return apply("Equal", like(b), DType::boolean); }
    Real abs() const { return apply("Abs"); }
    Real log() const { return apply("Log"); }
    Real exp() const { return apply("Exp"); }
    Real sqrt() const { return apply("Sqrt"); }

private:
    GraphBuilder* graph_;
    GraphTensor tensor_;
};

// The highest power first.
Real polynomial(Real const& x, std::initializer_list<double> factors)
{
    auto factor = factors.begin();
    Real sum = x * *factor + *(factor + 1);
    for (factor += 2; factor != factors.end(); ++factor)
        sum = sum * x + *factor;
    return sum;
}

using Function = Real (*)(Real const&);

template <Function function>
Result<Value> of_one(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (is_complex(self.dtype()))
        return unsupported(op.schema().name + " of complex numbers");
    auto const x = TRY(cast(op.graph, self, DType::float64));
    return op.result(TRY(cast(op.graph, function(Real(op.graph, x)).tensor(), floating_for(self.dtype()))));
}

// ---- the error function -------------------------------------------------------------------------------------------------------------

// exp(x x) erfc(x) for x >= 0, relatively right to 1.2e-7 (W. H. Press et al., Numerical Recipes, erfcc).
Real scaled_tail(Real const& x)
{
    Real const t = 1.0 / (x * 0.5 + 1.0);
    return t * polynomial(t, {0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223}).exp();
}

Real erfc(Real const& x)
{
    Real const size = x.abs();
    Real const tail = scaled_tail(size) * (0.0 - size * size).exp();
    Real const both = x.less(0).chosen(2.0 - tail, tail);
    // Of an infinite number the square less itself is none.
    return size.is(infinity).chosen(x.less(0).chosen(x.like(2), x.like(0)), both);
}

Real erfcx(Real const& x)
{
    Real const size = x.abs();
    Real const tail = scaled_tail(size);
    return x.less(0).chosen((size * size).exp() * 2.0 - tail, tail);
}

Real normal_below(Real const& x) { return erfc(x * -std::sqrt(0.5)) * 0.5; } // ndtr

// M. J. Wichura, Algorithm AS 241: the normal deviate below which lies 1/2 + q, where `rest` is what lies beyond |q|, at most 1/2.
Real deviate(Real const& q, Real const& rest)
{
    Real const near_square = 0.180625 - q * q;
    Real const near = q * polynomial(near_square, {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608})
        / polynomial(near_square, {5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0});
    Real const distance = (0.0 - rest.log()).sqrt();
    Real const r = distance - 1.6;
    Real const far = polynomial(r, {7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734})
        / polynomial(r, {1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0});
    Real const s = distance - 5.0;
    Real const farthest = polynomial(s, {2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772})
        / polynomial(s, {2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0});
    Real const outside = distance.at_most(5).chosen(far, farthest);
    Real const bounded = rest.is(0).chosen(q.like(infinity), outside);
    return q.abs().at_most(0.425).chosen(near, q.less(0).chosen(0.0 - bounded, bounded));
}

Real erfinv(Real const& y) { return deviate(y * 0.5, (1.0 - y.abs()) * 0.5) * std::sqrt(0.5); }

Real normal_deviate(Real const& p) // ndtri
{
    return deviate(p - 0.5, p.less(0.5).chosen(p, 1.0 - p));
}

// ---- the gamma function -------------------------------------------------------------------------------------------------------------

constexpr int shift = 8; // from here on the series of Stirling is right to 1e-15

// ln Gamma of x >= 0: that of x + 8 less the logarithm of the product between.
Real log_gamma_of_positive(Real const& x)
{
    Real product = x;
    for (int i = 1; i < shift; ++i)
        product = product * (x + static_cast<double>(i));
    Real const small = x.less(shift);
    Real const z = small.chosen(x + static_cast<double>(shift), x);
    Real const inverse = 1.0 / z;
    Real const series = inverse * polynomial(inverse * inverse, {-1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12});
    Real const stirling = (z - 0.5) * z.log() - z + 0.91893853320467274178 + series;
    Real const result = small.chosen(stirling - product.log(), stirling);
    return x.is(infinity).chosen(x.like(infinity), result);
}

// x less the nearest whole number: sines and tangents of pi x are those of pi times this, and exactly 0 at whole numbers.
Real from_whole(Real const& x) { return x - x.apply("Round"); }

Real log_gamma(Real const& x)
{
    Real const negative = x.less(0.5);
    Real const positive_side = log_gamma_of_positive(negative.chosen(1.0 - x, x));
    Real const reflected = (pi / (from_whole(x) * pi).apply("Sin").abs()).log() - positive_side;
    Real const result = negative.chosen(reflected, positive_side);
    return x.is(-infinity).chosen(x.like(infinity), result);
}

Real digamma_of_positive(Real const& x)
{
    Real sum = 1.0 / x;
    for (int i = 1; i < shift; ++i)
        sum = sum + 1.0 / (x + static_cast<double>(i));
    Real const small = x.less(shift);
    Real const z = small.chosen(x + static_cast<double>(shift), x);
    Real const inverse = 1.0 / z;
    Real const square = inverse * inverse;
    Real const series = square * polynomial(square, {-691.0 / 32760, 1.0 / 132, -1.0 / 240, 1.0 / 252, -1.0 / 120, 1.0 / 12});
    Real const tail = z.log() - inverse * 0.5 - series;
    return small.chosen(tail - sum, tail);
}

Real digamma(Real const& x)
{
    Real const negative = x.less(0.5);
    Real const positive_side = digamma_of_positive(negative.chosen(1.0 - x, x));
    Real const angle = from_whole(x) * pi;
    Real const sine = angle.apply("Sin");
    Real const reflected = positive_side - (angle.apply("Cos") * pi) / sine;
    Real const pole = sine.is(0).chosen(x.is(0).chosen(x.like(-infinity), x.like(nan_value)), reflected);
    return negative.chosen(pole, positive_side);
}

// ---- Bessel functions (M. Abramowitz, I. Stegun, Handbook, 9.8.1 to 9.8.4, right to 2e-7) -----------------------------------------------

// exp(-|x|) I0(x)
Real scaled_bessel_0(Real const& x)
{
    Real const size = x.abs();
    Real const t = size / 3.75;
    Real const near = polynomial(t * t, {0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1.0}) * (0.0 - size).exp();
    Real const far = polynomial(1.0 / t, {0.00392377, -0.01647633, 0.02635537, -0.02057706, 0.00916281, -0.00157565, 0.00225319, 0.01328592, 0.39894228}) / size.sqrt();
    return size.less(3.75).chosen(near, far);
}

// exp(-|x|) I1(x)
Real scaled_bessel_1(Real const& x)
{
    Real const size = x.abs();
    Real const t = size / 3.75;
    Real const near = size * polynomial(t * t, {0.00032411, 0.00301532, 0.02658733, 0.15084934, 0.51498869, 0.87890594, 0.5}) * (0.0 - size).exp();
    Real const far = polynomial(1.0 / t, {-0.00420059, 0.01787654, -0.02895312, 0.02282967, -0.01031555, 0.00163801, -0.00362018, -0.03988024, 0.39894228}) / size.sqrt();
    Real const positive = size.less(3.75).chosen(near, far);
    return x.less(0).chosen(0.0 - positive, positive);
}

Real bessel_0(Real const& x) { return scaled_bessel_0(x) * x.abs().exp(); }
Real bessel_1(Real const& x) { return scaled_bessel_1(x) * x.abs().exp(); }

// ---- others -----------------------------------------------------------------------------------------------------------------------------

Real entropy(Real const& x) // -x ln x
{
    Real const inside = x.is(0).chosen(x.like(0), 0.0 - x * x.log());
    return x.less(0).chosen(x.like(-infinity), inside);
}

Real sinc(Real const& x) // sin(pi x) / (pi x)
{
    Real const angle = x * pi;
    return x.is(0).chosen(x.like(1), angle.apply("Sin") / angle);
}

Real exp2(Real const& x) { return x.like(2).apply("Pow", x); }

// 0 where the first is 0, whatever the logarithm is, unless that is of NaN.
template <bool one_more>
Result<Value> times_log(Operation& op)
{
    DType const dtype = floating_for(TRY(result_dtype(op, {"self", "other"})));
    auto const left = TRY(cast(op.graph, TRY(operand(op, "self", dtype)), DType::float64));
    auto const right = TRY(cast(op.graph, TRY(operand(op, "other", dtype)), DType::float64));
    TRY(broadcast(op.graph, left.dims(), right.dims()));
    Real const x(op.graph, left);
    Real const y(op.graph, right);
    Real const product = x * (one_more ? y + 1.0 : y).log();
    Real const missing(op.graph, computed(op.graph, "IsNaN", {&right}, {DType::boolean, right.dims()}));
    Real const result = missing.chosen(y, x.is(0).chosen(x.like(0), product));
    return op.result(TRY(cast(op.graph, result.tensor(), dtype)));
}

Result<Value> logit(Operation& op) // log(x / (1 - x)), x held within [eps, 1 - eps]
{
    auto const self = TRY(op.tensor("self"));
    DType const dtype = floating_for(self.dtype());
    auto x = TRY(cast(op.graph, self, dtype));
    auto const one = number(dtype, 1.0);
    if (op.has("eps")) {
        auto const epsilon = TRY(op.floating("eps"));
        auto const low = number(dtype, epsilon);
        auto const high = TRY(binary(op.graph, "Sub", one, low));
        x = TRY(binary(op.graph, "Min", TRY(binary(op.graph, "Max", x, low)), high));
    }
    auto const odds = TRY(binary(op.graph, "Div", x, TRY(binary(op.graph, "Sub", one, x))));
    return op.result(unary(op.graph, "Log", odds));
}

constexpr OperatorRow rows[] = {
    {"aten::erfc(Tensor self) -> Tensor", of_one<erfc>},
    {"aten::erfinv(Tensor self) -> Tensor", of_one<erfinv>},
    {"aten::special_erfcx(Tensor self) -> Tensor", of_one<erfcx>},
    {"aten::special_ndtr(Tensor self) -> Tensor", of_one<normal_below>},
    {"aten::special_ndtri(Tensor self) -> Tensor", of_one<normal_deviate>},
    {"aten::lgamma(Tensor self) -> Tensor", of_one<log_gamma>},
    {"aten::digamma(Tensor self) -> Tensor", of_one<digamma>},
    {"aten::i0(Tensor self) -> Tensor", of_one<bessel_0>},
    {"aten::special_i0e(Tensor self) -> Tensor", of_one<scaled_bessel_0>},
    {"aten::special_i1(Tensor self) -> Tensor", of_one<bessel_1>},
    {"aten::special_i1e(Tensor self) -> Tensor", of_one<scaled_bessel_1>},
    {"aten::special_entr(Tensor self) -> Tensor", of_one<entropy>},
    {"aten::sinc(Tensor self) -> Tensor", of_one<sinc>},
    {"aten::exp2(Tensor self) -> Tensor", of_one<exp2>},
    {"aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor", times_log<false>},
    {"aten::xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor", times_log<false>},
    {"aten::xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor", times_log<false>},
    {"aten::special_xlog1py(Tensor self, Tensor other) -> Tensor", times_log<true>},
    {"aten::special_xlog1py.self_scalar(Scalar self, Tensor other) -> Tensor", times_log<true>},
    {"aten::special_xlog1py.other_scalar(Tensor self, Scalar other) -> Tensor", times_log<true>},
    {"aten::logit(Tensor self, float? eps=None) -> Tensor", logit},
};

}

std::span<OperatorRow const> special_operators() { return rows; }
