#include "operators/families.h"
#include "operators/promotion.h"

#include <cmath>

// Numbers in even steps (PyTorch aten/src/ATen/native/RangeFactories.cpp), and classes as vectors.

namespace {

constexpr double most_written_out = 1e7;

bool is_whole(Value const& value) { return value.is<Dim>() || value.is<bool>(); }

// A bound as a double: a number, where it is known.
Result<std::optional<double>> known_bound(Value const& value, bool truncate)
{
    if (auto const* real = value.as<double>())
        return std::optional(truncate ? std::trunc(*real) : *real);
    if (auto const* dim = value.as<Dim>())
        return dim->known() ? std::optional(static_cast<double>(*dim->known())) : std::optional<double>();
    if (value.is<UnknownFloat>() || value.is<TensorReference>())
        return std::optional<double>();
    return unsupported("a bound is a " + kind_of(value) + ", wanted a number");
}

// The same as a float64 tensor of rank 0.
Result<GraphTensor> bound_tensor(Operation& op, Value const& value, bool truncate)
{
    GraphTensor bound;
    if (auto const* unknown = value.as<UnknownFloat>())
        bound = TRY(cast(op.graph, unknown->tensor, DType::float64));
    else if (auto const* dim = value.as<Dim>())
        return cast(op.graph, GraphTensor::integer(*dim), DType::float64);
    else if (auto const* reference = value.as<TensorReference>())
        bound = reshape(op.graph, TRY(cast(op.graph, TRY(op.heap.read(*reference)), DType::float64)), {});
    else
        bound = number(DType::float64, *TRY(known_bound(value, false)));
    // Whole numbers by way of int64, which is towards 0.
    return truncate ? cast(op.graph, TRY(cast(op.graph, bound, DType::int64)), DType::float64) : Result<GraphTensor>(bound);
}

struct Steps {
    Value start;
    Value end;
    Value step;
};

// ---- arange ------------------------------------------------------------------------------------------------------------------------------

Result<Value> whole_range(Operation& op, Dim const& start, Dim const& end, Dim const& step, DType dtype)
{
    if (step.is(0))
        return malformed("arange with step 0");
    Dim const span = end - start;
    auto const known = TRY(need_number(op.graph, step, "the step of arange"));
    auto& symbols = op.graph.symbols();
    Dim const count = symbols.derived(IntegerOperation::floor_divide, known > 0 ? span + Dim(known - 1) : Dim(0) - span + Dim(-known - 1), std::abs(known));
    return op.result(TRY(cast(op.graph, counted(op.graph, start, symbols.derived(IntegerOperation::maximum, count, 0), step), dtype)));
}

// start + i * step for `count` numbers, computed in float64.
Result<GraphTensor> stepped(GraphBuilder& graph, GraphTensor const& start, GraphTensor const& step, Dim const& count, DType dtype)
{
    auto const counts = TRY(cast(graph, counted(graph, 0, count, 1), DType::float64));
    return cast(graph, TRY(binary(graph, "Add", start, TRY(binary(graph, "Mul", counts, step)))), dtype);
}

Result<GraphTensor> known_steps(double start, double step, double count, DType dtype)
{
    if (!(count >= 0) || count > most_written_out)
        return unsupported("a range of " + std::to_string(count) + " elements");
    std::vector<double> values;
    for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
        values.push_back(start + static_cast<double>(i) * step);
    auto const size = static_cast<int64_t>(values.size());
    return GraphTensor::constant(TRY(Tensor::of<double>(DType::float64, {size}, std::move(values)).cast(dtype)));
}

// `inclusive`: the end is among the numbers, as torch.range has it.
Result<Value> real_range(Operation& op, Steps const& steps, DType dtype, bool inclusive)
{
    bool const truncate = !is_floating(dtype); // bounds and step of a range of whole numbers are made whole first
    auto const start = TRY(known_bound(steps.start, truncate));
    auto const end = TRY(known_bound(steps.end, truncate));
    auto const step = TRY(known_bound(steps.step, truncate));
    if (step && *step == 0)
        return malformed("a range with step 0");
    if (start && end && step) {
        double const spans = (*end - *start) / *step;
        return op.result(TRY(known_steps(*start, *step, inclusive ? std::floor(spans) + 1 : std::ceil(spans), dtype)));
    }
    auto const first = TRY(bound_tensor(op, steps.start, truncate));
    auto const last = TRY(bound_tensor(op, steps.end, truncate));
    auto const stride = TRY(bound_tensor(op, steps.step, truncate));
    auto& graph = op.graph;
    auto const spans = TRY(binary(graph, "Div", TRY(binary(graph, "Sub", last, first)), stride));
    auto size = unary(graph, inclusive ? "Floor" : "Ceil", spans);
    if (inclusive)
        size = TRY(binary(graph, "Add", size, number(DType::float64, 1.0)));
    Dim const count = graph.dim_of(TRY(cast(graph, TRY(binary(graph, "Max", size, number(DType::float64, 0.0))), DType::int64)));
    return op.result(TRY(stepped(graph, first, stride, count, dtype)));
}

Result<Value> arange(Operation& op, Steps const& steps)
{
    bool const whole = is_whole(steps.start) && is_whole(steps.end) && is_whole(steps.step);
    DType const dtype = TRY(op.dtype("dtype", whole ? DType::int64 : DType::float32));
    auto const as_dim = [](Value const& value) { return value.is<bool>() ? Dim(*value.as<bool>() ? 1 : 0) : *value.as<Dim>(); };
    if (whole)
        return whole_range(op, as_dim(steps.start), as_dim(steps.end), as_dim(steps.step), dtype);
    return real_range(op, steps, dtype, false);
}

Result<Value> range_to(Operation& op) { return arange(op, {Value{Dim(0)}, op.argument("end"), Value{Dim(1)}}); }
Result<Value> range_from(Operation& op) { return arange(op, {op.argument("start"), op.argument("end"), Value{Dim(1)}}); }
Result<Value> range_by(Operation& op) { return arange(op, {op.argument("start"), op.argument("end"), op.argument("step")}); }

// arange(n) for the size of a tensor along an axis: what torch.onnx.operators.shape_as_tensor programs hold.
Result<Value> range_of_axis(Operation& op)
{
    auto const self = TRY(op.tensor("like"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    return op.result(counted(op.graph, 0, self.dims()[static_cast<size_t>(axis)], 1));
}

Result<Value> inclusive_range(Operation& op)
{
    Value const step = op.takes("step") ? op.argument("step") : Value{Dim(1)};
    return real_range(op, {op.argument("start"), op.argument("end"), step}, TRY(op.dtype("dtype", DType::float32)), true);
}

// ---- linspace ----------------------------------------------------------------------------------------------------------------------------

// PyTorch counts from both ends towards the middle (aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp), in float for whole numbers.
template <typename Number>
std::vector<double> even_numbers(double start, double end, int64_t steps)
{
    auto const first = static_cast<Number>(start);
    auto const last = static_cast<Number>(end);
    Number const step = steps > 1 ? (last - first) / static_cast<Number>(steps - 1) : Number(0);
    std::vector<double> values;
    for (int64_t i = 0; i < steps; ++i)
        values.push_back(steps == 1 ? first : i < steps / 2 ? first + step * static_cast<Number>(i)
                                                            : last - step * static_cast<Number>(steps - 1 - i));
    return values;
}

Result<GraphTensor> even_nodes(Operation& op, Dim const& steps, bool truncate)
{
    auto const first = TRY(bound_tensor(op, op.argument("start"), truncate));
    auto const last = TRY(bound_tensor(op, op.argument("end"), truncate));
    auto& graph = op.graph;
    auto& symbols = graph.symbols();
    auto const spans = TRY(cast(graph, GraphTensor::integer(symbols.derived(IntegerOperation::maximum, steps - Dim(1), 1)), DType::float64));
    auto const step = TRY(binary(graph, "Div", TRY(binary(graph, "Sub", last, first)), spans));
    auto const counts = counted(graph, 0, steps, 1);
    auto const up = TRY(binary(graph, "Add", first, TRY(binary(graph, "Mul", step, TRY(cast(graph, counts, DType::float64))))));
    auto const left = TRY(cast(graph, TRY(binary(graph, "Sub", GraphTensor::integer(steps - Dim(1)), counts)), DType::float64));
    auto const down = TRY(binary(graph, "Sub", last, TRY(binary(graph, "Mul", step, left))));
    // Of one step there is the start alone.
    Dim const half = symbols.derived(IntegerOperation::maximum, symbols.derived(IntegerOperation::floor_divide, steps, 2), Dim(2) - steps);
    return where(graph, TRY(binary(graph, "Less", counts, GraphTensor::integer(half), DType::boolean)), up, down);
}

// In float64, or what float32 makes of it.
Result<GraphTensor> even_steps(Operation& op, DType dtype)
{
    bool const truncate = !is_floating(dtype);
    Dim const steps = TRY(op.integer("steps"));
    auto const start = TRY(known_bound(op.argument("start"), truncate));
    auto const end = TRY(known_bound(op.argument("end"), truncate));
    if (!steps.known() || !start || !end)
        return even_nodes(op, steps, truncate);
    int64_t const count = *steps.known();
    if (count < 0 || static_cast<double>(count) > most_written_out)
        return malformed("linspace of " + std::to_string(count) + " steps");
    auto values = dtype == DType::float64 ? even_numbers<double>(*start, *end, count) : even_numbers<float>(*start, *end, count);
    return GraphTensor::constant(Tensor::of<double>(DType::float64, {count}, std::move(values)));
}

Result<Value> linear_space(Operation& op)
{
    DType const dtype = TRY(op.dtype("dtype", DType::float32));
    return op.result(TRY(cast(op.graph, TRY(even_steps(op, dtype)), dtype)));
}

Result<Value> logarithmic_space(Operation& op)
{
    DType const dtype = TRY(op.dtype("dtype", DType::float32));
    auto const base = TRY(op.floating("base"));
    auto const exponents = TRY(even_steps(op, is_floating(dtype) ? dtype : DType::float64));
    return op.result(TRY(cast(op.graph, TRY(binary(op.graph, "Pow", number(DType::float64, base), exponents)), dtype)));
}

// ---- classes ----------------------------------------------------------------------------------------------------------------------------

Result<Value> one_hot(Operation& op)
{
    auto const self = TRY(cast(op.graph, TRY(op.tensor("self")), DType::int64));
    Dim classes = TRY(op.integer("num_classes"));
    if (classes.is(-1)) {
        auto const most = reduce(op.graph, "ReduceMax", self, {}, false);
        classes = op.graph.dim_of(TRY(binary(op.graph, "Add", most, GraphTensor::integer(1))));
    }
    auto const numbers = counted(op.graph, 0, classes, 1);
    auto const hit = TRY(binary(op.graph, "Equal", unsqueeze(op.graph, self, {self.rank()}), numbers, DType::boolean));
    return op.result(TRY(cast(op.graph, hit, DType::int64)));
}

#define MAKING "*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"

constexpr OperatorRow rows[] = {
    {"aten::arange(Scalar end, " MAKING ") -> Tensor", range_to},
    {"aten::arange.start(Scalar start, Scalar end, " MAKING ") -> Tensor", range_from},
    {"aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, " MAKING ") -> Tensor", range_by},
    {"aten::_dim_arange(Tensor like, int dim) -> Tensor", range_of_axis},
    {"aten::range(Scalar start, Scalar end, " MAKING ") -> Tensor", inclusive_range},
    {"aten::range.step(Scalar start, Scalar end, Scalar step=1, " MAKING ") -> Tensor", inclusive_range},
    {"aten::linspace(Scalar start, Scalar end, int steps, " MAKING ") -> Tensor", linear_space},
    {"aten::linspace.Tensor_Tensor(Tensor start, Tensor end, int steps, " MAKING ") -> Tensor", linear_space},
    {"aten::linspace.Tensor_Scalar(Tensor start, Scalar end, int steps, " MAKING ") -> Tensor", linear_space},
    {"aten::linspace.Scalar_Tensor(Scalar start, Tensor end, int steps, " MAKING ") -> Tensor", linear_space},
    {"aten::logspace.Tensor_Tensor(Tensor start, Tensor end, int steps, float base=10.0, " MAKING ") -> Tensor", logarithmic_space},
    {"aten::logspace.Tensor_Scalar(Tensor start, Scalar end, int steps, float base=10.0, " MAKING ") -> Tensor", logarithmic_space},
    {"aten::logspace.Scalar_Tensor(Scalar start, Tensor end, int steps, float base=10.0, " MAKING ") -> Tensor", logarithmic_space},
    {"aten::logspace(Scalar start, Scalar end, int steps, float base=10.0, " MAKING ") -> Tensor", logarithmic_space},
    {"aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", one_hot},
};

}

std::span<OperatorRow const> range_operators() { return rows; }
