#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>
#include <limits>

// Sums, means, extremes and what else takes axes away.

namespace {

// The axes of argument `dim`, and whether they stay with size 1; operators without these arguments reduce all.
struct Reduction {
    std::vector<int64_t> axes;
    bool keep = false;
};

Result<Reduction> reduction(Operation& op, GraphTensor const& self)
{
    Reduction result;
    if (op.takes("dim"))
        result.axes = TRY(op.axes("dim", self.rank()));
    if (op.takes("keepdim"))
        result.keep = TRY(op.boolean("keepdim"));
    return result;
}

Result<DType> wanted_dtype(Operation& op, DType otherwise) { return op.takes("dtype") ? op.dtype("dtype", otherwise) : Result<DType>(otherwise); }

// Sums and products of integers and bool are int64.
DType accumulated(DType dtype) { return is_floating(dtype) || is_complex(dtype) ? dtype : DType::int64; }

// How many elements are reduced into one.
Dim count_of_axes(GraphTensor const& self, std::vector<int64_t> const& axes)
{
    Dim count = 1;
    for (int64_t axis = 0; axis < self.rank(); ++axis)
        if (axes.empty() || std::find(axes.begin(), axes.end(), axis) != axes.end())
            count = count * self.dims()[static_cast<size_t>(axis)];
    return count;
}

template <bool product>
Result<Value> sum(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const [axes, keep] = TRY(reduction(op, self));
    auto const x = TRY(cast(op.graph, self, TRY(wanted_dtype(op, accumulated(self.dtype())))));
    return op.result(reduce(op.graph, product ? "ReduceProd" : "ReduceSum", x, axes, keep));
}

// NaN where there is nothing: ONNX Runtime gives 0.
Result<GraphTensor> mean_of(GraphBuilder& graph, GraphTensor const& x, std::vector<int64_t> const& axes, bool keep)
{
    auto const result = reduce(graph, "ReduceMean", x, axes, keep);
    if (count_of_axes(x, axes).is(0))
        return filled(graph, number(x.dtype(), std::numeric_limits<double>::quiet_NaN()), result.dims());
    return result;
}

Result<Value> mean(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const [axes, keep] = TRY(reduction(op, self));
    DType const dtype = TRY(wanted_dtype(op, self.dtype()));
    if (!is_floating(dtype))
        return malformed("the mean of " + std::string(name_of(dtype)));
    auto const x = TRY(cast(op.graph, self, dtype));
    return op.result(TRY(mean_of(op.graph, x, axes, keep)));
}

// ONNX Runtime passes over NaN, and PyTorch gives it where there is one.
Result<GraphTensor> extreme_with_nan(GraphBuilder& graph, std::string const& name, GraphTensor const& self, std::vector<int64_t> const& axes, bool keep)
{
    if (self.dtype() == DType::boolean)
        return cast(graph, reduce(graph, name, TRY(cast(graph, self, DType::int32)), axes, keep), DType::boolean);
    auto const found = reduce(graph, name, self, axes, keep);
    if (!is_floating(self.dtype()) || self.rank() == 0)
        return found;
    auto const missing = computed(graph, "IsNaN", {&self}, {DType::boolean, self.dims()});
    auto const any_missing = TRY(cast(graph, reduce(graph, "ReduceMax", TRY(cast(graph, missing, DType::int32)), axes, keep), DType::boolean));
    return where(graph, any_missing, number(self.dtype(), std::numeric_limits<double>::quiet_NaN()), found);
}

template <bool maximum>
Result<Value> extreme(Operation& op) // amax, amin, and max() and min() of all elements
{
    auto const self = TRY(op.tensor("self"));
    auto const [axes, keep] = TRY(reduction(op, self));
    char const* const name = maximum ? "ReduceMax" : "ReduceMin";
    return op.result(TRY(extreme_with_nan(op.graph, name, self, axes, keep)));
}

// The first place of the extreme, which is NaN where there is one.
Result<GraphTensor> place_of_extreme(Operation& op, GraphTensor const& self, int64_t axis, bool keep, bool maximum)
{
    auto const x = self.dtype() == DType::boolean ? TRY(cast(op.graph, self, DType::int32)) : self;
    if (x.rank() == 0)
        return GraphTensor::integer(0);
    Dims dims = x.dims();
    dims[static_cast<size_t>(axis)] = 1;
    auto const first = [&](char const* name, GraphTensor const& tensor) {
        return computed(op.graph, name, {&tensor}, {DType::int64, dims}, {attribute("axis", axis), attribute("keepdims", int64_t{1})});
    };
    auto kept = first(maximum ? "ArgMax" : "ArgMin", x);
    if (is_floating(x.dtype())) {
        auto const missing = TRY(cast(op.graph, computed(op.graph, "IsNaN", {&x}, {DType::boolean, x.dims()}), DType::int32));
        auto const any_missing = TRY(cast(op.graph, reduce(op.graph, "ReduceMax", missing, {axis}, true), DType::boolean));
        kept = TRY(where(op.graph, any_missing, first("ArgMax", missing), kept));
    }
    return keep ? kept : squeeze(op.graph, kept, {axis});
}

template <bool maximum>
Result<Value> extreme_and_place(Operation& op) // max.dim, min.dim: values and indices
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    auto const keep = TRY(op.boolean("keepdim"));
    auto const places = TRY(place_of_extreme(op, self, axis, keep, maximum));
    if (self.rank() == 0)
        return op.results({self, places});
    return op.results({TRY(extreme_with_nan(op.graph, maximum ? "ReduceMax" : "ReduceMin", self, {axis}, keep)), places});
}

