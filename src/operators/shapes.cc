#include "operators/families.h"
#include "operators/promotion.h"
#include "operators/view_steps.h"

#include <algorithm>
#include <limits>
#include <numeric>

// Views, reshapes, joins and splits: operators that move elements and leave them as they are.

namespace {

// A reference to `self` whose storage is its own: what a copy gives.
// PyTorch gives self where its memory allows that, else a copy; which of the two is not known. Good for all who only read; what is
// written to one of them makes the other unreadable.
Result<Value> perhaps_copied(Operation& op, TensorReference const& self, GraphTensor value)
{
    return Value{op.heap.one_of(std::move(value), {self->cell})};
}

Result<Value> copied(Operation& op, std::string_view name) { return op.result(TRY(op.tensor(name))); }

// ---- reshapes ---------------------------------------------------------------------------------------------------------------

// The sizes with their one -1 filled in; all must hold as many elements as `dims`.
Result<Dims> filled_in(Operation& op, Dims const& dims, Dims target)
{
    Dim const count = count_of(dims);
    std::optional<size_t> open;
    Dim others = 1;
    for (size_t i = 0; i < target.size(); ++i) {
        if (target[i].is(-1)) {
            if (open)
                return malformed("only one size may be -1");
            open = i;
        } else {
            others = others * target[i];
        }
    }
    if (!open) {
        TRY(require_equal(op.graph, count, others, "elements, where a tensor is reshaped"));
        return target;
    }
    if (others.is(0))
        return unsupported("a size of -1 beside a size of 0");
    if (count.known() && others.known() && *count.known() % *others.known() != 0)
        return malformed("sizes do not fit: " + std::to_string(*count.known()) + " elements cannot be reshaped by " + std::to_string(*others.known()));
    target[*open] = op.graph.symbols().derived(IntegerOperation::floor_divide, count, others);
    return target;
}

Result<Value> reshaped(Operation& op, std::string_view name, Dims dims, bool always_alias)
{
    auto const self = TRY(op.reference(name));
    if (always_alias || self->contiguous)
        return op.view(self, reshape_step(op.graph, std::move(dims)), true);
    return perhaps_copied(op, self, reshape(op.graph, TRY(op.heap.read(self)), std::move(dims)));
}

Result<Value> view(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return reshaped(op, "self", TRY(filled_in(op, self.dims(), TRY(op.integers("size")))), true);
}

Result<Value> reshape_like(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const other = TRY(op.tensor("other"));
    return reshaped(op, "self", TRY(filled_in(op, self.dims(), other.dims())), false);
}

Result<Value> reshape_to(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return reshaped(op, "self", TRY(filled_in(op, self.dims(), TRY(op.integers("shape")))), false);
}

Result<Value> flatten(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() == 0)
        return reshaped(op, "self", {1}, false);
    auto const start = TRY(op.axis("start_dim", self.rank()));
    auto const end = TRY(op.axis("end_dim", self.rank()));
    if (start > end)
        return malformed("start_dim " + std::to_string(start) + " comes after end_dim " + std::to_string(end));
    if (start == end) // the very tensor
        return op.argument("self");
    auto const first = self.dims().begin() + start;
    auto const last = self.dims().begin() + end + 1;
    Dims dims(self.dims().begin(), first);
    dims.push_back(count_of(Dims(first, last)));
    dims.insert(dims.end(), last, self.dims().end());
    return reshaped(op, "self", std::move(dims), false);
}

Result<Value> unflatten(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    Dims const inner = TRY(filled_in(op, {self.dims()[static_cast<size_t>(axis)]}, TRY(op.integers("sizes"))));
    Dims dims = self.dims();
    dims.erase(dims.begin() + axis);
    dims.insert(dims.begin() + axis, inner.begin(), inner.end());
    return reshaped(op, "self", std::move(dims), true);
}

// ---- axes ---------------------------------------------------------------------------------------------------------------------

