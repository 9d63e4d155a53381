#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>
#include <limits>

// Reductions that pass over NaN or zeros, and those over several axes at once.

namespace {

struct ReducedAxes {
    std::vector<int64_t> axes;
    bool keep = false;
};

Result<ReducedAxes> reduced_axes(Operation& op, GraphTensor const& self)
{
    ReducedAxes result;
    if (op.takes("dim"))
        result.axes = TRY(op.axes("dim", self.rank()));
    if (op.takes("keepdim"))
        result.keep = TRY(op.boolean("keepdim"));
    return result;
}

Result<GraphTensor> is_missing(GraphBuilder& graph, GraphTensor const& x) { return computed(graph, "IsNaN", {&x}, {DType::boolean, x.dims()}); }

Result<GraphTensor> sum_without_nan(Operation& op, GraphTensor const& x, ReducedAxes const& how)
{
    if (!is_floating(x.dtype()))
        return reduce(op.graph, "ReduceSum", x, how.axes, how.keep);
    auto const present = TRY(where(op.graph, TRY(is_missing(op.graph, x)), number(x.dtype(), 0.0), x));
    return reduce(op.graph, "ReduceSum", present, how.axes, how.keep);
}

Result<Value> nan_sum(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const how = TRY(reduced_axes(op, self));
    DType const dtype = TRY(op.dtype("dtype", is_floating(self.dtype()) ? self.dtype() : DType::int64));
    return op.result(TRY(sum_without_nan(op, TRY(cast(op.graph, self, dtype)), how)));
}

Result<Value> nan_mean(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const how = TRY(reduced_axes(op, self));
    if (!is_floating(self.dtype()))
        return malformed("nanmean of " + std::string(name_of(self.dtype())));
    auto const x = TRY(cast(op.graph, self, TRY(op.dtype("dtype", self.dtype()))));
    auto const present = unary(op.graph, "Not", TRY(is_missing(op.graph, x)));
    auto const count = reduce(op.graph, "ReduceSum", TRY(cast(op.graph, present, x.dtype())), how.axes, how.keep);
    return op.result(TRY(binary(op.graph, "Div", TRY(sum_without_nan(op, x, how)), count)));
}

Result<Value> count_nonzero(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    ReducedAxes how;
    how.axes = TRY(op.axes("dim", self.rank()));
    auto const flags = TRY(cast(op.graph, TRY(cast(op.graph, self, DType::boolean)), DType::int64));
    return op.result(reduce(op.graph, "ReduceSum", flags, how.axes, how.keep));
}

Result<GraphTensor> extreme(GraphBuilder& graph, char const* op_type, GraphTensor const& x, ReducedAxes const& how)
{
    auto const found = reduce(graph, op_type, x, how.axes, how.keep);
    if (!is_floating(x.dtype()) || x.rank() == 0)
        return found;
    auto const missing = TRY(cast(graph, TRY(is_missing(graph, x)), DType::int32));
    auto const any = TRY(cast(graph, reduce(graph, "ReduceMax", missing, how.axes, how.keep), DType::boolean));
    return where(graph, any, number(x.dtype(), std::numeric_limits<double>::quiet_NaN()), found);
}

Result<Value> both_extremes(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const how = TRY(reduced_axes(op, self));
    auto const x = self.dtype() == DType::boolean ? TRY(cast(op.graph, self, DType::int32)) : self;
    auto const least = TRY(cast(op.graph, TRY(extreme(op.graph, "ReduceMin", x, how)), self.dtype()));
    auto const most = TRY(cast(op.graph, TRY(extreme(op.graph, "ReduceMax", x, how)), self.dtype()));
    return op.results({least, most});
}

// An empty list of axes is none for these two: the flags stay as they are.
template <bool every>
Result<Value> any_or_all_of_axes(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const flags = TRY(cast(op.graph, self, DType::boolean));
    DType const dtype = self.dtype() == DType::uint8 ? DType::uint8 : DType::boolean;
    auto const* list = op.argument("dim").as<std::shared_ptr<ListValue>>();
    if (list != nullptr && (*list)->items.empty())
        return op.result(TRY(cast(op.graph, flags, dtype)));
    auto const how = TRY(reduced_axes(op, self));
    auto const counted_flags = TRY(cast(op.graph, every ? unary(op.graph, "Not", flags) : flags, DType::int32));
    auto const none = TRY(binary(op.graph, "Equal", reduce(op.graph, "ReduceSum", counted_flags, how.axes, how.keep), number(DType::int32, int64_t{0}), DType::boolean));
    return op.result(TRY(cast(op.graph, every ? none : unary(op.graph, "Not", none), dtype)));
}

constexpr OperatorRow rows[] = {
    {"aten::nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", nan_sum},
    {"aten::nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", nan_mean},
    {"aten::count_nonzero(Tensor self, int? dim=None) -> Tensor", count_nonzero},
    {"aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", count_nonzero},
    {"aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)", both_extremes},
    {"aten::any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", any_or_all_of_axes<false>},
    {"aten::all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", any_or_all_of_axes<true>},
};

}

std::span<OperatorRow const> statistics_operators() { return rows; }