template <bool maximum>
Result<Value> place(Operation& op) // argmax, argmin; without an axis, of the flattened tensor
{
    auto const self = TRY(op.tensor("self"));
    auto const keep = TRY(op.boolean("keepdim"));
    if (op.has("dim"))
        return op.result(TRY(place_of_extreme(op, self, TRY(op.axis("dim", self.rank())), keep, maximum)));
    auto const flat = reshape(op.graph, self, {count_of(self.dims())});
    auto const found = TRY(place_of_extreme(op, flat, 0, false, maximum));
    return op.result(keep ? reshape(op.graph, found, Dims(self.dims().size(), Dim(1))) : found);
}

template <bool every>
Result<Value> any_or_all(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const [axes, keep] = TRY(reduction(op, self));
    auto const flags = TRY(cast(op.graph, self, DType::boolean));
    // Sums, for those are right where there are no elements: any is that not none is true, all is that none is false.
    auto const counted_flags = TRY(cast(op.graph, every ? unary(op.graph, "Not", flags) : flags, DType::int32));
    auto const none = TRY(binary(op.graph, "Equal", reduce(op.graph, "ReduceSum", counted_flags, axes, keep), number(DType::int32, int64_t{0}), DType::boolean));
    // PyTorch gives uint8 for uint8 and bool for all else.
    return op.result(TRY(cast(op.graph, every ? none : unary(op.graph, "Not", none), self.dtype() == DType::uint8 ? DType::uint8 : DType::boolean)));
}

// ---- variance ---------------------------------------------------------------------------------------------------------------------

struct Moments {
    GraphTensor variance;
    GraphTensor mean;
};

// The sum of squared distances from the mean over (count - correction).
Result<Moments> moments(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return malformed("the variance of " + std::string(name_of(self.dtype())));
    auto const [axes, keep] = TRY(reduction(op, self));
    double correction = 1;
    if (op.takes("unbiased"))
        correction = TRY(op.boolean("unbiased")) ? 1 : 0;
    else if (op.takes("correction") && op.has("correction"))
        correction = TRY(op.floating("correction"));
    auto const center = reduce(op.graph, "ReduceMean", self, axes, true);
    auto const distance = TRY(binary(op.graph, "Sub", self, center));
    auto const squares = reduce(op.graph, "ReduceSum", TRY(binary(op.graph, "Mul", distance, distance)), axes, keep);
    auto const elements = TRY(cast(op.graph, GraphTensor::integer(count_of_axes(self, axes)), self.dtype()));
    auto const divisor = TRY(binary(op.graph, "Max", TRY(binary(op.graph, "Sub", elements, number(self.dtype(), correction))), number(self.dtype(), 0.0)));
    return Moments{TRY(binary(op.graph, "Div", squares, divisor)), TRY(mean_of(op.graph, self, axes, keep))};
}