Result<Value> permuted(Operation& op, std::vector<int64_t> permutation)
{
    auto const self = TRY(op.reference("self"));
    bool const same = std::is_sorted(permutation.begin(), permutation.end());
    return op.view(self, transpose_step(op.graph, std::move(permutation)), same && self->contiguous);
}

std::vector<int64_t> axes_in_order(int64_t rank)
{
    std::vector<int64_t> axes(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
    return axes;
}

Result<Value> permute(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto permutation = TRY(op.numbers("dims"));
    for (auto& axis : permutation)
        axis = TRY(wrapped_axis(axis, self.rank()));
    auto sorted = permutation;
    std::sort(sorted.begin(), sorted.end());
    if (sorted != axes_in_order(self.rank()))
        return malformed("permute does not name each of the " + std::to_string(self.rank()) + " axes once");
    return permuted(op, std::move(permutation));
}

Result<Value> swap_axes(Operation& op, std::string_view first_name, std::string_view second_name)
{
    auto const self = TRY(op.tensor("self"));
    auto const first = TRY(op.axis(first_name, self.rank()));
    auto const second = TRY(op.axis(second_name, self.rank()));
    auto permutation = axes_in_order(self.rank());
    if (self.rank() > 0)
        std::swap(permutation[static_cast<size_t>(first)], permutation[static_cast<size_t>(second)]);
    return permuted(op, std::move(permutation));
}

Result<Value> transpose_two(Operation& op) { return swap_axes(op, "dim0", "dim1"); }
Result<Value> swapaxes(Operation& op) { return swap_axes(op, "axis0", "axis1"); }

Result<Value> transpose_matrix(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() > 2)
        return malformed("t() of a tensor of rank " + std::to_string(self.rank()));
    auto permutation = axes_in_order(self.rank());
    std::reverse(permutation.begin(), permutation.end());
    return permuted(op, std::move(permutation));
}

Result<Value> reverse_axes(Operation& op)
{
    auto permutation = axes_in_order(TRY(op.tensor("self")).rank());
    std::reverse(permutation.begin(), permutation.end());
    return permuted(op, std::move(permutation));
}

Result<Value> move_axes(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const lists = [&](std::string_view name) -> Result<std::vector<int64_t>> {
        auto axes = op.argument(name).is<Dim>() ? std::vector<int64_t>{TRY(op.number(name))} : TRY(op.numbers(name));
        for (auto& axis : axes)
            axis = TRY(wrapped_axis(axis, self.rank()));
        return axes;
    };
    auto const source = TRY(lists("source"));
    auto const destination = TRY(lists("destination"));
    if (source.size() != destination.size())
        return malformed("movedim names " + std::to_string(source.size()) + " sources and " + std::to_string(destination.size()) + " destinations");
    std::vector<int64_t> permutation(static_cast<size_t>(self.rank()), -1);
    for (size_t i = 0; i < source.size() && self.rank() > 0; ++i)
        permutation[static_cast<size_t>(destination[i])] = source[i];
    auto rest = axes_in_order(self.rank());
    std::erase_if(rest, [&](int64_t axis) { return std::find(source.begin(), source.end(), axis) != source.end(); });
    auto next = rest.begin();
    for (auto& axis : permutation)
        if (axis < 0 && next != rest.end())
            axis = *next++;
    return permuted(op, std::move(permutation));
}

Result<Value> unsqueeze_at(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const axis = TRY(op.axis("dim", TRY(op.heap.read(self)).rank() + 1));
    return op.view(self, unsqueeze_step(op.graph, axis), self->contiguous);
}

