#include "operators/families.h"
#include "operators/indexing.h"
#include "operators/pooling.h"
#include "operators/promotion.h"

#include <algorithm>

// Pooling into a number of windows, and the way back from a maximum's places.

namespace {

// Window i of n over a known size: [floor(i * size / n), ceil((i + 1) * size / n)).
struct Window {
    int64_t start = 0;
    int64_t end = 0;
};

Result<std::vector<Window>> windows_of(int64_t size, int64_t count)
{
    static constexpr int64_t most_windows = 1 << 14;
    if (count <= 0 || size <= 0 || count > most_windows || size > most_windows)
        return unsupported("an adaptive pool of " + std::to_string(size) + " elements into " + std::to_string(count) + " windows");
    std::vector<Window> windows;
    for (int64_t i = 0; i < count; ++i)
        windows.push_back({i * size / count, ((i + 1) * size + count - 1) / count});
    return windows;
}

// Which windows are wanted along each spatial axis; nothing: the axis stays as it is.
Result<std::vector<std::optional<int64_t>>> wanted_windows(Operation& op, size_t axes)
{
    std::vector<std::optional<int64_t>> wanted;
    Value const& given = op.argument("output_size");
    auto const* list = given.as<std::shared_ptr<ListValue>>();
    if (list == nullptr || ((*list)->items.size() != axes && (*list)->items.size() != 1))
        return malformed("output_size is a " + kind_of(given));
    for (size_t i = 0; i < axes; ++i) {
        Value const& item = (*list)->items[(*list)->items.size() == 1 ? 0 : i];
        if (item.is<NoneValue>())
            wanted.emplace_back();
        else if (auto const* dim = item.as<Dim>())
            wanted.emplace_back(TRY(need_number(op.graph, *dim, "output_size")));
        else
            return malformed("output_size holds a " + kind_of(item));
    }
    return wanted;
}

Result<int64_t> size_for_windows(GraphBuilder& graph, Dim const& size, int64_t windows) { return need_number(graph, size, "the size of an axis that is pooled into " + std::to_string(windows) + " windows"); }

// The axes that are pooled as a whole, and those that are pooled into several windows.
struct AdaptivePlan {
    std::vector<int64_t> whole;
    std::vector<size_t> split; // spatial axes, from 0
    std::vector<int64_t> kernel; // of all spatial axes, where each window is as large as the next; else empty
};

Result<AdaptivePlan> plan_of(GraphBuilder& graph, GraphTensor const& input, std::vector<std::optional<int64_t>> const& wanted)
{
    AdaptivePlan plan;
    bool even = true;
    for (size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == 1) {
            plan.whole.push_back(static_cast<int64_t>(i) + 2);
            continue;
        }
        if (!wanted[i]) {
            plan.kernel.push_back(1);
            continue;
        }
        auto const size = TRY(size_for_windows(graph, input.dims()[i + 2], *wanted[i]));
        even = even && *wanted[i] > 0 && size % *wanted[i] == 0;
        plan.kernel.push_back(*wanted[i] > 0 ? size / *wanted[i] : 1);
        if (size != *wanted[i])
            plan.split.push_back(i);
    }
    if (!even || !plan.whole.empty())
        plan.kernel.clear();
    return plan;
}

GraphTensor globally_pooled(GraphBuilder& graph, GraphTensor const& input, bool maximum)
{
    Dims dims{input.dims()[0], input.dims()[1]};
    dims.insert(dims.end(), input.dims().size() - 2, Dim(1));
    return computed(graph, maximum ? "GlobalMaxPool" : "GlobalAveragePool", {&input}, {input.dtype(), std::move(dims)});
}

Dims with_size(Dims dims, size_t axis, int64_t size)
{
    dims[axis] = size;
    return dims;
}

// One window after the other as a matrix: each column holds what the elements give to one window.
Result<GraphTensor> averaged_along(GraphBuilder& graph, GraphTensor const& input, size_t axis, int64_t size, std::vector<Window> const& windows)
{
    auto const count = static_cast<int64_t>(windows.size());
    std::vector<double> shares(static_cast<size_t>(size * count), 0);
    for (int64_t i = 0; i < count; ++i)
        for (int64_t j = windows[static_cast<size_t>(i)].start; j < windows[static_cast<size_t>(i)].end; ++j)
            shares[static_cast<size_t>(j * count + i)] = 1.0 / static_cast<double>(windows[static_cast<size_t>(i)].end - windows[static_cast<size_t>(i)].start);
    auto const matrix = GraphTensor::constant(TRY(Tensor::of<double>(DType::float64, {size, count}, std::move(shares)).cast(input.dtype())));
    std::vector<int64_t> to_back;
    for (int64_t i = 0; i < input.rank(); ++i)
        to_back.push_back(i);
    std::swap(to_back[axis], to_back.back()); // its own inverse
    auto const last = transpose(graph, input, to_back);
    auto const pooled = computed(graph, "MatMul", {&last, &matrix}, {input.dtype(), with_size(last.dims(), last.dims().size() - 1, count)});
    return transpose(graph, pooled, to_back);
}

