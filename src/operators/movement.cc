#include "operators/families.h"
#include "operators/indexing.h"
#include "operators/promotion.h"

#include <limits>
#include <numeric>

// Elements that change places or are repeated: rolls and flips, tiles, windows, shuffles of pixels, products of sets.

namespace {

size_t place(int64_t axis) { return static_cast<size_t>(axis); }

// ---- rolls and flips --------------------------------------------------------------------------------------------------------------------

// The last `shift` elements first; a shift counts around, and backwards where it is negative.
Result<GraphTensor> rolled(GraphBuilder& graph, GraphTensor const& x, int64_t axis, Dim const& shift)
{
    Dim const size = x.dims()[place(axis)];
    if (size.is(0) || shift.is(0))
        return x;
    Dim const start = graph.symbols().derived(IntegerOperation::remainder, Dim(0) - shift, size);
    if (start.is(0))
        return x;
    return concat(graph, {slice(graph, x, axis, start, size), slice(graph, x, axis, 0, start)}, axis).with_dims(x.dims());
}

Result<Value> roll(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const shifts = TRY(op.integers("shifts"));
    auto const axes = TRY(op.numbers("dims"));
    if (axes.empty()) {
        if (shifts.size() != 1)
            return malformed("roll by " + std::to_string(shifts.size()) + " shifts without axes");
        auto const flat = reshape(op.graph, self, {count_of(self.dims())});
        return op.result(reshape(op.graph, TRY(rolled(op.graph, flat, 0, shifts[0])), self.dims()));
    }
    if (axes.size() != shifts.size())
        return malformed("roll by " + std::to_string(shifts.size()) + " shifts over " + std::to_string(axes.size()) + " axes");
    GraphTensor result = self;
    for (size_t i = 0; i < axes.size(); ++i)
        result = TRY(rolled(op.graph, result, TRY(wrapped_axis(axes[i], self.rank())), shifts[i]));
    return op.result(result);
}

GraphTensor flipped(GraphBuilder& graph, GraphTensor const& x, std::vector<int64_t> const& axes)
{
    if (axes.empty() || x.rank() == 0)
        return x;
    auto const list = [&](int64_t value) { return GraphTensor::integers(std::vector<Dim>(axes.size(), Dim(value))); };
    return graph.node("Slice", {x, list(-1), list(std::numeric_limits<int64_t>::min()), GraphTensor::constant(Tensor::vector(axes)), list(-1)}, {x.dtype(), x.dims()});
}

Result<Value> flip(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const given = TRY(op.numbers("dims"));
    std::vector<int64_t> axes;
    for (int64_t const axis : given)
        axes.push_back(TRY(wrapped_axis(axis, self.rank())));
    return op.result(flipped(op.graph, self, axes));
}

template <int64_t axis>
Result<Value> flip_one(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() <= axis)
        return malformed("a flip of axis " + std::to_string(axis) + " of a tensor of rank " + std::to_string(self.rank()));
    return op.result(flipped(op.graph, self, {axis}));
}

Result<Value> quarter_turns(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const turns = ((TRY(op.number("k")) % 4) + 4) % 4;
    auto const axes = TRY(op.numbers("dims"));
    if (axes.size() != 2 || self.rank() < 2)
        return malformed("rot90 over " + std::to_string(axes.size()) + " axes of a tensor of rank " + std::to_string(self.rank()));
    auto const first = TRY(wrapped_axis(axes[0], self.rank()));
    auto const second = TRY(wrapped_axis(axes[1], self.rank()));
    std::vector<int64_t> swapped(place(self.rank()));
    std::iota(swapped.begin(), swapped.end(), 0);
    std::swap(swapped[place(first)], swapped[place(second)]);
    if (turns == 0)
        return op.result(self);
    if (turns == 2)
        return op.result(flipped(op.graph, self, {first, second}));
    if (turns == 1)
        return op.result(transpose(op.graph, flipped(op.graph, self, {second}), swapped));
    return op.result(transpose(op.graph, flipped(op.graph, self, {first}), swapped));
}