// An axis is dropped where its size is 1; a symbolic size must be told first.
Result<Value> squeeze_axes(Operation& op, std::vector<int64_t> const& axes)
{
    auto const self = TRY(op.reference("self"));
    auto const value = TRY(op.heap.read(self));
    std::vector<int64_t> dropped;
    for (int64_t const axis : axes) {
        if (axis >= value.rank())
            continue;
        Dim const size = value.dims()[static_cast<size_t>(axis)];
        if (op.graph.symbols().surely_not_negative(size - Dim(2))) // as the file says of its inputs
            continue;
        auto const number = need_number(op.graph, size, "a size that squeeze() looks at");
        if (!number && op.graph.symbols().traced_above_1(size))
            return Failure(number.error()).hint("it was more than 1 when the program was exported, and where it is 1 squeeze() takes the axis away: name the axes that are to go");
        if (TRY(number) == 1)
            dropped.push_back(axis);
    }
    return op.view(self, squeeze_step(op.graph, std::move(dropped)), self->contiguous);
}

Result<Value> squeeze_all(Operation& op) { return squeeze_axes(op, axes_in_order(TRY(op.tensor("self")).rank())); }
Result<Value> squeeze_some(Operation& op)
{
    auto const rank = TRY(op.tensor("self")).rank();
    bool const none_named = !op.argument("dim").is<Dim>() && TRY(op.numbers("dim")).empty(); // that is none, not all
    return squeeze_axes(op, none_named ? std::vector<int64_t>() : TRY(op.axes("dim", rank)));
}

// ---- parts --------------------------------------------------------------------------------------------------------------------

// An index or bound counted from 0. Where nothing says that it is not negative, the model finds out when it runs.
Dim counted_from_start(SymbolTable& symbols, Dim const& given, Dim const& size)
{
    if (given.known())
        return *given.known() < 0 ? given + size : given;
    if (symbols.not_negative_unless_empty(given))
        return given;
    Dim const one_if_negative = symbols.derived(IntegerOperation::maximum, symbols.derived(IntegerOperation::minimum, Dim(0) - given, 1), 0);
    return given + size * one_if_negative;
}

// A bound of a slice, as Python has it: counted from the end where negative, then held within [0, size].
Dim bound(SymbolTable& symbols, Dim const& given, Dim const& size)
{
    if (given.known() && *given.known() >= std::numeric_limits<int64_t>::max() / 2)
        return size;
    Dim const at_least_0 = symbols.derived(IntegerOperation::maximum, counted_from_start(symbols, given, size), 0);
    return symbols.derived(IntegerOperation::minimum, at_least_0, size);
}

struct SlicePlace {
    int64_t axis = 0;
    Dim start;
    Dim end;
    int64_t step = 1;
};

// Where the arguments dim, start, end and step point to in a tensor of these sizes.
Result<SlicePlace> slice_place(Operation& op, Dims const& dims)
{
    if (dims.empty())
        return malformed("a slice of a tensor of rank 0");
    SlicePlace place;
    place.axis = TRY(op.axis("dim", static_cast<int64_t>(dims.size())));
    place.step = TRY(op.number("step"));
    if (place.step <= 0)
        return malformed("a slice with step " + std::to_string(place.step));
    Dim const size = dims[static_cast<size_t>(place.axis)];
    SymbolTable& symbols = op.graph.symbols();
    place.start = op.has("start") ? bound(symbols, TRY(op.integer("start")), size) : Dim(0);
    place.end = op.has("end") ? symbols.derived(IntegerOperation::maximum, bound(symbols, TRY(op.integer("end")), size), place.start) : size;
    return place;
}

Result<Value> slice_of(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const value = TRY(op.heap.read(self));
    auto const [axis, start, end, step] = TRY(slice_place(op, value.dims()));
    bool const whole = start.is(0) && end == value.dims()[static_cast<size_t>(axis)] && step == 1;
    return op.view(self, slice_step(op.graph, axis, start, end, step), self->contiguous && (whole || axis == 0) && step == 1);
}

// A copy of `self` in which what `step` shows is the source.
Result<Value> replaced_in_copy(Operation& op, GraphTensor const& self, ViewStep const& step)
{
    auto const shown = TRY(step.take(self));
    auto const source = TRY(cast(op.graph, TRY(op.tensor("src")), self.dtype()));
    if (source.rank() != shown.rank())
        return malformed("a source of rank " + std::to_string(source.rank()) + " for a view of rank " + std::to_string(shown.rank()));
    for (size_t axis = 0; axis < shown.dims().size(); ++axis)
        TRY(require_equal(op.graph, shown.dims()[axis], source.dims()[axis], "where a view is replaced"));
    return op.result(TRY(step.put(self, source)));
}

