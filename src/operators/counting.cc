#include "operators/families.h"
#include "operators/indexing.h"
#include "operators/ordering.h"
#include "operators/promotion.h"

#include <limits>

// Quantiles, distinct elements, and how often elements occur.

Result<GraphTensor> nan_where_any(GraphBuilder& graph, GraphTensor const& x, int64_t axis, GraphTensor const& value)
{
    if (!is_floating(x.dtype()))
        return value;
    auto const missing = TRY(cast(graph, computed(graph, "IsNaN", {&x}, {DType::boolean, x.dims()}), DType::int32));
    auto const any = TRY(cast(graph, reduce(graph, "ReduceMax", missing, {axis}, true), DType::boolean));
    return where(graph, any, number(value.dtype(), std::numeric_limits<double>::quiet_NaN()), value);
}

namespace {

// ---- quantiles (PyTorch aten/src/ATen/native/Sorting.cpp, quantile_compute) -------------------------------------------------------

struct QuantileInput {
    GraphTensor rows; // the reduced axis last
    GraphTensor counts; // [..., 1], floating: how many elements of each row count
};

Result<QuantileInput> quantile_input(GraphBuilder& graph, GraphTensor const& self, int64_t axis, bool skip_nan)
{
    std::vector<int64_t> order;
    for (int64_t i = 0; i < self.rank(); ++i)
        if (i != axis)
            order.push_back(i);
    order.push_back(axis);
    auto const rows = transpose(graph, self, order);
    Dims dims = rows.dims();
    Dim const size = dims.back();
    dims.back() = 1;
    if (!skip_nan) {
        auto const counts = TRY(cast(graph, filled(graph, GraphTensor::integer(size), dims), self.dtype()));
        return QuantileInput{rows, counts};
    }
    auto const present = unary(graph, "Not", computed(graph, "IsNaN", {&rows}, {DType::boolean, rows.dims()}));
    auto const counts = reduce(graph, "ReduceSum", TRY(cast(graph, present, self.dtype())), {rows.rank() - 1}, true);
    return QuantileInput{TRY(where(graph, present, rows, number(self.dtype(), std::numeric_limits<double>::infinity()))), counts};
}

// Between the elements below and above, as the interpolation says.
Result<GraphTensor> between(GraphBuilder& graph, GraphTensor const& rows, GraphTensor const& at, std::string const& interpolation)
{
    DType const dtype = rows.dtype();
    auto const taken = [&](GraphTensor const& place) -> Result<GraphTensor> {
        auto const whole = TRY(cast(graph, place, DType::int64));
        return graph.node("GatherElements", {rows, whole}, {dtype, place.dims()}, {attribute("axis", rows.rank() - 1)});
    };
    auto const floor = unary(graph, "Floor", at);
    auto const ceil = unary(graph, "Ceil", at);
    if (interpolation == "lower")
        return taken(floor);
    if (interpolation == "higher")
        return taken(ceil);
    if (interpolation == "nearest")
        return taken(unary(graph, "Round", at));
    if (interpolation != "linear" && interpolation != "midpoint")
        return malformed("interpolation is \"" + interpolation + "\"");
    auto const below = TRY(taken(floor));
    auto const above = TRY(taken(ceil));
    auto const half = number(dtype, 0.5);
    auto const weight = interpolation == "midpoint" ? filled(graph, half, at.dims()) : TRY(binary(graph, "Sub", at, floor));
    auto const span = TRY(binary(graph, "Sub", above, below));
    auto const from_below = TRY(binary(graph, "Add", below, TRY(binary(graph, "Mul", weight, span))));
    auto const from_above = TRY(binary(graph, "Sub", above, TRY(binary(graph, "Mul", span, TRY(binary(graph, "Sub", number(dtype, 1.0), weight))))));
    auto const near_below = TRY(binary(graph, "Less", weight, half, DType::boolean));
    // Equal neighbours, infinite ones too, have nothing between them.
    auto const same = TRY(binary(graph, "Equal", below, above, DType::boolean));
    return where(graph, same, below, TRY(where(graph, near_below, from_below, from_above)));
}

template <bool skip_nan>
Result<Value> quantile(Operation& op)
{
    auto self = TRY(op.tensor("self"));
    if (self.dtype() != DType::float32 && self.dtype() != DType::float64)
        return malformed("a quantile of " + std::string(name_of(self.dtype())));
    auto const q = TRY(operand(op, "q", self.dtype()));
    bool const keep = TRY(op.boolean("keepdim"));
    auto const original_rank = self.rank();
    bool const all = !op.has("dim");
    if (all || original_rank == 0)
        self = reshape(op.graph, self, {count_of(self.dims())});
    int64_t const axis = all ? 0 : TRY(op.axis("dim", self.rank()));
    auto const [rows, counts] = TRY(quantile_input(op.graph, self, axis, skip_nan));
    auto const ascending = TRY(sorted(op.graph, rows, rows.rank() - 1, false)).values;
    auto const places = TRY(binary(op.graph, "Sub", counts, number(self.dtype(), 1.0)));
    auto const held = TRY(binary(op.graph, "Max", places, number(self.dtype(), 0.0)));
    auto const at = TRY(binary(op.graph, "Mul", held, reshape(op.graph, q, {count_of(q.dims())}))); // [..., Q]
    auto result = TRY(between(op.graph, ascending, at, TRY(op.text("interpolation"))));
    if (skip_nan)
        result = TRY(where(op.graph, TRY(binary(op.graph, "Equal", counts, number(self.dtype(), 0.0), DType::boolean)), number(self.dtype(), std::numeric_limits<double>::quiet_NaN()), result));
    else
        result = TRY(nan_where_any(op.graph, rows, rows.rank() - 1, result));
    // The quantiles' axis goes first, and the reduced one back to its place if it is kept.
    auto const last = result.rank() - 1;
    result = transpose(op.graph, result, axis_to_front(result.rank(), last));
    if (keep && all)
        result = reshape(op.graph, result, [&] { Dims dims{result.dims()[0]}; dims.insert(dims.end(), static_cast<size_t>(original_rank), Dim(1)); return dims; }());
    else if (keep && original_rank > 0)
        result = unsqueeze(op.graph, result, {axis + 1});
    return op.result(q.rank() == 0 ? squeeze(op.graph, result, {0}) : result);
}

// ---- distinct elements --------------------------------------------------------------------------------------------------------------

struct Distinct {
    GraphTensor values;
    GraphTensor inverse; // for each element (of the axis) its place in `values`
    GraphTensor counts;
};

GraphTensor no_places() { return GraphTensor::constant(Tensor::vector({})); }

// Sorted: what PyTorch gives for unsorted ones on the CPU too.
Result<Distinct> distinct(GraphBuilder& graph, GraphTensor const& x, std::optional<int64_t> axis)
{
    DType const dtype = x.dtype();
    DType const kernel = dtype == DType::float32 || dtype == DType::float64 || dtype == DType::int64 || dtype == DType::int8 ? dtype : is_floating(dtype) ? DType::float32
                                                                                                                                                          : DType::int64;
    auto const taken = TRY(cast(graph, x, kernel));
    Attributes attributes{attribute("sorted", int64_t{1})};
    if (axis)
        attributes.push_back(attribute("axis", *axis));
    Dim const size = axis ? x.dims()[static_cast<size_t>(*axis)] : count_of(x.dims());
    Dims dims = axis ? x.dims() : Dims{0};
    auto const along = static_cast<size_t>(axis.value_or(0));
    auto const found = graph.nodes("Unique", {&taken}, {{kernel, dims}, {DType::int64, {0}}, {DType::int64, {size}}, {DType::int64, {0}}}, std::move(attributes));
    Dim const count = graph.size_of(*found[0].name(), static_cast<int64_t>(along));
    dims[along] = count;
    return Distinct{TRY(cast(graph, found[0].with_dims(dims), dtype)), found[2], found[3].with_dims({count})};
}

Result<Value> unique(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const found = TRY(distinct(op.graph, self, std::nullopt));
    auto const inverse = TRY(op.boolean("return_inverse")) || (op.takes("return_counts") && TRY(op.boolean("return_counts"))) ? reshape(op.graph, found.inverse, self.dims()) : no_places();
    if (!op.takes("return_counts"))
        return op.results({found.values, inverse});
    bool const with_counts = TRY(op.boolean("return_counts"));
    return op.results({found.values, inverse, with_counts ? found.counts : no_places()});
}

Result<Value> unique_along(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return unsupported("unique along an axis of a tensor of rank 0");
    auto const found = TRY(distinct(op.graph, self, axis));
    bool const with_counts = TRY(op.boolean("return_counts"));
    return op.results({found.values, found.inverse, with_counts ? found.counts : no_places()});
}

// Runs of equal elements: each begins where an element differs from the one before it.
Result<Value> unique_runs(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (op.has("dim") && self.rank() != 1)
        return unsupported("unique_consecutive along an axis");
    Dim const size = count_of(self.dims());
    if (size.is(0))
        return unsupported("unique_consecutive of no elements");
    auto const flat = reshape(op.graph, self, {size});
    auto const same = TRY(binary(op.graph, "Equal", slice(op.graph, flat, 0, 1, size), slice(op.graph, flat, 0, 0, size - Dim(1)), DType::boolean));
    auto const first = GraphTensor::constant(TRY(Tensor::vector({1}).cast(DType::boolean)));
    auto const begins = concat(op.graph, {first, unary(op.graph, "Not", same)}, 0).with_dims({size});
    auto const values = op.graph.node("Compress", {flat, begins}, {self.dtype(), {0}}, {attribute("axis", int64_t{0})});
    Dim const runs = op.graph.size_of(*values.name(), 0);
    auto const ordinals = TRY(cast(op.graph, begins, DType::int64));
    auto const counted_runs = op.graph.node("CumSum", {ordinals, GraphTensor::integer(0)}, {DType::int64, {size}});
    auto const inverse = TRY(binary(op.graph, "Sub", counted_runs, GraphTensor::integer(1)));
    auto const starts = op.graph.node("Compress", {counted(op.graph, 0, size, 1), begins}, {DType::int64, {runs}}, {attribute("axis", int64_t{0})});
    auto const ends = concat(op.graph, {slice(op.graph, starts, 0, 1, runs), GraphTensor::integers({size})}, 0).with_dims({runs});
    auto const counts = TRY(binary(op.graph, "Sub", ends, starts));
    bool const with_inverse = TRY(op.boolean("return_inverse"));
    bool const with_counts = TRY(op.boolean("return_counts"));
    return op.results({values.with_dims({runs}), with_inverse ? reshape(op.graph, inverse, self.dims()) : no_places(), with_counts ? counts : no_places()});
}

// ---- how often ------------------------------------------------------------------------------------------------------------------------

Result<Value> count_of_each(Operation& op) // bincount
{
    auto const self = TRY(as_places(op.graph, TRY(op.tensor("self"))));
    auto const least = TRY(op.integer("minlength"));
    if (self.rank() != 1)
        return malformed("bincount of a tensor of rank " + std::to_string(self.rank()));
    // Beside the least length, an empty tensor has a largest element too.
    auto const most = reduce(op.graph, "ReduceMax", concat(op.graph, {self, GraphTensor::integers({least - Dim(1)})}, 0), {0}, false);
    Dim const size = op.graph.dim_of(TRY(binary(op.graph, "Add", most, GraphTensor::integer(1))));
    GraphTensor weights = filled(op.graph, GraphTensor::constant(Tensor::scalar(int64_t{1})), self.dims());
    if (op.has("weights")) {
        auto const given = TRY(op.tensor("weights"));
        weights = TRY(cast(op.graph, given, given.dtype() == DType::float32 ? DType::float32 : DType::float64));
    }
    auto const zeros = filled(op.graph, number(weights.dtype(), 0.0), {size});
    return op.result(TRY(scattered(op.graph, zeros, 0, self, weights, ScatterReduction::add)));
}

struct HistogramLimits {
    GraphTensor low;
    GraphTensor high;
};

// Equal limits stand for those of the elements, and where these are equal too, for one less and one more.
Result<HistogramLimits> histogram_limits(Operation& op, GraphTensor const& flat)
{
    HistogramLimits limits;
    limits.low = TRY(op.scalar("min", flat.dtype()));
    limits.high = TRY(op.scalar("max", flat.dtype()));
    auto const low = limits.low.known();
    auto const high = limits.high.known();
    if (!low || !high)
        return unsupported("a histogram whose limits depend on data");
    if (low->number_at(0) > high->number_at(0))
        return malformed("a histogram from " + std::to_string(low->number_at(0)) + " to " + std::to_string(high->number_at(0)));
    if (low->number_at(0) < high->number_at(0))
        return limits;
    auto const least = reduce(op.graph, "ReduceMin", flat, {0}, false);
    auto const most = reduce(op.graph, "ReduceMax", flat, {0}, false);
    auto const one_if_same = TRY(cast(op.graph, TRY(binary(op.graph, "Equal", least, most, DType::boolean)), flat.dtype()));
    limits.low = TRY(binary(op.graph, "Sub", least, one_if_same));
    limits.high = TRY(binary(op.graph, "Add", most, one_if_same));
    return limits;
}

Result<Value> histogram(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const bins = TRY(op.number("bins"));
    if (!is_floating(self.dtype()) || bins <= 0)
        return malformed("a histogram of " + std::string(name_of(self.dtype())) + " in " + std::to_string(bins) + " bins");
    auto const flat = reshape(op.graph, self, {count_of(self.dims())});
    auto const [low, high] = TRY(histogram_limits(op, flat));
    auto const inside = TRY(binary(op.graph, "And", TRY(binary(op.graph, "GreaterOrEqual", flat, low, DType::boolean)), TRY(binary(op.graph, "LessOrEqual", flat, high, DType::boolean))));
    auto const distance = TRY(binary(op.graph, "Mul", TRY(binary(op.graph, "Sub", flat, low)), number(self.dtype(), static_cast<double>(bins))));
    auto const at = TRY(binary(op.graph, "Div", distance, TRY(binary(op.graph, "Sub", high, low))));
    auto const held = TRY(binary(op.graph, "Min", unary(op.graph, "Floor", at), number(self.dtype(), static_cast<double>(bins - 1))));
    auto const places = TRY(cast(op.graph, TRY(where(op.graph, inside, held, number(self.dtype(), 0.0))), DType::int64));
    auto const zeros = filled(op.graph, number(self.dtype(), 0.0), {bins});
    return op.result(TRY(scattered(op.graph, zeros, 0, places, TRY(cast(op.graph, inside, self.dtype())), ScatterReduction::add)));
}

#define QUANTILE "int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor"

constexpr OperatorRow rows[] = {
    {"aten::quantile(Tensor self, Tensor q, " QUANTILE, quantile<false>},
    {"aten::quantile.scalar(Tensor self, float q, " QUANTILE, quantile<false>},
    {"aten::nanquantile(Tensor self, Tensor q, " QUANTILE, quantile<true>},
    {"aten::nanquantile.scalar(Tensor self, float q, " QUANTILE, quantile<true>},
    {"aten::_unique(Tensor self, bool sorted=True, bool return_inverse=False) -> (Tensor, Tensor)", unique},
    {"aten::_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)", unique},
    {"aten::unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)", unique_along},
    {"aten::unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) -> (Tensor, Tensor, Tensor)", unique_runs},
    {"aten::bincount(Tensor self, Tensor? weights=None, int minlength=0) -> Tensor", count_of_each},
    {"aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor", histogram},
};

}

std::span<OperatorRow const> counting_operators() { return rows; }
