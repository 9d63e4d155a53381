"""Functions of numbers, element by element: special ones, signs and limits, bits; more activations; more reductions."""

from make import case

OPS = "torch.ops.aten."
EDGES = "float32[12]: 0 1 -1 2.5 -2.5 inf -inf nan 0.3 -0.3 100 -100"
case("inverse hyperbolic functions", "return x.asinh(), x.acosh(), x.atanh(), y.asinh(), z.atanh()", x=EDGES, y="int64[3]", z="float64[3] unit")
case("the angle of two", "return torch.atan2(x, y), torch.atan2(y, x), torch.atan2(x, x), torch.atan2(a, b)", x=EDGES, y="float32[12]: 1 0 0 -2 -3 inf -inf 1 nan -1 inf 0", a="int64[3]: 0 1 -1", b="int64[3]: -1 0 0")
case("hypot", "return torch.hypot(x, y), torch.hypot(y, z)", x=EDGES, y="float32[12]: 1 0 0 -2 -3 1 -inf 1 3 -1 inf 0", z="float64[12]")
case("logarithms of sums", "return torch.logaddexp(x, y), torch.logaddexp2(x, y)", x="float32[6]: 0 1 -1 inf -inf 100", y="float32[6]: 1 1 200 inf -inf -inf")
case("extremes that pass over nan", "return torch.fmax(x, y), torch.fmin(x, y), torch.fmax(a, b), torch.fmin(a, b)", x="float32[4]: 1 nan 3 nan", y="float32[4]: 2 1 nan nan", a="int64[3]", b="int64[3]")
case("heaviside", "return torch.heaviside(x, y), torch.heaviside(a, b)", x=EDGES, y="float32[12]", a="int64[3]: -1 0 2", b="int64[3]: 5 6 7")
case("signs of numbers and of zeros", "z = x * 0\nreturn torch.signbit(x), torch.signbit(z), torch.copysign(y, z), torch.copysign(y, x), torch.copysign(y, -2.0), torch.signbit(a), torch.signbit(b)", x="float32[5]: 1 -1 2 -3 -0.5", y="float32[5]", a="int64[3]: -1 0 2", b="bool[2]")
case("ldexp and float_power", "return torch.ldexp(x, y), torch.float_power(x, 2), torch.float_power(2.0, x), torch.float_power(y, y), torch.float_power(x, y)", x="float32[4] positive", y="int64[4]: 1 2 -1 0")
case("sums with scaled products", "return torch.addcmul(x, y, z), torch.addcmul(x, y, z, value=0.5), torch.addcdiv(x, y, z), torch.addcdiv(x, y, z, value=2), torch.addcmul(a, a, a, value=3)", x="float32[2,3]", y="float32[3]", z="float32[2,1] nonzero", a="int64[3]", fixed=True, again={"x": "float32[4,3]", "z": "float32[4,1] nonzero"})
case("lerp", "return torch.lerp(x, y, 0.3), torch.lerp(x, y, 0.8), torch.lerp(x, y, w)", x="float32[2,3]", y="float32[2,3]", w="float32[3]: 0.1 0.5 1.2", fixed=True, again={"x": "float32[4,3]", "y": "float32[4,3]"})
case("finite and infinite", "return x.isfinite(), x.isposinf(), x.isneginf(), a.isfinite(), a.isposinf()", x=EDGES, a="int64[2]")
case("numbers for nan and infinities", "return x.nan_to_num(), x.nan_to_num(1.0), x.nan_to_num(1.0, 2.0, 3.0), a.nan_to_num(), y.nan_to_num()", x=EDGES, a="int64[2]", y="float64[3]: nan inf -inf")
case("trunc, frac, rounding to decimals", "return x.trunc(), y.frac(), a.trunc(), torch.round(y, decimals=2), torch.round(y, decimals=-1), torch.round(y, decimals=0)", x=EDGES, y="float32[6]: 1.255 -1.245 17.5 -25.0 0.5 1.5", a="int64[2]")
case("degrees and radians", "return x.deg2rad(), x.rad2deg(), a.deg2rad(), x.positive()", x="float32[3]", a="int64[3]")
case("nearness", "return torch.isclose(x, y), torch.isclose(x, y, equal_nan=True), torch.isclose(x, y, 0.1, 0.2), torch.isclose(a, b), torch.isclose(c, c)", x="float32[6]: 1 1.000001 nan inf inf 3", y="float32[6]: 1 1 nan inf -inf 3.1", a="int64[3]: 1 2 3", b="int64[3]: 1 2 4", c="bool[2]")
case("whether all are near or equal", "a = torch.allclose(x, y)\nb = torch.allclose(x, x)\nc = torch.equal(x, y)\nd = torch.equal(x, x)\nreturn a, b, c, d, torch.equal(x, x[0])", x="float32[2,3]", y="float32[2,3]")
case("membership", "return torch.isin(x, t), torch.isin(x, t, invert=True), torch.isin(3, t), torch.isin(x, 2)", x="int64[2,3]: 1 2 3 4 5 6", t="int64[3]: 2 3 9")
case("shifts of bits", "return x << y, x >> y, torch.bitwise_left_shift(x, 2), torch.bitwise_right_shift(x, 1), torch.bitwise_left_shift(3, y), torch.bitwise_right_shift(100, y), x << 1, x >> 2, torch.bitwise_left_shift(u, 3), torch.bitwise_right_shift(x, y), torch.bitwise_left_shift(x, y), torch.bitwise_right_shift(w, 9)", x="int64[5]: 1 -1 100 -7 8", y="int64[5]: 1 2 3 1 0", u="uint8[3]", w="int16[3]: -5 5 300")
case("other names of functions", "return torch.absolute(x), torch.arctan(x), torch.multiply(x, 2), torch.subtract(x, 1), torch.greater(x, 0), torch.special.expit(x), torch.negative(x), torch.sgn(x), torch.special.exp2(x), torch.special.sinc(x), torch.not_equal(x, 0), torch.fix(x)", x="float32[4]")