Result<Value> slice_scatter(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const [axis, start, end, step] = TRY(slice_place(op, self.dims()));
    return replaced_in_copy(op, self, slice_step(op.graph, axis, start, end, step));
}

// An index counted from 0; negative ones from the end.
Result<Dim> index_within(SymbolTable& symbols, Dim const& index, Dim const& size)
{
    if (index.known() && size.known() && (*index.known() < -*size.known() || *index.known() >= *size.known()))
        return malformed("index " + std::to_string(*index.known()) + " into size " + std::to_string(*size.known()));
    return counted_from_start(symbols, index, size);
}

Result<Value> select_one(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const value = TRY(op.heap.read(self));
    if (value.rank() == 0)
        return malformed("select on a tensor of rank 0");
    auto const axis = TRY(op.axis("dim", value.rank()));
    Dim const index = TRY(index_within(op.graph.symbols(), TRY(op.integer("index")), value.dims()[static_cast<size_t>(axis)]));
    return op.view(self, select_step(op.graph, axis, index), self->contiguous && axis == 0);
}

Result<Value> select_scatter(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() == 0)
        return malformed("select on a tensor of rank 0");
    auto const axis = TRY(op.axis("dim", self.rank()));
    Dim const index = TRY(index_within(op.graph.symbols(), TRY(op.integer("index")), self.dims()[static_cast<size_t>(axis)]));
    return replaced_in_copy(op, self, select_step(op.graph, axis, index));
}

Result<Value> narrow(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const value = TRY(op.heap.read(self));
    auto const axis = TRY(op.axis("dim", value.rank()));
    auto const* tensor = op.argument("start").as<TensorReference>();
    Dim const given = tensor == nullptr ? TRY(op.integer("start")) : op.graph.dim_of(TRY(cast(op.graph, reshape(op.graph, TRY(op.heap.read(*tensor)), {}), DType::int64)));
    Dim const start = counted_from_start(op.graph.symbols(), given, value.dims()[static_cast<size_t>(axis)]);
    Dim const end = start + TRY(op.integer("length"));
    return op.view(self, slice_step(op.graph, axis, start, end, 1), self->contiguous && axis == 0);
}

// Views of consecutive parts along an axis.
Result<Value> parts(Operation& op, int64_t axis, Dims const& sizes)
{
    auto const self = TRY(op.reference("self"));
    std::vector<Value> views;
    Dim start = 0;
    for (Dim const& size : sizes) {
        views.push_back(TRY(op.view(self, slice_step(op.graph, axis, start, start + size, 1), self->contiguous && axis == 0)));
        start = start + size;
    }
    return op.heap.list_of(std::move(views));
}

Result<Dim> size_to_split(GraphTensor const& value, int64_t axis)
{
    if (value.rank() == 0)
        return malformed("a tensor of rank 0 is split");
    return value.dims()[static_cast<size_t>(axis)];
}

constexpr char const* size_that_is_split = "the size of an axis that is split";

Dims equal_parts(int64_t size, int64_t part)
{
    Dims sizes;
    for (int64_t start = 0; start < size; start += part)
        sizes.push_back(std::min(part, size - start));
    if (sizes.empty())
        sizes.push_back(0);
    return sizes;
}

Result<Value> chunk(Operation& op)
{
    auto const value = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", value.rank()));
    Dim const size = TRY(size_to_split(value, axis));
    auto const chunks = TRY(op.number("chunks"));
    if (chunks <= 0)
        return malformed("chunk into " + std::to_string(chunks) + " parts");
    if (size.is(0)) // as many as are asked for, all of them empty
        return parts(op, axis, Dims(static_cast<size_t>(chunks), Dim(0)));
    if (auto const part = size.divided_exactly(chunks); part && !size.known()) // 2*batch in two
        return parts(op, axis, Dims(static_cast<size_t>(chunks), *part));
    auto const known = TRY(need_number(op.graph, size, size_that_is_split));
    return parts(op, axis, equal_parts(known, std::max<int64_t>(1, (known + chunks - 1) / chunks)));
}

