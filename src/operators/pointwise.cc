#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>

// Operators that work element by element: arithmetic, comparisons, activations.

namespace {

// ---- templates of rules ---------------------------------------------------------------------------------------------------

template <size_t N>
struct OpName {
    constexpr OpName(char const (&text)[N]) { std::copy_n(text, N, value); }
    char value[N]{};
};

// One ONNX operator on a floating tensor; integers and bool become float32 first, as PyTorch has it.
template <OpName name>
Result<Value> floating_unary(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    return op.result(unary(op.graph, name.value, x));
}

// One ONNX operator that keeps any real dtype.
template <OpName name>
Result<Value> same_unary(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(unary(op.graph, name.value, self));
}

// Rounding: integers are whole already.
template <OpName name>
Result<Value> rounding(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(is_floating(self.dtype()) ? unary(op.graph, name.value, self) : self);
}

struct Pair {
    GraphTensor self;
    GraphTensor other;
};

Result<Pair> pair(Operation& op, std::optional<DType> wanted = std::nullopt)
{
    DType const dtype = wanted ? *wanted : TRY(result_dtype(op, {"self", "other"}));
    auto self = TRY(operand(op, "self", dtype));
    auto other = TRY(operand(op, "other", dtype));
    return Pair{std::move(self), std::move(other)};
}

// True where both hold integers that are known as Dims: the result is one as well, and no node is needed.
bool are_integers(GraphTensor const& left, GraphTensor const& right) { return left.rank() == 0 && right.rank() == 0 && left.as_dims() && right.as_dims(); }

// ---- arithmetic -----------------------------------------------------------------------------------------------------------

// other * alpha, where alpha is not 1.
Result<GraphTensor> scaled(Operation& op, GraphTensor const& other)
{
    Value const& alpha = op.argument("alpha");
    bool const one = (alpha.as<Dim>() && alpha.as<Dim>()->is(1)) || (alpha.as<double>() && *alpha.as<double>() == 1);
    if (one)
        return other;
    auto const factor = TRY(op.scalar("alpha", other.dtype()));
    if (are_integers(other, factor))
        return GraphTensor::integer((*other.as_dims())[0] * (*factor.as_dims())[0]);
    return binary(op.graph, "Mul", other, factor);
}

Result<GraphTensor> sum_of(Operation& op, GraphTensor const& left, GraphTensor const& right, bool subtract)
{
    if (are_integers(left, right)) {
        Dim const a = (*left.as_dims())[0];
        Dim const b = (*right.as_dims())[0];
        return GraphTensor::integer(subtract ? a - b : a + b);
    }
    if (left.dtype() == DType::boolean) // bool + bool is or; bool - bool is an error in PyTorch
        return subtract ? Result<GraphTensor>(malformed("the difference of two bool tensors")) : binary(op.graph, "Or", left, right);
    return binary(op.graph, subtract ? "Sub" : "Add", left, right);
}

Result<Value> add(Operation& op)
{
    auto const [self, other] = TRY(pair(op));
    auto const addend = TRY(scaled(op, other));
    return op.result(TRY(sum_of(op, self, addend, false)));
}

Result<Value> subtract(Operation& op)
{
    auto const [self, other] = TRY(pair(op));
    auto const subtrahend = TRY(scaled(op, other));
    return op.result(TRY(sum_of(op, self, subtrahend, true)));
}

Result<Value> reverse_subtract(Operation& op) // other - alpha * self
{
    auto const [self, other] = TRY(pair(op));
    auto const subtrahend = TRY(scaled(op, self));
    return op.result(TRY(sum_of(op, other, subtrahend, true)));
}

Result<Value> multiply(Operation& op)
{
    auto const [self, other] = TRY(pair(op));
    if (are_integers(self, other))
        return op.result(GraphTensor::integer((*self.as_dims())[0] * (*other.as_dims())[0]));
    return op.result(TRY(binary(op.graph, self.dtype() == DType::boolean ? "And" : "Mul", self, other)));
}

// floor(self / other): for integers ONNX Div truncates, so the remainder (with the divisor's sign) is taken off first.
Result<GraphTensor> floor_quotient(Operation& op, GraphTensor const& self, GraphTensor const& other)
{
    if (is_floating(self.dtype())) {
        auto const quotient = TRY(binary(op.graph, "Div", self, other));
        return unary(op.graph, "Floor", quotient);
    }
    if (are_integers(self, other) && !(*other.as_dims())[0].is(0))
        return GraphTensor::integer(op.graph.symbols().derived(IntegerOperation::floor_divide, (*self.as_dims())[0], (*other.as_dims())[0]));
    auto const rest = TRY(binary(op.graph, "Mod", self, other));
    auto const whole = TRY(binary(op.graph, "Sub", self, rest));
    return binary(op.graph, "Div", whole, other);
}

Result<GraphTensor> truncated_quotient(Operation& op, GraphTensor const& self, GraphTensor const& other)
{
    auto const quotient = TRY(binary(op.graph, "Div", self, other));
    if (!is_floating(self.dtype()))
        return quotient;
    auto const down = unary(op.graph, "Floor", quotient);
    auto const up = unary(op.graph, "Ceil", quotient);
    auto const negative = TRY(binary(op.graph, "Less", quotient, number(quotient.dtype(), int64_t{0}), DType::boolean));
    return where(op.graph, negative, up, down);
}

Result<Value> divide(Operation& op)
{
    // Before version 4 of the operators, two integer tensors were divided towards zero (PyTorch upgraders: div_Tensor_0_3).
    DType const common = TRY(result_dtype(op, {"self", "other"}));
    if (op.operator_version < 4 && !is_floating(common) && common != DType::boolean) {
        auto const [self, other] = TRY(pair(op, common));
        return op.result(TRY(truncated_quotient(op, self, other)));
    }
    auto const [self, other] = TRY(pair(op, floating_for(common)));
    return op.result(TRY(binary(op.graph, "Div", self, other)));
}

Result<Value> divide_rounded(Operation& op)
{
    if (!op.has("rounding_mode"))
        return divide(op);
    auto const mode = TRY(op.text("rounding_mode"));
    auto const [self, other] = TRY(pair(op));
    if (mode == "floor")
        return op.result(TRY(floor_quotient(op, self, other)));
    if (mode == "trunc")
        return op.result(TRY(truncated_quotient(op, self, other)));
    return malformed("rounding_mode is \"" + mode + "\", wanted floor or trunc");
}

Result<Value> floor_divide(Operation& op)
{
    // Up to torch 1.12 floor_divide truncated; its files say so by no version of their own, and all of ours floor.
    auto const [self, other] = TRY(pair(op));
    return op.result(TRY(floor_quotient(op, self, other)));
}

Result<Value> remainder(Operation& op)
{
    auto const [self, other] = TRY(pair(op));
    if (!is_floating(self.dtype())) {
        if (are_integers(self, other) && !(*other.as_dims())[0].is(0))
            return op.result(GraphTensor::integer(op.graph.symbols().derived(IntegerOperation::remainder, (*self.as_dims())[0], (*other.as_dims())[0])));
        return op.result(TRY(binary(op.graph, "Mod", self, other)));
    }
    auto const quotient = TRY(floor_quotient(op, self, other));
    auto const product = TRY(binary(op.graph, "Mul", quotient, other));
    return op.result(TRY(binary(op.graph, "Sub", self, product)));
}

Result<Value> c_remainder(Operation& op) // fmod: the sign of the dividend
{
    auto const [self, other] = TRY(pair(op));
    Dims dims = TRY(broadcast(op.graph, self.dims(), other.dims()));
    return op.result(op.graph.node("Mod", {self, other}, {self.dtype(), std::move(dims)}, {attribute("fmod", int64_t{1})}));
}

Result<Value> power(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "exponent"}));
    auto const self = TRY(operand(op, "self", dtype));
    auto const exponent = TRY(operand(op, "exponent", dtype));
    return op.result(TRY(binary(op.graph, "Pow", self, exponent)));
}

