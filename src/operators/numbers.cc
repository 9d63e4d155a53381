#include "operators/numbers.h"
#include "operators/families.h"
#include "operators/pointwise.h"

#include <algorithm>
#include <cmath>

// Numbers of the program: arithmetic, and conversions from and to tensors of one element.

namespace {

enum class Arithmetic : uint8_t { add,
    subtract,
    multiply };

template <Arithmetic kind>
Result<Value> arithmetic(Operation& op)
{
    Value const& a = op.argument("a");
    Value const& b = op.argument("b");
    if (auto const left = whole_number_of(a), right = whole_number_of(b); left && right)
        return Value{kind == Arithmetic::add ? *left + *right : kind == Arithmetic::subtract ? *left - *right
                                                                                             : *left * *right};
    if (auto const left = known_float_of(a), right = known_float_of(b); left && right)
        return Value{kind == Arithmetic::add ? *left + *right : kind == Arithmetic::subtract ? *left - *right
                                                                                             : *left * *right};
    char const* const name = kind == Arithmetic::add ? "Add" : kind == Arithmetic::subtract ? "Sub"
                                                                                            : "Mul";
    auto const left = TRY(op.scalar("a", DType::float64));
    auto const right = TRY(op.scalar("b", DType::float64));
    return Value{UnknownFloat{TRY(binary(op.graph, name, left, right))}};
}

Result<Value> divide(Operation& op)
{
    auto const left = known_float_of(op.argument("a"));
    auto const right = known_float_of(op.argument("b"));
    if (right == 0.0)
        return malformed("a division by zero");
    if (left && right)
        return Value{*left / *right};
    auto const a = TRY(op.scalar("a", DType::float64));
    auto const b = TRY(op.scalar("b", DType::float64));
    return Value{UnknownFloat{TRY(binary(op.graph, "Div", a, b))}};
}

template <IntegerOperation operation>
Result<Value> divided_integers(Operation& op)
{
    auto const left = whole_number_of(op.argument("a"));
    auto const right = whole_number_of(op.argument("b"));
    if (right && right->is(0))
        return malformed("a division by zero");
    if (left && right)
        return Value{op.graph.symbols().derived(operation, *left, *right, true)};
    auto const a = TRY(op.floating("a"));
    auto const b = TRY(op.floating("b"));
    double const quotient = std::floor(a / b);
    return Value{operation == IntegerOperation::floor_divide ? quotient : a - quotient * b};
}

// A float that the graph computes of those arguments.
Result<Value> float_of_node(Operation& op, std::string const& op_type, std::vector<std::string_view> const& names)
{
    std::vector<GraphTensor> operands;
    for (auto const name : names)
        operands.push_back(TRY(op.scalar(name, DType::float64)));
    std::vector<GraphTensor const*> inputs;
    for (auto const& operand : operands)
        inputs.push_back(&operand);
    return Value{UnknownFloat{computed(op.graph, op_type, inputs, {DType::float64, {}})}};
}

template <IntegerOperation operation>
Result<Value> extreme(Operation& op)
{
    auto const left = whole_number_of(op.argument("a"));
    auto const right = whole_number_of(op.argument("b"));
    if (left && right)
        return Value{op.graph.symbols().derived(operation, *left, *right, true)};
    auto const a = known_float_of(op.argument("a"));
    auto const b = known_float_of(op.argument("b"));
    if (a && b)
        return Value{operation == IntegerOperation::maximum ? std::max(*a, *b) : std::min(*a, *b)};
    return float_of_node(op, operation == IntegerOperation::maximum ? "Max" : "Min", {"a", "b"});
}

template <IntegerOperation operation>
Result<Value> extreme_of_list(Operation& op)
{
    auto const items = TRY(op.integers("self"));
    if (items.empty())
        return malformed("the extreme of an empty list");
    Dim best = items[0];
    for (auto const& item : items)
        best = op.graph.symbols().derived(operation, best, item, true);
    return Value{best};
}

Result<Value> power(Operation& op) // the result is a float for ints as well, as the operator's schema has it
{
    auto const a = known_float_of(op.argument("a"));
    auto const b = known_float_of(op.argument("b"));
    return a && b ? Result<Value>(Value{std::pow(*a, *b)}) : float_of_node(op, "Pow", {"a", "b"});
}

Result<Value> sum_of_list(Operation& op)
{
    Dim sum = 0;
    for (auto const& item : TRY(op.integers("self")))
        sum = sum + item;
    return Value{sum};
}

Result<Value> negate(Operation& op)
{
    if (auto const dim = whole_number_of(op.argument("a")))
        return Value{Dim(0) - *dim};
    if (auto const known = known_float_of(op.argument("a")))
        return Value{-*known};
    return Value{UnknownFloat{unary(op.graph, "Neg", TRY(op.scalar("a", DType::float64)))}};
}

Result<Value> absolute(Operation& op)
{
    if (auto const dim = whole_number_of(op.argument("a"))) {
        if (auto const number = dim->known())
            return Value{*number < 0 ? Dim(0) - *dim : *dim};
        return Value{op.graph.symbols().derived(IntegerOperation::maximum, *dim, Dim(0) - *dim, true)};
    }
    auto const known = known_float_of(op.argument("a"));
    return known ? Result<Value>(Value{std::abs(*known)}) : float_of_node(op, "Abs", {"a"});
}

enum class Rounding : uint8_t { floor,
    ceiling,
    nearest,
    truncate };

template <Rounding kind>
Result<Value> rounded(Operation& op) // math.floor, math.ceil: to int
{
    if (auto const dim = whole_number_of(op.argument("a")))
        return Value{*dim};
    auto const known = known_float_of(op.argument("a"));
    if (known) {
        if (!std::isfinite(*known) || std::abs(*known) > 9.0e18)
            return malformed("a float that no int can hold is rounded");
        double const value = kind == Rounding::floor ? std::floor(*known) : kind == Rounding::ceiling ? std::ceil(*known)
            : kind == Rounding::truncate                                                              ? std::trunc(*known)
                                                                                                      : std::nearbyint(*known);
        return Value{Dim(static_cast<int64_t>(value))};
    }
    auto const x = TRY(op.scalar("a", DType::float64));
    GraphTensor const value = kind == Rounding::floor ? unary(op.graph, "Floor", x) : kind == Rounding::ceiling ? unary(op.graph, "Ceil", x)
        : kind == Rounding::truncate                                                                            ? x
                                                                                                                : unary(op.graph, "Round", x);
    return Value{op.graph.dim_of(TRY(cast(op.graph, value, DType::int64)))};
}

// A function of C and the node that computes the same.
template <double (*function)(double), NodeName node>
Result<Value> of_float(Operation& op)
{
    auto const known = known_float_of(op.argument("a"));
    return known ? Result<Value>(Value{function(*known)}) : float_of_node(op, node.value, {"a"});
}

// ---- conversions ------------------------------------------------------------------------------------------------------------

Result<GraphTensor> only_element(Operation& op, GraphTensor const& tensor)
{
    for (auto const& dim : tensor.dims())
        TRY(require_equal(op.graph, dim, Dim(1), "where one element is read as a number"));
    return reshape(op.graph, tensor, {});
}

Result<Value> to_int(Operation& op)
{
    Value const& a = op.argument("a");
    if (auto const dim = whole_number_of(a))
        return Value{*dim};
    if (auto const known = known_float_of(a)) {
        if (!std::isfinite(*known) || std::abs(*known) > 9.0e18)
            return malformed("a float that no int can hold becomes an int");
        return Value{Dim(static_cast<int64_t>(*known))};
    }
    return Value{op.graph.dim_of(TRY(op.scalar("a", DType::int64)))};
}

Result<Value> to_float(Operation& op)
{
    if (auto const known = known_float_of(op.argument("a")))
        return Value{*known};
    return Value{UnknownFloat{TRY(op.scalar("a", DType::float64))}};
}

Result<Value> to_bool(Operation& op)
{
    Value const& a = op.argument("a");
    if (a.is<bool>() || a.is<UnknownBool>())
        return a;
    if (auto const dim = whole_number_of(a))
        if (auto const answer = decided_order(op.graph.symbols(), NumberOrder::not_equal, *dim, 0))
            return Value{*answer};
    if (auto const known = known_float_of(a))
        return Value{*known != 0};
    return Value{UnknownBool{TRY(op.scalar("a", DType::boolean))}};
}

Result<Value> tensor_to_int(Operation& op)
{
    auto const element = TRY(only_element(op, TRY(op.tensor("a"))));
    return Value{op.graph.dim_of(TRY(cast(op.graph, element, DType::int64)))};
}

Result<Value> tensor_to_float(Operation& op)
{
    auto const element = TRY(only_element(op, TRY(op.tensor("a"))));
    if (auto const known = element.known())
        return Value{known->number_at(0)};
    return Value{UnknownFloat{TRY(cast(op.graph, element, DType::float64))}};
}

Result<Value> tensor_to_bool(Operation& op)
{
    auto const element = TRY(only_element(op, TRY(op.tensor("a"))));
    if (auto const known = element.known())
        return Value{known->number_at(0) != 0};
    return Value{UnknownBool{TRY(cast(op.graph, element, DType::boolean))}};
}

Result<Value> item(Operation& op) // a Scalar of the tensor's own kind
{
    DType const dtype = TRY(op.tensor("a")).dtype();
    return dtype == DType::boolean ? tensor_to_bool(op) : is_integer(dtype) ? tensor_to_int(op)
                                                                            : tensor_to_float(op);
}

Result<Value> number_to_tensor(Operation& op)
{
    Value const& a = op.argument("a");
    DType const dtype = a.is<bool>() || a.is<UnknownBool>() ? DType::boolean : whole_number_of(a) ? DType::int64
                                                                                                  : DType::float64;
    auto const reference = op.heap.tensor(TRY(op.scalar("a", dtype)));
    reference->wrapped_number = true;
    return Value{reference};
}

Result<Value> text_of_value(Operation& op)
{
    Value const& a = op.argument("a");
    if (a.is<std::string>())
        return a;
    if (auto const* dim = a.as<Dim>(); dim != nullptr && dim->known())
        return Value{std::to_string(*dim->known())};
    if (auto const* flag = a.as<bool>())
        return Value{std::string(*flag ? "True" : "False")};
    if (a.is<NoneValue>())
        return Value{std::string("None")};
    if (auto const* device = a.as<DeviceValue>())
        return Value{device->text};
    return Value{PoisonValue{}}; // not known, or with many ways to be written: good for messages alone
}

Result<Value> nothing(Operation&) { return none(); }

constexpr OperatorRow rows[] = {
    {"aten::add.number(Scalar a, Scalar b) -> Scalar", arithmetic<Arithmetic::add>},
    {"aten::sub.number(Scalar a, Scalar b) -> Scalar", arithmetic<Arithmetic::subtract>},
    {"aten::mul.number(Scalar a, Scalar b) -> Scalar", arithmetic<Arithmetic::multiply>},
    {"aten::div.number(Scalar a, Scalar b) -> float", divide},
    {"aten::floordiv(Scalar a, Scalar b) -> Scalar", divided_integers<IntegerOperation::floor_divide>},
    {"aten::remainder.number(Scalar a, Scalar b) -> Scalar", divided_integers<IntegerOperation::remainder>},
    {"aten::pow.number(Scalar a, Scalar b) -> Scalar", power},
    {"aten::neg.number(Scalar a) -> Scalar", negate},
    {"prim::abs(Scalar a) -> Scalar", absolute},
    {"prim::min.number(Scalar a, Scalar b) -> Scalar", extreme<IntegerOperation::minimum>},
    {"prim::max.number(Scalar a, Scalar b) -> Scalar", extreme<IntegerOperation::maximum>},
    {"prim::min.self_int(int[] self) -> int", extreme_of_list<IntegerOperation::minimum>},
    {"prim::max.self_int(int[] self) -> int", extreme_of_list<IntegerOperation::maximum>},
    {"aten::floor.number(Scalar a) -> int", rounded<Rounding::floor>},
    {"aten::ceil.number(Scalar a) -> int", rounded<Rounding::ceiling>},
    {"aten::round.number(Scalar a) -> float", of_float<std::nearbyint, "Round">}, // to even, stays a float
    {"aten::sqrt.number(Scalar a) -> float", of_float<std::sqrt, "Sqrt">},
    {"aten::exp.number(Scalar a) -> float", of_float<std::exp, "Exp">},
    {"aten::log.number(Scalar a) -> float", of_float<std::log, "Log">},
    {"aten::sin.number(Scalar a) -> float", of_float<std::sin, "Sin">},
    {"aten::cos.number(Scalar a) -> float", of_float<std::cos, "Cos">},
    {"aten::tan.number(Scalar a) -> float", of_float<std::tan, "Tan">},
    {"aten::sum.int(int[] self) -> int", sum_of_list},
    {"aten::Int.Tensor(Tensor a) -> int", tensor_to_int},
    {"aten::Int.number(Scalar a) -> int", to_int},
    {"aten::IntImplicit(Tensor a) -> int", tensor_to_int},
    {"aten::Float.Tensor(Tensor a) -> float", tensor_to_float},
    {"aten::Float.number(Scalar a) -> float", to_float},
    {"aten::FloatImplicit(Tensor a) -> float", tensor_to_float},
    {"aten::Bool.Tensor(Tensor a) -> bool", tensor_to_bool},
    {"aten::Bool.number(Scalar a) -> bool", to_bool},
    {"aten::ScalarImplicit(Tensor a) -> Scalar", item},
    {"aten::item(Tensor a) -> Scalar", item},
    {"prim::NumToTensor(Scalar a) -> Tensor", number_to_tensor},
    {"aten::str(t a) -> str", text_of_value},
    {"aten::warn(t message, int stacklevel=2) -> ()", nothing},
};

}

std::span<OperatorRow const> number_operators() { return rows; }
