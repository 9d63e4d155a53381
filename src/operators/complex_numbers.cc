#include "operators/complex_numbers.h"

#include "operators/families.h"
#include "operators/promotion.h"

#include <numbers>
#include <numeric>

// Operators on complex numbers, by real and imaginary parts.

namespace {

// An argument in parts of that real dtype: a complex or real tensor or number.
Result<ComplexParts> parts_of_argument(Operation& op, std::string_view name, DType real)
{
    Value const& value = op.argument(name);
    if (auto const* number_of = value.as<std::complex<double>>())
        return ComplexParts{Formula(op.graph, number(real, number_of->real())), Formula(op.graph, number(real, number_of->imag()))};
    if (!value.is<TensorReference>()) {
        auto const scalar = TRY(op.scalar(name, real));
        return ComplexParts{Formula(op.graph, scalar), Formula(op.graph, number(real, 0.0))};
    }
    auto const tensor = TRY(op.tensor(name));
    if (!is_complex(tensor.dtype()))
        return parts_of(op.graph, TRY(cast(op.graph, tensor, real)));
    auto const [re, im] = parts_of(op.graph, tensor);
    return ComplexParts{re.to(real), im.to(real)};
}

// The real dtype of the parts of what two arguments are promoted to.
Result<DType> common_real_dtype(Operation& op, std::string_view first, std::string_view second)
{
    DType result = DType::float32;
    for (auto const name : {first, second})
        if (op.argument(name).is<TensorReference>()) {
            auto const tensor = TRY(op.tensor(name));
            bool const wide = tensor.dtype() == DType::complex128 || (tensor.dtype() == DType::float64 && tensor.rank() > 0);
            if (wide)
                result = DType::float64;
        }
    return result;
}

Result<Value> complex_result(Operation& op, ComplexParts const& parts) { return op.result(TRY(complex_from(op.graph, parts))); }

struct PartsPair {
    ComplexParts left;
    ComplexParts right;
};

Result<PartsPair> pair_of(Operation& op)
{
    DType const real = TRY(common_real_dtype(op, "self", "other"));
    auto const left = TRY(parts_of_argument(op, "self", real));
    auto const right = TRY(parts_of_argument(op, "other", real));
    return PartsPair{left, right};
}

template <bool minus>
Result<Value> add(Operation& op)
{
    auto [left, right] = TRY(pair_of(op));
    Value const& alpha = op.argument("alpha");
    if (!(alpha.as<Dim>() && alpha.as<Dim>()->is(1))) {
        auto const factor = TRY(op.floating("alpha"));
        right = {right.real * factor, right.imaginary * factor};
    }
    if (minus)
        return complex_result(op, {left.real - right.real, left.imaginary - right.imaginary});
    return complex_result(op, {left.real + right.real, left.imaginary + right.imaginary});
}

Result<Value> multiply(Operation& op)
{
    auto const [a, b] = TRY(pair_of(op));
    return complex_result(op, {a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real});
}

Result<Value> divide(Operation& op)
{
    auto const [a, b] = TRY(pair_of(op));
    auto const square = b.real * b.real + b.imaginary * b.imaginary;
    return complex_result(op, {(a.real * b.real + a.imaginary * b.imaginary) / square, (a.imaginary * b.real - a.real * b.imaginary) / square});
}

Result<Value> negated(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const pairs = pairs_of(op.graph, self);
    return op.result(complex_of(op.graph, unary(op.graph, "Neg", pairs)));
}

Result<Value> magnitude(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(reduce(op.graph, "ReduceL2", pairs_of(op.graph, self), {self.rank()}, false));
}

Result<Value> real_part(Operation& op) { return op.result(TRY(parts_of(op.graph, TRY(op.tensor("self"))).real.tensor())); }
Result<Value> imaginary_part(Operation& op) { return op.result(TRY(parts_of(op.graph, TRY(op.tensor("self"))).imaginary.tensor())); }

// atan2(imaginary, real), with the signs of PyTorch on the axes.
Result<Value> angle(Operation& op)
{
    auto const [re, im] = parts_of(op.graph, TRY(op.tensor("self")));
    auto const upper = chosen(im < 0.0, im * 0.0 - std::numbers::pi, im * 0.0 + std::numbers::pi); // of the negative half
    auto const quotient = (im / re).through("Atan");
    auto const on_the_left = quotient + upper;
    auto const vertical = chosen(im < 0.0, im * 0.0 - std::numbers::pi / 2, chosen(im > 0.0, im * 0.0 + std::numbers::pi / 2, 0.0));
    return op.result(TRY(chosen(equal(re, 0.0), vertical, chosen(re < 0.0, on_the_left, quotient)).tensor()));
}

Result<Value> conjugated(Operation& op) { return op.result(TRY(conjugate(op.graph, TRY(op.tensor("self"))))); }
Result<Value> same(Operation& op) { return op.argument("self"); }

Result<Value> view_as_real(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(pairs_of(op.graph, self));
}

Result<Value> exponential(Operation& op) // e^re * (cos im + i sin im)
{
    auto const [re, im] = parts_of(op.graph, TRY(op.tensor("self")));
    auto const length = re.exp();
    return complex_result(op, {length * im.through("Cos"), length * im.through("Sin")});
}

// Sums of the parts, over all axes or some.
template <bool mean, bool some>
Result<Value> sum(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (op.has("dtype"))
        return unsupported("a sum of complex numbers in another dtype");
    std::vector<int64_t> axes;
    if (some)
        axes = TRY(op.axes("dim", self.rank()));
    if (axes.empty()) {
        axes.resize(static_cast<size_t>(self.rank()));
        std::iota(axes.begin(), axes.end(), 0);
    }
    if (self.rank() == 0)
        return op.result(self);
    bool const keep = some && TRY(op.boolean("keepdim"));
    return op.result(complex_of(op.graph, reduce(op.graph, mean ? "ReduceMean" : "ReduceSum", pairs_of(op.graph, self), axes, keep)));
}

constexpr OperatorRow rows[] = {
    {"aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", add<false>},
    {"aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", add<false>},
    {"aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", add<true>},
    {"aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", add<true>},
    {"aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", multiply},
    {"aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", multiply},
    {"aten::div.Tensor(Tensor self, Tensor other) -> Tensor", divide},
    {"aten::div.Scalar(Tensor self, Scalar other) -> Tensor", divide},
    {"aten::neg(Tensor self) -> Tensor", negated},
    {"aten::abs(Tensor self) -> Tensor", magnitude},
    {"aten::angle(Tensor self) -> Tensor", angle},
    {"aten::real(Tensor self) -> Tensor", real_part},
    {"aten::imag(Tensor self) -> Tensor", imaginary_part},
    {"aten::conj(Tensor self) -> Tensor", conjugated},
    {"aten::_conj(Tensor self) -> Tensor", conjugated},
    {"aten::conj_physical(Tensor self) -> Tensor", conjugated},
    {"aten::_conj_physical(Tensor self) -> Tensor", conjugated},
    {"aten::resolve_conj(Tensor self) -> Tensor", same},
    {"aten::resolve_neg(Tensor self) -> Tensor", same},
    {"aten::view_as_real(Tensor self) -> Tensor", view_as_real},
    {"aten::exp(Tensor self) -> Tensor", exponential},
    {"aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", sum<false, false>},
    {"aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", sum<false, true>},
    {"aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", sum<true, false>},
    {"aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", sum<true, true>},
};

}

