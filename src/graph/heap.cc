#include "graph/heap.h"

#include <algorithm>
#include <limits>
#include <set>

namespace {

constexpr uint64_t never_seen = std::numeric_limits<uint64_t>::max();

}

TensorReference Heap::tensor(GraphTensor value)
{
    auto cell = std::make_shared<StorageCell>(StorageCell{value, 0, present_journal()});
    return std::make_shared<TensorView>(TensorView{std::move(cell), {}, std::move(value), 0, true, false});
}

TensorReference Heap::one_of(GraphTensor value, std::vector<std::shared_ptr<StorageCell>> cells)
{
    auto result = tensor(std::move(value));
    for (auto const& cell : cells)
        cell->may_be_this.push_back(result->cell);
    result->cell->may_be = std::move(cells);
    return result;
}

TensorReference Heap::unread(TensorReference const& of)
{
    auto result = std::make_shared<TensorView>(*of);
    result->generation = never_seen;
    return result;
}

TensorReference Heap::view(TensorReference const& of, ViewStep step, GraphTensor value, bool contiguous)
{
    auto view = std::make_shared<TensorView>(TensorView{of->cell, of->steps, std::move(value), of->cell->generation, contiguous, false});
    view->steps.push_back(std::make_shared<ViewStep const>(std::move(step)));
    return view;
}

Result<void> Heap::turn_into(TensorReference const& tensor, TensorReference const& other)
{
    if (tensor == other)
        return {};
    if (!journals_.empty())
        return unsupported("a tensor is given another shape in place where data decides whether that happens").hint("use the form without the underscore");
    *tensor = *other;
    return {};
}

Heap::~Heap()
{
    for (auto const& list : lists_)
        list->items.clear();
    for (auto const& dict : dicts_)
        dict->items.clear();
    for (auto const& object : objects_)
        object->attributes.clear();
}

Value Heap::list_of(std::vector<Value> items)
{
    items_made_ += 1 + items.size();
    lists_.push_back(std::make_shared<ListValue>(ListValue{std::move(items), present_journal()}));
    return Value{lists_.back()};
}

Value Heap::integers_of(std::vector<Dim> const& dims)
{
    std::vector<Value> items;
    for (auto const& dim : dims)
        items.push_back(Value{dim});
    return list_of(std::move(items));
}

Value Heap::dict_of(std::vector<std::pair<Value, Value>> items)
{
    items_made_ += 1 + items.size();
    dicts_.push_back(std::make_shared<DictValue>(DictValue{std::move(items), present_journal()}));
    return Value{dicts_.back()};
}

Value Heap::object_of(std::string class_name)
{
    items_made_ += 1;
    objects_.push_back(std::make_shared<ObjectValue>(ObjectValue{std::move(class_name), {}, present_journal()}));
    return Value{objects_.back()};
}

namespace {

// `start`, all that it may be, and all that may be one of these: a change of the first may be one of the others.
template <typename Thing>
std::vector<std::shared_ptr<Thing>> related(std::shared_ptr<Thing> const& start)
{
    std::vector<std::shared_ptr<Thing>> found{start};
    std::set<Thing*> known{start.get()};
    for (size_t i = 0; i < found.size(); ++i)
        for (auto const& other : std::vector(found[i]->may_be))
            if (known.insert(other.get()).second)
                found.push_back(other);
    for (size_t i = 0; i < found.size(); ++i)
        for (auto const& held : std::vector(found[i]->may_be_this))
            if (auto other = held.lock(); other && known.insert(other.get()).second)
                found.push_back(std::move(other));
    found.erase(found.begin());
    return found;
}

}

Value Heap::one_of_lists(ListValue contents, std::vector<std::shared_ptr<ListValue>> const& others)
{
    Value const value = list_of(std::move(contents.items));
    auto const& list = lists_.back();
    list->open = std::move(contents.open);
    list->uncertain = contents.uncertain;
    list->may_be = others;
    for (auto const& other : others)
        other->may_be_this.push_back(list);
    return value;
}