// ---- repetition -----------------------------------------------------------------------------------------------------------------------

Result<Value> tile(Operation& op)
{
    auto self = TRY(op.tensor("self"));
    auto repeats = TRY(op.integers("dims"));
    while (repeats.size() < self.dims().size())
        repeats.insert(repeats.begin(), Dim(1));
    Dims dims(repeats.size() - self.dims().size(), Dim(1));
    dims.insert(dims.end(), self.dims().begin(), self.dims().end());
    self = reshape(op.graph, self, dims);
    for (size_t i = 0; i < dims.size(); ++i)
        dims[i] = dims[i] * repeats[i];
    auto const counts = GraphTensor::integers(std::move(repeats));
    return op.result(op.graph.node("Tile", {self, counts}, {self.dtype(), std::move(dims)}));
}

// The tensor whose elements along `axis` are repeated: flattened where no axis is named.
struct Repeated {
    GraphTensor self;
    int64_t axis = 0;
};

Result<Repeated> to_be_repeated(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!op.has("dim") || self.rank() == 0)
        return Repeated{reshape(op.graph, self, {count_of(self.dims())}), 0};
    auto const axis = TRY(op.axis("dim", self.rank()));
    return Repeated{self, axis};
}

GraphTensor each_repeated(GraphBuilder& graph, Repeated const& repeated, Dim const& count)
{
    auto const wide = unsqueeze(graph, repeated.self, {repeated.axis + 1});
    Dims dims = wide.dims();
    dims[place(repeated.axis) + 1] = count;
    auto const all = expand(graph, wide, dims);
    dims = repeated.self.dims();
    dims[place(repeated.axis)] = dims[place(repeated.axis)] * count;
    return reshape(graph, all, std::move(dims));
}

Result<Value> repeat_each(Operation& op)
{
    auto const repeated = TRY(to_be_repeated(op));
    return op.result(each_repeated(op.graph, repeated, TRY(op.integer("repeats"))));
}

// i stands repeats[i] times: a mark is set where each run begins, and the marks are counted up.
Result<GraphTensor> repeated_places(GraphBuilder& graph, GraphTensor const& repeats)
{
    auto const counts = TRY(as_places(graph, repeats));
    Dim const size = counts.dims()[0];
    auto const ends = graph.node("CumSum", {counts, GraphTensor::integer(0)}, {DType::int64, counts.dims()});
    Dim const total = graph.dim_of(reduce(graph, "ReduceSum", counts, {0}, false));
    auto const starts = TRY(binary(graph, "Sub", ends, counts));
    // One place more than there are elements: runs of none at the end begin there.
    auto const none = filled(graph, GraphTensor::integer(0), {total + Dim(1)});
    auto const one_each = filled(graph, GraphTensor::integer(1), {size});
    auto const marks = TRY(scattered(graph, none, 0, starts, one_each, ScatterReduction::add));
    auto const sums = graph.node("CumSum", {slice(graph, marks, 0, 0, total), GraphTensor::integer(0)}, {DType::int64, {total}});
    return binary(graph, "Sub", sums, GraphTensor::integer(1));
}

Result<Value> repeat_by_counts(Operation& op)
{
    auto const repeated = TRY(to_be_repeated(op));
    auto const repeats = TRY(op.tensor("repeats"));
    if (repeats.rank() > 1)
        return malformed("repeats of rank " + std::to_string(repeats.rank()));
    bool const one_for_all = repeats.rank() == 0 || repeats.dims()[0].is(1);
    if (one_for_all) {
        auto const count = reshape(op.graph, TRY(as_places(op.graph, repeats)), {});
        return op.result(each_repeated(op.graph, repeated, op.graph.dim_of(count)));
    }
    TRY(require_equal(op.graph, repeats.dims()[0], repeated.self.dims()[place(repeated.axis)], "where elements are repeated"));
    return op.result(gather(op.graph, repeated.self, TRY(repeated_places(op.graph, repeats)), repeated.axis));
}