Result<Value> square(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(binary(op.graph, "Mul", self, self)));
}

Result<Value> reciprocal_root(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    return op.result(unary(op.graph, "Reciprocal", unary(op.graph, "Sqrt", x)));
}

Result<Value> negate(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.dtype() == DType::boolean)
        return malformed("the negative of a bool tensor");
    if (self.rank() == 0 && self.as_dims())
        return op.result(GraphTensor::integer(Dim(0) - (*self.as_dims())[0]));
    return op.result(unary(op.graph, "Neg", self));
}

// exp(x) - 1 and log(1 + x) as written lose digits near 0; ONNX has no better, and at 1e-5 absolute both hold.
Result<Value> exp_minus_one(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    return op.result(TRY(binary(op.graph, "Sub", unary(op.graph, "Exp", x), number(x.dtype(), int64_t{1}))));
}

Result<Value> log_of_one_plus(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    return op.result(unary(op.graph, "Log", TRY(binary(op.graph, "Add", x, number(x.dtype(), int64_t{1})))));
}

template <int base>
Result<Value> log_to_base(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    constexpr double reciprocal = base == 2 ? 1.4426950408889634074 : 0.43429448190325182765;
    return op.result(TRY(binary(op.graph, "Mul", unary(op.graph, "Log", x), number(x.dtype(), reciprocal))));
}

