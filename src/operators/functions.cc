#include "operators/families.h"
#include "operators/pointwise.h"

#include <cmath>
#include <limits>

// More functions of numbers, element by element: of two numbers, of signs and limits, of bits.

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double infinity = std::numeric_limits<double>::infinity();

Result<GraphTensor> compared(GraphBuilder& graph, char const* op_type, GraphTensor const& left, GraphTensor const& right) { return binary(graph, op_type, left, right, DType::boolean); }
Result<GraphTensor> compared(GraphBuilder& graph, char const* op_type, GraphTensor const& left, double right) { return binary(graph, op_type, left, number(left.dtype(), right), DType::boolean); }

// self and other as floating tensors of one dtype.
Result<OperandPair> floating_pair(Operation& op) { return operand_pair(op, floating_for(TRY(result_dtype(op, {"self", "other"})))); }

template <NodeName name>
Result<Value> floating_function(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(unary(op.graph, name.value, TRY(cast(op.graph, self, floating_for(self.dtype())))));
}

// ---- of two numbers -------------------------------------------------------------------------------------------------------------------

// The angle of (other, self): atan of the quotient, turned by pi where other is negative.
Result<Value> angle_of_two(Operation& op)
{
    auto const [y, x] = TRY(floating_pair(op));
    auto& graph = op.graph;
    DType const dtype = y.dtype();
    auto const quotient = TRY(binary(graph, "Div", y, x));
    // 0 / 0 has no angle but 0, and of two infinities the quotient is that of their signs.
    auto const both_zero = TRY(binary(graph, "And", TRY(compared(graph, "Equal", y, 0.0)), TRY(compared(graph, "Equal", x, 0.0))));
    auto const endless = TRY(binary(graph, "And", computed(graph, "IsInf", {&y}, {DType::boolean, y.dims()}), computed(graph, "IsInf", {&x}, {DType::boolean, x.dims()})));
    auto const signs = TRY(binary(graph, "Mul", unary(graph, "Sign", y), unary(graph, "Sign", x)));
    auto const slope = TRY(where(graph, endless, signs, TRY(where(graph, both_zero, number(dtype, 0.0), quotient))));
    auto const angle = unary(graph, "Atan", slope);
    auto const half_turn = TRY(where(graph, TRY(compared(graph, "Less", y, 0.0)), number(dtype, -pi), number(dtype, pi)));
    auto const turned = TRY(binary(graph, "Add", angle, half_turn));
    return op.result(TRY(where(graph, TRY(compared(graph, "Less", x, 0.0)), turned, angle)));
}

// The larger times the root of one plus the square of the quotient, which does not overflow.
Result<Value> hypotenuse(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    auto& graph = op.graph;
    auto const a = unary(graph, "Abs", self);
    auto const b = unary(graph, "Abs", other);
    auto const most = TRY(binary(graph, "Max", a, b));
    auto const ratio = TRY(binary(graph, "Div", TRY(binary(graph, "Min", a, b)), most));
    auto const root = unary(graph, "Sqrt", TRY(binary(graph, "Add", TRY(binary(graph, "Mul", ratio, ratio)), number(a.dtype(), 1.0))));
    auto const limit = TRY(binary(graph, "Or", TRY(compared(graph, "Equal", most, 0.0)), TRY(compared(graph, "Equal", most, infinity))));
    return op.result(TRY(where(graph, limit, most, TRY(binary(graph, "Mul", most, root)))));
}

