#include "graph/heap.h"

#include <algorithm>
#include <limits>

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

Value Heap::list_of(std::vector<Value> items) { return Value{std::make_shared<ListValue>(ListValue{std::move(items), present_journal()})}; }

Value Heap::integers_of(std::vector<Dim> const& dims)
{
    std::vector<Value> items;
    for (auto const& dim : dims)
        items.push_back(Value{dim});
    return list_of(std::move(items));
}

Value Heap::dict_of(std::vector<std::pair<Value, Value>> items) { return Value{std::make_shared<DictValue>(DictValue{std::move(items), present_journal()})}; }
Value Heap::object_of(std::string class_name) { return Value{std::make_shared<ObjectValue>(ObjectValue{std::move(class_name), {}, present_journal()})}; }

namespace {

// All cells that a write to `written` may have changed besides it become uncertain: those that it may be, and those that may be
// it or one of these.
void make_uncertain(std::shared_ptr<StorageCell> const& written)
{
    std::vector<std::shared_ptr<StorageCell>> cells{written};
    for (size_t i = 0; i < cells.size(); ++i)
        for (auto const& cell : std::vector(cells[i]->may_be))
            if (std::find(cells.begin(), cells.end(), cell) == cells.end())
                cells.push_back(cell);
    for (size_t i = 0; i < cells.size(); ++i)
        for (auto const& held : std::vector(cells[i]->may_be_this))
            if (auto const cell = held.lock(); cell && std::find(cells.begin(), cells.end(), cell) == cells.end())
                cells.push_back(cell);
    for (size_t i = 1; i < cells.size(); ++i)
        cells[i]->uncertain = true;
}

}

Result<GraphTensor> Heap::read(TensorReference const& tensor)
{
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
    std::vector<GraphTensor> bases{tensor->cell->base};
    for (size_t i = 0; i + 1 < tensor->steps.size(); ++i)
        bases.push_back(TRY(tensor->steps[i]->take(bases.back())));
    make_uncertain(tensor->cell);
    GraphTensor changed = value;
    for (size_t i = tensor->steps.size(); i > 0; --i)
        changed = TRY(tensor->steps[i - 1]->put(bases[i - 1], changed));
    set_cell(tensor->cell, std::move(changed));
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
    ++cell->generation; // never goes back: a view read in a branch must not look fresh after it
}

void Heap::will_change(std::shared_ptr<ListValue> const& list)
{
    if (list->born_in < present_journal())
        remember(journals_.back().lists, list, *list);
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
    changes.lists = undo(journal.lists);
    changes.dicts = undo(journal.dicts);
    changes.objects = undo(journal.objects);
    return changes;
}

void Heap::apply(Changes changes)
{
    for (auto& [cell, value] : changes.cells)
        set_cell(cell, std::move(value));
    auto const set = [this](auto& entries) {
        for (auto& [thing, state] : entries) {
            will_change(thing);
            *thing = std::move(state);
        }
    };
    set(changes.lists);
    set(changes.dicts);
    set(changes.objects);
}
