#include "operators/families.h"
#include "operators/promotion.h"

#include <functional>
#include <limits>

// Running products, extremes and logarithms of sums along an axis: ONNX Scan over it.

namespace {

// What goes from one element to the next, and what each step gives.
struct ScanStep {
    std::vector<GraphTensor> states;
    std::vector<GraphTensor> results;
};
using ScanBody = std::function<Result<ScanStep>(std::vector<GraphTensor> const& states, std::vector<GraphTensor> const& elements)>;

OnnxValueInfo element_info(GraphTensor const& tensor)
{
    OnnxValueInfo info;
    info.name = *tensor.name();
    info.type.element_type = *onnx_data_type(tensor.dtype());
    return info;
}

// Runs over `axis` of each of `inputs` (equal sizes); the results have the axis again. States and elements lack it.
Result<std::vector<GraphTensor>> scanned(GraphBuilder& graph, std::vector<GraphTensor> const& starts, std::vector<GraphTensor> const& inputs, int64_t axis, std::vector<DType> const& result_dtypes, ScanBody const& body)
{
    Dims element_dims = inputs[0].dims();
    element_dims.erase(element_dims.begin() + axis);
    graph.open_scope();
    std::vector<GraphTensor> states;
    std::vector<GraphTensor> elements;
    for (auto const& start : starts)
        states.push_back(GraphTensor::named(graph.fresh_name("state"), start.dtype(), element_dims));
    for (auto const& input : inputs)
        elements.push_back(GraphTensor::named(graph.fresh_name("element"), input.dtype(), element_dims));
    auto step = body(states, elements);
    if (!step) {
        graph.abandon_scope();
        return tl::unexpected(std::move(step).error());
    }
    std::vector<GraphTensor> outputs = step->states;
    outputs.insert(outputs.end(), step->results.begin(), step->results.end());
    auto const scope = graph.close_scope("step", outputs);
    for (auto const* tensors : {&states, &elements})
        for (auto const& tensor : *tensors)
            scope->inputs.push_back(element_info(tensor));
    std::vector<GraphTensor const*> arguments;
    std::vector<GraphType> types;
    for (auto const& start : starts) {
        arguments.push_back(&start);
        types.push_back({start.dtype(), element_dims});
    }
    for (auto const& input : inputs)
        arguments.push_back(&input);
    for (DType const dtype : result_dtypes)
        types.push_back({dtype, inputs[0].dims()});
    OnnxAttribute body_attribute;
    body_attribute.name = "body";
    body_attribute.value = scope;
    auto const count = static_cast<int64_t>(inputs.size());
    auto found = graph.nodes("Scan", arguments, std::move(types), {body_attribute, attribute("num_scan_inputs", count), attribute("scan_input_axes", std::vector<int64_t>(inputs.size(), axis)), attribute("scan_output_axes", std::vector<int64_t>(result_dtypes.size(), axis))});
    found.erase(found.begin(), found.begin() + static_cast<int64_t>(starts.size()));
    return found;
}

Dims without_axis(GraphTensor const& x, int64_t axis)
{
    Dims dims = x.dims();
    dims.erase(dims.begin() + axis);
    return dims;
}

Result<Value> running_product(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    DType const dtype = TRY(op.dtype("dtype", is_floating(self.dtype()) ? self.dtype() : DType::int64));
    auto const x = TRY(cast(op.graph, self, dtype));
    if (x.rank() == 0 || count_of(x.dims()).is(0)) // ONNX Runtime ends the process for a Scan of nothing
        return op.result(x);
    auto const one = filled(op.graph, number(dtype, 1.0), without_axis(x, axis));
    auto const body = [&](std::vector<GraphTensor> const& states, std::vector<GraphTensor> const& elements) -> Result<ScanStep> {
        auto const product = TRY(binary(op.graph, "Mul", states[0], elements[0]));
        return ScanStep{{product}, {product}};
    };
    return op.result(TRY(scanned(op.graph, {one}, {x}, axis, {dtype}, body))[0]);
}

// log(exp(a) + exp(b)) without overflow; of two infinities of one sign, that infinity.
Result<GraphTensor> log_of_sum(GraphBuilder& graph, GraphTensor const& a, GraphTensor const& b)
{
    auto const most = TRY(binary(graph, "Max", a, b));
    auto const least = TRY(binary(graph, "Min", a, b));
    auto const shrunk = unary(graph, "Exp", TRY(binary(graph, "Sub", least, most)));
    auto const sum = TRY(binary(graph, "Add", most, unary(graph, "Log", TRY(binary(graph, "Add", shrunk, number(a.dtype(), 1.0))))));
    return where(graph, TRY(binary(graph, "Equal", a, b, DType::boolean)), TRY(binary(graph, "Add", a, number(a.dtype(), 0.69314718055994530942))), sum);
}

Result<Value> running_log_of_sum(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    auto const x = TRY(cast(op.graph, self, floating_for(self.dtype())));
    if (x.rank() == 0 || count_of(x.dims()).is(0))
        return op.result(x);
    auto const start = filled(op.graph, number(x.dtype(), -std::numeric_limits<double>::infinity()), without_axis(x, axis));
    auto const body = [&](std::vector<GraphTensor> const& states, std::vector<GraphTensor> const& elements) -> Result<ScanStep> {
        auto const sum = TRY(log_of_sum(op.graph, states[0], elements[0]));
        return ScanStep{{sum}, {sum}};
    };
    return op.result(TRY(scanned(op.graph, {start}, {x}, axis, {x.dtype()}, body))[0]);
}

// The present element replaces the extreme where it is as large (or small), and where it is NaN; NaN stays.
Result<GraphTensor> takes_over(GraphBuilder& graph, GraphTensor const& extreme, GraphTensor const& element, bool maximum)
{
    auto const better = TRY(binary(graph, maximum ? "GreaterOrEqual" : "LessOrEqual", element, extreme, DType::boolean));
    if (!is_floating(element.dtype()))
        return better;
    auto const missing = computed(graph, "IsNaN", {&element}, {DType::boolean, element.dims()});
    return binary(graph, "Or", better, missing);
}

template <bool maximum>
Result<Value> running_extreme(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return op.results({self, GraphTensor::integer(0)});
    DType const dtype = self.dtype() == DType::boolean ? DType::int32 : self.dtype();
    auto const x = TRY(cast(op.graph, self, dtype));
    auto const size = x.dims()[static_cast<size_t>(axis)];
    if (count_of(x.dims()).is(0))
        return op.results({self, filled(op.graph, GraphTensor::integer(0), self.dims())});
    Dims along(x.dims().size(), Dim(1));
    along[static_cast<size_t>(axis)] = size;
    auto const counts = expand(op.graph, reshape(op.graph, counted(op.graph, 0, size, 1), along), x.dims());
    auto const first = squeeze(op.graph, slice(op.graph, x, axis, 0, 1), {axis});
    auto const no_place = filled(op.graph, GraphTensor::integer(0), without_axis(x, axis));
    auto const body = [&](std::vector<GraphTensor> const& states, std::vector<GraphTensor> const& elements) -> Result<ScanStep> {
        auto const taken = TRY(takes_over(op.graph, states[0], elements[0], maximum));
        auto const value = TRY(where(op.graph, taken, elements[0], states[0]));
        auto const place = TRY(where(op.graph, taken, elements[1], states[1]));
        return ScanStep{{value, place}, {value, place}};
    };
    auto const found = TRY(scanned(op.graph, {first, no_place}, {x, counts}, axis, {dtype, DType::int64}, body));
    auto const values = TRY(cast(op.graph, found[0], self.dtype()));
    return op.results({values, found[1]});
}

constexpr OperatorRow rows[] = {
    {"aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", running_product},
    {"aten::logcumsumexp(Tensor self, int dim) -> Tensor", running_log_of_sum},
    {"aten::_logcumsumexp(Tensor self, int dim) -> Tensor", running_log_of_sum},
    {"aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)", running_extreme<true>},
    {"aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)", running_extreme<false>},
};

}

std::span<OperatorRow const> running_operators() { return rows; }
