#include "convert/evaluate.h"

#include "convert/value_form.h"

#include <algorithm>
#include <cmath>

// What a program leaves in its module for its next call: which of its tensors, attributes and containers changed.

Failure state_is_kept(std::string const& names)
{
    return unsupported("the program keeps state between its calls: " + names)
        .code(keeps_state_code)
        .hint(keeps_state_hint);
}

std::string open_state_name(std::string const& path) { return "state of " + path; }

bool Evaluator::is_written(StoredTensor const& tensor) const
{
    auto const& cell = *tensor.cell;
    if (cell.uncertain || is_turned(tensor) || begun_.contains({tensor.path, false}))
        return true;
    if (open_state_.contains(tensor.path))
        return cell.base.name() == nullptr || *cell.base.name() != open_state_name(tensor.path);
    auto const now = cell.base.is_constant() ? cell.base.known() : std::nullopt;
    auto const before = tensor.stored->values.bytes();
    return !now || !std::ranges::equal(now->bytes(), before);
}

// Written, and to be seen by a next call that takes the same way, or by another view of the same memory in this one.
bool Evaluator::is_changed(StoredTensor const& tensor) const
{
    bool const is_seen = tensor.cell->uncertain || is_turned(tensor) || !tensor.cell->settled || shares_memory(tensor);
    return is_seen && is_written(tensor);
}

// Other views of the same memory do not see what is written.
bool Evaluator::shares_memory(StoredTensor const& tensor) const
{
    return std::any_of(stored_tensors_.begin(), stored_tensors_.end(), [&](StoredTensor const& other) { return &other != &tensor && other.stored->storage == tensor.stored->storage; });
}

namespace {

bool is_same_item(Value const& one, Value const& other)
{
    auto const* tensor = one.as<TensorReference>();
    auto const* dim = one.as<Dim>();
    if (tensor != nullptr || dim != nullptr)
        return one.held.index() == other.held.index() && (tensor != nullptr ? *tensor == *other.as<TensorReference>() : *dim == *other.as<Dim>());
    auto const* number = one.as<double>();
    bool const is_nan = number != nullptr && std::isnan(*number) && other.is<double>() && std::isnan(*other.as<double>());
    bool const is_poison = one.is<PoisonValue>() && other.is<PoisonValue>();
    return is_nan || is_poison || same_plain_value(one, other);
}

}

// Paths of the module's lists and dicts that hold other things than the file says.
std::set<std::string> Evaluator::changed_containers() const
{
    std::set<std::string> paths;
    auto const name = [](std::string const& path) { return path.empty() ? "a constant of the code" : path; };
    for (auto const& [list, items, path] : stored_lists_)
        if (list->open || list->uncertain || !std::equal(items.begin(), items.end(), list->items.begin(), list->items.end(), is_same_item))
            paths.insert(name(path));
    for (auto const& [dict, items, path] : stored_dicts_)
        if (!std::equal(items.begin(), items.end(), dict->items.begin(), dict->items.end(), [](auto const& one, auto const& other) { return is_same_item(one.first, other.first) && is_same_item(one.second, other.second); }))
            paths.insert(name(path));
    return paths;
}

std::set<std::string> Evaluator::changed_tensors() const
{
    std::set<std::string> paths;
    for (auto const& stored : stored_tensors_)
        if (!stored.path.empty() && is_changed(stored) && !is_turned(stored) && !shares_memory(stored))
            paths.insert(stored.path);
    return paths;
}

std::set<std::string> Evaluator::kept_beside_containers() const
{
    std::set<std::string> kept = state_;
    for (auto const& stored : stored_tensors_)
        if (is_changed(stored) && (is_turned(stored) || !open_state_.contains(stored.path) || shares_memory(stored)))
            kept.insert(stored.path.empty() ? "a constant of the code" : stored.path);
    return kept;
}

Result<void> Evaluator::check_no_state(bool caches_are_allowed) const
{
    if (caches_are_allowed && cached())
        return {};
    std::set<std::string> kept = kept_beside_containers();
    kept.merge(changed_containers());
    if (kept.empty())
        return {};
    std::string names;
    for (auto const& name : kept)
        names += (names.empty() ? "" : ", ") + name;
    return state_is_kept(names);
}