Result<Value> split_equally(Operation& op)
{
    auto const value = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", value.rank()));
    Dim const size = TRY(size_to_split(value, axis));
    Dim const part = TRY(op.integer("split_size"));
    if (part.known() && (*part.known() < 0 || (part.is(0) && !size.is(0))))
        return malformed("split into parts of " + std::to_string(*part.known()));
    auto const count = part.is(0) ? std::nullopt : size.divided_exactly(part);
    if (count && count->known() && !size.known() && *count->known() > 0) // 2*batch in parts of batch
        return parts(op, axis, Dims(static_cast<size_t>(*count->known()), part));
    auto const known = TRY(need_number(op.graph, size, size_that_is_split));
    return parts(op, axis, equal_parts(known, std::max<int64_t>(1, TRY(op.number("split_size")))));
}

Result<Value> split_by_sizes(Operation& op)
{
    auto const value = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", value.rank()));
    auto const sizes = TRY(op.integers("split_sizes"));
    Dim const size = TRY(size_to_split(value, axis));
    Dim const sum = std::accumulate(sizes.begin(), sizes.end(), Dim(0));
    TRY(require_equal(op.graph, size, sum, "where a tensor is split by sizes"));
    for (Dim const& part : sizes)
        if (!op.graph.symbols().not_negative_unless_empty(part))
            TRY(need_number(op.graph, part, "a size that a tensor is split into"));
    return parts(op, axis, sizes);
}

Result<Value> unbind(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const value = TRY(op.heap.read(self));
    auto const axis = TRY(op.axis("dim", value.rank()));
    Dim const given = TRY(size_to_split(value, axis));
    auto const size = TRY(need_number(op.graph, given, size_that_is_split));
    std::vector<Value> views;
    for (int64_t i = 0; i < size; ++i)
        views.push_back(TRY(op.view(self, select_step(op.graph, axis, i), self->contiguous && axis == 0)));
    return op.heap.list_of(std::move(views));
}

// ---- joins and repetition -------------------------------------------------------------------------------------------------------

Result<std::vector<GraphTensor>> of_one_dtype(Operation& op, std::string_view name)
{
    auto tensors = TRY(op.tensors(name));
    if (tensors.empty())
        return malformed("a list of no tensors is joined");
    DType dtype = tensors[0].dtype();
    for (auto const& tensor : tensors)
        dtype = promoted(dtype, tensor.dtype());
    for (auto& tensor : tensors)
        tensor = TRY(cast(op.graph, tensor, dtype));
    return tensors;
}

Result<GraphTensor> joined(Operation& op, std::vector<GraphTensor> const& tensors, int64_t axis)
{
    for (auto const& tensor : tensors) {
        if (tensor.rank() != tensors[0].rank())
            return malformed("tensors of rank " + std::to_string(tensors[0].rank()) + " and " + std::to_string(tensor.rank()) + " are joined");
        for (size_t i = 0; i < tensor.dims().size(); ++i)
            if (static_cast<int64_t>(i) != axis)
                TRY(require_equal(op.graph, tensor.dims()[i], tensors[0].dims()[i], "where tensors are joined"));
    }
    return concat(op.graph, tensors, axis);
}