Result<Value> places_by_counts(Operation& op)
{
    auto const repeats = TRY(op.tensor("repeats"));
    if (repeats.rank() != 1)
        return malformed("repeats of rank " + std::to_string(repeats.rank()));
    return op.result(TRY(repeated_places(op.graph, repeats)));
}

// ---- differences ------------------------------------------------------------------------------------------------------------------------

Result<Value> differences(Operation& op)
{
    auto x = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", x.rank()));
    auto const times = TRY(op.number("n"));
    if (x.rank() == 0 || times < 0 || times > 1000)
        return malformed("difference number " + std::to_string(times) + " of a tensor of rank " + std::to_string(x.rank()));
    if (times == 0) // what is to be joined is not looked at
        return op.result(x);
    std::vector<GraphTensor> parts{x};
    DType dtype = x.dtype();
    for (auto const name : {"prepend", "append"})
        if (op.has(name)) {
            parts.insert(std::string_view(name) == "prepend" ? parts.begin() : parts.end(), TRY(op.tensor(name)));
            dtype = promoted(dtype, TRY(op.tensor(name)).dtype());
        }
    for (auto& part : parts)
        part = TRY(cast(op.graph, part, dtype));
    x = concat(op.graph, parts, axis);
    for (int64_t i = 0; i < times; ++i) {
        Dim const size = x.dims()[place(axis)];
        Dim const less = op.graph.symbols().derived(IntegerOperation::maximum, size - Dim(1), 0);
        auto const later = slice(op.graph, x, axis, size - less, size);
        auto const earlier = slice(op.graph, x, axis, 0, less);
        x = TRY(binary(op.graph, dtype == DType::boolean ? "Xor" : "Sub", later, earlier));
    }
    return op.result(x);
}

// ---- windows --------------------------------------------------------------------------------------------------------------------------

// [windows, size]: the places of the elements of each window.
Result<GraphTensor> window_places(GraphBuilder& graph, Dim const& windows, Dim const& step, Dim const& size, Dim const& spacing)
{
    auto const starts = unsqueeze(graph, counted(graph, 0, windows, step), {1});
    auto const offsets = unsqueeze(graph, counted(graph, 0, size, spacing), {0});
    return binary(graph, "Add", starts, offsets);
}

Result<Value> windows_along(Operation& op) // Tensor.unfold: the elements of a window are a new last axis
{
    auto const reference = TRY(op.reference("self"));
    auto const self = TRY(op.heap.read(reference));
    auto const axis = TRY(op.axis("dimension", self.rank()));
    Dim const size = TRY(op.integer("size"));
    auto const step = TRY(op.number("step"));
    if (step <= 0)
        return malformed("windows with step " + std::to_string(step));
    auto const x = self.rank() == 0 ? unsqueeze(op.graph, self, {0}) : self;
    Dim const span = x.dims()[place(axis)] - size;
    if (span.known() && *span.known() < 0)
        return malformed("windows of " + op.graph.symbols().text_of(size) + " elements over " + op.graph.symbols().text_of(x.dims()[place(axis)]));
    Dim const windows = op.graph.symbols().derived(IntegerOperation::floor_divide, span, step) + Dim(1);
    std::vector<int64_t> order;
    for (int64_t i = 0; i <= x.rank(); ++i)
        if (i != axis + 1)
            order.push_back(i);
    order.push_back(axis + 1);
    GraphBuilder& graph = op.graph;
    ViewStep const step_into_windows{
        [&graph, windows, step, size, axis, order](GraphTensor const& base) -> Result<GraphTensor> {
            auto const places = TRY(window_places(graph, windows, step, size, 1));
            auto const taken = gather(graph, base.rank() == 0 ? unsqueeze(graph, base, {0}) : base, places, axis);
            auto const result = transpose(graph, taken, order);
            return base.rank() == 0 ? squeeze(graph, result, {0}) : result;
        },
        [](GraphTensor const&, GraphTensor const&) -> Result<GraphTensor> {
            return unsupported("a write into windows, which may share elements").hint("clone() the tensor before it is written to");
        },
    };
    return op.view(reference, step_into_windows, false);
}

