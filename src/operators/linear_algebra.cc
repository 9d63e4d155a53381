#include "operators/families.h"
#include "operators/formula.h"
#include "operators/numbers.h"
#include "operators/pointwise.h"
#include "operators/products.h"
#include "operators/promotion.h"

#include <algorithm>

// Products of vectors and matrices, determinants and inverses (aten/src/ATen/native/LinearAlgebra.cpp,
// BatchLinearAlgebra.cpp).

namespace {

// ---- products ---------------------------------------------------------------------------------------------------------------

Result<Value> linalg_matmul(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(matrix_product(op.graph, self, TRY(op.tensor("other")))));
}

Result<Value> vdot(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const other = TRY(op.tensor("other"));
    if (self.rank() != 1 || other.rank() != 1)
        return malformed("vdot of tensors of rank " + std::to_string(self.rank()) + " and " + std::to_string(other.rank()));
    return op.result(TRY(matrix_product(op.graph, self, other)));
}

Result<Value> vecdot(Operation& op)
{
    auto const [x, y] = TRY(promoted_pair(op, "x", "y"));
    auto const products = TRY(binary(op.graph, "Mul", x, y));
    return op.result(reduce(op.graph, "ReduceSum", products, {TRY(op.axis("dim", products.rank()))}, false));
}

// The last axes are summed over: [..., K] and [..., K] give [..., ...].
Result<Value> inner(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const other = TRY(op.tensor("other"));
    if (self.rank() == 0 || other.rank() == 0)
        return op.result(TRY(binary(op.graph, "Mul", self, other)));
    Dims dims(self.dims().begin(), self.dims().end() - 1);
    dims.insert(dims.end(), other.dims().begin(), other.dims().end() - 1);
    TRY(require_equal(op.graph, self.dims().back(), other.dims().back(), "where an inner product is taken"));
    auto const flat = [&](GraphTensor const& tensor) { return reshape(op.graph, tensor, {count_of(Dims(tensor.dims().begin(), tensor.dims().end() - 1)), tensor.dims().back()}); };
    return op.result(reshape(op.graph, TRY(matrix_product(op.graph, flat(self), transpose(op.graph, flat(other), {1, 0}))), dims));
}

// beta * self + alpha * outer(vec1, vec2)
Result<Value> addr(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "vec1", "vec2"}));
    auto const first = TRY(operand(op, "vec1", dtype));
    auto const second = TRY(operand(op, "vec2", dtype));
    if (first.rank() != 1 || second.rank() != 1)
        return malformed("an outer product of tensors that are no vectors");
    auto const alpha = TRY(op.scalar("alpha", dtype));
    auto const product = Formula(op.graph, first).with_axis(1) * Formula(op.graph, second).with_axis(0) * Formula(op.graph, alpha);
    if (known_float_of(op.argument("beta")) == 0.0) // what self holds is not looked at
        return op.result(TRY(product.tensor()));
    auto const beta = TRY(op.scalar("beta", dtype));
    return op.result(TRY((product + Formula(op.graph, TRY(operand(op, "self", dtype))) * Formula(op.graph, beta)).tensor()));
}

Result<GraphTensor> chain(Operation& op, std::vector<GraphTensor> const& matrices)
{
    if (matrices.empty())
        return malformed("a product of no matrices");
    GraphTensor result = matrices[0];
    for (size_t i = 1; i < matrices.size(); ++i)
        result = TRY(matrix_product(op.graph, result, matrices[i]));
    return result;
}

Result<Value> chain_matmul(Operation& op) { return op.result(TRY(chain(op, TRY(op.tensors("matrices"))))); }
Result<Value> multi_dot(Operation& op) { return op.result(TRY(chain(op, TRY(op.tensors("tensors"))))); }

// Each element of the one times the whole of the other, block by block.
Result<Value> kron(Operation& op)
{
    auto [left, right] = TRY(promoted_pair(op, "self", "other"));
    size_t const rank = static_cast<size_t>(std::max(left.rank(), right.rank()));
    auto const widened = [&](GraphTensor const& tensor) {
        Dims dims(rank - tensor.dims().size(), Dim(1));
        dims.insert(dims.end(), tensor.dims().begin(), tensor.dims().end());
        return dims;
    };
    Dims const outer = widened(left);
    Dims const inner_dims = widened(right);
    Dims left_dims;
    Dims right_dims;
    Dims joined;
    for (size_t i = 0; i < rank; ++i) {
        left_dims.insert(left_dims.end(), {outer[i], Dim(1)});
        right_dims.insert(right_dims.end(), {Dim(1), inner_dims[i]});
        joined.push_back(outer[i] * inner_dims[i]);
    }
    auto const product = TRY(binary(op.graph, "Mul", reshape(op.graph, left, left_dims), reshape(op.graph, right, right_dims)));
    return op.result(reshape(op.graph, product, joined));
}

