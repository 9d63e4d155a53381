#include "operators/families.h"
#include "operators/pointwise.h"

// Arithmetic and functions of numbers, element by element.

Result<OperandPair> operand_pair(Operation& op, std::optional<DType> wanted)
{
    DType const dtype = wanted ? *wanted : TRY(result_dtype(op, {"self", "other"}));
    auto self = TRY(operand(op, "self", dtype));
    auto other = TRY(operand(op, "other", dtype));
    return OperandPair{std::move(self), std::move(other)};
}

namespace {

// One ONNX operator on a floating tensor; integers and bool become float32 first, as PyTorch has it.
template <NodeName name>
Result<Value> floating_unary(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    return op.result(unary(op.graph, name.value, x));
}

// Rounding: integers are whole already.
template <NodeName name>
Result<Value> rounding(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(is_floating(self.dtype()) ? unary(op.graph, name.value, self) : self);
}

// True where both hold integers that are known as Dims: the result is one as well, and no node is needed.
bool are_integers(GraphTensor const& left, GraphTensor const& right) { return left.rank() == 0 && right.rank() == 0 && left.as_dims() && right.as_dims(); }

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
    auto const [self, other] = TRY(operand_pair(op));
    auto const addend = TRY(scaled(op, other));
    return op.result(TRY(sum_of(op, self, addend, false)));
}

Result<Value> subtract(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    auto const subtrahend = TRY(scaled(op, other));
    return op.result(TRY(sum_of(op, self, subtrahend, true)));
}

Result<Value> reverse_subtract(Operation& op) // other - alpha * self
{
    auto const [self, other] = TRY(operand_pair(op));
    auto const subtrahend = TRY(scaled(op, self));
    return op.result(TRY(sum_of(op, other, subtrahend, true)));
}

Result<Value> multiply(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    if (are_integers(self, other))
        return op.result(GraphTensor::integer((*self.as_dims())[0] * (*other.as_dims())[0]));
    return op.result(TRY(binary(op.graph, self.dtype() == DType::boolean ? "And" : "Mul", self, other)));
}

struct Remainders {
    GraphTensor dividend_sign; // as C has it, in the sign of the dividend
    GraphTensor wrong_sign; // bool: it is not 0, and the divisor has the other sign
};

Result<Remainders> remainders(GraphBuilder& graph, GraphTensor const& self, GraphTensor const& other)
{
    Dims dims = TRY(broadcast(graph, self.dims(), other.dims()));
    auto const rest = computed(graph, "Mod", {&self, &other}, {self.dtype(), std::move(dims)}, {attribute("fmod", int64_t{1})});
    auto const zero = number(self.dtype(), 0.0);
    auto const not_zero = unary(graph, "Not", TRY(binary(graph, "Equal", rest, zero, DType::boolean)));
    auto const signs = TRY(binary(graph, "Xor", TRY(binary(graph, "Less", rest, zero, DType::boolean)), TRY(binary(graph, "Less", other, zero, DType::boolean))));
    auto const differs = TRY(binary(graph, "And", not_zero, signs));
    return Remainders{rest, differs};
}

// floor(self / other) without the error of the division (PyTorch c10/util/generic_math.h, div_floor_floating).
Result<GraphTensor> floor_quotient_of_floats(GraphBuilder& graph, GraphTensor const& self, GraphTensor const& other)
{
    DType const dtype = self.dtype();
    auto const [rest, wrong_sign] = TRY(remainders(graph, self, other));
    auto const without_rest = TRY(binary(graph, "Div", TRY(binary(graph, "Sub", self, rest)), other));
    auto const quotient = TRY(binary(graph, "Sub", without_rest, TRY(cast(graph, wrong_sign, dtype))));
    auto const floor = unary(graph, "Floor", quotient);
    auto const too_low = TRY(binary(graph, "Greater", TRY(binary(graph, "Sub", quotient, floor)), number(dtype, 0.5), DType::boolean));
    auto const nearest = TRY(binary(graph, "Add", floor, TRY(cast(graph, too_low, dtype))));
    if (auto const known = other.known(); known && known->count() == 1 && known->number_at(0) != 0)
        return nearest;
    auto const by_zero = TRY(binary(graph, "Equal", other, number(dtype, 0.0), DType::boolean));
    return where(graph, by_zero, TRY(binary(graph, "Div", self, other)), nearest);
}

// For integers ONNX Div truncates, so the remainder (with the divisor's sign) is taken off first.
Result<GraphTensor> floor_quotient(Operation& op, GraphTensor const& self, GraphTensor const& other)
{
    if (is_floating(self.dtype()))
        return floor_quotient_of_floats(op.graph, self, other);
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
        auto const [self, other] = TRY(operand_pair(op, common));
        return op.result(TRY(truncated_quotient(op, self, other)));
    }
    auto const [self, other] = TRY(operand_pair(op, floating_for(common)));
    return op.result(TRY(binary(op.graph, "Div", self, other)));
}

