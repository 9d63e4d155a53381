#include "operators/families.h"
#include "operators/numbers.h"
#include "operators/open_lists.h"

#include <algorithm>

// Lists, dicts and texts of the program.

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

// What a program may pile up while it is converted: doubling a list or a text again and again needs few calls.
constexpr size_t most_items = 1'000'000;
constexpr size_t most_text_bytes = 1'000'000;

Result<Value> joined_texts(Operation& op)
{
    std::string text = TRY(op.text("a")) + TRY(op.text("b"));
    if (text.size() > most_text_bytes)
        return exhausted("a text of more than " + std::to_string(most_text_bytes) + " bytes");
    return Value{std::move(text)};
}

Result<Value> length_of_text(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(op.text("a")).size()))}; }

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
    auto const bound = [&](int64_t place) { return std::clamp<int64_t>(place < 0 ? place + size : place, 0, size); };
    int64_t const start = op.has("start") ? bound(TRY(op.number("start"))) : 0;
    int64_t const end = op.has("end") ? bound(TRY(op.number("end"))) : size;
    auto const step = TRY(op.number("step"));
    if (step <= 0)
        return unsupported("a slice of a list with step " + std::to_string(step));
    std::vector<Value> result;
    for (int64_t i = start; i < end; i += step)
        result.push_back(items[static_cast<size_t>(i)]);
    return op.heap.list_of(std::move(result));
}

Result<Value> contains(Operation& op)
{
    for (auto const& candidate : TRY(list_argument(op, "l"))->items) {
        auto const same = equal_values(op.graph.symbols(), candidate, op.argument("item"));
        if (!same)
            return unsupported("a search in a list whose items depend on sizes or data").code(depends_on_data_code);
        if (*same)
            return Value{true};
    }
    return Value{false};
}

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

Result<std::shared_ptr<DictValue>> dict_argument(Operation& op, std::string_view name)
{
    if (auto const* dict = op.argument(name).as<std::shared_ptr<DictValue>>())
        return *dict;
    return unsupported("argument " + std::string(name) + " is a " + kind_of(op.argument(name)) + ", wanted a dict");
}

Result<std::optional<size_t>> place_of_key(Operation& op, DictValue const& dict, Value const& key)
{
    for (size_t i = 0; i < dict.items.size(); ++i) {
        auto const same = equal_values(op.graph.symbols(), dict.items[i].first, key);
        if (!same)
            return unsupported("a dict whose keys depend on sizes or data").code(depends_on_data_code);
        if (*same)
            return std::optional(i);
    }
    return std::optional<size_t>();
}

Result<Value> dict_item(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    auto const place = TRY(place_of_key(op, *dict, op.argument("key")));
    if (!place)
        return malformed("a dict has no such key");
    return dict->items[*place].second;
}

Result<Value> set_dict_item(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "l"));
    auto const place = TRY(place_of_key(op, *dict, op.argument("idx")));
    op.heap.will_change(dict);
    if (place)
        dict->items[*place].second = op.argument("v");
    else
        dict->items.emplace_back(op.argument("idx"), op.argument("v"));
    return none();
}

Result<Value> dict_contains(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "dict"));
    return Value{TRY(place_of_key(op, *dict, op.argument("key"))).has_value()};
}

Result<Value> dict_keys(Operation& op)
{
    std::vector<Value> items;
    for (auto const& [key, value] : TRY(dict_argument(op, "self"))->items)
        items.push_back(key);
    return op.heap.list_of(std::move(items));
}

Result<Value> dict_values(Operation& op)
{
    std::vector<Value> items;
    for (auto const& [key, value] : TRY(dict_argument(op, "self"))->items)
        items.push_back(value);
    return op.heap.list_of(std::move(items));
}

Result<Value> dict_pairs(Operation& op)
{
    std::vector<Value> items;
    for (auto const& [key, value] : TRY(dict_argument(op, "self"))->items)
        items.push_back(tuple_of({key, value}));
    return op.heap.list_of(std::move(items));
}

Result<Value> dict_length(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(dict_argument(op, "self"))->items.size()))}; }

constexpr OperatorRow rows[] = {
    {"aten::len.t(t[] a) -> int", length},
    {"aten::len.str(str a) -> int", length_of_text},
    {"aten::add.str(str a, str b) -> str", joined_texts},
    {"aten::len.Dict(Dict self) -> int", dict_length},
    {"aten::__getitem__.t(t[] a, int i) -> t", list_item},
    {"aten::__getitem__.Dict(Dict self, t key) -> t", dict_item},
    {"aten::_set_item.t(t[] l, int idx, t el) -> t", set_list_item},
    {"aten::_set_item.Dict(Dict l, t idx, t v) -> ()", set_dict_item},
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
    {"aten::__contains__.Dict(Dict dict, t key) -> bool", dict_contains},
    {"aten::keys(Dict self) -> t", dict_keys},
    {"aten::values(Dict self) -> t", dict_values},
    {"aten::items(Dict self) -> t", dict_pairs},
    {"aten::__range_length(int lo, int hi, int step) -> int", range_length},
    {"aten::__derive_index(int index, int start, int step) -> int", derived_index},
};

}

std::span<OperatorRow const> container_operators() { return rows; }
