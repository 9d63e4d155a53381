#include "operators/families.h"
#include "operators/numbers.h"
#include "operators/open_lists.h"

#include <algorithm>
#include <cmath>

// Lists of the program.

namespace {

Result<std::shared_ptr<ListValue>> list_argument(Operation& op, std::string_view name)
{
    if (auto const* list = op.argument(name).as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->open && !(*list)->uncertain)
        return *list;
    return unsupported("argument " + std::string(name) + " is a " + kind_of(op.argument(name)) + ", wanted a list");
}

// An index into `size` items, counted from 0.
Result<size_t> place_in(Operation& op, std::string_view name, size_t size)
{
    auto index = TRY(op.number(name));
    if (index < 0)
        index += static_cast<int64_t>(size);
    if (index < 0 || index >= static_cast<int64_t>(size))
        return malformed("index " + std::to_string(index) + " into " + std::to_string(size) + " items");
    return static_cast<size_t>(index);
}

Result<Value> length(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(list_argument(op, "a"))->items.size()))}; }

// What a program may pile up while it is converted: doubling a list again and again needs few calls.
constexpr size_t most_items = 1'000'000;

Result<Value> list_item(Operation& op)
{
    auto const list = TRY(list_argument(op, "a"));
    Dim const index = TRY(op.integer("i"));
    if (!index.known() && !list->items.empty())
        return item_of_list(op, *list, index);
    auto const place = TRY(place_in(op, "i", list->items.size()));
    return list->items[place];
}

Result<Value> set_list_item(Operation& op)
{
    auto const list = TRY(list_argument(op, "l"));
    auto const place = TRY(place_in(op, "idx", list->items.size()));
    TRY(op.heap.will_change(list));
    list->items[place] = op.argument("el");
    return op.argument("l");
}

Result<Value> append(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    op.heap.note_growth(1);
    TRY(op.heap.will_change(list));
    list->items.push_back(op.argument("el"));
    return op.argument("self");
}

Result<Value> extend(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto const other = TRY(list_argument(op, "other"))->items;
    if (other.size() > most_items - std::min(most_items, list->items.size()))
        return exhausted("a list of more than " + std::to_string(most_items) + " items");
    op.heap.note_growth(other.size());
    TRY(op.heap.will_change(list));
    list->items.insert(list->items.end(), other.begin(), other.end());
    return none();
}

Result<Value> extended(Operation& op) // += of lists
{
    TRY(extend(op));
    return op.argument("self");
}

Result<Value> insert(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto const size = static_cast<int64_t>(list->items.size());
    auto const given = TRY(op.number("idx"));
    TRY(op.heap.will_change(list));
    list->items.insert(list->items.begin() + std::clamp<int64_t>(given < 0 ? given + size : given, 0, size), op.argument("el"));
    return none();
}

Result<Value> pop(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto const place = TRY(place_in(op, "idx", list->items.size()));
    TRY(op.heap.will_change(list));
    Value const item_popped = list->items[place];
    list->items.erase(list->items.begin() + static_cast<int64_t>(place));
    return item_popped;
}

Result<Value> delete_item(Operation& op)
{
    TRY(pop(op));
    return none();
}

Result<Value> clear(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    TRY(op.heap.will_change(list));
    list->items.clear();
    return none();
}

Result<Value> reverse(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    TRY(op.heap.will_change(list));
    std::reverse(list->items.begin(), list->items.end());
    return none();
}

Result<Value> copy_of_list(Operation& op) { return op.heap.list_of(TRY(list_argument(op, "l"))->items); }

Result<Value> joined_lists(Operation& op)
{
    auto items = TRY(list_argument(op, "a"))->items;
    auto const more = TRY(list_argument(op, "b"))->items;
    if (more.size() > most_items - std::min(most_items, items.size()))
        return exhausted("a list of more than " + std::to_string(most_items) + " items");
    items.insert(items.end(), more.begin(), more.end());
    return op.heap.list_of(std::move(items));
}

Result<Value> repeated_list(Operation& op)
{
    auto const items = TRY(list_argument(op, "l"))->items;
    auto const times = TRY(op.number("n"));
    if (times > 0 && static_cast<uint64_t>(times) > most_items / std::max<size_t>(1, items.size()))
        return exhausted("a list of more than " + std::to_string(most_items) + " items");
    std::vector<Value> result;
    for (int64_t i = 0; i < times; ++i)
        result.insert(result.end(), items.begin(), items.end());
    return op.heap.list_of(std::move(result));
}

Result<Value> sliced_list(Operation& op)
{
    auto const& items = TRY(list_argument(op, "l"))->items;
    auto const size = static_cast<int64_t>(items.size());
    auto const step = TRY(op.number("step"));
    if (step == 0)
        return malformed("a slice of a list with step 0");
    // As Python has it: backwards from before the start to after the end.
    int64_t const lowest = step > 0 ? 0 : -1;
    auto const bound = [&](int64_t place) { return std::clamp<int64_t>(place < 0 ? std::max(place, -size - 1) + size : place, lowest, size + lowest); };
    int64_t const start = op.has("start") ? bound(TRY(op.number("start"))) : step > 0 ? 0
                                                                                      : size - 1;
    int64_t const end = op.has("end") ? bound(TRY(op.number("end"))) : step > 0 ? size
                                                                                : -1;
    std::vector<Value> result;
    for (int64_t i = start; step > 0 ? i < end : i > end; i += std::clamp<int64_t>(step, -size - 1, size + 1))
        result.push_back(items[static_cast<size_t>(i)]);
    return op.heap.list_of(std::move(result));
}