# ---- special ----------------------------------------------------------------------------------------------------------------------------

case("erfc, erfinv and their kin", f"return x.erfc(), y.erfinv(), {OPS}special_erfcx(z), torch.special.ndtr(x), torch.special.ndtri(w), a.erfc()", x=EDGES, y="float32[11]: 0 0.5 -0.5 0.99 -0.999 1 -1 2 nan 0.00001 0.9999999", z="float32[5]: 0 1 -1 10 -3", w="float32[7]: 0 0.5 1 0.001 0.975 -1 nan", a="int64[3]: 0 1 -1")
case("erfinv of float64", "return x.erfinv()", x="float64[6]: 0.1 -0.6 0.999999 0.9 1 -1")
case("lgamma and digamma", "return x.lgamma(), x.digamma(), a.lgamma(), y.lgamma(), y.digamma()", x="float32[14]: 0.5 1 2 3.7 10 100 -0.5 -1.3 -2.7 0.001 8 7.99 1000 -30.5", a="int64[4]: 1 2 5 20", y="float64[6]: 0.3 -0.3 5.5 -7.7 1e5 33")
case("lgamma and digamma at their poles", "return x.lgamma(), y.digamma()", x="float32[6]: 0 -1 -5 inf -inf nan", y="float32[5]: 0 -1 -5 inf nan")
case("modified Bessel functions", "return x.i0(), torch.special.i0e(x), torch.special.i1(x), torch.special.i1e(x)", x="float32[8]: 0 0.5 -1 3.7 3.8 10 -20 50")
case("entropy, sinc, exp2", "return torch.special.entr(x), x.sinc(), x.exp2(), a.exp2(), a.sinc()", x="float32[8]: 0 1 -1 2.5 0.3 nan 7.25 -0.5", a="int64[3]: 0 1 5")
case("products with logarithms", "return torch.xlogy(x, y), torch.xlogy(x, 2.0), torch.xlogy(0.0, y), torch.xlogy(3, y), torch.special.xlog1py(x, y), torch.special.xlog1py(x, 2.0), torch.special.xlog1py(2.0, y), torch.xlogy(a, b)", x="float32[6]: 0 1 2 0 0 -1", y="float32[6]: 0 0 3 nan inf 2", a="int64[2]: 0 3", b="int64[2]: 0 2")
case("logit", "return x.logit(), x.logit(0.1), y.logit()", x="float32[6]: 0 0.2 0.5 0.9 1 -0.1", y="float64[2]: 0.3 0.6")