ComplexParts parts_of(GraphBuilder& graph, GraphTensor const& tensor)
{
    if (!is_complex(tensor.dtype()))
        return {Formula(graph, tensor), Formula(graph, number(tensor.dtype(), 0.0))};
    auto const pairs = pairs_of(graph, tensor);
    return {Formula(graph, select(graph, pairs, tensor.rank(), 0)), Formula(graph, select(graph, pairs, tensor.rank(), 1))};
}

Result<GraphTensor> complex_from(GraphBuilder& graph, ComplexParts const& parts)
{
    auto real = TRY(parts.real.tensor());
    auto imaginary = TRY(parts.imaginary.tensor());
    Dims const dims = TRY(broadcast(graph, real.dims(), imaginary.dims()));
    int64_t const last = static_cast<int64_t>(dims.size());
    real = unsqueeze(graph, expand(graph, real, dims), {last});
    imaginary = unsqueeze(graph, expand(graph, imaginary, dims), {last});
    return complex_of(graph, concat(graph, {real, imaginary}, last));
}

Result<GraphTensor> conjugate(GraphBuilder& graph, GraphTensor const& tensor)
{
    DType const real = real_dtype(tensor.dtype());
    auto const signs = Tensor::of<double>(DType::float64, {2}, {1, -1}).cast(real);
    CHECK(signs.has_value(), "signs are numbers of every floating dtype");
    return complex_of(graph, TRY(binary(graph, "Mul", pairs_of(graph, tensor), GraphTensor::constant(*signs))));
}

std::span<OperatorRow const> complex_operators() { return rows; }
