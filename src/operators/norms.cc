#include "operators/norms.h"

#include "operators/families.h"
#include "operators/formula.h"
#include "operators/promotion.h"

#include <algorithm>
#include <limits>

// Norms of vectors and matrices (aten/src/ATen/native/LinearAlgebra.cpp, ReduceOps.cpp).

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool has_argument(Operation const& op, std::string_view name)
{
    auto const& arguments = op.schema().arguments;
    return std::any_of(arguments.begin(), arguments.end(), [&](SchemaArgument const& argument) { return argument.name == name; });
}

Result<bool> keeps_axes(Operation& op) { return has_argument(op, "keepdim") ? op.boolean("keepdim") : Result<bool>(false); }

// `self` in the dtype that is asked for, or its own where that is floating.
Result<GraphTensor> floating_self(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (is_complex(self.dtype()))
        return unsupported("the norm of complex numbers");
    DType const dtype = has_argument(op, "dtype") ? TRY(op.dtype("dtype", floating_for(self.dtype()))) : floating_for(self.dtype());
    return cast(op.graph, self, dtype);
}

Result<Value> norm(Operation& op, std::string_view order_name)
{
    auto const x = TRY(floating_self(op));
    std::vector<int64_t> axes;
    if (has_argument(op, "dim"))
        axes = TRY(op.axes("dim", x.rank()));
    double const order = op.has(order_name) ? TRY(op.floating(order_name)) : 2;
    return op.result(TRY(vector_norm(op.graph, x, order, axes, TRY(keeps_axes(op)))));
}

Result<Value> norm_p(Operation& op) { return norm(op, "p"); }
Result<Value> norm_ord(Operation& op) { return norm(op, "ord"); }

Result<Value> frobenius_norm(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    std::vector<int64_t> axes;
    if (has_argument(op, "dim"))
        axes = TRY(op.axes("dim", self.rank()));
    return op.result(reduce(op.graph, "ReduceL2", self, axes, TRY(keeps_axes(op))));
}

// ---- matrices ---------------------------------------------------------------------------------------------------------------

// The axes of the matrices: rows, columns; by default the last two.
Result<std::vector<int64_t>> matrix_axes(Operation& op, int64_t rank)
{
    std::vector<int64_t> axes{-2, -1};
    if (op.has("dim"))
        axes = TRY(op.numbers("dim"));
    if (axes.size() != 2 || rank < 2)
        return malformed("the norm of a matrix over " + std::to_string(axes.size()) + " axes of " + std::to_string(rank));
    for (auto& axis : axes)
        axis = TRY(wrapped_axis(axis, rank));
    if (axes[0] == axes[1])
        return malformed("the norm of a matrix over one axis twice");
    return axes;
}

// The greatest (or least) sum of absolute values along `summed`.
Result<GraphTensor> extreme_sum(GraphBuilder& graph, GraphTensor const& x, int64_t summed, int64_t compared, bool greatest, bool keep)
{
    auto const sums = reduce(graph, "ReduceL1", x, {summed}, true);
    auto const extreme = reduce(graph, greatest ? "ReduceMax" : "ReduceMin", sums, {compared}, true);
    return keep ? extreme : squeeze(graph, extreme, {std::min(summed, compared), std::max(summed, compared)});
}

Result<GraphTensor> matrix_norm_of_order(GraphBuilder& graph, GraphTensor const& x, double order, std::vector<int64_t> const& axes, bool keep)
{
    if (order == 1 || order == -1)
        return extreme_sum(graph, x, axes[0], axes[1], order > 0, keep);
    if (order == infinity || order == -infinity)
        return extreme_sum(graph, x, axes[1], axes[0], order > 0, keep);
    if (order == 2 || order == -2)
        return unsupported("the norm of a matrix by its singular values");
    return malformed("the norm of a matrix of order " + std::to_string(order));
}

Result<GraphTensor> matrix_norm_named(GraphBuilder& graph, GraphTensor const& x, std::string const& name, std::vector<int64_t> const& axes, bool keep)
{
    if (name == "fro")
        return reduce(graph, "ReduceL2", x, axes, keep);
    if (name == "nuc")
        return unsupported("the norm of a matrix by its singular values");
    return malformed("the norm of a matrix named " + name);
}

Result<Value> matrix_norm(Operation& op)
{
    auto const x = TRY(floating_self(op));
    auto const axes = TRY(matrix_axes(op, x.rank()));
    auto const order = TRY(op.floating("ord"));
    return op.result(TRY(matrix_norm_of_order(op.graph, x, order, axes, TRY(op.boolean("keepdim")))));
}

Result<Value> matrix_norm_by_name(Operation& op)
{
    auto const x = TRY(floating_self(op));
    auto const axes = TRY(matrix_axes(op, x.rank()));
    auto const name = TRY(op.text("ord"));
    return op.result(TRY(matrix_norm_named(op.graph, x, name, axes, TRY(op.boolean("keepdim")))));
}

