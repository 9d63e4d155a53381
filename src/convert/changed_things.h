#pragma once

#include "convert/value_form.h"

#include <memory>
#include <utility>
#include <vector>

// Tensors, lists, dicts and objects that nested graphs change: how what they become crosses the border of the graphs, beside the
// values that the program itself hands on.
class ChangedThings {
public:
    // Adds what `changes` holds, and `begun` where the first states are not those of now; widens the forms so that they hold the
    // states in `changes` as well. True where something was added or widened. See FormJoiner::join().
    Result<bool> join(FormJoiner& joiner, Changes const* begun, Changes const& changes, bool began_outside);
    void types(std::vector<GraphType>& types) const;
    // The tensors of the states in `changes`, or of those of now.
    Result<void> emit(GraphBuilder& graph, Changes const* changes, std::vector<GraphTensor>& tensors) const;
    // Makes the things what the tensors from `next` on say.
    void rebuild(GraphBuilder& graph, Heap& heap, std::vector<GraphTensor> const& tensors, size_t& next) const;
    bool empty() const { return cells_.empty() && lists_.empty() && dicts_.empty() && objects_.empty(); }

private:
    template <typename Thing>
    using Forms = std::vector<std::pair<std::shared_ptr<Thing>, ValueForm>>;

    Forms<StorageCell> cells_;
    Forms<ListValue> lists_;
    Forms<DictValue> dicts_;
    Forms<ObjectValue> objects_;
};

// What an If or a Loop gives: the values of the forms, and the things made what its other results say.
std::vector<Value> rebuild_values(GraphBuilder& graph, Heap& heap, std::vector<ValueForm> const& forms, ChangedThings const& things, std::vector<GraphTensor> const& results);