// [windows, longest]: the elements of each window, the last one repeated where a window is shorter than the longest.
GraphTensor window_elements(std::vector<Window> const& windows)
{
    int64_t longest = 0;
    for (auto const& window : windows)
        longest = std::max(longest, window.end - window.start);
    std::vector<int64_t> places;
    for (auto const& window : windows)
        for (int64_t i = 0; i < longest; ++i)
            places.push_back(std::min(window.start + i, window.end - 1));
    return GraphTensor::constant(Tensor::of<int64_t>(DType::int64, {static_cast<int64_t>(windows.size()), longest}, std::move(places)));
}

Result<GraphTensor> adaptively_pooled(GraphBuilder& graph, GraphTensor const& input, std::vector<std::optional<int64_t>> const& wanted, bool maximum)
{
    auto const plan = TRY(plan_of(graph, input, wanted));
    if (plan.whole.size() == wanted.size())
        return globally_pooled(graph, input, maximum);
    if (!plan.kernel.empty() && !plan.split.empty()) {
        Dims dims{input.dims()[0], input.dims()[1]};
        for (size_t i = 0; i < wanted.size(); ++i)
            dims.push_back(wanted[i] ? Dim(*wanted[i]) : input.dims()[i + 2]);
        return computed(graph, maximum ? "MaxPool" : "AveragePool", {&input}, {input.dtype(), std::move(dims)}, {attribute("kernel_shape", plan.kernel), attribute("strides", plan.kernel)});
    }
    GraphTensor result = plan.whole.empty() ? input : reduce(graph, maximum ? "ReduceMax" : "ReduceMean", input, plan.whole, true);
    for (size_t const i : plan.split) {
        auto const size = *input.dims()[i + 2].known();
        auto const windows = TRY(windows_of(size, *wanted[i]));
        auto const axis = static_cast<int64_t>(i) + 2;
        result = maximum ? reduce(graph, "ReduceMax", gather(graph, result, window_elements(windows), axis), {axis + 1}, false) : TRY(averaged_along(graph, result, i + 2, size, windows));
    }
    return result;
}

template <size_t axes>
Result<Value> adaptive_average_pool(Operation& op)
{
    auto const wanted = TRY(wanted_windows(op, axes));
    auto const pool = [&](GraphTensor const& input) -> Result<std::vector<GraphTensor>> {
        auto const pooled = TRY(adaptively_pooled(op.graph, input, wanted, false));
        return std::vector<GraphTensor>{pooled};
    };
    return op.result(TRY(with_batch(op, "self", axes, pool))[0]);
}

// ---- the largest, and where it stood ------------------------------------------------------------------------------------------------

// The elements of all windows as a last axis, and for each its place among those of one channel.
struct Candidates {
    GraphTensor values; // [N, C, windows..., candidates]
    GraphTensor places; // [windows..., candidates]
};

Result<Candidates> candidates_of(GraphBuilder& graph, GraphTensor const& input, std::vector<std::optional<int64_t>> const& wanted)
{
    size_t const axes = wanted.size();
    GraphTensor values = input;
    GraphTensor places = GraphTensor::integer(0);
    int64_t candidates = 1;
    for (size_t i = 0; i < axes; ++i) {
        auto const size = TRY(size_for_windows(graph, input.dims()[i + 2], wanted[i].value_or(0)));
        auto const windows = TRY(windows_of(size, wanted[i].value_or(size)));
        auto const elements = window_elements(windows);
        values = gather(graph, values, elements, static_cast<int64_t>(2 * i) + 2);
        Dims along(2 * axes, Dim(1));
        along[2 * i] = elements.dims()[0];
        along[2 * i + 1] = elements.dims()[1];
        candidates *= *elements.dims()[1].known();
        places = TRY(binary(graph, "Add", TRY(binary(graph, "Mul", places, GraphTensor::integer(size))), reshape(graph, elements, along)));
    }
    std::vector<int64_t> order; // windows first, then their elements
    for (size_t offset = 0; offset < 2; ++offset)
        for (size_t i = 0; i < axes; ++i)
            order.push_back(static_cast<int64_t>(2 * i + offset));
    std::vector<int64_t> value_order{0, 1};
    for (int64_t const axis : order)
        value_order.push_back(axis + 2);
    auto const joined = [&](GraphTensor const& tensor, std::vector<int64_t> const& permutation, size_t kept) {
        auto const turned = transpose(graph, tensor, permutation);
        Dims dims(turned.dims().begin(), turned.dims().begin() + static_cast<int64_t>(kept));
        dims.emplace_back(candidates);
        return reshape(graph, turned, std::move(dims));
    };
    return Candidates{joined(values, value_order, axes + 2), joined(places, order, axes)};
}