# ---- activations ------------------------------------------------------------------------------------------------------------------------

case("elu and its kin", f"return {OPS}elu(x), {OPS}elu(x, 0.5), {OPS}elu(x, 1.5, 1.2, 0.7), torch.selu(x), torch.celu(x), torch.celu(x, 0.5)", x=EDGES)
case("elu and its kin of float64", f"return {OPS}elu(x, 0.5), torch.selu(x), torch.celu(x, 2.0)", x="float64[6]")
case("softplus and mish", f"return {OPS}softplus(x), {OPS}softplus(x, 2, 1), {OPS}softplus(x, 0.5, 20), {OPS}mish(y), {OPS}mish(z)", x="float32[8]: 0 1 -1 30 -30 100 inf nan", y="float32[6]", z="float64[3]")
case("prelu in all forms", f"return torch.prelu(x, w), torch.prelu(x, v), torch.prelu(y, v), {OPS}_prelu_kernel(x, u), torch.prelu(z, t)", x="float32[2,3,4]", y="float32[5]", z="float64[2,3]", w="float32[3]", v="float32[1]", u="float32[3,1]", t="float64[3]", fixed=True, again={"x": "float32[4,3,4]", "z": "float64[4,3]"})
case("rrelu by given slopes", "return torch.rrelu(x), torch.rrelu(x, 0.1, 0.5)", x="float32[2,3]")
case("glu of sizes that may vary", f"return {OPS}glu(x), {OPS}glu(x, 0)", x="float32[4,6]", dynamic="all", again={"x": "float32[2,8]"})
case("shrinking", f"return {OPS}softshrink(x), {OPS}softshrink(x, 1.0), {OPS}hardshrink(x), {OPS}hardshrink(x, 1.0), {OPS}threshold(x, 0.5, 3.0), {OPS}threshold(a, 1, 7)", x=EDGES, a="int64[3]: 0 1 2")
case("dropout in eval mode in more forms", f"a, b = {OPS}native_dropout(x, 0.5, False)\nreturn a, b, torch.feature_alpha_dropout(x, 0.5, False)", x="float32[2,3]")

# ---- reductions -------------------------------------------------------------------------------------------------------------------------

NANS = "float32[2,3]: 1 nan 3 nan nan nan"
case("sums and means without nan", "return x.nansum(), x.nansum(1), x.nanmean(), x.nanmean(1), x.nanmean(0, keepdim=True), a.nansum(0), x.nansum(dtype=torch.float64)", x=NANS, a="int64[2,3]")
case("counts of what is not zero", "return torch.count_nonzero(x), torch.count_nonzero(x, 1), torch.count_nonzero(a, [0, 1])", x="float32[2,3]: 0 1 nan 0 0 2", a="int64[2,3]")
case("both extremes", "a, b = x.aminmax()\nc, d = x.aminmax(dim=1)\ne, f = y.aminmax(dim=0, keepdim=True)\ng, h = z.aminmax()\nreturn a, b, c, d, e, f, g, h", x="float32[2,3]: 1 nan 3 4 5 6", y="int64[2,3]", z="bool[2,3]")
case("any and all of several axes", f"return torch.any(x, [0, 1]), torch.all(x, [1], keepdim=True), torch.any(a, [0]), torch.all(u, [0, 1]), {OPS}any(x, []), {OPS}all(a, None)", x="bool[2,3]", a="float32[2,3]: 0 1 0 2 nan 0", u="uint8[2,3]")
