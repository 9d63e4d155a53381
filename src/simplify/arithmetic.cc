#include "simplify/folding.h"

#include "simplify/weight_reading.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

// Small weights that follow from others by arithmetic that has one right answer: on integers and booleans, and the operations of IEEE 754 that
// are rounded once. What overflows, divides by 0 or meets a NaN in a minimum is left to the runtime.

namespace {

constexpr uint64_t most_elements = uint64_t{1} << 13;

template <typename Number>
std::vector<Number> elements_of(Tensor const& tensor)
{
    std::vector<Number> elements(tensor.count());
    if (!elements.empty())
        std::memcpy(elements.data(), tensor.bytes().data(), elements.size() * sizeof(Number));
    return elements;
}

// The sizes that both broadcast to.
std::optional<Shape> broadcast_shape(Shape const& left, Shape const& right)
{
    Shape shape(std::max(left.size(), right.size()));
    for (size_t i = 0; i < shape.size(); ++i) {
        int64_t const a = i < left.size() ? left[left.size() - 1 - i] : 1;
        int64_t const b = i < right.size() ? right[right.size() - 1 - i] : 1;
        if (a != b && a != 1 && b != 1)
            return std::nullopt;
        shape[shape.size() - 1 - i] = a == 1 ? b : a;
    }
    auto const count = element_count(shape);
    return count && *count <= most_elements ? std::optional(shape) : std::nullopt;
}

template <typename Number, typename Operation>
auto by_elements(Tensor const& left, Tensor const& right, Shape const& shape, Operation const& operation) -> std::optional<std::vector<typename decltype(operation(Number(), Number()))::value_type>>
{
    auto const a = elements_of<Number>(left);
    auto const b = elements_of<Number>(right);
    std::vector<typename decltype(operation(Number(), Number()))::value_type> results;
    for (uint64_t i = 0; i < *element_count(shape); ++i) {
        auto const result = operation(a[place_within(i, shape, left.shape())], b[place_within(i, shape, right.shape())]);
        if (!result)
            return std::nullopt;
        results.push_back(*result);
    }
    return results;
}

template <typename Number>
std::optional<Number> number_of(std::string_view op_type, Number x, Number y)
{
    Number result{};
    if constexpr (std::is_integral_v<Number>) {
        if (op_type == "Add")
            return __builtin_add_overflow(x, y, &result) ? std::nullopt : std::optional(result);
        if (op_type == "Sub")
            return __builtin_sub_overflow(x, y, &result) ? std::nullopt : std::optional(result);
        if (op_type == "Mul")
            return __builtin_mul_overflow(x, y, &result) ? std::nullopt : std::optional(result);
        if (y == 0 || y == -1)
            return op_type == "Min" ? std::optional(std::min(x, y)) : op_type == "Max" ? std::optional(std::max(x, y))
                                                                                       : std::nullopt;
        if (op_type == "Div")
            return x / y;
        if (op_type == "Mod") // of the divisor's sign
            return static_cast<Number>(x % y != 0 && (x < 0) != (y < 0) ? x % y + y : x % y);
    } else {
        if (op_type == "Add")
            return x + y;
        if (op_type == "Sub")
            return x - y;
        if (op_type == "Mul")
            return x * y;
        if (op_type == "Div")
            return x / y;
        if (std::isnan(x) || std::isnan(y) || (x == 0 && y == 0)) // which zero it is
            return std::nullopt;
    }
    return op_type == "Min" ? std::optional(std::min(x, y)) : op_type == "Max" ? std::optional(std::max(x, y))
                                                                               : std::nullopt;
}

template <typename Number>
std::optional<uint8_t> truth_of(std::string_view op_type, Number x, Number y)
{
    if (op_type == "Equal")
        return x == y;
    if (op_type == "Less")
        return x < y;
    if (op_type == "LessOrEqual")
        return x <= y;
    if (op_type == "Greater")
        return x > y;
    return op_type == "GreaterOrEqual" ? std::optional<uint8_t>(x >= y) : std::nullopt;
}

template <typename Number>
std::optional<Tensor> of_two(std::string_view op_type, Tensor const& left, Tensor const& right, Shape const& shape)
{
    if (auto numbers = by_elements<Number>(left, right, shape, [&](Number x, Number y) { return number_of(op_type, x, y); }); numbers && !numbers->empty())
        return Tensor::of<Number>(left.dtype(), shape, *std::move(numbers));
    if (auto truths = by_elements<Number>(left, right, shape, [&](Number x, Number y) { return truth_of(op_type, x, y); }); truths && !truths->empty())
        return Tensor::of<uint8_t>(DType::boolean, shape, *std::move(truths));
    return std::nullopt;
}

std::optional<Tensor> of_two_truths(std::string_view op_type, Tensor const& left, Tensor const& right, Shape const& shape)
{
    auto truths = by_elements<uint8_t>(left, right, shape, [&](uint8_t x, uint8_t y) -> std::optional<uint8_t> {
        if (op_type == "And")
            return x != 0 && y != 0;
        if (op_type == "Or")
            return x != 0 || y != 0;
        return op_type == "Xor" ? std::optional<uint8_t>((x != 0) != (y != 0)) : std::nullopt;
    });
    return truths && !truths->empty() ? std::optional(Tensor::of<uint8_t>(DType::boolean, shape, *std::move(truths))) : std::nullopt;
}

std::optional<Tensor> result_of(GraphUses const& uses, OnnxNode const& node)
{
    if (node.inputs.size() != 2 || integer_attribute(node, "fmod", 0) != 0)
        return std::nullopt;
    auto const left = tensor_of_input(uses, node, 0);
    auto const right = left ? tensor_of_input(uses, node, 1) : std::nullopt;
    auto const shape = right && left->dtype() == right->dtype() ? broadcast_shape(left->shape(), right->shape()) : std::nullopt;
    if (!shape)
        return std::nullopt;
    switch (left->dtype()) {
    case DType::float32:
        return of_two<float>(node.op_type, *left, *right, *shape);
    case DType::float64:
        return of_two<double>(node.op_type, *left, *right, *shape);
    case DType::int64:
        return of_two<int64_t>(node.op_type, *left, *right, *shape);
    case DType::int32:
        return of_two<int32_t>(node.op_type, *left, *right, *shape);
    case DType::boolean:
        return of_two_truths(node.op_type, *left, *right, *shape);
    default:
        return std::nullopt;
    }
}

// x * 1, x / 1 and x - 0: x. The number has no axes, so that the sizes stay.
bool is_neutral(GraphUses const& uses, OnnxNode const& node)
{
    bool const is_factor = node.op_type == "Mul" || node.op_type == "Div";
    if (node.inputs.size() != 2 || (!is_factor && node.op_type != "Sub"))
        return false;
    auto const number = tensor_of(uses, node.inputs[1]);
    return number && number->rank() == 0 && !is_complex(number->dtype()) && number->dtype() != DType::boolean && number->number_at(0) == (is_factor ? 1 : 0) && !std::signbit(number->number_at(0));
}

}

bool fold_arithmetic(GraphUses& uses, OnnxNode& node)
{
    if (is_neutral(uses, node)) {
        auto const input = node.inputs[0];
        uses.replace(node.outputs[0], input);
        uses.empty(node);
        return true;
    }
    auto const result = uses.may_add(0) ? result_of(uses, node) : std::nullopt;
    return result && uses.may_add(result->bytes().size()) && replace_by_weight(uses, node, *result, "constant/" + node.op_type);
}