// log(base^self + base^other)
template <bool base_2>
Result<Value> log_of_sum(Operation& op)
{
    auto const [a, b] = TRY(floating_pair(op));
    auto& graph = op.graph;
    DType const dtype = a.dtype();
    auto const most = TRY(binary(graph, "Max", a, b));
    auto const less = TRY(binary(graph, "Sub", TRY(binary(graph, "Min", a, b)), most));
    auto const power = base_2 ? TRY(binary(graph, "Pow", number(dtype, 2.0), less)) : unary(graph, "Exp", less);
    auto logarithm = unary(graph, "Log", TRY(binary(graph, "Add", power, number(dtype, 1.0))));
    if (base_2)
        logarithm = TRY(binary(graph, "Div", logarithm, number(dtype, std::log(2.0))));
    auto const sum = TRY(binary(graph, "Add", most, logarithm));
    // Of two equal infinities the difference is none.
    auto const endless = TRY(binary(graph, "And", TRY(compared(graph, "Equal", a, b)), computed(graph, "IsInf", {&a}, {DType::boolean, a.dims()})));
    return op.result(TRY(where(graph, endless, a, sum)));
}

// Where one is NaN, the other.
template <NodeName name>
Result<Value> extreme_but_nan(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    auto& graph = op.graph;
    if (self.dtype() == DType::boolean)
        return op.result(TRY(binary(graph, std::string_view(name.value) == "Max" ? "Or" : "And", self, other)));
    auto const extreme = TRY(binary(graph, name.value, self, other));
    if (!is_floating(self.dtype()))
        return op.result(extreme);
    auto const first_missing = computed(graph, "IsNaN", {&self}, {DType::boolean, self.dims()});
    auto const second_missing = computed(graph, "IsNaN", {&other}, {DType::boolean, other.dims()});
    return op.result(TRY(where(graph, first_missing, other, TRY(where(graph, second_missing, self, extreme)))));
}

// 0 below 0, 1 above, `values` at 0.
Result<Value> step_function(Operation& op)
{
    DType const dtype = TRY(op.tensor("self")).dtype();
    auto const self = TRY(op.tensor("self"));
    auto const values = TRY(cast(op.graph, TRY(op.tensor("values")), dtype));
    auto const above = TRY(compared(op.graph, "Greater", self, 0.0));
    auto const at_zero = TRY(compared(op.graph, "Equal", self, 0.0));
    return op.result(TRY(where(op.graph, at_zero, values, TRY(cast(op.graph, above, dtype)))));
}

// Negative as the sign bit says: of -0 the reciprocal is.
Result<GraphTensor> has_sign(GraphBuilder& graph, GraphTensor const& x)
{
    auto const negative = TRY(compared(graph, "Less", x, 0.0));
    if (!is_floating(x.dtype()))
        return negative;
    auto const zero = TRY(compared(graph, "Equal", x, 0.0));
    auto const below = TRY(compared(graph, "Less", unary(graph, "Reciprocal", x), 0.0));
    return binary(graph, "Or", negative, TRY(binary(graph, "And", zero, below)));
}

Result<Value> sign_bit(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.dtype() == DType::boolean)
        return op.result(filled(op.graph, GraphTensor::constant(Tensor::scalar(false)), self.dims()));
    return op.result(TRY(has_sign(op.graph, self)));
}

Result<Value> with_sign_of(Operation& op)
{
    auto const [self, other] = TRY(floating_pair(op));
    auto const size = unary(op.graph, "Abs", self);
    auto const negative = TRY(has_sign(op.graph, other));
    return op.result(TRY(where(op.graph, negative, unary(op.graph, "Neg", size), size)));
}

Result<Value> times_power_of_2(Operation& op)
{
    auto const [self, other] = TRY(floating_pair(op));
    return op.result(TRY(binary(op.graph, "Mul", self, TRY(binary(op.graph, "Pow", number(self.dtype(), 2.0), other)))));
}

Result<Value> double_power(Operation& op)
{
    auto const self = TRY(operand(op, "self", DType::float64));
    auto const exponent = TRY(operand(op, "exponent", DType::float64));
    return op.result(TRY(binary(op.graph, "Pow", self, exponent)));
}

// ---- of three -------------------------------------------------------------------------------------------------------------------------