std::optional<std::vector<Value>> Evaluator::cached() const
{
    if (!kept_beside_containers().empty())
        return std::nullopt;
    for (auto const& [list, items, path] : stored_lists_)
        if (list->open || list->uncertain || !std::equal(items.begin(), items.end(), list->items.begin(), list->items.end(), is_same_item))
            return std::nullopt;
    std::vector<Value> added;
    for (auto const& [dict, items, path] : stored_dicts_) {
        bool const is_longer = dict->items.size() >= items.size() && std::equal(items.begin(), items.end(), dict->items.begin(), [](auto const& one, auto const& other) { return is_same_item(one.first, other.first) && is_same_item(one.second, other.second); });
        if (!is_longer)
            return std::nullopt;
        for (size_t i = items.size(); i < dict->items.size(); ++i)
            added.push_back(dict->items[i].second);
    }
    return added;
}

Result<StateValues> Evaluator::left_state() const
{
    StateValues left;
    for (auto const& [path, attribute] : written_)
        left.emplace(StatePlace{path, true}, *attribute.first->find(attribute.second));
    for (auto const& [place, value] : begun_)
        if (place.is_attribute && !left.contains(place))
            left.emplace(place, value); // as it was
    for (auto const& stored : stored_tensors_) {
        if (!is_written(stored))
            continue;
        if (is_turned(stored))
            return unsupported("the program gives " + (stored.path.empty() ? "a constant of the code" : stored.path) + " another shape in place");
        if (stored.path.empty() || shares_memory(stored) || left.contains({stored.path, true}))
            return unsupported("the program writes into " + (stored.path.empty() ? "a constant of the code" : stored.path) + ", which stands at several places of the module");
        if (!left.emplace(StatePlace{stored.path, false}, Value{stored.tensor}).second)
            return unsupported("two tensors of the module are called " + stored.path);
    }
    if (auto const changed = changed_containers(); !changed.empty())
        return unsupported("the program changes " + *changed.begin() + ", a list or dict of the module, in place");
    TRY(check_no_aliases(left));
    return left;
}

namespace {

// True where a list stands at two places.
bool shares_lists(Value const& value, std::set<ListValue const*>& lists)
{
    auto const any = [&](std::vector<Value> const& items) { return std::any_of(items.begin(), items.end(), [&](Value const& item) { return shares_lists(item, lists); }); };
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return !lists.insert(list->get()).second || !(*list)->may_be.empty() || any((*list)->items);
    auto const* tuple = value.as<std::shared_ptr<TupleValue>>();
    return tuple != nullptr && any((*tuple)->items);
}

void add_tensors(Value const& value, std::vector<TensorReference>& tensors)
{
    if (auto const* tensor = value.as<TensorReference>())
        tensors.push_back(*tensor);
    else if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        for (auto const& item : (*list)->items)
            add_tensors(item, tensors);
    else if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
        for (auto const& item : (*tuple)->items)
            add_tensors(item, tensors);
}

}

// The inputs of the next call have memory of their own. That differs from the program where one of them is written into and
// another sees it.
Result<void> Evaluator::check_no_aliases(StateValues const& left) const
{
    std::set<ListValue const*> lists;
    for (auto const& [list, items, path] : stored_lists_)
        lists.insert(list.get());
    for (auto const& [place, value] : left)
        if (shares_lists(value, lists))
            return unsupported("the program keeps one list at several places");
    std::set<StorageCell const*> cells;
    bool is_shared = false;
    for (auto const& [place, value] : left) {
        std::vector<TensorReference> tensors;
        add_tensors(value, tensors);
        for (auto const& tensor : tensors)
            is_shared = !cells.insert(tensor->cell.get()).second || !tensor->cell->may_be.empty() || is_shared;
        is_shared = is_shared || (place.is_attribute && shared_paths_.contains(place.path));
    }
    for (auto const& stored : stored_tensors_)
        is_shared = is_shared || (!left.contains({stored.path, false}) && cells.contains(stored.tensor->cell.get()));
    bool is_written = false;
    for (auto const& [place, value] : begun_) {
        std::vector<TensorReference> tensors;
        add_tensors(value, tensors);
        for (auto const& tensor : tensors)
            is_written = is_written || tensor->cell->generation != 0 || tensor->cell->uncertain;
    }
    if (is_shared && is_written)
        return unsupported("the program writes into what it keeps from call to call, and keeps it at several places");
    return {};
}