template <size_t axes>
Result<Value> adaptive_max_pool(Operation& op)
{
    auto const wanted = TRY(wanted_windows(op, axes));
    auto const pool = [&](GraphTensor const& input) -> Result<std::vector<GraphTensor>> {
        auto const pooled = TRY(adaptively_pooled(op.graph, input, wanted, true));
        auto const [values, places] = TRY(candidates_of(op.graph, input, wanted));
        auto const last = values.rank() - 1;
        auto const best = computed(op.graph, "ArgMax", {&values}, {DType::int64, with_size(values.dims(), static_cast<size_t>(last), 1)}, {attribute("axis", last), attribute("keepdims", int64_t{1})});
        auto const spread = expand(op.graph, places, values.dims());
        auto const found = op.graph.node("GatherElements", {spread, best}, {DType::int64, best.dims()}, {attribute("axis", last)});
        return std::vector<GraphTensor>{pooled, squeeze(op.graph, found, {last})};
    };
    return op.results(TRY(with_batch(op, "self", axes, pool)));
}

// Each element goes to its place among zeros; places count within one channel.
template <size_t axes>
Result<Value> max_unpool(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const indices = TRY(as_places(op.graph, TRY(op.tensor("indices"))));
    auto const size = TRY(op.integers("output_size"));
    if (size.size() != axes || (self.dims().size() != axes + 2 && self.dims().size() != axes + 1) || indices.rank() != self.rank())
        return malformed("max_unpool of a tensor of rank " + std::to_string(self.rank()) + " to " + std::to_string(size.size()) + " sizes");
    auto const first = self.dims().end() - static_cast<int64_t>(axes);
    Dims const outer(self.dims().begin(), first);
    Dims flat = outer;
    flat.push_back(count_of(Dims(first, self.dims().end())));
    Dims result = outer;
    result.push_back(count_of(size));
    auto const axis = static_cast<int64_t>(outer.size());
    auto const zeros = filled(op.graph, number(self.dtype(), 0.0), result);
    auto const written = TRY(scattered(op.graph, zeros, axis, reshape(op.graph, indices, flat), reshape(op.graph, self, flat), ScatterReduction::none));
    result = outer;
    result.insert(result.end(), size.begin(), size.end());
    return op.result(reshape(op.graph, written, std::move(result)));
}

constexpr OperatorRow rows[] = {
    {"aten::adaptive_avg_pool1d(Tensor self, int?[1] output_size) -> Tensor", adaptive_average_pool<1>},
    {"aten::adaptive_avg_pool2d(Tensor self, int?[2] output_size) -> Tensor", adaptive_average_pool<2>},
    {"aten::adaptive_avg_pool3d(Tensor self, int?[3] output_size) -> Tensor", adaptive_average_pool<3>},
    {"aten::_adaptive_avg_pool2d(Tensor self, int?[2] output_size) -> Tensor", adaptive_average_pool<2>},
    {"aten::_adaptive_avg_pool3d(Tensor self, int?[3] output_size) -> Tensor", adaptive_average_pool<3>},
    {"aten::adaptive_max_pool1d(Tensor self, int?[1] output_size) -> (Tensor, Tensor)", adaptive_max_pool<1>},
    {"aten::adaptive_max_pool2d(Tensor self, int?[2] output_size) -> (Tensor, Tensor)", adaptive_max_pool<2>},
    {"aten::adaptive_max_pool3d(Tensor self, int?[3] output_size) -> (Tensor, Tensor)", adaptive_max_pool<3>},
    {"aten::max_unpool2d(Tensor self, Tensor indices, int[2] output_size) -> Tensor", max_unpool<2>},
    {"aten::max_unpool3d(Tensor self, Tensor indices, int[3] output_size, int[3] stride, int[3] padding) -> Tensor", max_unpool<3>},
};

}

std::span<OperatorRow const> adaptive_pooling_operators() { return rows; }
