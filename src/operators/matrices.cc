#include "operators/families.h"
#include "operators/products.h"
#include "operators/promotion.h"

#include <algorithm>

// Matrix products.

namespace {

// The sizes of a matrix product as numpy and ONNX MatMul have them: the last two axes multiply, those before are broadcast.
Result<Dims> product_dims(GraphBuilder& graph, Dims left, Dims right)
{
    if (left.empty() || right.empty())
        return malformed("a matrix product with a tensor of rank 0");
    bool const left_vector = left.size() == 1;
    bool const right_vector = right.size() == 1;
    if (left_vector)
        left.insert(left.begin(), Dim(1));
    if (right_vector)
        right.emplace_back(1);
    TRY(require_equal(graph, left.back(), right[right.size() - 2], "where matrices are multiplied"));
    Dims dims = TRY(broadcast(graph, Dims(left.begin(), left.end() - 2), Dims(right.begin(), right.end() - 2)));
    if (!left_vector)
        dims.push_back(left[left.size() - 2]);
    if (!right_vector)
        dims.push_back(right.back());
    return dims;
}

template <int64_t left_rank, int64_t right_rank>
Result<Value> product_of_ranks(Operation& op, std::string_view left_name, std::string_view right_name)
{
    auto const left = TRY(op.tensor(left_name));
    auto const right = TRY(op.tensor(right_name));
    if (left.rank() != left_rank || right.rank() != right_rank)
        return malformed("tensors of rank " + std::to_string(left.rank()) + " and " + std::to_string(right.rank()) + ", wanted " + std::to_string(left_rank) + " and " + std::to_string(right_rank));
    return op.result(TRY(matrix_product(op.graph, left, right)));
}

Result<Value> matmul(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(matrix_product(op.graph, self, TRY(op.tensor("other")))));
}

Result<Value> mm(Operation& op) { return product_of_ranks<2, 2>(op, "self", "mat2"); }
Result<Value> bmm(Operation& op) { return product_of_ranks<3, 3>(op, "self", "mat2"); }
Result<Value> mv(Operation& op) { return product_of_ranks<2, 1>(op, "self", "vec"); }
Result<Value> dot(Operation& op) { return product_of_ranks<1, 1>(op, "self", "tensor"); }

Result<Value> linear(Operation& op)
{
    std::optional<GraphTensor> bias;
    if (op.has("bias"))
        bias = TRY(op.tensor("bias"));
    auto const input = TRY(op.tensor("input"));
    return op.result(TRY(linear_of(op.graph, input, TRY(op.tensor("weight")), bias)));
}

// beta * self + alpha * (left @ right)
Result<Value> scaled_sum(Operation& op, std::string_view left_name, std::string_view right_name)
{
    auto const self = TRY(op.tensor("self"));
    DType const dtype = self.dtype();
    auto const times = [&](GraphTensor const& tensor, std::string_view factor_name) -> Result<GraphTensor> {
        Value const& factor = op.argument(factor_name);
        if ((factor.as<Dim>() && factor.as<Dim>()->is(1)) || (factor.as<double>() && *factor.as<double>() == 1))
            return tensor;
        return binary(op.graph, "Mul", tensor, TRY(op.scalar(factor_name, dtype)));
    };
    auto const left = TRY(op.tensor(left_name));
    auto const right = TRY(op.tensor(right_name));
    auto const scaled_product = TRY(times(TRY(matrix_product(op.graph, left, right)), "alpha"));
    Value const& beta = op.argument("beta");
    if ((beta.as<Dim>() && beta.as<Dim>()->is(0)) || (beta.as<double>() && *beta.as<double>() == 0))
        return op.result(scaled_product); // self is not read at all, NaN in it do not spread
    return op.result(TRY(binary(op.graph, "Add", TRY(times(self, "beta")), scaled_product)));
}

Result<Value> addmm(Operation& op) { return scaled_sum(op, "mat1", "mat2"); }
Result<Value> baddbmm(Operation& op) { return scaled_sum(op, "batch1", "batch2"); }
Result<Value> addmv(Operation& op) { return scaled_sum(op, "mat", "vec"); }

Result<Value> addbmm(Operation& op) // the batch is summed
{
    auto const self = TRY(op.tensor("self"));
    auto const sum = reduce(op.graph, "ReduceSum", TRY(matrix_product(op.graph, TRY(op.tensor("batch1")), TRY(op.tensor("batch2")))), {0}, false);
    auto const left = TRY(binary(op.graph, "Mul", self, TRY(op.scalar("beta", self.dtype()))));
    return op.result(TRY(binary(op.graph, "Add", left, TRY(binary(op.graph, "Mul", sum, TRY(op.scalar("alpha", self.dtype())))))));
}