// ---- comparisons and logic ------------------------------------------------------------------------------------------------

// ONNX compares bool only for equality; order among them is that of 0 and 1.
template <OpName name>
Result<Value> compare(Operation& op)
{
    DType dtype = TRY(result_dtype(op, {"self", "other"}));
    bool const ordered = std::string_view(name.value) != "Equal";
    if (dtype == DType::boolean && ordered)
        dtype = DType::int32;
    auto const [self, other] = TRY(pair(op, dtype));
    return op.result(TRY(binary(op.graph, name.value, self, other, DType::boolean)));
}

Result<Value> not_equal(Operation& op)
{
    auto const [self, other] = TRY(pair(op));
    auto const equal = TRY(binary(op.graph, "Equal", self, other, DType::boolean));
    return op.result(unary(op.graph, "Not", equal));
}

template <OpName name>
Result<Value> logical(Operation& op)
{
    auto const [self, other] = TRY(pair(op, DType::boolean));
    return op.result(TRY(binary(op.graph, name.value, self, other)));
}

Result<Value> logical_not(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(unary(op.graph, "Not", TRY(cast(op.graph, self, DType::boolean))));
}

// Bits of integers need opset 18; bool has And, Or, Xor.
template <OpName boolean_name, OpName integer_name>
Result<Value> bitwise(Operation& op)
{
    auto const [self, other] = TRY(pair(op));
    if (self.dtype() == DType::boolean)
        return op.result(TRY(binary(op.graph, boolean_name.value, self, other)));
    if (op.graph.opset() < 18)
        return unsupported(std::string(integer_name.value) + " on integers, which opset " + std::to_string(op.graph.opset()) + " does not have").code(213).hint("convert with --opset 18 or newer");
    return op.result(TRY(binary(op.graph, integer_name.value, self, other)));
}

Result<Value> bitwise_not(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.dtype() == DType::boolean)
        return op.result(unary(op.graph, "Not", self));
    if (op.graph.opset() >= 18)
        return op.result(unary(op.graph, "BitwiseNot", self));
    if (!is_signed_integer(self.dtype())) // ~x is -x - 1 in two's complement
        return unsupported("BitwiseNot on " + std::string(name_of(self.dtype())) + ", which opset 17 does not have").code(213).hint("convert with --opset 18 or newer");
    return op.result(TRY(binary(op.graph, "Sub", unary(op.graph, "Neg", self), number(self.dtype(), int64_t{1}))));
}

template <OpName name>
Result<Value> extreme_of_two(Operation& op)
{
    auto const [self, other] = TRY(pair(op));
    if (self.dtype() == DType::boolean)
        return op.result(TRY(binary(op.graph, std::string_view(name.value) == "Max" ? "Or" : "And", self, other)));
    return op.result(TRY(binary(op.graph, name.value, self, other)));
}

Result<Value> is_nan(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return op.result(filled(op.graph, GraphTensor::constant(Tensor::scalar(false)), self.dims()));
    return op.result(op.graph.node("IsNaN", {self}, {DType::boolean, self.dims()}));
}

Result<Value> is_infinite(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return op.result(filled(op.graph, GraphTensor::constant(Tensor::scalar(false)), self.dims()));
    return op.result(op.graph.node("IsInf", {self}, {DType::boolean, self.dims()}));
}

Result<Value> choose(Operation& op)
{
    auto const condition = TRY(op.tensor("condition"));
    auto const flags = TRY(cast(op.graph, condition, DType::boolean));
    auto const [self, other] = TRY(pair(op));
    return op.result(TRY(where(op.graph, flags, self, other)));
}

Result<Value> masked_fill(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const mask = TRY(op.tensor("mask"));
    auto const value = TRY(operand(op, "value", self.dtype()));
    return op.result(TRY(where(op.graph, TRY(cast(op.graph, mask, DType::boolean)), value, self)));
}

// ---- activations ----------------------------------------------------------------------------------------------------------