Result<Value> variance(Operation& op) { return op.result(TRY(moments(op)).variance); }
Result<Value> deviation(Operation& op) { return op.result(unary(op.graph, "Sqrt", TRY(moments(op)).variance)); }
Result<Value> variance_and_mean(Operation& op)
{
    auto const found = TRY(moments(op));
    return op.results({found.variance, found.mean});
}
Result<Value> deviation_and_mean(Operation& op)
{
    auto const found = TRY(moments(op));
    return op.results({unary(op.graph, "Sqrt", found.variance), found.mean});
}

Result<Value> log_of_sum_of_exp(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const [axes, keep] = TRY(reduction(op, self));
    return op.result(reduce(op.graph, "ReduceLogSumExp", TRY(cast(op.graph, self, floating_for(self.dtype()))), axes, keep));
}

// ---- along one axis, sizes kept -------------------------------------------------------------------------------------------------

Result<Value> running_sum(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    auto const x = TRY(cast(op.graph, self, TRY(wanted_dtype(op, accumulated(self.dtype())))));
    if (x.rank() == 0)
        return op.result(x);
    auto const along = GraphTensor::integer(axis);
    return op.result(computed(op.graph, "CumSum", {&x, &along}, {x.dtype(), x.dims()}));
}

template <bool logarithm>
Result<Value> softmax(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    auto const x = TRY(cast(op.graph, self, TRY(wanted_dtype(op, self.dtype()))));
    if (!is_floating(x.dtype()))
        return malformed("softmax of " + std::string(name_of(x.dtype())));
    if (x.rank() == 0) // one element: 1, or its logarithm
        return op.result(number(x.dtype(), logarithm ? 0.0 : 1.0));
    return op.result(unary(op.graph, logarithm ? "LogSoftmax" : "Softmax", x, {attribute("axis", axis)}));
}

constexpr OperatorRow rows[] = {
    {"aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", sum<false>},
    {"aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", sum<false>},
    {"aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", sum<true>},
    {"aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", sum<true>},
    {"aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", mean},
    {"aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", mean},
    {"aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", extreme<true>},
    {"aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", extreme<false>},
    {"aten::max(Tensor self) -> Tensor", extreme<true>},
    {"aten::min(Tensor self) -> Tensor", extreme<false>},
    {"aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", extreme_and_place<true>},
    {"aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", extreme_and_place<false>},
    {"aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", place<true>},
    {"aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", place<false>},
    {"aten::any(Tensor self) -> Tensor", any_or_all<false>},
    {"aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", any_or_all<false>},
    {"aten::all(Tensor self) -> Tensor", any_or_all<true>},
    {"aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", any_or_all<true>},
    {"aten::var(Tensor self, bool unbiased=True) -> Tensor", variance},
    {"aten::var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", variance},
    {"aten::var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", variance},
    {"aten::std(Tensor self, bool unbiased=True) -> Tensor", deviation},
    {"aten::std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", deviation},
    {"aten::std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", deviation},
    {"aten::var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", variance_and_mean},
    {"aten::var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)", variance_and_mean},
    {"aten::var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", variance_and_mean},
    {"aten::std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", deviation_and_mean},
    {"aten::std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)", deviation_and_mean},
    {"aten::std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", deviation_and_mean},
    {"aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", log_of_sum_of_exp},
    {"aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", running_sum},
    {"aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", softmax<false>},
    {"aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", softmax<false>},
    {"aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", softmax<true>},
    {"aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", softmax<true>},
};

}

std::span<OperatorRow const> reduction_operators() { return rows; }
