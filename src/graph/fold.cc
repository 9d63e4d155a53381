#include "graph/fold.h"

#include <algorithm>
#include <cmath>

namespace {

template <typename Number>
std::optional<Number> result_of(std::string_view op_type, Number x)
{
    if (op_type == "Floor")
        return std::floor(x);
    if (op_type == "Ceil")
        return std::ceil(x);
    if (op_type == "Round")
        return std::nearbyint(x);
    if (op_type == "Neg")
        return -x;
    if (op_type == "Abs")
        return std::abs(x);
    if (op_type == "Sqrt")
        return std::sqrt(x);
    return std::nullopt;
}

template <typename Number>
std::optional<Number> result_of(std::string_view op_type, Number x, Number y)
{
    if (op_type == "Add")
        return x + y;
    if (op_type == "Sub")
        return x - y;
    if (op_type == "Mul")
        return x * y;
    if (op_type == "Div")
        return x / y;
    if (std::isnan(x) || std::isnan(y))
        return std::nullopt;
    if (op_type == "Min")
        return std::min(x, y);
    if (op_type == "Max")
        return std::max(x, y);
    return std::nullopt;
}

std::optional<double> number_in(GraphTensor const& tensor)
{
    bool const may_fold = tensor.rank() == 0 && (tensor.dtype() == DType::float32 || tensor.dtype() == DType::float64);
    auto const known = may_fold ? tensor.known() : std::nullopt;
    return known ? std::optional(known->number_at(0)) : std::nullopt;
}

template <typename Number>
std::optional<GraphTensor> constant(std::optional<Number> number)
{
    return number ? std::optional(GraphTensor::constant(Tensor::scalar(*number))) : std::nullopt;
}

}

std::optional<GraphTensor> folded(std::string_view op_type, GraphTensor const& operand)
{
    auto const number = number_in(operand);
    if (!number)
        return std::nullopt;
    return operand.dtype() == DType::float64 ? constant(result_of<double>(op_type, *number)) : constant(result_of<float>(op_type, static_cast<float>(*number)));
}

std::optional<GraphTensor> folded(std::string_view op_type, GraphTensor const& left, GraphTensor const& right)
{
    auto const x = number_in(left);
    auto const y = x ? number_in(right) : std::nullopt;
    if (!y || left.dtype() != right.dtype())
        return std::nullopt;
    return left.dtype() == DType::float64 ? constant(result_of<double>(op_type, *x, *y)) : constant(result_of<float>(op_type, static_cast<float>(*x), static_cast<float>(*y)));
}