template <NodeName name>
Result<Value> add_scaled(Operation& op) // self + value * (tensor1 op tensor2)
{
    DType dtype = TRY(result_dtype(op, {"self", "tensor1", "tensor2"}));
    if (std::string_view(name.value) == "Div" && !is_floating(dtype))
        return malformed("addcdiv of whole numbers");
    auto const self = TRY(operand(op, "self", dtype));
    auto const first = TRY(operand(op, "tensor1", dtype));
    auto const second = TRY(operand(op, "tensor2", dtype));
    auto const value = TRY(op.scalar("value", dtype));
    auto product = TRY(binary(op.graph, name.value, first, second));
    if (auto const known = value.known(); !known || known->number_at(0) != 1)
        product = TRY(binary(op.graph, "Mul", product, value));
    return op.result(TRY(binary(op.graph, "Add", self, product)));
}

// From whichever end is nearer (PyTorch aten/src/ATen/native/Lerp.h).
Result<Value> interpolated(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    DType const dtype = self.dtype();
    auto const end = TRY(cast(op.graph, TRY(op.tensor("end")), dtype));
    auto const weight = TRY(operand(op, "weight", dtype));
    auto& graph = op.graph;
    auto const span = TRY(binary(graph, "Sub", end, self));
    auto const from_start = TRY(binary(graph, "Add", self, TRY(binary(graph, "Mul", weight, span))));
    auto const rest = TRY(binary(graph, "Sub", number(dtype, 1.0), weight));
    auto const from_end = TRY(binary(graph, "Sub", end, TRY(binary(graph, "Mul", span, rest))));
    if (auto const known = weight.known(); known && known->count() == 1)
        return op.result(std::abs(known->number_at(0)) < 0.5 ? from_start : from_end);
    auto const near_start = TRY(compared(graph, "Less", unary(graph, "Abs", weight), 0.5));
    return op.result(TRY(where(graph, near_start, from_start, from_end)));
}

// ---- limits and parts ---------------------------------------------------------------------------------------------------------------

template <int sign> // 0: either infinity or NaN
Result<Value> limit_of(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return op.result(filled(op.graph, GraphTensor::constant(Tensor::scalar(sign == 0)), self.dims()));
    if (sign != 0)
        return op.result(TRY(compared(op.graph, "Equal", self, sign * infinity)));
    auto const endless = computed(op.graph, "IsInf", {&self}, {DType::boolean, self.dims()});
    auto const missing = computed(op.graph, "IsNaN", {&self}, {DType::boolean, self.dims()});
    return op.result(unary(op.graph, "Not", TRY(binary(op.graph, "Or", endless, missing))));
}

double largest(DType dtype)
{
    switch (dtype) {
    case DType::float16:
        return 65504;
    case DType::bfloat16:
        return 3.3895313892515355e38;
    case DType::float32:
        return std::numeric_limits<float>::max();
    default:
        return std::numeric_limits<double>::max();
    }
}

Result<Value> numbers_for_limits(Operation& op) // nan_to_num
{
    auto const self = TRY(op.tensor("self"));
    DType const dtype = self.dtype();
    if (!is_floating(dtype))
        return op.result(self);
    auto const given = [&](char const* name, double otherwise) -> Result<GraphTensor> { return op.has(name) ? op.scalar(name, dtype) : Result<GraphTensor>(number(dtype, otherwise)); };
    auto const missing = computed(op.graph, "IsNaN", {&self}, {DType::boolean, self.dims()});
    auto result = TRY(where(op.graph, missing, TRY(given("nan", 0)), self));
    auto const above = TRY(compared(op.graph, "Equal", self, infinity));
    result = TRY(where(op.graph, above, TRY(given("posinf", largest(dtype))), result));
    auto const below = TRY(compared(op.graph, "Equal", self, -infinity));
    return op.result(TRY(where(op.graph, below, TRY(given("neginf", -largest(dtype))), result)));
}