Result<Value> cat(Operation& op)
{
    auto tensors = TRY(of_one_dtype(op, "tensors"));
    // An empty tensor of rank 1 is passed over, as PyTorch does for old programs' sake.
    bool const all_rank_1 = std::all_of(tensors.begin(), tensors.end(), [](auto const& tensor) { return tensor.rank() == 1; });
    if (!all_rank_1)
        std::erase_if(tensors, [](GraphTensor const& tensor) { return tensor.rank() == 1 && tensor.dims()[0].is(0); });
    if (tensors[0].rank() == 0)
        return malformed("tensors of rank 0 are concatenated");
    auto const axis = TRY(op.axis("dim", tensors[0].rank()));
    return op.result(TRY(joined(op, tensors, axis)));
}

Result<Value> stack(Operation& op)
{
    auto tensors = TRY(of_one_dtype(op, "tensors"));
    auto const axis = TRY(op.axis("dim", tensors[0].rank() + 1));
    for (auto& tensor : tensors)
        tensor = unsqueeze(op.graph, tensor, {axis});
    return op.result(TRY(joined(op, tensors, axis)));
}

// `own` where the number that is known only when the model runs turns out as -1, else that number.
Dim own_size_for_minus_one(SymbolTable& symbols, Dim const& own, Dim const& wanted)
{
    Dim const minus_one_or_0 = symbols.derived(IntegerOperation::minimum, wanted, 0);
    return symbols.derived(IntegerOperation::maximum, wanted, own * (Dim(0) - minus_one_or_0));
}

Result<Value> expanded(Operation& op, Dims target)
{
    auto const self = TRY(op.reference("self"));
    auto const value = TRY(op.heap.read(self));
    if (target.size() < value.dims().size())
        return malformed("a tensor of rank " + std::to_string(value.rank()) + " is expanded to rank " + std::to_string(target.size()));
    size_t const added = target.size() - value.dims().size();
    SymbolTable& symbols = op.graph.symbols();
    for (size_t i = 0; i < value.dims().size(); ++i) {
        Dim const& own = value.dims()[i];
        Dim& wanted = target[added + i];
        if (wanted.is(-1))
            wanted = own;
        else if (!wanted.known() && !symbols.surely_not_negative(wanted))
            wanted = own.known() && !own.is(1) ? own : own_size_for_minus_one(symbols, own, wanted);
        else if (!own.is(1))
            TRY(require_equal(op.graph, own, wanted, "where a tensor is expanded"));
    }
    for (size_t i = 0; i < added; ++i)
        if (target[i].is(-1))
            return malformed("a new axis is expanded to -1");
    return op.view(self, expand_step(op.graph, std::move(target)), false);
}

Result<Value> expand_to(Operation& op) { return expanded(op, TRY(op.integers("size"))); }
Result<Value> expand_like(Operation& op) { return expanded(op, TRY(op.tensor("other")).dims()); }

Result<Value> repeat(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const repeats = TRY(op.integers("repeats"));
    if (repeats.size() < self.dims().size())
        return malformed("repeat() names " + std::to_string(repeats.size()) + " axes of " + std::to_string(self.rank()));
    Dims dims(repeats.size() - self.dims().size(), Dim(1));
    dims.insert(dims.end(), self.dims().begin(), self.dims().end());
    auto const widened = reshape(op.graph, self, dims);
    for (size_t i = 0; i < dims.size(); ++i)
        dims[i] = dims[i] * repeats[i];
    return op.result(op.graph.node("Tile", {widened, GraphTensor::integers(repeats)}, {self.dtype(), std::move(dims)}));
}

Result<Value> same(Operation& op) { return op.argument("self"); }
// Another tensor of the same memory: one that is turned in place leaves the other as it is.
Result<Value> another_of_it(Operation& op)
{
    auto const other = std::make_shared<TensorView>(*TRY(op.reference("self")));
    other->wrapped_number = false; // a traced torch.tensor(0.5) is a constant that is detached, and no number
    return Value{other};
}
Result<Value> contiguous(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    if (self->contiguous)
        return op.argument("self");
    return perhaps_copied(op, self, TRY(op.heap.read(self)));
}

Result<Value> copy_of(Operation& op) { return copied(op, "self"); }