struct Blocks {
    std::vector<int64_t> kernel;
    std::vector<int64_t> dilation;
    std::vector<int64_t> padding;
    std::vector<int64_t> stride;
};

Result<Blocks> blocks_of(Operation& op)
{
    Blocks blocks;
    blocks.kernel = TRY(for_each_axis(TRY(op.numbers("kernel_size")), 2, "kernel_size"));
    blocks.dilation = TRY(for_each_axis(TRY(op.numbers("dilation")), 2, "dilation"));
    blocks.padding = TRY(for_each_axis(TRY(op.numbers("padding")), 2, "padding"));
    blocks.stride = TRY(for_each_axis(TRY(op.numbers("stride")), 2, "stride"));
    for (size_t i = 0; i < 2; ++i)
        if (blocks.kernel[i] <= 0 || blocks.dilation[i] <= 0 || blocks.stride[i] <= 0 || blocks.padding[i] < 0)
            return malformed("blocks with kernel " + std::to_string(blocks.kernel[i]) + ", stride " + std::to_string(blocks.stride[i]));
    return blocks;
}

// How many blocks fit along one axis.
Dim blocks_along(GraphBuilder& graph, Dim const& size, Blocks const& blocks, size_t axis)
{
    Dim const span = size + Dim(2 * blocks.padding[axis] - blocks.dilation[axis] * (blocks.kernel[axis] - 1) - 1);
    return graph.symbols().derived(IntegerOperation::floor_divide, span, blocks.stride[axis]) + Dim(1);
}

Result<Value> blocks_to_columns(Operation& op) // im2col
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() != 3 && self.rank() != 4)
        return malformed("im2col of a tensor of rank " + std::to_string(self.rank()));
    auto const blocks = TRY(blocks_of(op));
    auto x = self.rank() == 3 ? unsqueeze(op.graph, self, {0}) : self;
    Dim const rows = blocks_along(op.graph, x.dims()[2], blocks, 0);
    Dim const columns = blocks_along(op.graph, x.dims()[3], blocks, 1);
    if (blocks.padding[0] > 0 || blocks.padding[1] > 0) {
        auto const pads = GraphTensor::integers({0, 0, blocks.padding[0], blocks.padding[1], 0, 0, blocks.padding[0], blocks.padding[1]});
        Dims const padded{x.dims()[0], x.dims()[1], x.dims()[2] + Dim(2 * blocks.padding[0]), x.dims()[3] + Dim(2 * blocks.padding[1])};
        x = computed(op.graph, "Pad", {&x, &pads}, {x.dtype(), padded}, {attribute("mode", std::string("constant"))});
    }
    auto const down = TRY(window_places(op.graph, blocks.kernel[0], blocks.dilation[0], rows, blocks.stride[0])); // [kernel, rows]
    auto const right = TRY(window_places(op.graph, blocks.kernel[1], blocks.dilation[1], columns, blocks.stride[1]));
    auto const taken = gather(op.graph, gather(op.graph, x, down, 2), right, 4); // [N, C, kernel, rows, kernel, columns]
    auto const turned = transpose(op.graph, taken, {0, 1, 2, 4, 3, 5});
    auto const result = reshape(op.graph, turned, {x.dims()[0], x.dims()[1] * Dim(blocks.kernel[0] * blocks.kernel[1]), rows * columns});
    return op.result(self.rank() == 3 ? squeeze(op.graph, result, {0}) : result);
}