Result<GraphTensor> truncated(GraphBuilder& graph, GraphTensor const& x)
{
    if (!is_floating(x.dtype()))
        return x;
    auto const size = unary(graph, "Floor", unary(graph, "Abs", x));
    return where(graph, TRY(compared(graph, "Less", x, 0.0)), unary(graph, "Neg", size), size);
}

Result<Value> truncate(Operation& op) { return op.result(TRY(truncated(op.graph, TRY(op.tensor("self"))))); }
Result<Value> fraction(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(binary(op.graph, "Sub", self, TRY(truncated(op.graph, self)))));
}

// Half to even, after the point is moved; a negative number of decimals rounds to tens and hundreds.
Result<Value> round_to(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const decimals = TRY(op.number("decimals"));
    if (!is_floating(self.dtype()) || decimals == 0)
        return op.result(is_floating(self.dtype()) ? unary(op.graph, "Round", self) : self);
    auto const factor = number(self.dtype(), std::pow(10.0, static_cast<double>(std::abs(decimals))));
    auto const moved = TRY(binary(op.graph, decimals > 0 ? "Mul" : "Div", self, factor));
    return op.result(TRY(binary(op.graph, decimals > 0 ? "Div" : "Mul", unary(op.graph, "Round", moved), factor)));
}

template <bool to_radians>
Result<Value> in_other_unit(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    return op.result(TRY(binary(op.graph, "Mul", x, number(x.dtype(), to_radians ? pi / 180 : 180 / pi))));
}

Result<Value> unchanged(Operation& op) { return op.argument("self"); }

// ---- nearness and membership ----------------------------------------------------------------------------------------------------------

Result<GraphTensor> nearness(Operation& op) // |self - other| <= atol + rtol * |other|, and equal infinities
{
    auto const [self, other] = TRY(operand_pair(op));
    auto& graph = op.graph;
    auto const same = TRY(compared(graph, "Equal", self, other));
    if (self.dtype() == DType::boolean)
        return same;
    DType const dtype = is_floating(self.dtype()) ? self.dtype() : DType::float64;
    auto const a = TRY(cast(graph, self, dtype));
    auto const b = TRY(cast(graph, other, dtype));
    auto const allowed = TRY(binary(graph, "Add", number(dtype, TRY(op.floating("atol"))), TRY(binary(graph, "Mul", number(dtype, TRY(op.floating("rtol"))), unary(graph, "Abs", b)))));
    auto const distance = unary(graph, "Abs", TRY(binary(graph, "Sub", a, b)));
    auto const finite = TRY(compared(graph, "Less", distance, infinity));
    auto result = TRY(binary(graph, "Or", same, TRY(binary(graph, "And", finite, TRY(compared(graph, "LessOrEqual", distance, allowed))))));
    if (TRY(op.boolean("equal_nan")) && is_floating(self.dtype())) {
        auto const both = TRY(binary(graph, "And", computed(graph, "IsNaN", {&a}, {DType::boolean, a.dims()}), computed(graph, "IsNaN", {&b}, {DType::boolean, b.dims()})));
        result = TRY(binary(graph, "Or", result, both));
    }
    return result;
}

// A bool of the program that the model finds out: true where all are.
Result<Value> whether_all(Operation& op, GraphTensor const& flags)
{
    auto const others = reduce(op.graph, "ReduceSum", TRY(cast(op.graph, unary(op.graph, "Not", flags), DType::int32)), {}, false);
    return Value{UnknownBool{TRY(compared(op.graph, "Equal", others, 0.0))}};
}

Result<Value> is_close(Operation& op) { return op.result(TRY(nearness(op))); }
Result<Value> all_close(Operation& op) { return whether_all(op, TRY(nearness(op))); }

