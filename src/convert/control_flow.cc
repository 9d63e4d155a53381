#include "convert/evaluate.h"
#include "convert/merge.h"

#include <algorithm>

// Branches and loops. On known values they vanish; a branch on data becomes ONNX If, whose results are the block's own and
// every tensor, list and object that either side changed. Each side is evaluated once, however deep branches nest.

namespace {

constexpr int64_t most_unrolled = 1024;

Failure depends_on_unsupported(std::string const& what)
{
    return unsupported(what + " depends on an operator that cannot be converted").code(unknown_operator_code);
}

struct Side {
    std::unique_ptr<GraphScope> scope;
    Result<std::vector<Value>> results = std::vector<Value>();
    Changes changes;

    bool raises() const { return !results && results.error().code == program_raises_code; }
};

// What a thing is after one side: changed, or as it was.
template <typename Thing, typename State>
State const& state_after(std::vector<std::pair<std::shared_ptr<Thing>, State>> const& changes, std::shared_ptr<Thing> const& thing, State const& before)
{
    for (auto const& [changed, state] : changes)
        if (changed == thing)
            return state;
    return before;
}

template <typename Thing, typename State>
std::vector<std::shared_ptr<Thing>> changed_on_either(std::vector<std::pair<std::shared_ptr<Thing>, State>> const& first, std::vector<std::pair<std::shared_ptr<Thing>, State>> const& second)
{
    std::vector<std::shared_ptr<Thing>> things;
    for (auto const* changes : {&first, &second})
        for (auto const& [thing, state] : *changes)
            if (std::find(things.begin(), things.end(), thing) == things.end())
                things.push_back(thing);
    return things;
}

// The two sides of an If on data, put together.
class IfMerge {
public:
    IfMerge(GraphBuilder& graph, Heap& heap, SymbolId first_inner_symbol)
        : graph_(graph),
          heap_(heap),
          merger_(graph, heap, first_inner_symbol)
    {
    }

    Result<std::vector<Value>> run(GraphTensor const& condition, Side then_side, Side else_side)
    {
        for (size_t i = 0; i < then_side.results->size(); ++i)
            values_.push_back(TRY(merger_.merge((*then_side.results)[i], (*else_side.results)[i])));
        TRY(merge_changes(then_side.changes, else_side.changes));
        auto const results = merger_.with_open_sizes(write_node(condition, std::move(then_side), std::move(else_side)));
        std::vector<Value> values;
        for (auto const& merged : values_)
            values.push_back(merger_.build(merged, results));
        for (auto const& [cell, merged] : cells_)
            heap_.set_cell(cell, results[std::get<MergedValue::Output>(merged.held).index]);
        for (auto const& [list, items] : lists_) {
            heap_.will_change(list);
            list->items.clear();
            for (auto const& item : items)
                list->items.push_back(merger_.build(item, results));
        }
        for (auto const& [object, attributes] : objects_) {
            heap_.will_change(object);
            for (size_t i = 0; i < attributes.size(); ++i)
                object->attributes[i].second = merger_.build(attributes[i], results);
        }
        return values;
    }

private:
    Result<void> merge_changes(Changes const& first, Changes const& second)
    {
        for (auto const& cell : changed_on_either(first.cells, second.cells))
            cells_.emplace_back(cell, TRY(merger_.merge_tensors(state_after(first.cells, cell, cell->base), state_after(second.cells, cell, cell->base))));
        for (auto const& list : changed_on_either(first.lists, second.lists)) {
            auto const& then_items = state_after(first.lists, list, *list).items;
            auto const& else_items = state_after(second.lists, list, *list).items;
            if (then_items.size() != else_items.size())
                return unsupported("a branch on data makes a list " + std::to_string(then_items.size()) + " items long one way and " + std::to_string(else_items.size()) + " the other");
            std::vector<MergedValue> items;
            for (size_t i = 0; i < then_items.size(); ++i)
                items.push_back(TRY(merger_.merge(then_items[i], else_items[i])));
            lists_.emplace_back(list, std::move(items));
        }
        for (auto const& object : changed_on_either(first.objects, second.objects)) {
            auto const& then_attributes = state_after(first.objects, object, *object).attributes;
            auto const& else_attributes = state_after(second.objects, object, *object).attributes;
            if (then_attributes.size() != else_attributes.size() || then_attributes.size() != object->attributes.size())
                return unsupported("a branch on data adds an attribute to an object");
            std::vector<MergedValue> attributes;
            for (size_t i = 0; i < then_attributes.size(); ++i)
                attributes.push_back(TRY(within("attribute " + then_attributes[i].first, merger_.merge(then_attributes[i].second, else_attributes[i].second))));
            objects_.emplace_back(object, std::move(attributes));
        }
        if (!first.dicts.empty() || !second.dicts.empty())
            return unsupported("a branch on data changes a dict");
        return {};
    }

