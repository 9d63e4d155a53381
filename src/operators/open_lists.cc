#include "operators/open_lists.h"
#include "graph/open_list.h"
#include "operators/families.h"

// Lists whose length depends on data. Those of numbers are tensors of rank 1, those of tensors are sequences of the graph.

namespace {

using Kind = OpenList::Kind;

std::shared_ptr<ListValue> list_of(Operation& op, std::string_view name) { return *op.argument(name).as<std::shared_ptr<ListValue>>(); }

Dims item_dims(GraphBuilder& graph, OpenList const& list, std::string const& name)
{
    Dims dims;
    for (size_t i = 0; i < list.item_dims.size(); ++i)
        dims.push_back(list.item_dims[i] ? *list.item_dims[i] : graph.size_of(name, static_cast<int64_t>(i)));
    return dims;
}

GraphTensor with_item_dims(GraphBuilder& graph, OpenList const& list, GraphTensor const& item) { return item.with_dims(item_dims(graph, list, *item.name())); }

GraphType item_type(OpenList const& list) { return {list.held.dtype(), Dims(list.item_dims.size()), false}; }
GraphType sequence_type(OpenList const& list) { return {list.held.dtype(), Dims(list.item_dims.size()), true}; }

Value number_value(GraphBuilder& graph, Kind kind, GraphTensor const& number)
{
    if (kind == Kind::integers)
        return Value{graph.dim_of(number)};
    return kind == Kind::booleans ? Value{UnknownBool{number}} : Value{UnknownFloat{number}};
}

Dim length_of(GraphBuilder& graph, OpenList const& list)
{
    if (list.kind != Kind::tensors)
        return list.held.dims()[0];
    return graph.dim_of(graph.node("SequenceLength", std::vector<GraphTensor>{list.held}, {DType::int64, {}}), true);
}

// A list of known length as an open one.
Result<OpenList> opened(Operation& op, ListValue const& list)
{
    if (list.open)
        return *list.open;
    OpenList result;
    GraphType item;
    for (auto const& each : list.items) {
        auto const* tensor = each.as<TensorReference>();
        bool const first = &each == &list.items[0];
        Kind const kind = tensor != nullptr ? Kind::tensors : each.is<Dim>() ? Kind::integers
            : each.is<bool>() || each.is<UnknownBool>()                      ? Kind::booleans
                                                                             : Kind::floats;
        if (!first && kind != result.kind)
            return unsupported("a list of different kinds of items is asked for one that depends on data").code(depends_on_data_code);
        result.kind = kind;
        if (tensor == nullptr)
            continue;
        auto const value = TRY(op.heap.read(*tensor));
        if (first) {
            item = {value.dtype(), value.dims(), false};
            result.item_dims.assign(value.dims().begin(), value.dims().end());
        }
        if (value.dtype() != item.dtype || value.dims().size() != item.dims.size())
            return unsupported("a list of tensors of different ranks or dtypes is asked for one that depends on data").code(depends_on_data_code);
        for (size_t i = 0; i < item.dims.size(); ++i)
            if (result.item_dims[i] && *result.item_dims[i] != value.dims()[i])
                result.item_dims[i].reset();
    }
    result.held = TRY(held_items(op.graph, result.kind, list.items, item));
    return result;
}

Result<Value> item_at(Operation& op, OpenList const& list, Dim const& index)
{
    GraphTensor const place = GraphTensor::integer(index);
    if (list.kind != Kind::tensors)
        return number_value(op.graph, list.kind, gather(op.graph, list.held, place, 0));
    auto const item = with_item_dims(op.graph, list, op.graph.node("SequenceAt", std::vector<GraphTensor>{list.held, place}, item_type(list)));
    auto const result = op.heap.tensor(item);
    result->cell->frozen = frozen_by_open_list;
    result->contiguous = false; // or not: it is not known
    return Value{result};
}

Result<Value> length(Operation& op) { return Value{length_of(op.graph, *list_of(op, "a")->open)}; }
Result<Value> item(Operation& op) { return item_at(op, *list_of(op, "a")->open, TRY(op.integer("i"))); }

Result<void> replace(Operation& op, std::shared_ptr<ListValue> const& list, OpenList contents)
{
    TRY(op.heap.will_change(list));
    list->items.clear();
    list->open = std::make_shared<OpenList>(std::move(contents));
    return {};
}

// The list with an item put in at a place; at its end where none is given.
Result<OpenList> inserted(Operation& op, OpenList list, Value const& item, std::optional<Dim> const& place)
{
    if (list.kind != Kind::tensors) {
        auto const number = unsqueeze(op.graph, TRY(held_number(op.graph, list.kind, item)), {0});
        Dim const size = list.held.dims()[0];
        if (!place)
            list.held = concat(op.graph, {list.held, number}, 0);
        else
            list.held = concat(op.graph, {slice(op.graph, list.held, 0, 0, *place), number, slice(op.graph, list.held, 0, *place, size)}, 0);
        return list;
    }
    auto const* tensor = item.as<TensorReference>();
    if (tensor == nullptr)
        return unsupported("a list of tensors whose length depends on data takes a " + kind_of(item));
    auto const value = TRY(op.heap.read(*tensor));
    if (value.dtype() != list.held.dtype() || value.dims().size() != list.item_dims.size())
        return unsupported("a list whose length depends on data takes a tensor of another rank or dtype than its others");
    (*tensor)->cell->frozen = frozen_by_open_list;
    for (size_t i = 0; i < list.item_dims.size(); ++i)
        if (list.item_dims[i] && *list.item_dims[i] != value.dims()[i])
            list.item_dims[i].reset();
    std::vector<GraphTensor> inputs{list.held, value};
    if (place)
        inputs.push_back(GraphTensor::integer(*place));
    list.held = op.graph.node("SequenceInsert", inputs, sequence_type(list));
    return list;
}

Result<OpenList> erased(Operation& op, OpenList list, Dim const& given)
{
    if (list.kind == Kind::tensors) {
        list.held = op.graph.node("SequenceErase", std::vector<GraphTensor>{list.held, GraphTensor::integer(given)}, sequence_type(list));
        return list;
    }
    Dim const size = list.held.dims()[0];
    if (!given.known())
        return unsupported("an item is taken from a list of numbers at a place that depends on data").code(depends_on_data_code);
    Dim const place = *given.known() < 0 ? given + size : given;
    std::vector<GraphTensor> parts{slice(op.graph, list.held, 0, 0, place)};
    if (!given.is(-1))
        parts.push_back(slice(op.graph, list.held, 0, place + Dim(1), size));
    list.held = parts.size() == 1 ? parts[0] : concat(op.graph, parts, 0);
    return list;
}

Result<Value> append(Operation& op)
{
    auto const list = list_of(op, "self");
    TRY(replace(op, list, TRY(inserted(op, *list->open, op.argument("el"), std::nullopt))));
    return op.argument("self");
}

// Where Python inserts: places beyond an end are that end, negative ones count from the back.
Result<Dim> place_within(GraphBuilder& graph, Dim const& place, Dim const& length)
{
    auto const zero = GraphTensor::integer(0);
    auto const from_front = [&]() -> Result<GraphTensor> { return binary(graph, "Min", GraphTensor::integer(place), GraphTensor::integer(length), DType::int64); };
    auto const from_back = [&]() -> Result<GraphTensor> { return binary(graph, "Max", GraphTensor::integer(place + length), zero, DType::int64); };
    if (place.is(0))
        return place;
    if (graph.symbols().surely_not_negative(place))
        return graph.dim_of(TRY(from_front()), true);
    if (place.known())
        return graph.dim_of(TRY(from_back()), true);
    auto const is_negative = TRY(binary(graph, "Less", GraphTensor::integer(place), zero, DType::boolean));
    auto const back = TRY(from_back());
    auto const front = TRY(from_front());
    return graph.dim_of(TRY(where(graph, is_negative, back, front)), true);
}

Result<Value> insert(Operation& op)
{
    auto const list = list_of(op, "self");
    auto const place = TRY(place_within(op.graph, TRY(op.integer("idx")), length_of(op.graph, *list->open)));
    TRY(replace(op, list, TRY(inserted(op, *list->open, op.argument("el"), place))));
    return none();
}

Result<Value> pop(Operation& op)
{
    auto const list = list_of(op, "self");
    auto const place = TRY(op.integer("idx"));
    auto value = TRY(item_at(op, *list->open, place));
    TRY(replace(op, list, TRY(erased(op, *list->open, place))));
    return value;
}

Result<Value> delete_item(Operation& op)
{
    TRY(pop(op));
    return none();
}

Result<Value> set_item(Operation& op)
{
    auto const list = list_of(op, "l");
    auto const place = TRY(op.integer("idx"));
    OpenList const& before = *list->open;
    if (before.kind != Kind::tensors) {
        OpenList after = before;
        auto const number = TRY(held_number(op.graph, before.kind, op.argument("el")));
        auto const index = reshape(op.graph, GraphTensor::integer(place), {1});
        after.held = op.graph.node("ScatterElements", std::vector<GraphTensor>{before.held, index, reshape(op.graph, number, {1})}, {before.held.dtype(), before.held.dims()}, {attribute("axis", int64_t{0})});
        TRY(replace(op, list, std::move(after)));
        return op.argument("l");
    }
    Dim const at = place.known() && *place.known() < 0 ? place + length_of(op.graph, before) : place;
    if (!op.graph.symbols().surely_not_negative(at) && !place.known())
        return unsupported("an item of a list whose length depends on data is set at a place that may be negative");
    TRY(replace(op, list, TRY(inserted(op, TRY(erased(op, before, at)), op.argument("el"), at))));
    return op.argument("l");
}

Result<Value> clear(Operation& op)
{
    auto const list = list_of(op, "self");
    TRY(op.heap.will_change(list));
    list->open.reset();
    return none();
}

Result<Value> copy_of(Operation& op)
{
    ListValue contents;
    contents.open = list_of(op, "l")->open;
    return op.heap.one_of_lists(std::move(contents), {});
}

// The tensors of one sequence behind those of another: ONNX joins none, so they are put in one after the other.
Result<OpenList> joined_sequences(GraphBuilder& graph, OpenList first, OpenList const& second)
{
    if (first.held.dtype() != second.held.dtype() || first.item_dims.size() != second.item_dims.size())
        return unsupported("two lists of tensors of different ranks or dtypes are joined, whose lengths depend on data");
    for (size_t i = 0; i < first.item_dims.size(); ++i)
        if (first.item_dims[i] != second.item_dims[i])
            first.item_dims[i].reset();
    graph.name_of(second.held);
    GraphTensor const count = GraphTensor::integer(length_of(graph, second));
    graph.open_scope();
    std::vector<GraphTensor> const inputs{graph.inner_input("round", {DType::int64, {}}), graph.inner_input("go_on", {DType::boolean, {}}), graph.inner_input("joined", sequence_type(first))};
    auto const item = graph.node("SequenceAt", std::vector<GraphTensor>{second.held, inputs[0]}, item_type(second));
    auto const longer = graph.node("SequenceInsert", std::vector<GraphTensor>{inputs[2], item}, sequence_type(first));
    auto body = graph.close_scope("body", {inputs[1], longer});
    graph.set_inputs(*body, inputs);
    Attributes attributes;
    attributes.push_back({"body", std::move(body), {}, 0, {}, {}});
    GraphTensor const begins = GraphTensor::constant(Tensor::scalar(true));
    first.held = graph.node("Loop", std::vector<GraphTensor>{count, begins, first.held}, sequence_type(first), std::move(attributes));
    return first;
}

Result<OpenList> joined(Operation& op, ListValue const& first, ListValue const& second)
{
    if (!first.open && first.items.empty())
        return *second.open;
    if (!second.open) {
        OpenList result = *first.open;
        for (auto const& item : second.items)
            result = TRY(inserted(op, std::move(result), item, std::nullopt));
        return result;
    }
    auto result = TRY(opened(op, first));
    if (result.kind != second.open->kind)
        return unsupported("two lists of different kinds of items are joined, whose lengths depend on data");
    if (result.kind == Kind::tensors)
        return joined_sequences(op.graph, std::move(result), *second.open);
    result.held = concat(op.graph, {result.held, second.open->held}, 0);
    return result;
}

Result<Value> joined_lists(Operation& op)
{
    ListValue contents;
    contents.open = std::make_shared<OpenList>(TRY(joined(op, *list_of(op, "a"), *list_of(op, "b"))));
    return op.heap.one_of_lists(std::move(contents), {});
}

Result<Value> extend(Operation& op)
{
    auto const list = list_of(op, "self");
    TRY(replace(op, list, TRY(joined(op, *list, *list_of(op, "other")))));
    return none();
}

Result<Value> extended(Operation& op)
{
    TRY(extend(op));
    return op.argument("self");
}

Result<Value> contains(Operation& op)
{
    OpenList const& list = *list_of(op, "l")->open;
    if (list.kind == Kind::tensors)
        return unsupported("a search in a list of tensors whose length depends on data");
    auto const wanted = TRY(held_number(op.graph, list.kind, op.argument("item")));
    auto const same = TRY(binary(op.graph, "Equal", list.held, wanted, DType::boolean));
    auto const as_numbers = TRY(cast(op.graph, same, DType::int64));
    auto const count = reduce(op.graph, "ReduceSum", as_numbers, {0}, false);
    return Value{UnknownBool{TRY(binary(op.graph, "Greater", count, number(DType::int64, int64_t{0}), DType::boolean))}};
}

template <bool new_axis>
Result<Value> concatenated(Operation& op)
{
    OpenList const& list = *list_of(op, "tensors")->open;
    if (list.kind != Kind::tensors)
        return unsupported("numbers are concatenated");
    auto const rank = static_cast<int64_t>(list.item_dims.size());
    auto const axis = TRY(op.axis("dim", rank + new_axis));
    if (rank == 0 && !new_axis)
        return malformed("tensors of rank 0 are concatenated");
    Dims dims(static_cast<size_t>(rank + new_axis));
    GraphTensor const result = op.graph.node("ConcatFromSequence", std::vector<GraphTensor>{list.held}, {list.held.dtype(), dims}, {attribute("axis", axis), attribute("new_axis", int64_t{new_axis})});
    for (int64_t i = 0; i < rank + new_axis; ++i) {
        int64_t const from = new_axis && i > axis ? i - 1 : i;
        bool const open = i == axis || !list.item_dims[static_cast<size_t>(from)];
        dims[static_cast<size_t>(i)] = open ? op.graph.size_of(*result.name(), i) : *list.item_dims[static_cast<size_t>(from)];
    }
    return op.result(result.with_dims(std::move(dims)));
}

constexpr OperatorRow rows[] = {
    {"aten::len.open(OpenList a) -> int", length},
    {"aten::__getitem__.open(OpenList a, int i) -> t", item},
    {"aten::_set_item.open(OpenList l, int idx, t el) -> t", set_item},
    {"aten::append.open(OpenList self, t el) -> t", append},
    {"aten::insert.open(OpenList self, int idx, t el) -> ()", insert},
    {"aten::pop.open(OpenList self, int idx=-1) -> t", pop},
    {"aten::Delete.open(OpenList self, int idx) -> ()", delete_item},
    {"aten::clear.open(OpenList self) -> ()", clear},
    {"aten::copy.open(OpenList l) -> t", copy_of},
    {"aten::list.open(OpenList l) -> t", copy_of},
    {"aten::add.open(OpenList a, AnyList b) -> t", joined_lists},
    {"aten::add.to_open(AnyList a, OpenList b) -> t", joined_lists},
    {"aten::extend.open(OpenList self, AnyList other) -> ()", extend},
    {"aten::extend.to_open(AnyList self, OpenList other) -> ()", extend},
    {"aten::add_.open(OpenList self, AnyList other) -> t", extended},
    {"aten::add_.to_open(AnyList self, OpenList other) -> t", extended},
    {"aten::__contains__.open(OpenList l, t item) -> bool", contains},
    {"aten::cat.open(OpenList tensors, int dim=0) -> Tensor", concatenated<false>},
    {"aten::stack.open(OpenList tensors, int dim=0) -> Tensor", concatenated<true>},
};

}

