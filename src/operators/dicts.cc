#include "operators/families.h"
#include "operators/numbers.h"

// Dicts of the program (torch/csrc/jit/runtime/register_prim_ops.cpp). Keys are known; items keep the order in which they came.

namespace {

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

Result<Value> item_or_none(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    auto const place = TRY(place_of_key(op, *dict, op.argument("key")));
    return place ? dict->items[*place].second : none();
}

Result<Value> dict_length(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(dict_argument(op, "self"))->items.size()))}; }

Result<Value> empty_dict(Operation& op) { return op.heap.dict_of({}); }

Result<void> set_item(Operation& op, std::shared_ptr<DictValue> const& dict, Value const& key, Value const& value)
{
    auto const place = TRY(place_of_key(op, *dict, key));
    op.heap.will_change(dict);
    if (place)
        dict->items[*place].second = value;
    else
        dict->items.emplace_back(key, value);
    return {};
}

Result<Value> set_dict_item(Operation& op)
{
    TRY(set_item(op, TRY(dict_argument(op, "l")), op.argument("idx"), op.argument("v")));
    return none();
}

Result<Value> dict_of_pairs(Operation& op)
{
    auto const made = op.heap.dict_of({});
    auto const& dict = *made.as<std::shared_ptr<DictValue>>();
    auto const* const pairs = op.argument("inputs").as<std::shared_ptr<ListValue>>();
    for (auto const& item : (*pairs)->items) {
        auto const* const pair = item.as<std::shared_ptr<TupleValue>>();
        if (pair == nullptr || (*pair)->items.size() != 2)
            return unsupported("a dict is made of a " + kind_of(item) + ", wanted pairs");
        TRY(set_item(op, dict, (*pair)->items[0], (*pair)->items[1]));
    }
    return made;
}

Result<Value> copy_of_dict(Operation& op) { return op.heap.dict_of(TRY(dict_argument(op, "self"))->items); }

Result<Value> item_or_default(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    auto const place = TRY(place_of_key(op, *dict, op.argument("key")));
    return place ? dict->items[*place].second : op.argument("default_value");
}

Result<Value> set_default(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    if (auto const place = TRY(place_of_key(op, *dict, op.argument("key"))))
        return dict->items[*place].second;
    TRY(set_item(op, dict, op.argument("key"), op.argument("default_value")));
    return op.argument("default_value");
}

Result<Value> taken_out(Operation& op, std::shared_ptr<DictValue> const& dict, std::optional<size_t> place)
{
    if (!place)
        return malformed("a dict has no such key");
    Value value = dict->items[*place].second;
    op.heap.will_change(dict);
    dict->items.erase(dict->items.begin() + static_cast<int64_t>(*place));
    return value;
}

Result<Value> pop_item(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    return taken_out(op, dict, TRY(place_of_key(op, *dict, op.argument("key"))));
}

Result<Value> pop_or_default(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    auto const place = TRY(place_of_key(op, *dict, op.argument("key")));
    return place ? taken_out(op, dict, place) : Result<Value>(op.argument("default_value"));
}

Result<Value> delete_item(Operation& op)
{
    TRY(pop_item(op));
    return none();
}

Result<Value> clear_dict(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    op.heap.will_change(dict);
    dict->items.clear();
    return none();
}

Result<Value> update_dict(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    auto const items = TRY(dict_argument(op, "to_add"))->items;
    for (auto const& [key, value] : items)
        TRY(set_item(op, dict, key, value));
    return none();
}

constexpr OperatorRow rows[] = {
    {"aten::dict() -> t", empty_dict},
    {"aten::dict.str(t[] inputs) -> t", dict_of_pairs},
    {"aten::dict.Dict_str(Dict self) -> t", copy_of_dict},
    {"aten::len.Dict_str(Dict self) -> int", dict_length},
    {"aten::__getitem__.Dict_str(Dict self, t key) -> t", dict_item},
    {"aten::_set_item.str(Dict l, t idx, t v) -> ()", set_dict_item},
    {"aten::__contains__.str(Dict dict, t key) -> bool", dict_contains},
    {"aten::keys.str(Dict self) -> t", dict_keys},
    {"aten::values.str(Dict self) -> t", dict_values},
    {"aten::items.str(Dict self) -> t", dict_pairs},
    {"aten::copy.Dict_str(Dict self) -> t", copy_of_dict},
    {"aten::get.str(Dict self, t key) -> t", item_or_none},
    {"aten::get.default_str(Dict self, t key, t default_value) -> t", item_or_default},
    {"aten::setdefault.str(Dict self, t key, t default_value) -> t", set_default},
    {"aten::pop.Dict_str(Dict self, t key) -> t", pop_item},
    {"aten::pop.Dict_default_str(Dict self, t key, t default_value) -> t", pop_or_default},
    {"aten::Delete.Dict_str(Dict self, t key) -> ()", delete_item},
    {"aten::clear.str(Dict self) -> ()", clear_dict},
    {"aten::update.str(Dict self, Dict to_add) -> ()", update_dict},
};

}

std::span<OperatorRow const> dict_operators() { return rows; }