Result<Value> is_equal(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const other = TRY(op.tensor("other"));
    if (self.rank() != other.rank())
        return Value{false};
    for (size_t i = 0; i < self.dims().size(); ++i) {
        if (self.dims()[i] == other.dims()[i])
            continue;
        if (self.dims()[i].known() && other.dims()[i].known())
            return Value{false};
        return unsupported("equal() of tensors whose sizes may differ");
    }
    DType const dtype = promoted(self.dtype(), other.dtype());
    return whether_all(op, TRY(compared(op.graph, "Equal", TRY(cast(op.graph, self, dtype)), TRY(cast(op.graph, other, dtype)))));
}

Result<Value> member(Operation& op, std::string_view elements_name, std::string_view set_name)
{
    DType const dtype = TRY(result_dtype(op, {elements_name, set_name}));
    auto const elements = TRY(operand(op, elements_name, dtype));
    auto const set = TRY(operand(op, set_name, dtype));
    auto const row = reshape(op.graph, set, {count_of(set.dims())});
    auto const same = TRY(compared(op.graph, "Equal", unsqueeze(op.graph, elements, {elements.rank()}), row));
    auto const hits = reduce(op.graph, "ReduceSum", TRY(cast(op.graph, same, DType::int32)), {elements.rank()}, false);
    auto const none = TRY(compared(op.graph, "Equal", hits, 0.0));
    return op.result(TRY(op.boolean("invert")) ? none : unary(op.graph, "Not", none));
}

Result<Value> is_in(Operation& op) { return member(op, "elements", "test_elements"); }
Result<Value> element_is_in(Operation& op) { return member(op, "element", "test_elements"); }
Result<Value> is_in_one(Operation& op) { return member(op, "elements", "test_element"); }

// ---- shifts of bits --------------------------------------------------------------------------------------------------------------------

// Left: times a power of two, which wraps as PyTorch's own shift. Right: the quotient by one, towards minus infinity.
template <bool left>
Result<Value> shift(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    auto& graph = op.graph;
    if (is_floating(self.dtype())) { // the old operators << and >>
        auto const power = TRY(binary(graph, "Pow", number(self.dtype(), 2.0), other));
        return op.result(TRY(binary(graph, left ? "Mul" : "Div", self, power)));
    }
    if (self.dtype() == DType::boolean)
        return malformed("a shift of a bool tensor");
    // 2^n for each n: whole powers, as Pow may go through floating numbers.
    static constexpr int64_t most = 63;
    std::vector<int64_t> powers;
    for (int64_t i = 0; i <= most; ++i)
        powers.push_back(static_cast<int64_t>(uint64_t{1} << i));
    auto const wide = TRY(cast(graph, self, DType::int64));
    auto const places = TRY(cast(graph, other, DType::int64));
    auto const held = TRY(binary(graph, "Max", TRY(binary(graph, "Min", places, GraphTensor::integer(most))), GraphTensor::integer(0)));
    auto const power = gather(graph, GraphTensor::constant(Tensor::vector(std::move(powers))), held, 0);
    int const bits = bits_of(self.dtype()) - (!left && is_signed_integer(self.dtype()) ? 1 : 0);
    auto const too_far = TRY(binary(graph, "Or", TRY(compared(graph, "Less", places, 0.0)), TRY(compared(graph, "GreaterOrEqual", places, static_cast<double>(bits)))));
    if (left) {
        auto const product = TRY(where(graph, too_far, GraphTensor::integer(0), TRY(binary(graph, "Mul", wide, power))));
        return op.result(TRY(cast(graph, product, self.dtype())));
    }
    auto const rest = TRY(binary(graph, "Mod", wide, power));
    auto const quotient = TRY(binary(graph, "Div", TRY(binary(graph, "Sub", wide, rest)), power));
    auto const sign = TRY(where(graph, TRY(compared(graph, "Less", wide, 0.0)), GraphTensor::integer(-1), GraphTensor::integer(0)));
    return op.result(TRY(cast(graph, TRY(where(graph, too_far, sign, quotient)), self.dtype())));
}