// ONNX Max, Min, Clip take all real types; NaN stays NaN in ONNX Runtime's kernels.
Result<GraphTensor> clipped(GraphBuilder& graph, GraphTensor const& x, GraphTensor const* low, GraphTensor const* high)
{
    GraphTensor result = x;
    if (low != nullptr)
        result = TRY(binary(graph, "Max", result, *low));
    if (high != nullptr)
        result = TRY(binary(graph, "Min", result, *high));
    return result;
}

Result<Value> clamp(Operation& op)
{
    std::vector<std::string_view> names{"self"};
    DType dtype = TRY(result_dtype(op, {"self"}));
    if (op.has("min"))
        dtype = TRY(result_dtype(op, {"self", "min"}));
    if (op.has("max"))
        dtype = promoted(dtype, TRY(result_dtype(op, {"self", "max"})));
    auto const self = TRY(operand(op, "self", dtype));
    GraphTensor low;
    GraphTensor high;
    if (op.has("min"))
        low = TRY(operand(op, "min", dtype));
    if (op.has("max"))
        high = TRY(operand(op, "max", dtype));
    if (low.rank() == 0 && high.rank() == 0 && is_floating(dtype)) {
        std::vector<GraphTensor const*> inputs{&self, op.has("min") ? &low : nullptr};
        if (op.has("max"))
            inputs.push_back(&high);
        return op.result(op.graph.node("Clip", inputs, {dtype, self.dims()}));
    }
    return op.result(TRY(clipped(op.graph, self, op.has("min") ? &low : nullptr, op.has("max") ? &high : nullptr)));
}

Result<Value> clamp_low(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "min"}));
    auto const low = TRY(operand(op, "min", dtype));
    return op.result(TRY(clipped(op.graph, TRY(operand(op, "self", dtype)), &low, nullptr)));
}

Result<Value> clamp_high(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "max"}));
    auto const high = TRY(operand(op, "max", dtype));
    return op.result(TRY(clipped(op.graph, TRY(operand(op, "self", dtype)), nullptr, &high)));
}

Result<Value> relu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (is_floating(self.dtype()))
        return op.result(unary(op.graph, "Relu", self));
    return op.result(TRY(binary(op.graph, "Max", self, number(self.dtype(), int64_t{0}))));
}

Result<Value> relu6(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(op.graph.node("Clip", {self, number(self.dtype(), 0.0), number(self.dtype(), 6.0)}, {self.dtype(), self.dims()}));
}

Result<Value> hardtanh(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const low = TRY(op.scalar("min_val", self.dtype()));
    auto const high = TRY(op.scalar("max_val", self.dtype()));
    return op.result(op.graph.node("Clip", {self, low, high}, {self.dtype(), self.dims()}));
}

Result<Value> silu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(binary(op.graph, "Mul", self, unary(op.graph, "Sigmoid", self))));
}

Result<Value> gelu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const approximate = TRY(op.text("approximate"));
    DType const dtype = self.dtype();
    if (approximate == "none") { // x * (1 + erf(x / sqrt 2)) / 2
        auto const scaled_x = TRY(binary(op.graph, "Div", self, number(dtype, 1.4142135623730951)));
        auto const shifted = TRY(binary(op.graph, "Add", unary(op.graph, "Erf", scaled_x), number(dtype, 1.0)));
        auto const product = TRY(binary(op.graph, "Mul", self, shifted));
        return op.result(TRY(binary(op.graph, "Mul", product, number(dtype, 0.5))));
    }
    if (approximate != "tanh")
        return malformed("approximate is \"" + approximate + "\", wanted none or tanh");
    auto const squared = TRY(binary(op.graph, "Mul", self, self));
    auto const cubed = TRY(binary(op.graph, "Mul", squared, self));
    auto const inner = TRY(binary(op.graph, "Add", self, TRY(binary(op.graph, "Mul", cubed, number(dtype, 0.044715)))));
    auto const angle = unary(op.graph, "Tanh", TRY(binary(op.graph, "Mul", inner, number(dtype, 0.7978845608028654))));
    auto const product = TRY(binary(op.graph, "Mul", self, TRY(binary(op.graph, "Add", angle, number(dtype, 1.0)))));
    return op.result(TRY(binary(op.graph, "Mul", product, number(dtype, 0.5))));
}

Result<Value> leaky_relu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const slope = TRY(op.floating("negative_slope"));
    return op.result(unary(op.graph, "LeakyRelu", self, {attribute("alpha", static_cast<float>(slope))}));
}

Result<Value> hardswish(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(unary(op.graph, "HardSwish", self));
}

Result<Value> hardsigmoid(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(unary(op.graph, "HardSigmoid", self, {attribute("alpha", 1.0F / 6), attribute("beta", 0.5F)}));
}