// The axes of a tensor that are kept, and those that are summed over, in order.
Result<std::vector<int64_t>> kept_axes(std::vector<int64_t>& summed, int64_t rank)
{
    std::vector<int64_t> kept;
    for (auto& axis : summed)
        axis = TRY(wrapped_axis(axis, rank));
    for (int64_t axis = 0; axis < rank; ++axis)
        if (std::find(summed.begin(), summed.end(), axis) == summed.end())
            kept.push_back(axis);
    if (kept.size() + summed.size() != static_cast<size_t>(rank))
        return malformed("tensordot names an axis twice");
    return kept;
}

Dims dims_at(GraphTensor const& tensor, std::vector<int64_t> const& axes)
{
    Dims dims;
    for (int64_t const axis : axes)
        dims.push_back(tensor.dims()[static_cast<size_t>(axis)]);
    return dims;
}

Result<Value> tensordot(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const other = TRY(op.tensor("other"));
    auto summed_left = TRY(op.numbers("dims_self"));
    auto summed_right = TRY(op.numbers("dims_other"));
    if (summed_left.size() != summed_right.size())
        return malformed("tensordot sums over " + std::to_string(summed_left.size()) + " axes of the one and " + std::to_string(summed_right.size()) + " of the other");
    auto const kept_left = TRY(kept_axes(summed_left, self.rank()));
    auto const kept_right = TRY(kept_axes(summed_right, other.rank()));
    Dims const sizes = dims_at(self, summed_left);
    Dims const other_sizes = dims_at(other, summed_right);
    for (size_t i = 0; i < sizes.size(); ++i)
        TRY(require_equal(op.graph, sizes[i], other_sizes[i], "where tensordot sums"));
    auto order_left = kept_left;
    order_left.insert(order_left.end(), summed_left.begin(), summed_left.end());
    auto order_right = summed_right;
    order_right.insert(order_right.end(), kept_right.begin(), kept_right.end());
    Dims dims = dims_at(self, kept_left);
    Dims const right_dims = dims_at(other, kept_right);
    auto const left = reshape(op.graph, transpose(op.graph, self, order_left), {count_of(dims), count_of(sizes)});
    auto const right = reshape(op.graph, transpose(op.graph, other, order_right), {count_of(sizes), count_of(right_dims)});
    dims.insert(dims.end(), right_dims.begin(), right_dims.end());
    return op.result(reshape(op.graph, TRY(matrix_product(op.graph, left, right)), dims));
}

// x1_i * weight_oij * x2_j, summed over i and j, plus bias
Result<Value> bilinear(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const first = TRY(op.tensor("input1"));
    auto const second = TRY(op.tensor("input2"));
    auto const weight = TRY(op.tensor("weight"));
    if (weight.rank() != 3 || first.rank() == 0 || first.rank() != second.rank())
        return malformed("bilinear of tensors of rank " + std::to_string(first.rank()) + " and " + std::to_string(second.rank()));
    Dim const outputs = weight.dims()[0];
    Dim const right_size = weight.dims()[2];
    auto const matrix = reshape(graph, transpose(graph, weight, {1, 0, 2}), {weight.dims()[1], outputs * right_size});
    auto const half = TRY(matrix_product(graph, first, matrix));
    Dims dims(half.dims().begin(), half.dims().end() - 1);
    dims.insert(dims.end(), {outputs, right_size});
    auto const column = unsqueeze(graph, second, {second.rank()});
    auto const sums = TRY(matrix_product(graph, reshape(graph, half, dims), column));
    Formula const result(graph, squeeze(graph, sums, {sums.rank() - 1}));
    if (!op.has("bias"))
        return op.result(TRY(result.tensor()));
    return op.result(TRY((result + Formula(graph, TRY(op.tensor("bias")))).tensor()));
}

Result<Value> trilinear(Operation& op)
{
    static constexpr std::pair<std::string_view, std::string_view> parts[] = {{"i1", "expand1"}, {"i2", "expand2"}, {"i3", "expand3"}};
    std::optional<Formula> product;
    int64_t rank = 0;
    for (auto const& [name, expand_name] : parts) {
        auto const tensor = TRY(op.tensor(name));
        auto axes = TRY(op.numbers(expand_name));
        rank = tensor.rank() + static_cast<int64_t>(axes.size());
        for (auto& axis : axes)
            axis = TRY(wrapped_axis(axis, rank));
        std::sort(axes.begin(), axes.end());
        Formula const part(op.graph, unsqueeze(op.graph, tensor, axes));
        product = product ? *product * part : part;
    }
    auto const summed = TRY(op.axes("sumdim", rank));
    auto const all = TRY(product->tensor());
    return op.result(TRY(op.numbers("sumdim")).empty() ? all : reduce(op.graph, "ReduceSum", all, summed, false));
}

