#include "operators/families.h"
#include "operators/pointwise.h"

// Comparisons, logic, bits and choice, element by element.

namespace {

// ONNX compares bool only for equality; order among them is that of 0 and 1.
template <NodeName name>
Result<Value> compare(Operation& op)
{
    DType dtype = TRY(result_dtype(op, {"self", "other"}));
    bool const ordered = std::string_view(name.value) != "Equal";
    if (dtype == DType::boolean && ordered)
        dtype = DType::int32;
    auto const [self, other] = TRY(operand_pair(op, dtype));
    return op.result(TRY(binary(op.graph, name.value, self, other, DType::boolean)));
}

Result<Value> not_equal(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    auto const equal = TRY(binary(op.graph, "Equal", self, other, DType::boolean));
    return op.result(unary(op.graph, "Not", equal));
}

template <NodeName name>
Result<Value> logical(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op, DType::boolean));
    return op.result(TRY(binary(op.graph, name.value, self, other)));
}

Result<Value> logical_not(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(unary(op.graph, "Not", TRY(cast(op.graph, self, DType::boolean))));
}

// Bits of integers need opset 18; bool has And, Or, Xor.
template <NodeName boolean_name, NodeName integer_name>
Result<Value> bitwise(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
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

template <NodeName name>
Result<Value> extreme_of_two(Operation& op)
{
    auto const [self, other] = TRY(operand_pair(op));
    if (self.dtype() == DType::boolean)
        return op.result(TRY(binary(op.graph, std::string_view(name.value) == "Max" ? "Or" : "And", self, other)));
    return op.result(TRY(binary(op.graph, name.value, self, other)));
}

Result<Value> is_nan(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return op.result(filled(op.graph, GraphTensor::constant(Tensor::scalar(false)), self.dims()));
    return op.result(computed(op.graph, "IsNaN", {&self}, {DType::boolean, self.dims()}));
}

Result<Value> is_infinite(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return op.result(filled(op.graph, GraphTensor::constant(Tensor::scalar(false)), self.dims()));
    return op.result(computed(op.graph, "IsInf", {&self}, {DType::boolean, self.dims()}));
}

Result<Value> choose(Operation& op)
{
    auto const condition = TRY(op.tensor("condition"));
    auto const flags = TRY(cast(op.graph, condition, DType::boolean));
    auto const [self, other] = TRY(operand_pair(op));
    return op.result(TRY(where(op.graph, flags, self, other)));
}

Result<Value> masked_fill(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const mask = TRY(op.tensor("mask"));
    auto const value = TRY(operand(op, "value", self.dtype()));
    return op.result(TRY(where(op.graph, TRY(cast(op.graph, mask, DType::boolean)), value, self)));
}

constexpr OperatorRow rows[] = {
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
    {"aten::bitwise_xor.Scalar(Tensor self, Scalar other) -> Tensor", bitwise<"Xor", "BitwiseXor">},
    {"aten::__xor__.Scalar(Tensor self, Scalar other) -> Tensor", bitwise<"Xor", "BitwiseXor">},
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
};

}

std::span<OperatorRow const> logic_operators() { return rows; }