Result<Value> divide_rounded(Operation& op)
{
    if (!op.has("rounding_mode"))
        return divide(op);
    auto const mode = TRY(op.text("rounding_mode"));
    auto const [self, other] = TRY(operand_pair(op));
    if (mode == "floor")
        return op.result(TRY(floor_quotient(op, self, other)));
    if (mode == "trunc")
        return op.result(TRY(truncated_quotient(op, self, other)));
    return malformed("rounding_mode is \"" + mode + "\", wanted floor or trunc");
}

Result<Value> floor_divide(Operation& op)
{
    // Up to torch 1.12 floor_divide truncated; its files say so by no version of their own, and all of ours floor.
    auto const [self, other] = TRY(operand_pair(op));
    return op.result(TRY(floor_quotient(op, self, other)));
}

Result<Value> remainder(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    if (!is_floating(self.dtype())) {
        if (are_integers(self, other) && !(*other.as_dims())[0].is(0))
            return op.result(GraphTensor::integer(op.graph.symbols().derived(IntegerOperation::remainder, (*self.as_dims())[0], (*other.as_dims())[0])));
        return op.result(TRY(binary(op.graph, "Mod", self, other)));
    }
    auto const [rest, wrong_sign] = TRY(remainders(op.graph, self, other));
    return op.result(TRY(where(op.graph, wrong_sign, TRY(binary(op.graph, "Add", rest, other)), rest)));
}

Result<Value> c_remainder(Operation& op) // fmod: the sign of the dividend
{
    auto const [self, other] = TRY(operand_pair(op));
    Dims dims = TRY(broadcast(op.graph, self.dims(), other.dims()));
    return op.result(computed(op.graph, "Mod", {&self, &other}, {self.dtype(), std::move(dims)}, {attribute("fmod", int64_t{1})}));
}

// Whole numbers to the power of whole numbers, which wrap (aten/src/ATen/native/Pow.h). ONNX Runtime computes them as floats; a small
// exponent that is known becomes products, and 0 to a negative power is 0.
Result<GraphTensor> whole_power(GraphBuilder& graph, GraphTensor const& self, GraphTensor const& exponent)
{
    static constexpr double most_products = 8;
    auto const known = exponent.known();
    double const times = known && exponent.rank() == 0 ? known->number_at(0) : -1;
    if (times >= 1 && times <= most_products) {
        GraphTensor product = self;
        for (int i = 1; i < times; ++i)
            product = TRY(binary(graph, "Mul", product, self));
        return product;
    }
    auto const zero = number(self.dtype(), int64_t{0});
    auto const power = TRY(binary(graph, "Pow", self, exponent));
    if (times >= 0)
        return power;
    auto const is_zero = TRY(binary(graph, "Equal", self, zero, DType::boolean));
    auto const is_below = TRY(binary(graph, "Less", exponent, zero, DType::boolean));
    auto const is_both = TRY(binary(graph, "And", is_zero, is_below));
    return where(graph, is_both, zero, power);
}

Result<Value> power(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "exponent"}));
    auto const self = TRY(operand(op, "self", dtype));
    auto const exponent = TRY(operand(op, "exponent", dtype));
    if (!is_floating(dtype))
        return op.result(TRY(whole_power(op.graph, self, exponent)));
    return op.result(TRY(binary(op.graph, "Pow", self, exponent)));
}

Result<Value> square(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, self.dtype() == DType::boolean ? DType::int64 : self.dtype()));
    return op.result(TRY(binary(op.graph, "Mul", x, x)));
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

Result<Value> absolute(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(self.dtype() == DType::boolean ? self : unary(op.graph, "Abs", self));
}

Result<Value> sign(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.dtype() == DType::boolean)
        return op.result(self);
    auto const signs = unary(op.graph, "Sign", self);
    if (!is_floating(self.dtype()))
        return op.result(signs);
    // NaN has the sign 0 in PyTorch, and stays NaN in ONNX Runtime.
    auto const missing = computed(op.graph, "IsNaN", {&self}, {DType::boolean, self.dims()});
    return op.result(TRY(where(op.graph, missing, number(self.dtype(), 0.0), signs)));
}

// exp(x) - 1 and log(1 + x) lose digits near 0: they are computed in float64, which has digits to lose.
Result<Value> exp_minus_one(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, DType::float64));
    auto const result = TRY(binary(op.graph, "Sub", unary(op.graph, "Exp", x), number(DType::float64, 1.0)));
    return op.result(TRY(cast(op.graph, result, floating_for(self.dtype()))));
}

Result<Value> log_of_one_plus(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, DType::float64));
    auto const result = unary(op.graph, "Log", TRY(binary(op.graph, "Add", x, number(DType::float64, 1.0))));
    return op.result(TRY(cast(op.graph, result, floating_for(self.dtype()))));
}

template <int base>
Result<Value> log_to_base(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    constexpr double reciprocal = base == 2 ? 1.4426950408889634074 : 0.43429448190325182765;
    return op.result(TRY(binary(op.graph, "Mul", unary(op.graph, "Log", x), number(x.dtype(), reciprocal))));
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
    {"aten::abs(Tensor self) -> Tensor", absolute},
    {"aten::sign(Tensor self) -> Tensor", sign},
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
};

}

std::span<OperatorRow const> arithmetic_operators() { return rows; }