void Heap::set_uncertain(std::shared_ptr<StorageCell> const& cell)
{
    if (!journals_.empty() && !cell->uncertain)
        journals_.back().uncertain.push_back(cell);
    cell->uncertain = true;
}

void Heap::make_uncertain(std::shared_ptr<StorageCell> const& written)
{
    for (auto const& cell : related(written))
        set_uncertain(cell);
}

Result<GraphTensor> Heap::read(TensorReference const& tensor)
{
    tensor->cell->was_read = true;
    if (tensor->cell->short_rows)
        tensor->cell->settled = false;
    if (tensor->cell->uncertain)
        return unsupported("a tensor is read after a write that may or may not have changed it: which memory was written is not known here").hint("clone() a tensor before it is written to: the one that a branch chose, or the result of reshape() or contiguous()");
    if (tensor->generation != tensor->cell->generation) {
        GraphTensor value = tensor->cell->base;
        for (auto const& step : tensor->steps)
            value = TRY(step->take(value));
        tensor->seen = std::move(value);
        tensor->generation = tensor->cell->generation;
        if (!journals_.empty())
            journals_.back().refreshed.push_back(tensor);
    }
    return tensor->seen;
}

Result<void> Heap::write(TensorReference const& tensor, GraphTensor value)
{
    if (!tensor->cell->frozen.empty())
        return unsupported("a write into a tensor that " + tensor->cell->frozen).hint("clone() the tensor before it is written to");
    std::vector<GraphTensor> bases{tensor->cell->base};
    for (size_t i = 0; i + 1 < tensor->steps.size(); ++i)
        bases.push_back(TRY(tensor->steps[i]->take(bases.back())));
    make_uncertain(tensor->cell);
    GraphTensor changed = value;
    for (size_t i = tensor->steps.size(); i > 0; --i)
        changed = TRY(tensor->steps[i - 1]->put(bases[i - 1], changed));
    set_cell(tensor->cell, std::move(changed));
    tensor->cell->settled = tensor->steps.empty() && !tensor->cell->was_read && !tensor->cell->short_rows && journals_.empty();
    tensor->seen = std::move(value);
    tensor->generation = tensor->cell->generation;
    return {};
}

namespace {

// Remembers the present state of a thing in the journal, once.
template <typename Thing, typename State>
void remember(std::vector<std::pair<std::shared_ptr<Thing>, State>>& entries, std::shared_ptr<Thing> const& thing, State const& state)
{
    for (auto const& [known, old] : entries)
        if (known == thing)
            return;
    entries.emplace_back(thing, state);
}

// Puts the old states back, and gives what the things had become.
template <typename Thing>
std::vector<std::pair<std::shared_ptr<Thing>, Thing>> undo(std::vector<std::pair<std::shared_ptr<Thing>, Thing>>& entries)
{
    for (auto& [thing, state] : entries)
        std::swap(*thing, state);
    return std::move(entries);
}

}

void Heap::set_cell(std::shared_ptr<StorageCell> const& cell, GraphTensor value)
{
    if (cell->born_in < present_journal())
        remember(journals_.back().cells, cell, cell->base);
    cell->base = std::move(value);
    cell->settled = false;
    ++cell->generation; // never goes back: a view read in a branch must not look fresh after it
}

Result<void> Heap::will_change(std::shared_ptr<ListValue> const& list)
{
    if (list->uncertain)
        return unsupported("a list is changed after a change that may or may not have been one of it: a branch on data decides which list that was").hint("copy the list in the branch");
    auto const note = [this](std::shared_ptr<ListValue> const& changed) {
        if (changed->born_in < present_journal())
            remember(journals_.back().lists, changed, *changed);
    };
    note(list);
    for (auto const& other : related(list)) {
        note(other);
        other->uncertain = true;
    }
    return {};
}

void Heap::will_change(std::shared_ptr<DictValue> const& dict)
{
    if (dict->born_in < present_journal())
        remember(journals_.back().dicts, dict, *dict);
}

void Heap::will_change(std::shared_ptr<ObjectValue> const& object)
{
    if (object->born_in < present_journal())
        remember(journals_.back().objects, object, *object);
}