// Of vectors over one axis, of matrices over two; without an order that of all the elements.
Result<Value> linalg_norm(Operation& op)
{
    auto const x = TRY(floating_self(op));
    bool const keep = TRY(op.boolean("keepdim"));
    size_t const axis_count = op.has("dim") ? TRY(op.axes("dim", x.rank())).size() : static_cast<size_t>(x.rank());
    if (!op.has("ord"))
        return op.result(TRY(vector_norm(op.graph, x, 2, op.has("dim") ? TRY(op.axes("dim", x.rank())) : std::vector<int64_t>{}, keep)));
    auto const order = TRY(op.floating("ord"));
    if (axis_count == 2)
        return op.result(TRY(matrix_norm_of_order(op.graph, x, order, TRY(matrix_axes(op, x.rank())), keep)));
    if (axis_count > 2)
        return malformed("a norm of order " + std::to_string(order) + " over " + std::to_string(axis_count) + " axes");
    return op.result(TRY(vector_norm(op.graph, x, order, TRY(op.axes("dim", x.rank())), keep)));
}

// ---- scaled to a norm ---------------------------------------------------------------------------------------------------------

std::vector<int64_t> all_axes_but(int64_t rank, int64_t axis)
{
    std::vector<int64_t> axes;
    for (int64_t each = 0; each < rank; ++each)
        if (each != axis)
            axes.push_back(each);
    return axes;
}

// The norm of each slice along `dim`, kept; of the whole for -1.
Result<GraphTensor> norm_except(Operation& op, GraphTensor const& v, double order)
{
    auto const dim = TRY(op.number("dim"));
    if (dim == -1)
        return vector_norm(op.graph, v, order, {}, false);
    auto const axes = all_axes_but(v.rank(), TRY(wrapped_axis(dim, v.rank())));
    return axes.empty() ? vector_norm(op.graph, unsqueeze(op.graph, v, {1}), order, {1}, false) : vector_norm(op.graph, v, order, axes, true);
}

Result<Value> norm_except_dim(Operation& op)
{
    auto const v = TRY(op.tensor("v"));
    return op.result(TRY(norm_except(op, v, TRY(op.floating("pow")))));
}

struct WeightNorm {
    GraphTensor weight;
    GraphTensor norms;
};

// v * (g / |v|)
Result<WeightNorm> weight_norm_of(Operation& op)
{
    auto const v = TRY(op.tensor("v"));
    WeightNorm result;
    result.norms = TRY(norm_except(op, v, 2));
    auto const g = TRY(op.tensor("g"));
    result.weight = TRY((Formula(op.graph, v) * (Formula(op.graph, g) / Formula(op.graph, result.norms))).tensor());
    return result;
}

Result<Value> weight_norm(Operation& op) { return op.result(TRY(weight_norm_of(op)).weight); }

Result<Value> weight_norm_interface(Operation& op)
{
    auto const [weight, norms] = TRY(weight_norm_of(op));
    return op.results({weight, norms});
}

// Slices along `dim` whose norm is above the limit are scaled down to it.
Result<Value> renorm(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() < 2)
        return malformed("renorm of a tensor of rank " + std::to_string(self.rank()));
    auto const axis = TRY(op.axis("dim", self.rank()));
    auto const order = TRY(op.floating("p"));
    auto const limit = TRY(op.floating("maxnorm"));
    Formula const norms(op.graph, vector_norm(op.graph, self, order, all_axes_but(self.rank(), axis), true));
    static constexpr double epsilon = 1e-7;
    Formula const one(op.graph, number(self.dtype(), 1.0));
    auto const factor = chosen(norms > limit, limit / (norms + epsilon), one);
    return op.result(TRY((Formula(op.graph, self) * factor).tensor()));
}

constexpr OperatorRow rows[] = {
    {"aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", norm_p},
    {"aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor", norm_p},
    {"aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> Tensor", norm_p},
    {"aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor", norm_p},
    {"aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", norm_ord},
    {"aten::frobenius_norm(Tensor self) -> Tensor", frobenius_norm},
    {"aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", frobenius_norm},
    {"aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2,-1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", matrix_norm},
    {"aten::linalg_matrix_norm.str_ord(Tensor self, str ord='fro', int[] dim=[-2,-1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", matrix_norm_by_name},
    {"aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", linalg_norm},
    {"aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", matrix_norm_by_name},
    {"aten::norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor", norm_except_dim},
    {"aten::_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor", weight_norm},
    {"aten::_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> (Tensor, Tensor)", weight_norm_interface},
    {"aten::renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor", renorm},
};

}

Result<GraphTensor> vector_norm(GraphBuilder& graph, GraphTensor const& x, double order, std::vector<int64_t> const& axes, bool keep)
{
    if (order == 2)
        return reduce(graph, "ReduceL2", x, axes, keep);
    if (order == 1)
        return reduce(graph, "ReduceL1", x, axes, keep);
    Formula const magnitude = Formula(graph, x).abs();
    if (order == infinity || order == -infinity)
        return magnitude.reduced(order > 0 ? "ReduceMax" : "ReduceMin", axes, keep).tensor();
    if (order == 0)
        return (!equal(magnitude, 0.0)).to(x.dtype()).reduced("ReduceSum", axes, keep).tensor();
    return magnitude.with("Pow", order).reduced("ReduceSum", axes, keep).with("Pow", 1 / order).tensor();
}

std::span<OperatorRow const> norm_operators() { return rows; }
