#include "convert/changed_things.h"

#include <algorithm>

namespace {

// What a thing is after the changes: changed, or as it is now.
template <typename Thing, typename State>
State const& state_after(std::vector<std::pair<std::shared_ptr<Thing>, State>> const* changes, std::shared_ptr<Thing> const& thing, State const& now)
{
    if (changes != nullptr)
        for (auto const& [changed, state] : *changes)
            if (changed == thing)
                return state;
    return now;
}

// The states as values of the program, so that forms can hold them.
Value value_of_state(GraphTensor const& base)
{
    return Value{std::make_shared<TensorView>(TensorView{std::make_shared<StorageCell>(StorageCell{base}), {}, base, 0, true, false})};
}

Value value_of_state(ListValue const& list)
{
    auto copy = std::make_shared<ListValue>(ListValue{list.items, 0});
    copy->open = list.open;
    copy->uncertain = list.uncertain;
    return Value{std::move(copy)};
}

Value value_of_state(DictValue const& dict)
{
    std::vector<Value> items;
    for (auto const& item : dict.items)
        items.push_back(item.second);
    return tuple_of(std::move(items));
}

Value value_of_state(ObjectValue const& object)
{
    std::vector<Value> items;
    for (auto const& attribute : object.attributes)
        items.push_back(attribute.second);
    return tuple_of(std::move(items));
}

bool same_shape(GraphTensor const&, GraphTensor const&) { return true; }
bool same_shape(ListValue const&, ListValue const&) { return true; }
bool same_shape(DictValue const& one, DictValue const& other)
{
    return std::equal(one.items.begin(), one.items.end(), other.items.begin(), other.items.end(), [](auto const& a, auto const& b) {
        auto const* text = a.first.template as<std::string>();
        auto const* dim = a.first.template as<Dim>();
        return a.first.held.index() == b.first.held.index() && ((text != nullptr && *text == *b.first.template as<std::string>()) || (dim != nullptr && *dim == *b.first.template as<Dim>()));
    });
}
bool same_shape(ObjectValue const& one, ObjectValue const& other)
{
    return std::equal(one.attributes.begin(), one.attributes.end(), other.attributes.begin(), other.attributes.end(), [](auto const& a, auto const& b) { return a.first == b.first; });
}

char const* name_of(StorageCell const&) { return "a tensor"; }
char const* name_of(ListValue const&) { return "a list"; }
char const* name_of(DictValue const&) { return "a dict"; }
char const* name_of(ObjectValue const&) { return "an object"; }

// The form of a container begins with its items as they are: those that nobody changes stay known.
Result<ValueForm> first_form(FormJoiner& joiner, Value const& state)
{
    std::vector<Value> const* items = nullptr;
    if (auto const* tuple = state.as<std::shared_ptr<TupleValue>>())
        items = &(*tuple)->items;
    else if (auto const* list = state.as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->open)
        items = &(*list)->items;
    if (items == nullptr)
        return joiner.generalised(state);
    ValueForm form;
    form.kind = ValueForm::Kind::items;
    form.tuple = state.is<std::shared_ptr<TupleValue>>();
    if (!form.tuple)
        form.uncertain = (*state.as<std::shared_ptr<ListValue>>())->uncertain;
    for (auto const& item : *items)
        form.parts.push_back(known_form(item));
    return form;
}

GraphTensor const& state_now(StorageCell const& cell) { return cell.base; }
template <typename Thing>
Thing const& state_now(Thing const& thing) { return thing; }

template <typename Thing, typename State>
Result<bool> join_states(FormJoiner& joiner, std::vector<std::pair<std::shared_ptr<Thing>, ValueForm>>& forms, std::vector<std::pair<std::shared_ptr<Thing>, State>> const* begun, std::vector<std::pair<std::shared_ptr<Thing>, State>> const& changes, bool began_outside)
{
    bool widened = false;
    std::vector<std::shared_ptr<Thing>> things;
    for (auto const& [thing, form] : forms)
        things.push_back(thing);
    size_t const old = things.size();
    for (auto const* side : {begun, &changes})
        if (side != nullptr)
            for (auto const& [thing, state] : *side)
                if (std::find(things.begin(), things.end(), thing) == things.end())
                    things.push_back(thing);
    for (size_t i = 0; i < things.size(); ++i) {
        State const& first = state_after(begun, things[i], state_now(*things[i]));
        State const& second = state_after(&changes, things[i], state_now(*things[i]));
        if (!same_shape(first, second))
            return unsupported(std::string("a branch or loop on data adds to ") + name_of(*things[i]) + " or takes from it").code(cannot_join_code);
        if (i >= old) {
            forms.emplace_back(things[i], TRY(first_form(joiner, value_of_state(first))));
            widened = true;
        }
        ValueForm& form = forms[i].second;
        widened = TRY(within(std::string("what becomes of ") + name_of(*things[i]), joiner.join(form, value_of_state(second), began_outside))) || widened;
        form.cells.clear(); // the thing is itself
        form.lists.clear();
    }
    return widened;
}

template <typename Thing, typename State>
Result<void> emit_states(GraphBuilder& graph, std::vector<std::pair<std::shared_ptr<Thing>, ValueForm>> const& forms, std::vector<std::pair<std::shared_ptr<Thing>, State>> const* changes, Changes const* all, std::vector<GraphTensor>& tensors)
{
    for (auto const& [thing, form] : forms)
        TRY(emit_value(graph, form, value_of_state(state_after(changes, thing, state_now(*thing))), all, tensors));
    return {};
}

}