Result<void> Heap::settle(Value& value, std::set<void const*>& seen, int depth)
{
    static constexpr int deepest = 50;
    if (depth > deepest)
        return exhausted("values nest more than " + std::to_string(deepest) + " deep where they depend on data");
    if (auto const* tensor = value.as<TensorReference>()) {
        TRY(read(*tensor));
        value = Value{std::make_shared<TensorView>(**tensor)};
    } else if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>()) {
        auto items = (*tuple)->items;
        for (auto& item : items)
            TRY(settle(item, seen, depth + 1));
        value = tuple_of(std::move(items));
    } else if (auto const* optional = value.as<OptionalValue>()) {
        Value inner = *optional->inner;
        TRY(settle(inner, seen, depth + 1));
        value = Value{OptionalValue{optional->present, std::make_shared<Value const>(std::move(inner))}};
    } else if (auto const* list = value.as<std::shared_ptr<ListValue>>()) {
        if ((*list)->born_in >= present_journal() && seen.insert(list->get()).second)
            for (auto& item : (*list)->items)
                TRY(settle(item, seen, depth + 1));
    } else if (auto const* dict = value.as<std::shared_ptr<DictValue>>()) {
        if ((*dict)->born_in >= present_journal() && seen.insert(dict->get()).second)
            for (auto& item : (*dict)->items)
                TRY(settle(item.second, seen, depth + 1));
    } else if (auto const* object = value.as<std::shared_ptr<ObjectValue>>()) {
        if ((*object)->born_in >= present_journal() && seen.insert(object->get()).second)
            for (auto& attribute : (*object)->attributes)
                TRY(settle(attribute.second, seen, depth + 1));
    }
    return {};
}

Result<void> Heap::settle(Value& value)
{
    std::set<void const*> seen;
    return settle(value, seen, 0);
}

Result<void> Heap::settle_changes()
{
    std::set<void const*> seen;
    auto& journal = journals_.back();
    for (auto const& [list, old] : journal.lists)
        for (auto& item : list->items)
            TRY(settle(item, seen, 0));
    for (auto const& [dict, old] : journal.dicts)
        for (auto& item : dict->items)
            TRY(settle(item.second, seen, 0));
    for (auto const& [object, old] : journal.objects)
        for (auto& attribute : object->attributes)
            TRY(settle(attribute.second, seen, 0));
    return {};
}

void Heap::open_journal()
{
    journals_.emplace_back();
    journals_.back().number = ++last_journal_;
}

Changes Heap::close_journal()
{
    CHECK(!journals_.empty(), "a journal was opened");
    Journal journal = std::move(journals_.back());
    journals_.pop_back();
    Changes changes;
    for (auto const& [cell, old] : journal.cells) {
        changes.cells.emplace_back(cell, cell->base);
        cell->base = old;
        ++cell->generation;
    }
    for (auto const& view : journal.refreshed)
        view->generation = never_seen;
    for (auto const& cell : journal.uncertain)
        cell->uncertain = false;
    changes.uncertain = std::move(journal.uncertain);
    changes.lists = undo(journal.lists);
    for (auto const& [list, after] : changes.lists) { // which lists it may be does not change back
        list->may_be = after.may_be;
        list->may_be_this = after.may_be_this;
    }
    changes.dicts = undo(journal.dicts);
    changes.objects = undo(journal.objects);
    return changes;
}

void Heap::set_list(std::shared_ptr<ListValue> const& list, ListValue contents)
{
    if (list->born_in < present_journal())
        remember(journals_.back().lists, list, *list);
    list->items = std::move(contents.items);
    list->open = std::move(contents.open);
    list->uncertain = contents.uncertain;
}

void Heap::apply(Changes changes)
{
    for (auto& [cell, value] : changes.cells)
        set_cell(cell, std::move(value));
    for (auto const& cell : changes.uncertain)
        set_uncertain(cell);
    for (auto& [list, state] : changes.lists)
        set_list(list, std::move(state));
    for (auto& [dict, state] : changes.dicts) {
        will_change(dict);
        *dict = std::move(state);
    }
    for (auto& [object, state] : changes.objects) {
        will_change(object);
        *object = std::move(state);
    }
}