#define CLOSE "Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> "

constexpr OperatorRow rows[] = {
    {"aten::asinh(Tensor self) -> Tensor", floating_function<"Asinh">},
    {"aten::acosh(Tensor self) -> Tensor", floating_function<"Acosh">},
    {"aten::atanh(Tensor self) -> Tensor", floating_function<"Atanh">},
    {"aten::atan2(Tensor self, Tensor other) -> Tensor", angle_of_two},
    {"aten::hypot(Tensor self, Tensor other) -> Tensor", hypotenuse},
    {"aten::logaddexp(Tensor self, Tensor other) -> Tensor", log_of_sum<false>},
    {"aten::logaddexp2(Tensor self, Tensor other) -> Tensor", log_of_sum<true>},
    {"aten::fmax(Tensor self, Tensor other) -> Tensor", extreme_but_nan<"Max">},
    {"aten::fmin(Tensor self, Tensor other) -> Tensor", extreme_but_nan<"Min">},
    {"aten::heaviside(Tensor self, Tensor values) -> Tensor", step_function},
    {"aten::signbit(Tensor self) -> Tensor", sign_bit},
    {"aten::copysign.Tensor(Tensor self, Tensor other) -> Tensor", with_sign_of},
    {"aten::copysign.Scalar(Tensor self, Scalar other) -> Tensor", with_sign_of},
    {"aten::ldexp.Tensor(Tensor self, Tensor other) -> Tensor", times_power_of_2},
    {"aten::float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", double_power},
    {"aten::float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", double_power},
    {"aten::float_power.Scalar(Scalar self, Tensor exponent) -> Tensor", double_power},
    {"aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", add_scaled<"Mul">},
    {"aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", add_scaled<"Div">},
    {"aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", interpolated},
    {"aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor", interpolated},
    {"aten::isfinite(Tensor self) -> Tensor", limit_of<0>},
    {"aten::isposinf(Tensor self) -> Tensor", limit_of<1>},
    {"aten::isneginf(Tensor self) -> Tensor", limit_of<-1>},
    {"aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor", numbers_for_limits},
    {"aten::trunc(Tensor self) -> Tensor", truncate},
    {"aten::frac(Tensor self) -> Tensor", fraction},
    {"aten::round.decimals(Tensor self, *, int decimals) -> Tensor", round_to},
    {"aten::deg2rad(Tensor self) -> Tensor", in_other_unit<true>},
    {"aten::rad2deg(Tensor self) -> Tensor", in_other_unit<false>},
    {"aten::positive(Tensor self) -> Tensor", unchanged},
    {"aten::isclose(" CLOSE "Tensor", is_close},
    {"aten::allclose(" CLOSE "bool", all_close},
    {"aten::equal(Tensor self, Tensor other) -> bool", is_equal},
    {"aten::isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", is_in},
    {"aten::isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", element_is_in},
    {"aten::isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor", is_in_one},
    {"aten::bitwise_left_shift.Tensor(Tensor self, Tensor other) -> Tensor", shift<true>},
    {"aten::bitwise_left_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor", shift<true>},
    {"aten::bitwise_left_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", shift<true>},
    {"aten::bitwise_right_shift.Tensor(Tensor self, Tensor other) -> Tensor", shift<false>},
    {"aten::bitwise_right_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor", shift<false>},
    {"aten::bitwise_right_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", shift<false>},
    {"aten::__lshift__.Tensor(Tensor self, Tensor other) -> Tensor", shift<true>},
    {"aten::__lshift__.Scalar(Tensor self, Scalar other) -> Tensor", shift<true>},
    {"aten::__rshift__.Tensor(Tensor self, Tensor other) -> Tensor", shift<false>},
    {"aten::__rshift__.Scalar(Tensor self, Scalar other) -> Tensor", shift<false>},
};

}

std::span<OperatorRow const> function_operators() { return rows; }