// ---- cross products -----------------------------------------------------------------------------------------------------------

Result<GraphTensor> crossed(Operation& op, GraphTensor const& left, GraphTensor const& right, int64_t axis)
{
    TRY(require_equal(op.graph, left.dims()[static_cast<size_t>(axis)], 3, "where a cross product is taken"));
    TRY(require_equal(op.graph, right.dims()[static_cast<size_t>(axis)], 3, "where a cross product is taken"));
    auto const turned = [&](GraphTensor const& tensor, std::vector<int64_t> places) { return Formula(op.graph, gather(op.graph, tensor, GraphTensor::constant(Tensor::vector(std::move(places))), axis)); };
    return (turned(left, {1, 2, 0}) * turned(right, {2, 0, 1}) - turned(left, {2, 0, 1}) * turned(right, {1, 2, 0})).tensor();
}

Result<Value> linalg_cross(Operation& op)
{
    auto const [left, right] = TRY(promoted_pair(op, "self", "other"));
    if (left.rank() != right.rank())
        return malformed("a cross product of tensors of rank " + std::to_string(left.rank()) + " and " + std::to_string(right.rank()));
    return op.result(TRY(crossed(op, left, right, TRY(op.axis("dim", left.rank())))));
}

Result<Value> cross(Operation& op) // without an axis, the first of size 3
{
    auto const [left, right] = TRY(promoted_pair(op, "self", "other"));
    if (left.rank() != right.rank())
        return malformed("a cross product of tensors of rank " + std::to_string(left.rank()) + " and " + std::to_string(right.rank()));
    if (op.has("dim"))
        return op.result(TRY(crossed(op, left, right, TRY(op.axis("dim", left.rank())))));
    for (int64_t axis = 0; axis < left.rank(); ++axis)
        if (TRY(need_number(op.graph, left.dims()[static_cast<size_t>(axis)], "a size that cross() looks at")) == 3)
            return op.result(TRY(crossed(op, left, right, axis)));
    return malformed("a cross product of tensors without an axis of size 3");
}

// ---- determinants and inverses ------------------------------------------------------------------------------------------------

// Square matrices along the last two axes.
Result<GraphTensor> square_matrices(Operation& op, std::string_view name)
{
    auto const matrices = TRY(op.tensor(name));
    if (matrices.rank() < 2 || !is_floating(matrices.dtype()))
        return malformed("a square matrix is wanted, and here is " + std::string(name_of(matrices.dtype())) + " of rank " + std::to_string(matrices.rank()));
    TRY(require_equal(op.graph, matrices.dims().back(), matrices.dims()[matrices.dims().size() - 2], "in a square matrix"));
    return matrices;
}

GraphTensor determinants(GraphBuilder& graph, GraphTensor const& matrices)
{
    return computed(graph, "Det", {&matrices}, {matrices.dtype(), Dims(matrices.dims().begin(), matrices.dims().end() - 2)});
}

template <NodeName name>
Result<Value> determinant(Operation& op) { return op.result(determinants(op.graph, TRY(square_matrices(op, name.value)))); }

Result<Value> log_determinant(Operation& op)
{
    auto const matrices = TRY(square_matrices(op, "self"));
    return op.result(unary(op.graph, "Log", determinants(op.graph, matrices)));
}

template <NodeName name>
Result<Value> sign_and_log_determinant(Operation& op)
{
    auto const matrices = TRY(square_matrices(op, name.value));
    auto const found = determinants(op.graph, matrices);
    auto const logarithm = TRY(Formula(op.graph, found).abs().log().tensor());
    return op.results({unary(op.graph, "Sign", found), logarithm});
}