    std::vector<GraphTensor> write_node(GraphTensor const& condition, Side then_side, Side else_side)
    {
        if (merger_.then_outputs().empty())
            return {};
        graph_.take_scope_back(std::move(then_side.scope));
        auto then_graph = graph_.close_scope("then", merger_.then_outputs());
        graph_.take_scope_back(std::move(else_side.scope));
        auto else_graph = graph_.close_scope("else", merger_.else_outputs());
        Attributes attributes;
        attributes.push_back({"then_branch", std::move(then_graph), {}, 0, {}, {}});
        attributes.push_back({"else_branch", std::move(else_graph), {}, 0, {}, {}});
        return graph_.nodes("If", {&condition}, merger_.output_types(), std::move(attributes));
    }

    GraphBuilder& graph_;
    Heap& heap_;
    BranchMerger merger_;
    std::vector<MergedValue> values_;
    std::vector<std::pair<std::shared_ptr<StorageCell>, MergedValue>> cells_;
    std::vector<std::pair<std::shared_ptr<ListValue>, std::vector<MergedValue>>> lists_;
    std::vector<std::pair<std::shared_ptr<ObjectValue>, std::vector<MergedValue>>> objects_;
};

}

Result<std::vector<Value>> Evaluator::run_if(Call const& call, Frame& frame)
{
    Value const condition = argument(call, frame, 0);
    if (auto const* known = condition.as<bool>())
        return run(call.blocks[*known ? 0 : 1], frame);
    if (auto const* unknown = condition.as<UnknownBool>())
        return run_if_on_tensor(call, unknown->tensor, frame);
    if (condition.is<PoisonValue>())
        return depends_on_unsupported("a branch");
    return malformed("a branch on a " + kind_of(condition));
}

// The values as this side leaves them: the other side may see and change the same tensors.
Result<std::vector<Value>> Evaluator::settled(Result<std::vector<Value>> values)
{
    auto result = TRY(std::move(values));
    for (auto& value : result) {
        if (auto const* tensor = value.as<TensorReference>()) {
            TRY(heap_.read(*tensor));
            value = Value{std::make_shared<TensorView>(**tensor)};
        } else if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>()) {
            value = tuple_of(TRY(settled((*tuple)->items)));
        } else if (auto const* list = value.as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->items.empty() && (*list)->items[0].is<TensorReference>()) {
            value = heap_.list_of(TRY(settled((*list)->items)));
        }
    }
    return result;
}

Result<std::vector<Value>> Evaluator::run_if_on_tensor(Call const& call, GraphTensor const& condition, Frame& frame)
{
    SymbolId const first_inner_symbol = graph_.symbols().count();
    auto const run_side = [&](Block const& block) {
        Side side;
        graph_.open_scope();
        heap_.open_journal();
        side.results = settled(run(block, frame));
        side.changes = heap_.close_journal();
        side.scope = graph_.set_scope_aside();
        return side;
    };
    Side sides[2] = {run_side(call.blocks[0]), run_side(call.blocks[1])};
    for (size_t i = 0; i < 2; ++i) {
        Side& other = sides[1 - i];
        if (!sides[i].raises() || other.raises())
            continue;
        assumptions_.push_back(program_.text(call.place) + ": " + sides[i].results.error().what + " is taken not to happen");
        if (!other.results)
            return other.results;
        graph_.splice_scope(std::move(other.scope));
        heap_.apply(std::move(other.changes));
        return other.results;
    }
    for (auto const& side : sides)
        if (!side.results)
            return side.results;
    graph_.set_place(program_.text(call.place));
    warnings_.push_back({"G01", "a branch on data became an ONNX If: only samples that take both ways show that both are right", program_.text(call.place)});
    return IfMerge(graph_, heap_, first_inner_symbol).run(condition, std::move(sides[0]), std::move(sides[1]));
}

Result<std::vector<Value>> Evaluator::run_loop(Call const& call, Frame& frame)
{
    Block const& body = call.blocks[0];
    Value const trip_count = argument(call, frame, 0);
    Value condition = argument(call, frame, 1);
    std::vector<Value> carried;
    for (size_t i = 2; i < call.arguments.size(); ++i)
        carried.push_back(argument(call, frame, i));
    if (trip_count.is<PoisonValue>() || condition.is<PoisonValue>())
        return depends_on_unsupported("a loop");
    auto const* trips = trip_count.as<Dim>();
    if (trips == nullptr)
        return malformed("a loop over a " + kind_of(trip_count));
    for (int64_t iteration = 0;; ++iteration) {
        if (condition.is<PoisonValue>())
            return depends_on_unsupported("a loop");
        if (condition.is<UnknownBool>())
            return unsupported("a loop that ends when data says so").code(depends_on_data_code);
        if (condition.as<bool>() == nullptr)
            return malformed("a loop while a " + kind_of(condition));
        if (!*condition.as<bool>())
            return carried;
        auto const count = TRY(need_number(graph_, *trips, "the number of rounds of a loop"));
        if (iteration >= count)
            return carried;
        if (iteration == most_unrolled)
            return unsupported("a loop of more than " + std::to_string(most_unrolled) + " rounds");
        frame[body.parameters[0]] = Value{Dim(iteration)};
        for (size_t i = 0; i < carried.size(); ++i)
            frame[body.parameters[i + 1]] = carried[i];
        auto results = TRY(run(body, frame));
        condition = results[0];
        carried.assign(results.begin() + 1, results.end());
    }
}