// The places of an item in a list.
Result<std::vector<size_t>> places_of(Operation& op, std::vector<Value> const& items, Value const& wanted)
{
    std::vector<size_t> places;
    for (size_t i = 0; i < items.size(); ++i) {
        auto const same = equal_values(op.graph.symbols(), items[i], wanted);
        if (!same)
            return unsupported("a search in a list whose items depend on sizes or data").code(depends_on_data_code);
        if (*same)
            places.push_back(i);
    }
    return places;
}

Result<Value> contains(Operation& op) { return Value{!TRY(places_of(op, TRY(list_argument(op, "l"))->items, op.argument("item"))).empty()}; }

Result<Value> count_of_item(Operation& op)
{
    return Value{Dim(static_cast<int64_t>(TRY(places_of(op, TRY(list_argument(op, "self"))->items, op.argument("el"))).size()))};
}

Result<size_t> first_place(Operation& op, std::vector<Value> const& items)
{
    auto const places = TRY(places_of(op, items, op.argument("el")));
    if (places.empty())
        return malformed("an item that a list does not hold is looked for");
    return places[0];
}

Result<Value> index_of_item(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(first_place(op, TRY(list_argument(op, "self"))->items))))}; }

Result<Value> remove_item(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto const place = TRY(first_place(op, list->items));
    TRY(op.heap.will_change(list));
    list->items.erase(list->items.begin() + static_cast<int64_t>(place));
    return none();
}

Result<std::vector<Value>> sorted_items(std::vector<Value> items, bool reverse)
{
    auto const all = [&](auto const& holds) { return std::all_of(items.begin(), items.end(), holds); };
    auto const in_order = [&](auto const& less) {
        std::stable_sort(items.begin(), items.end(), [&](Value const& a, Value const& b) { return reverse ? less(b, a) : less(a, b); });
    };
    if (all([](Value const& item) { return item.is<std::string>(); }))
        in_order([](Value const& a, Value const& b) { return *a.as<std::string>() < *b.as<std::string>(); });
    else if (all([](Value const& item) { return whole_number_of(item) && whole_number_of(item)->known(); }))
        in_order([](Value const& a, Value const& b) { return *whole_number_of(a)->known() < *whole_number_of(b)->known(); });
    else if (all([](Value const& item) { return known_float_of(item) && !std::isnan(*known_float_of(item)); }))
        in_order([](Value const& a, Value const& b) { return *known_float_of(a) < *known_float_of(b); });
    else
        return unsupported("a list is sorted whose items depend on sizes or data").code(depends_on_data_code);
    return items;
}

Result<Value> sort_list(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto items = TRY(sorted_items(list->items, TRY(op.boolean("reverse"))));
    TRY(op.heap.will_change(list));
    list->items = std::move(items);
    return none();
}

Result<Value> sorted_list(Operation& op) { return op.heap.list_of(TRY(sorted_items(TRY(list_argument(op, "input"))->items, false))); }

Result<Value> range_length(Operation& op)
{
    auto const step = TRY(op.number("step"));
    if (step == 0)
        return malformed("a range with step 0");
    Dim const low = TRY(op.integer(step > 0 ? "lo" : "hi"));
    Dim const high = TRY(op.integer(step > 0 ? "hi" : "lo"));
    int64_t const stride = std::abs(step);
    Dim const count = op.graph.symbols().derived(IntegerOperation::floor_divide, high - low + Dim(stride - 1), stride);
    return Value{op.graph.symbols().derived(IntegerOperation::maximum, count, 0)};
}

Result<Value> derived_index(Operation& op) { return Value{TRY(op.integer("start")) + TRY(op.integer("index")) * TRY(op.integer("step"))}; }

constexpr OperatorRow rows[] = {
    {"aten::len.t(t[] a) -> int", length},
    {"aten::__getitem__.t(t[] a, int i) -> t", list_item},
    {"aten::_set_item.t(t[] l, int idx, t el) -> t", set_list_item},
    {"aten::append(t[] self, t el) -> t", append},
    {"aten::extend(t[] self, t[] other) -> ()", extend},
    {"aten::add_.t(t[] self, t[] other) -> t", extended},
    {"aten::insert(t[] self, int idx, t el) -> ()", insert},
    {"aten::pop(t[] self, int idx=-1) -> t", pop},
    {"aten::Delete(t[] self, int idx) -> ()", delete_item},
    {"aten::clear(t[] self) -> ()", clear},
    {"aten::reverse(t[] self) -> ()", reverse},
    {"aten::copy.t(t[] l) -> t", copy_of_list},
    {"aten::list.t(t[] l) -> t", copy_of_list},
    {"aten::add.t(t[] a, t[] b) -> t", joined_lists},
    {"aten::mul.left_t(t[] l, int n) -> t", repeated_list},
    {"aten::slice.t(t[] l, int? start=None, int? end=None, int step=1) -> t", sliced_list},
    {"aten::__contains__.list(t[] l, t item) -> bool", contains},
    {"aten::count.t(t[] self, t el) -> int", count_of_item},
    {"aten::index.list(t[] self, t el) -> int", index_of_item},
    {"aten::remove(t[] self, t el) -> ()", remove_item},
    {"aten::sort.t(t[] self, bool reverse=False) -> ()", sort_list},
    {"aten::sorted(t[] input) -> t", sorted_list},
    {"aten::__range_length(int lo, int hi, int step) -> int", range_length},
    {"aten::__derive_index(int index, int start, int step) -> int", derived_index},
};

}

std::span<OperatorRow const> container_operators() { return rows; }