// By Cramer's rule: all minors as one batch of determinants.
Result<GraphTensor> inverses(GraphBuilder& graph, GraphTensor const& matrices)
{
    auto const size = TRY(need_number(graph, matrices.dims().back(), "the size of a matrix that is inverted"));
    static constexpr int64_t largest = 12;
    if (size < 1 || size > largest)
        return unsupported("the inverse of a matrix of size " + std::to_string(size) + ", at most " + std::to_string(largest) + " is converted");
    Formula const whole(graph, determinants(graph, matrices));
    int64_t const rank = matrices.rank();
    if (size == 1)
        return (1.0 / Formula(graph, matrices)).tensor();
    std::vector<int64_t> places; // of the elements of each minor in the flat matrix
    std::vector<double> signs;
    for (int64_t i = 0; i < size; ++i)
        for (int64_t j = 0; j < size; ++j) {
            signs.push_back((i + j) % 2 == 0 ? 1 : -1);
            for (int64_t row = 0; row < size; ++row)
                for (int64_t column = 0; column < size; ++column)
                    if (row != j && column != i)
                        places.push_back(row * size + column);
        }
    Dims flat(matrices.dims().begin(), matrices.dims().end() - 2);
    flat.emplace_back(size * size);
    auto const index = GraphTensor::constant(Tensor::vector(places).with_shape({size * size, size - 1, size - 1}));
    auto const minors = gather(graph, reshape(graph, matrices, flat), index, rank - 2);
    auto const sign = Tensor::of<double>(DType::float64, {size * size}, std::move(signs)).cast(matrices.dtype());
    CHECK(sign.has_value(), "signs are numbers of every floating dtype");
    auto const cofactors = TRY((Formula(graph, determinants(graph, minors)) * Formula(graph, GraphTensor::constant(*sign))).tensor());
    auto const wide = whole.with_axis(rank - 2).with_axis(rank - 1);
    return (Formula(graph, reshape(graph, cofactors, matrices.dims())) / wide).tensor();
}

template <NodeName name>
Result<Value> inverse(Operation& op)
{
    auto const matrices = TRY(square_matrices(op, name.value));
    return op.result(TRY(inverses(op.graph, matrices)));
}

Result<Value> matrix_power(Operation& op)
{
    auto const matrices = TRY(square_matrices(op, "self"));
    auto const exponent = TRY(op.number("n"));
    static constexpr int64_t most = 64;
    if (exponent == 0 || exponent < -most || exponent > most)
        return unsupported("a matrix to the power of " + std::to_string(exponent));
    auto const base = exponent < 0 ? TRY(inverses(op.graph, matrices)) : matrices;
    GraphTensor result = base;
    for (int64_t i = 1; i < std::abs(exponent); ++i)
        result = TRY(matrix_product(op.graph, result, base));
    return op.result(result);
}

Result<Value> trace(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() != 2)
        return malformed("the trace of a tensor of rank " + std::to_string(self.rank()));
    DType const dtype = is_floating(self.dtype()) ? self.dtype() : DType::int64;
    auto const rows_of = unsqueeze(op.graph, counted(op.graph, 0, self.dims()[0], 1), {1});
    auto const columns = unsqueeze(op.graph, counted(op.graph, 0, self.dims()[1], 1), {0});
    auto const diagonal = equal(Formula(op.graph, rows_of), Formula(op.graph, columns));
    return op.result(TRY(chosen(diagonal, Formula(op.graph, self).to(dtype), 0.0).reduced("ReduceSum", {}, false).tensor()));
}

constexpr OperatorRow rows[] = {
    {"aten::linalg_matmul(Tensor self, Tensor other) -> Tensor", linalg_matmul},
    {"aten::vdot(Tensor self, Tensor other) -> Tensor", vdot},
    {"aten::linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", vecdot},
    {"aten::inner(Tensor self, Tensor other) -> Tensor", inner},
    {"aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", addr},
    {"aten::chain_matmul(Tensor[] matrices) -> Tensor", chain_matmul},
    {"aten::linalg_multi_dot(Tensor[] tensors) -> Tensor", multi_dot},
    {"aten::kron(Tensor self, Tensor other) -> Tensor", kron},
    {"aten::tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor", tensordot},
    {"aten::bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor", bilinear},
    {"aten::_trilinear(Tensor i1, Tensor i2, Tensor i3, int[] expand1, int[] expand2, int[] expand3, int[] sumdim, int unroll_dim=1) -> Tensor", trilinear},
    {"aten::cross(Tensor self, Tensor other, int? dim=None) -> Tensor", cross},
    {"aten::linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor", linalg_cross},
    {"aten::det(Tensor self) -> Tensor", determinant<"self">},
    {"aten::linalg_det(Tensor A) -> Tensor", determinant<"A">},
    {"aten::logdet(Tensor self) -> Tensor", log_determinant},
    {"aten::slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", sign_and_log_determinant<"self">},
    {"aten::linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", sign_and_log_determinant<"A">},
    {"aten::inverse(Tensor self) -> Tensor", inverse<"self">},
    {"aten::linalg_inv(Tensor A) -> Tensor", inverse<"A">},
    {"aten::matrix_power(Tensor self, int n) -> Tensor", matrix_power},
    {"aten::linalg_matrix_power(Tensor self, int n) -> Tensor", matrix_power},
    {"aten::trace(Tensor self) -> Tensor", trace},
};

}

std::span<OperatorRow const> linear_algebra_operators() { return rows; }