Result<Value> unchanged(Operation& op) // dropout in eval mode and its kin: the very same tensor
{
    if (TRY(op.boolean("train")))
        return unsupported("dropout in training mode: every run gives other numbers").code(207).hint("call model.eval() before the model is scripted or traced");
    return op.argument("input");
}

constexpr OperatorRow rows[] = {
    {"aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", add},
    {"aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", add},
    {"aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", subtract},
    {"aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", subtract},
    {"aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", reverse_subtract},
    {"aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", reverse_subtract},
    {"aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", multiply},
    {"aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", multiply},
    {"aten::div.Tensor(Tensor self, Tensor other) -> Tensor", divide},
    {"aten::div.Scalar(Tensor self, Scalar other) -> Tensor", divide},
    {"aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", divide_rounded},
    {"aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", divide_rounded},
    {"aten::true_divide.Tensor(Tensor self, Tensor other) -> Tensor", divide},
    {"aten::true_divide.Scalar(Tensor self, Scalar other) -> Tensor", divide},
    {"aten::floor_divide(Tensor self, Tensor other) -> Tensor", floor_divide},
    {"aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", floor_divide},
    {"aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor", remainder},
    {"aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor", remainder},
    {"aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor", c_remainder},
    {"aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor", c_remainder},
    {"aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", power},
    {"aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", power},
    {"aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor", power},
    {"aten::square(Tensor self) -> Tensor", square},
    {"aten::neg(Tensor self) -> Tensor", negate},
    {"aten::abs(Tensor self) -> Tensor", same_unary<"Abs">},
    {"aten::sign(Tensor self) -> Tensor", same_unary<"Sign">},
    {"aten::floor(Tensor self) -> Tensor", rounding<"Floor">},
    {"aten::ceil(Tensor self) -> Tensor", rounding<"Ceil">},
    {"aten::round(Tensor self) -> Tensor", rounding<"Round">},
    {"aten::exp(Tensor self) -> Tensor", floating_unary<"Exp">},
    {"aten::expm1(Tensor self) -> Tensor", exp_minus_one},
    {"aten::log(Tensor self) -> Tensor", floating_unary<"Log">},
    {"aten::log1p(Tensor self) -> Tensor", log_of_one_plus},
    {"aten::log2(Tensor self) -> Tensor", log_to_base<2>},
    {"aten::log10(Tensor self) -> Tensor", log_to_base<10>},
    {"aten::sqrt(Tensor self) -> Tensor", floating_unary<"Sqrt">},
    {"aten::rsqrt(Tensor self) -> Tensor", reciprocal_root},
    {"aten::reciprocal(Tensor self) -> Tensor", floating_unary<"Reciprocal">},
    {"aten::sin(Tensor self) -> Tensor", floating_unary<"Sin">},
    {"aten::cos(Tensor self) -> Tensor", floating_unary<"Cos">},
    {"aten::tan(Tensor self) -> Tensor", floating_unary<"Tan">},
    {"aten::asin(Tensor self) -> Tensor", floating_unary<"Asin">},
    {"aten::acos(Tensor self) -> Tensor", floating_unary<"Acos">},
    {"aten::atan(Tensor self) -> Tensor", floating_unary<"Atan">},
    {"aten::sinh(Tensor self) -> Tensor", floating_unary<"Sinh">},
    {"aten::cosh(Tensor self) -> Tensor", floating_unary<"Cosh">},
    {"aten::erf(Tensor self) -> Tensor", floating_unary<"Erf">},
    {"aten::tanh(Tensor self) -> Tensor", floating_unary<"Tanh">},
    {"aten::sigmoid(Tensor self) -> Tensor", floating_unary<"Sigmoid">},
    {"aten::softsign(Tensor self) -> Tensor", floating_unary<"Softsign">},
    {"aten::eq.Tensor(Tensor self, Tensor other) -> Tensor", compare<"Equal">},
    {"aten::eq.Scalar(Tensor self, Scalar other) -> Tensor", compare<"Equal">},
    {"aten::ne.Tensor(Tensor self, Tensor other) -> Tensor", not_equal},
    {"aten::ne.Scalar(Tensor self, Scalar other) -> Tensor", not_equal},
    {"aten::lt.Tensor(Tensor self, Tensor other) -> Tensor", compare<"Less">},
    {"aten::lt.Scalar(Tensor self, Scalar other) -> Tensor", compare<"Less">},
    {"aten::le.Tensor(Tensor self, Tensor other) -> Tensor", compare<"LessOrEqual">},
    {"aten::le.Scalar(Tensor self, Scalar other) -> Tensor", compare<"LessOrEqual">},
    {"aten::gt.Tensor(Tensor self, Tensor other) -> Tensor", compare<"Greater">},
    {"aten::gt.Scalar(Tensor self, Scalar other) -> Tensor", compare<"Greater">},
    {"aten::ge.Tensor(Tensor self, Tensor other) -> Tensor", compare<"GreaterOrEqual">},
    {"aten::ge.Scalar(Tensor self, Scalar other) -> Tensor", compare<"GreaterOrEqual">},
    {"aten::logical_and(Tensor self, Tensor other) -> Tensor", logical<"And">},
    {"aten::logical_or(Tensor self, Tensor other) -> Tensor", logical<"Or">},
    {"aten::logical_xor(Tensor self, Tensor other) -> Tensor", logical<"Xor">},
    {"aten::logical_not(Tensor self) -> Tensor", logical_not},
    {"aten::bitwise_and.Tensor(Tensor self, Tensor other) -> Tensor", bitwise<"And", "BitwiseAnd">},
    {"aten::bitwise_and.Scalar(Tensor self, Scalar other) -> Tensor", bitwise<"And", "BitwiseAnd">},
    {"aten::__and__.Tensor(Tensor self, Tensor other) -> Tensor", bitwise<"And", "BitwiseAnd">},
    {"aten::__and__.Scalar(Tensor self, Scalar other) -> Tensor", bitwise<"And", "BitwiseAnd">},
    {"aten::bitwise_or.Tensor(Tensor self, Tensor other) -> Tensor", bitwise<"Or", "BitwiseOr">},
    {"aten::bitwise_or.Scalar(Tensor self, Scalar other) -> Tensor", bitwise<"Or", "BitwiseOr">},
    {"aten::__or__.Tensor(Tensor self, Tensor other) -> Tensor", bitwise<"Or", "BitwiseOr">},
    {"aten::__or__.Scalar(Tensor self, Scalar other) -> Tensor", bitwise<"Or", "BitwiseOr">},
    {"aten::bitwise_xor.Tensor(Tensor self, Tensor other) -> Tensor", bitwise<"Xor", "BitwiseXor">},
    {"aten::__xor__.Tensor(Tensor self, Tensor other) -> Tensor", bitwise<"Xor", "BitwiseXor">},
    {"aten::bitwise_not(Tensor self) -> Tensor", bitwise_not},
    {"aten::maximum(Tensor self, Tensor other) -> Tensor", extreme_of_two<"Max">},
    {"aten::minimum(Tensor self, Tensor other) -> Tensor", extreme_of_two<"Min">},
    {"aten::max.other(Tensor self, Tensor other) -> Tensor", extreme_of_two<"Max">},
    {"aten::min.other(Tensor self, Tensor other) -> Tensor", extreme_of_two<"Min">},
    {"aten::isnan(Tensor self) -> Tensor", is_nan},
    {"aten::isinf(Tensor self) -> Tensor", is_infinite},
    {"aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", choose},
    {"aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", choose},
    {"aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", choose},
    {"aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor", choose},
    {"aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor", masked_fill},
    {"aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor", masked_fill},
    {"aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", clamp},
    {"aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", clamp},
    {"aten::clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", clamp},
    {"aten::clamp_min(Tensor self, Scalar min) -> Tensor", clamp_low},
    {"aten::clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", clamp_low},
    {"aten::clamp_max(Tensor self, Scalar max) -> Tensor", clamp_high},
    {"aten::clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", clamp_high},
    {"aten::relu(Tensor self) -> Tensor", relu},
    {"aten::relu6(Tensor self) -> Tensor", relu6},
    {"aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor", hardtanh},
    {"aten::silu(Tensor self) -> Tensor", silu},
    {"aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor", gelu},
    {"aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", leaky_relu},
    {"aten::hardswish(Tensor self) -> Tensor", hardswish},
    {"aten::hardsigmoid(Tensor self) -> Tensor", hardsigmoid},
    {"aten::dropout(Tensor input, float p, bool train) -> Tensor", unchanged},
    {"aten::feature_dropout(Tensor input, float p, bool train) -> Tensor", unchanged},
    {"aten::alpha_dropout(Tensor input, float p, bool train) -> Tensor", unchanged},
};

}

std::span<OperatorRow const> pointwise_operators() { return rows; }