// self + value * (t1 * t2), self + value * (t1 / t2)
template <bool quotient>
Result<Value> add_scaled_pair(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "tensor1", "tensor2"}));
    auto const self = TRY(operand(op, "self", dtype));
    auto const first = TRY(operand(op, "tensor1", dtype));
    auto const second = TRY(operand(op, "tensor2", dtype));
    auto const pair = TRY(binary(op.graph, quotient ? "Div" : "Mul", first, second));
    return op.result(TRY(binary(op.graph, "Add", self, TRY(binary(op.graph, "Mul", pair, TRY(op.scalar("value", dtype)))))));
}

Result<Value> outer(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "vec2"}));
    auto const self = TRY(operand(op, "self", dtype));
    auto const other = TRY(operand(op, "vec2", dtype));
    if (self.rank() != 1 || other.rank() != 1)
        return malformed("an outer product of tensors that are no vectors");
    return op.result(TRY(binary(op.graph, "Mul", unsqueeze(op.graph, self, {1}), unsqueeze(op.graph, other, {0}))));
}

constexpr OperatorRow rows[] = {
    {"aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", linear},
    {"aten::matmul(Tensor self, Tensor other) -> Tensor", matmul},
    {"aten::mm(Tensor self, Tensor mat2) -> Tensor", mm},
    {"aten::bmm(Tensor self, Tensor mat2) -> Tensor", bmm},
    {"aten::mv(Tensor self, Tensor vec) -> Tensor", mv},
    {"aten::dot(Tensor self, Tensor tensor) -> Tensor", dot},
    {"aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", addmm},
    {"aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor", addmv},
    {"aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", baddbmm},
    {"aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", addbmm},
    {"aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", add_scaled_pair<false>},
    {"aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", add_scaled_pair<true>},
    {"aten::outer(Tensor self, Tensor vec2) -> Tensor", outer},
    {"aten::ger(Tensor self, Tensor vec2) -> Tensor", outer},
};

}

Result<GraphTensor> matrix_product(GraphBuilder& graph, GraphTensor const& left, GraphTensor const& right)
{
    if (left.dtype() != right.dtype())
        return malformed("a matrix product of " + std::string(name_of(left.dtype())) + " and " + std::string(name_of(right.dtype())));
    Dims dims = TRY(product_dims(graph, left.dims(), right.dims()));
    if (is_floating(left.dtype()) || left.dtype() == DType::int32 || left.dtype() == DType::int64)
        return graph.node("MatMul", {left, right}, {left.dtype(), std::move(dims)});
    return unsupported("a matrix product of " + std::string(name_of(left.dtype())));
}

Result<GraphTensor> linear_of(GraphBuilder& graph, GraphTensor const& input, GraphTensor const& weight, std::optional<GraphTensor> const& bias)
{
    if (weight.rank() > 2 || weight.rank() == 0)
        return malformed("the weight of a linear layer has rank " + std::to_string(weight.rank()));
    if (input.rank() == 2 && weight.rank() == 2 && is_floating(input.dtype())) {
        TRY(require_equal(graph, input.dims()[1], weight.dims()[1], "where a linear layer takes its input"));
        std::vector<GraphTensor const*> inputs{&input, &weight};
        if (bias)
            inputs.push_back(&*bias);
        return graph.node("Gemm", inputs, {input.dtype(), {input.dims()[0], weight.dims()[0]}}, {attribute("transB", int64_t{1})});
    }
    auto const turned = weight.rank() == 2 ? transpose(graph, weight, {1, 0}) : weight;
    auto const result = TRY(matrix_product(graph, input, turned));
    return bias ? binary(graph, "Add", result, *bias) : result;
}

GraphTensor softmax_over_last(GraphBuilder& graph, GraphTensor const& scores) { return unary(graph, "Softmax", scores, {attribute("axis", scores.rank() - 1)}); }

GraphTensor matrices_turned(GraphBuilder& graph, GraphTensor const& matrices)
{
    std::vector<int64_t> axes;
    for (int64_t axis = 0; axis + 2 < matrices.rank(); ++axis)
        axes.push_back(axis);
    axes.push_back(matrices.rank() - 1);
    axes.push_back(matrices.rank() - 2);
    return transpose(graph, matrices, axes);
}

std::span<OperatorRow const> matrix_operators() { return rows; }