constexpr OperatorRow rows[] = {
    {"aten::view(Tensor self, int[] size) -> Tensor", view},
    {"aten::view_as(Tensor self, Tensor other) -> Tensor", reshape_like},
    {"aten::reshape(Tensor self, int[] shape) -> Tensor", reshape_to},
    {"aten::reshape_as(Tensor self, Tensor other) -> Tensor", reshape_like},
    {"aten::flatten.using_ints(Tensor self, int start_dim=0, int end_dim=-1) -> Tensor", flatten},
    {"aten::unflatten.int(Tensor self, int dim, int[] sizes) -> Tensor", unflatten},
    {"aten::permute(Tensor self, int[] dims) -> Tensor", permute},
    {"aten::transpose.int(Tensor self, int dim0, int dim1) -> Tensor", transpose_two},
    {"aten::swapaxes(Tensor self, int axis0, int axis1) -> Tensor", swapaxes},
    {"aten::swapdims(Tensor self, int dim0, int dim1) -> Tensor", transpose_two},
    {"aten::t(Tensor self) -> Tensor", transpose_matrix},
    {"aten::numpy_T(Tensor self) -> Tensor", reverse_axes},
    {"aten::movedim.intlist(Tensor self, int[] source, int[] destination) -> Tensor", move_axes},
    {"aten::movedim.int(Tensor self, int source, int destination) -> Tensor", move_axes},
    {"aten::unsqueeze(Tensor self, int dim) -> Tensor", unsqueeze_at},
    {"aten::squeeze(Tensor self) -> Tensor", squeeze_all},
    {"aten::squeeze.dim(Tensor self, int dim) -> Tensor", squeeze_some},
    {"aten::squeeze.dims(Tensor self, int[] dim) -> Tensor", squeeze_some},
    {"aten::slice.Tensor(Tensor self, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor", slice_of},
    {"aten::select.int(Tensor self, int dim, int index) -> Tensor", select_one},
    {"aten::narrow(Tensor self, int dim, int start, int length) -> Tensor", narrow},
    {"aten::narrow.Tensor(Tensor self, int dim, Tensor start, int length) -> Tensor", narrow},
    {"aten::chunk(Tensor self, int chunks, int dim=0) -> Tensor[]", chunk},
    {"aten::split.Tensor(Tensor self, int split_size, int dim=0) -> Tensor[]", split_equally},
    {"aten::split.sizes(Tensor self, int[] split_sizes, int dim=0) -> Tensor[]", split_by_sizes},
    {"aten::split_with_sizes(Tensor self, int[] split_sizes, int dim=0) -> Tensor[]", split_by_sizes},
    {"aten::unbind.int(Tensor self, int dim=0) -> Tensor[]", unbind},
    {"aten::cat(Tensor[] tensors, int dim=0) -> Tensor", cat},
    {"aten::stack(Tensor[] tensors, int dim=0) -> Tensor", stack},
    {"aten::expand(Tensor self, int[] size, *, bool implicit=False) -> Tensor", expand_to},
    {"aten::broadcast_to(Tensor self, int[] size) -> Tensor", expand_to},
    {"aten::expand_as(Tensor self, Tensor other) -> Tensor", expand_like},
    {"aten::repeat(Tensor self, int[] repeats) -> Tensor", repeat},
    {"aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor", slice_scatter},
    {"aten::select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor", select_scatter},
    {"aten::detach(Tensor self) -> Tensor", another_of_it},
    {"aten::alias(Tensor self) -> Tensor", another_of_it},
    {"prim::data(Tensor self) -> Tensor", another_of_it},
    {"aten::requires_grad_(Tensor self, bool requires_grad=True) -> Tensor", same},
    {"aten::resolve_conj(Tensor self) -> Tensor", same},
    {"aten::resolve_neg(Tensor self) -> Tensor", same},
    {"aten::contiguous(Tensor self, *, MemoryFormat memory_format=contiguous_format) -> Tensor", contiguous},
    {"aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", copy_of},
};

}

std::span<OperatorRow const> shape_operators() { return rows; }