// The sum of all blocks at their places: a transposed convolution, each of whose kernels is one at one place.
Result<GraphTensor> summed_blocks(GraphBuilder& graph, GraphTensor const& blocks_of_batch, int64_t channels, Blocks const& blocks, std::vector<int64_t> const& extra, Dims dims)
{
    int64_t const places = blocks.kernel[0] * blocks.kernel[1];
    if (places > 1 << 10 || channels > (1 << 22) / (places * places))
        return unsupported("col2im with " + std::to_string(channels) + " channels of " + std::to_string(places) + " elements");
    std::vector<float> ones(static_cast<size_t>(channels * places * places), 0);
    for (int64_t i = 0; i < channels * places; ++i)
        ones[static_cast<size_t>(i * places + i % places)] = 1;
    auto const weight = GraphTensor::constant(Tensor::of<float>(DType::float32, {channels * places, 1, blocks.kernel[0], blocks.kernel[1]}, std::move(ones)));
    auto const kernel = TRY(cast(graph, weight, blocks_of_batch.dtype()));
    std::vector<int64_t> const pads{blocks.padding[0], blocks.padding[1], blocks.padding[0], blocks.padding[1]};
    return computed(graph, "ConvTranspose", {&blocks_of_batch, &kernel}, {blocks_of_batch.dtype(), std::move(dims)}, {attribute("dilations", blocks.dilation), attribute("group", channels), attribute("kernel_shape", blocks.kernel), attribute("output_padding", extra), attribute("pads", pads), attribute("strides", blocks.stride)});
}

Result<Value> columns_to_blocks(Operation& op) // col2im
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() != 2 && self.rank() != 3)
        return malformed("col2im of a tensor of rank " + std::to_string(self.rank()));
    auto const blocks = TRY(blocks_of(op));
    auto const size = TRY(for_each_axis(TRY(op.numbers("output_size")), 2, "output_size"));
    auto const x = self.rank() == 2 ? unsqueeze(op.graph, self, {0}) : self;
    auto const channels = TRY(need_number(op.graph, x.dims()[1], "the number of channels of col2im")) / (blocks.kernel[0] * blocks.kernel[1]);
    std::vector<int64_t> extra;
    std::vector<int64_t> counts;
    for (size_t i = 0; i < 2; ++i) {
        counts.push_back(*blocks_along(op.graph, size[i], blocks, i).known());
        extra.push_back(size[i] - ((counts[i] - 1) * blocks.stride[i] - 2 * blocks.padding[i] + blocks.dilation[i] * (blocks.kernel[i] - 1) + 1));
        if (counts[i] <= 0)
            return malformed("col2im to size " + std::to_string(size[i]));
    }
    TRY(require_equal(op.graph, x.dims()[2], counts[0] * counts[1], "where blocks are put together"));
    auto const grid = reshape(op.graph, x, {x.dims()[0], x.dims()[1], counts[0], counts[1]});
    auto const result = TRY(summed_blocks(op.graph, grid, channels, blocks, extra, {x.dims()[0], channels, size[0], size[1]}));
    return op.result(self.rank() == 2 ? squeeze(op.graph, result, {0}) : result);
}

constexpr OperatorRow rows[] = {
    {"aten::roll(Tensor self, int[1] shifts, int[1] dims=[]) -> Tensor", roll},
    {"aten::flip(Tensor self, int[] dims) -> Tensor", flip},
    {"aten::fliplr(Tensor self) -> Tensor", flip_one<1>},
    {"aten::flipud(Tensor self) -> Tensor", flip_one<0>},
    {"aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", quarter_turns},
    {"aten::tile(Tensor self, int[] dims) -> Tensor", tile},
    {"aten::repeat_interleave.Tensor(Tensor repeats, *, int? output_size=None) -> Tensor", places_by_counts},
    {"aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, int? output_size=None) -> Tensor", repeat_by_counts},
    {"aten::repeat_interleave.self_int(Tensor self, int repeats, int? dim=None, *, int? output_size=None) -> Tensor", repeat_each},
    {"aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor", differences},
    {"aten::unfold(Tensor self, int dimension, int size, int step) -> Tensor", windows_along},
    {"aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor", blocks_to_columns},
    {"aten::col2im(Tensor self, int[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor", columns_to_blocks},
};

}

std::span<OperatorRow const> movement_operators() { return rows; }
