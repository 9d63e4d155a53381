#include "operators/families.h"

#include <algorithm>

// Splits by number and by place: tensor_split and its kin, whose parts are slices (aten/src/ATen/native/TensorShape.cpp).

namespace {

Result<Value> part(Operation& op, int64_t axis, Value const& start, Value const& end)
{
    return op.call("aten::slice", {op.argument("self"), Value{Dim(axis)}, start, end, Value{Dim(1)}});
}

// Parts as equal as can be, the longer ones first.
Result<Value> in_sections(Operation& op, int64_t axis, int64_t sections)
{
    if (sections <= 0)
        return malformed("a split into " + std::to_string(sections) + " parts");
    if (sections > 100000)
        return exhausted("a split into " + std::to_string(sections) + " parts");
    Dim const size = TRY(op.tensor("self")).dims()[static_cast<size_t>(axis)];
    SymbolTable& symbols = op.graph.symbols();
    Dim const least = symbols.derived(IntegerOperation::floor_divide, size, sections);
    Dim const longer = size - least * Dim(sections);
    auto const border = [&](int64_t i) { return Value{least * Dim(i) + symbols.derived(IntegerOperation::minimum, longer, i)}; };
    std::vector<Value> parts;
    for (int64_t i = 0; i < sections; ++i)
        parts.push_back(TRY(part(op, axis, border(i), border(i + 1))));
    return op.heap.list_of(std::move(parts));
}

Result<Value> at_places(Operation& op, int64_t axis, std::vector<Dim> const& places)
{
    std::vector<Value> parts;
    Value start{Dim(0)};
    for (Dim const& place : places) {
        parts.push_back(TRY(part(op, axis, start, Value{place})));
        start = Value{place};
    }
    parts.push_back(TRY(part(op, axis, start, none())));
    return op.heap.list_of(std::move(parts));
}

Result<int64_t> axis_to_split(Operation& op)
{
    auto const rank = TRY(op.tensor("self")).rank();
    if (rank == 0)
        return malformed("a tensor of rank 0 is split");
    return op.axis("dim", rank);
}

Result<Value> by_sections(Operation& op) { return in_sections(op, TRY(axis_to_split(op)), TRY(op.number("sections"))); }
Result<Value> by_places(Operation& op) { return at_places(op, TRY(axis_to_split(op)), TRY(op.integers("indices"))); }

// A tensor of rank 0 is a number of sections, one of rank 1 holds places; how many parts there are must be known.
Result<Value> by_tensor(Operation& op)
{
    auto const axis = TRY(axis_to_split(op));
    auto const given = TRY(op.tensor("tensor_indices_or_sections"));
    if (given.dtype() != DType::int64 || given.rank() > 1)
        return malformed("tensor_split by a tensor of rank " + std::to_string(given.rank()));
    if (given.rank() == 0)
        return in_sections(op, axis, TRY(need_number(op.graph, op.graph.dim_of(given), "the number of parts")));
    std::vector<Dim> places;
    auto const count = TRY(need_number(op.graph, given.dims()[0], "the number of parts"));
    auto const known = given.as_dims();
    for (int64_t i = 0; i < count; ++i)
        places.push_back(known ? (*known)[static_cast<size_t>(i)] : op.graph.dim_of(select(op.graph, given, 0, i)));
    return at_places(op, axis, places);
}

// hsplit, vsplit, dsplit: along one axis; the parts of a split by number are equal.
Result<Value> along(Operation& op, int64_t axis)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() <= axis)
        return malformed("a split along axis " + std::to_string(axis) + " of a tensor of rank " + std::to_string(self.rank()));
    if (op.takes("indices"))
        return at_places(op, axis, TRY(op.integers("indices")));
    auto const sections = TRY(op.number("sections"));
    auto const size = TRY(need_number(op.graph, self.dims()[static_cast<size_t>(axis)], "the size of an axis that is split"));
    if (sections <= 0 || size % sections != 0)
        return malformed("a split of " + std::to_string(size) + " into " + std::to_string(sections) + " equal parts");
    return in_sections(op, axis, sections);
}

Result<Value> hsplit(Operation& op) { return along(op, TRY(op.tensor("self")).rank() == 1 ? 0 : 1); }
Result<Value> vsplit(Operation& op)
{
    if (TRY(op.tensor("self")).rank() < 2)
        return malformed("vsplit of a tensor of rank below 2");
    return along(op, 0);
}
Result<Value> dsplit(Operation& op) { return along(op, 2); }

// Parts that nothing is known to share memory with: views are as good.
Result<Value> unsafe_chunk(Operation& op) { return op.call("aten::chunk", {op.argument("self"), op.argument("chunks"), op.argument("dim")}); }
Result<Value> unsafe_split(Operation& op) { return op.call("aten::split", {op.argument("self"), op.argument("split_size"), op.argument("dim")}); }
Result<Value> unsafe_split_by_sizes(Operation& op) { return op.call("aten::split_with_sizes", {op.argument("self"), op.argument("split_sizes"), op.argument("dim")}); }

constexpr OperatorRow rows[] = {
    {"aten::tensor_split.sections(Tensor self, int sections, int dim=0) -> Tensor[]", by_sections},
    {"aten::tensor_split.indices(Tensor self, int[] indices, int dim=0) -> Tensor[]", by_places},
    {"aten::tensor_split.tensor_indices_or_sections(Tensor self, Tensor tensor_indices_or_sections, int dim=0) -> Tensor[]", by_tensor},
    {"aten::hsplit.int(Tensor self, int sections) -> Tensor[]", hsplit},
    {"aten::hsplit.array(Tensor self, int[] indices) -> Tensor[]", hsplit},
    {"aten::vsplit.int(Tensor self, int sections) -> Tensor[]", vsplit},
    {"aten::vsplit.array(Tensor self, int[] indices) -> Tensor[]", vsplit},
    {"aten::dsplit.int(Tensor self, int sections) -> Tensor[]", dsplit},
    {"aten::dsplit.array(Tensor self, int[] indices) -> Tensor[]", dsplit},
    {"aten::unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]", unsafe_chunk},
    {"aten::unsafe_split.Tensor(Tensor self, int split_size, int dim=0) -> Tensor[]", unsafe_split},
    {"aten::unsafe_split_with_sizes(Tensor self, int[] split_sizes, int dim=0) -> Tensor[]", unsafe_split_by_sizes},
};

}

std::span<OperatorRow const> splitting_operators() { return rows; }