Result<bool> ChangedThings::join(FormJoiner& joiner, Changes const* begun, Changes const& changes, bool began_outside)
{
    bool const cells = TRY(join_states(joiner, cells_, begun != nullptr ? &begun->cells : nullptr, changes.cells, began_outside));
    bool const lists = TRY(join_states(joiner, lists_, begun != nullptr ? &begun->lists : nullptr, changes.lists, began_outside));
    bool const dicts = TRY(join_states(joiner, dicts_, begun != nullptr ? &begun->dicts : nullptr, changes.dicts, began_outside));
    bool const objects = TRY(join_states(joiner, objects_, begun != nullptr ? &begun->objects : nullptr, changes.objects, began_outside));
    return cells || lists || dicts || objects;
}

void ChangedThings::types(std::vector<GraphType>& types) const
{
    auto const add = [&types](auto const& forms) {
        for (auto const& [thing, form] : forms)
            types_of(form, types);
    };
    add(cells_);
    add(lists_);
    add(dicts_);
    add(objects_);
}

Result<void> ChangedThings::emit(GraphBuilder& graph, Changes const* changes, std::vector<GraphTensor>& tensors) const
{
    TRY(emit_states(graph, cells_, changes != nullptr ? &changes->cells : nullptr, changes, tensors));
    TRY(emit_states(graph, lists_, changes != nullptr ? &changes->lists : nullptr, changes, tensors));
    TRY(emit_states(graph, dicts_, changes != nullptr ? &changes->dicts : nullptr, changes, tensors));
    return emit_states(graph, objects_, changes != nullptr ? &changes->objects : nullptr, changes, tensors);
}

void ChangedThings::rebuild(GraphBuilder& graph, Heap& heap, std::vector<GraphTensor> const& tensors, size_t& next) const
{
    for (auto const& [cell, form] : cells_) {
        Value const value = rebuild_value(graph, heap, form, tensors, next);
        heap.set_cell(cell, (*value.as<TensorReference>())->seen);
    }
    for (auto const& [list, form] : lists_) {
        Value const value = rebuild_value(graph, heap, form, tensors, next);
        heap.set_list(list, **value.as<std::shared_ptr<ListValue>>());
    }
    auto const items_of = [&](ValueForm const& form) { return (*rebuild_value(graph, heap, form, tensors, next).as<std::shared_ptr<TupleValue>>())->items; };
    for (auto const& [dict, form] : dicts_) {
        auto items = items_of(form);
        heap.will_change(dict);
        for (size_t i = 0; i < items.size(); ++i)
            dict->items[i].second = std::move(items[i]);
    }
    for (auto const& [object, form] : objects_) {
        auto items = items_of(form);
        heap.will_change(object);
        for (size_t i = 0; i < items.size(); ++i)
            object->attributes[i].second = std::move(items[i]);
    }
}

std::vector<Value> rebuild_values(GraphBuilder& graph, Heap& heap, std::vector<ValueForm> const& forms, ChangedThings const& things, std::vector<GraphTensor> const& results)
{
    std::vector<Value> values;
    size_t next = 0;
    for (auto const& form : forms)
        values.push_back(rebuild_value(graph, heap, form, results, next));
    things.rebuild(graph, heap, results, next);
    return values;
}