Result<Value> item_of_list(Operation& op, ListValue const& list, Dim const& index)
{
    std::vector<std::shared_ptr<StorageCell>> cells;
    std::vector<std::string> frozen; // as they were: it is not the sequence that stays, but the item
    for (auto const& item : list.items)
        if (auto const* tensor = item.as<TensorReference>()) {
            cells.push_back((*tensor)->cell);
            frozen.push_back((*tensor)->cell->frozen);
        }
    auto const open = TRY(opened(op, list));
    for (size_t i = 0; i < cells.size(); ++i)
        cells[i]->frozen = frozen[i];
    auto value = TRY(item_at(op, open, index));
    if (auto const* tensor = value.as<TensorReference>()) {
        auto const one = op.heap.one_of((*tensor)->seen, std::move(cells));
        one->contiguous = false;
        return Value{one};
    }
    return value;
}

Result<std::vector<Value>> items_of_open_list(GraphBuilder& graph, Heap& heap, OpenList const& list, size_t count)
{
    std::vector<Value> items;
    for (size_t i = 0; i < count; ++i) {
        GraphTensor const place = GraphTensor::integer(static_cast<int64_t>(i));
        if (list.kind != Kind::tensors) {
            items.push_back(number_value(graph, list.kind, gather(graph, list.held, place, 0)));
            continue;
        }
        auto const item = heap.tensor(with_item_dims(graph, list, graph.node("SequenceAt", std::vector<GraphTensor>{list.held, place}, item_type(list))));
        item->cell->frozen = frozen_by_open_list;
        item->contiguous = false;
        items.push_back(Value{item});
    }
    return items;
}

std::span<OperatorRow const> open_list_operators() { return rows; }
