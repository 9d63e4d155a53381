#include "convert/evaluate.h"
#include "convert/loop.h"

#include <algorithm>

// Branches and loops. On known values they vanish; a branch on data becomes ONNX If, whose results are the block's own and
// every tensor, list and object that either side changed. Each side is evaluated once, however deep branches nest. Where ONNX cannot
// hold what both sides give, what follows the branch is evaluated for each of them.

namespace {

constexpr int64_t most_unrolled = 1024;
constexpr int64_t most_nested_rounds = 64;
// More than any model makes, and few enough to be run.
constexpr int64_t most_rounds = 1'000'000;

Failure depends_on_unsupported(std::string const& what)
{
    return unsupported(what + " depends on an operator that cannot be converted").code(unknown_operator_code);
}

// The two sides of an If on data, put together.
class IfMerge {
public:
    IfMerge(GraphBuilder& graph, Heap& heap)
        : graph_(graph),
          heap_(heap),
          joiner_(graph, heap)
    {
    }

    // The values after the If. Fails with code 215 where ONNX cannot hold what both sides give.
    Result<std::vector<Value>> run(GraphTensor const& condition, BranchSide then_side, BranchSide else_side)
    {
        if (then_side.results->size() != else_side.results->size())
            return malformed("the sides of a branch give different numbers of values");
        joiner_.take_from(&then_side.changes, &else_side.changes);
        std::vector<ValueForm> forms;
        for (size_t i = 0; i < then_side.results->size(); ++i)
            forms.push_back(TRY(joined(condition, (*then_side.results)[i], (*else_side.results)[i])));
        ChangedThings things;
        TRY(things.join(joiner_, &then_side.changes, else_side.changes, false));
        std::vector<GraphType> types;
        for (auto const& form : forms)
            types_of(form, types);
        things.types(types);
        std::vector<GraphTensor> outputs;
        if (!types.empty()) {
            Attributes attributes;
            auto then_graph = TRY(graph_of("then", forms, things, then_side));
            auto else_graph = TRY(graph_of("else", forms, things, else_side));
            attributes.push_back({"then_branch", std::move(then_graph), {}, 0, {}, {}});
            attributes.push_back({"else_branch", std::move(else_graph), {}, 0, {}, {}});
            outputs = graph_.nodes("If", {&condition}, std::move(types), std::move(attributes));
        }
        for (auto const* side : {&then_side, &else_side})
            for (auto const& cell : side->changes.uncertain)
                heap_.set_uncertain(cell);
        return rebuild_values(graph_, heap_, forms, things, outputs);
    }

private:
    Result<ValueForm> joined(GraphTensor const& condition, Value const& then_value, Value const& else_value)
    {
        auto const* then_flag = then_value.as<bool>();
        auto const* else_flag = else_value.as<bool>();
        if (then_flag != nullptr && else_flag != nullptr && *then_flag != *else_flag) // the condition itself
            return known_form(Value{UnknownBool{*then_flag ? condition : unary(graph_, "Not", condition)}});
        ValueForm form = known_form(then_value);
        TRY(joiner_.join(form, else_value, false));
        return form;
    }

    Result<std::shared_ptr<OnnxGraph>> graph_of(std::string name, std::vector<ValueForm> const& forms, ChangedThings const& things, BranchSide& side)
    {
        graph_.take_scope_back(std::move(side.scope));
        std::vector<GraphTensor> tensors;
        auto emitted = [&]() -> Result<void> {
            for (size_t i = 0; i < forms.size(); ++i)
                TRY(emit_value(graph_, forms[i], (*side.results)[i], &side.changes, tensors));
            return things.emit(graph_, &side.changes, tensors);
        }();
        if (!emitted)
            graph_.abandon_scope();
        TRY(std::move(emitted));
        return graph_.close_scope(std::move(name), tensors);
    }

    GraphBuilder& graph_;
    Heap& heap_;
    FormJoiner joiner_;
};

}

Result<std::vector<Value>> Evaluator::run_if(Call const& call, Frame& frame)
{
    Value const condition = argument(call, frame, 0);
    if (auto const* known = condition.as<bool>())
        return run(call.blocks[*known ? 0 : 1], frame);
    if (auto const* unknown = condition.as<UnknownBool>())
        return branch(
            call, unknown->tensor, [&] { return run(call.blocks[0], frame); }, [&] { return run(call.blocks[1], frame); });
    if (condition.is<PoisonValue>())
        return depends_on_unsupported("a branch");
    return malformed("a branch on a " + kind_of(condition));
}

Value Evaluator::as_decided(Value const& value) const
{
    auto const decided = [&](GraphTensor const& condition) -> std::optional<bool> {
        auto const found = condition.name() == nullptr ? decided_.end() : decided_.find(*condition.name());
        return found == decided_.end() ? std::nullopt : std::optional(found->second);
    };
    if (auto const* flag = value.as<UnknownBool>()) {
        auto const known = decided(flag->tensor);
        return known ? Value{*known} : value;
    }
    if (auto const* optional = value.as<OptionalValue>()) {
        auto const known = decided(optional->present);
        return !known ? value : *known ? *optional->inner
                                       : none();
    }
    return value;
}

// "x is None" and "not c" are conditions of their own, and decided with what they are the opposite of.
void Evaluator::note_negation(Call const& call, OperatorCall const& bound, Value const& result)
{
    auto const* flag = result.as<UnknownBool>();
    if (flag == nullptr || flag->tensor.name() == nullptr || (call.target != "aten::__is__" && call.target != "aten::__not__"))
        return;
    for (auto const& given : bound.positional) {
        auto const* optional = given.as<OptionalValue>();
        auto const* negated = given.as<UnknownBool>();
        auto const* name = optional != nullptr ? optional->present.name() : negated != nullptr ? negated->tensor.name()
                                                                                               : nullptr;
        if (name != nullptr)
            negations_.insert_or_assign(*flag->tensor.name(), *name);
    }
}

BranchSide Evaluator::run_side(GraphTensor const& condition, bool holds, Way const& way)
{
    BranchSide side;
    auto const decided = decided_;
    if (condition.name() != nullptr) {
        decided_.insert_or_assign(*condition.name(), holds);
        if (auto const opposite = negations_.find(*condition.name()); opposite != negations_.end())
            decided_.insert_or_assign(opposite->second, !holds);
    }
    graph_.open_scope();
    heap_.open_journal();
    side.results = way();
    if (side.results)
        for (auto& value : *side.results)
            if (auto settled = heap_.settle(value); !settled) {
                side.results = tl::unexpected(std::move(settled).error());
                break;
            }
    if (side.results)
        if (auto settled = heap_.settle_changes(); !settled)
            side.results = tl::unexpected(std::move(settled).error());
    decided_ = decided;
    side.changes = heap_.close_journal();
    side.scope = graph_.set_scope_aside();
    // What this side could not join is not joined by evaluating what follows it twice.
    if (!side.results && side.results.error().code == cannot_join_code)
        side.results.error().code = 0;
    return side;
}

Result<std::vector<Value>> Evaluator::branch(Call const& call, GraphTensor const& condition, Way const& then_way, Way const& else_way)
{
    if (graph_.depth() > deepest_graph)
        return exhausted("branches and loops on data nest more than " + std::to_string(deepest_graph) + " deep");
    IfMerge merge(graph_, heap_);
    BranchSide then_side = run_side(condition, true, then_way);
    BranchSide else_side = run_side(condition, false, else_way);
    for (auto* const sides : {&then_side, &else_side}) {
        BranchSide& other = sides == &then_side ? else_side : then_side;
        if (!sides->raises() || other.raises())
            continue;
        notes_.assumptions.push_back(place_text(call.place) + ": " + sides->results.error().what + " is taken not to happen");
        if (!other.results)
            return other.results;
        graph_.splice_scope(std::move(other.scope));
        heap_.apply(std::move(other.changes));
        return other.results;
    }
    for (auto const* side : {&then_side, &else_side})
        if (!side->results)
            return side->results;
    graph_.set_place(place_text(call.place));
    auto values = merge.run(condition, std::move(then_side), std::move(else_side));
    if (values)
        notes_.warnings.push_back({"G01", "a branch on data became an ONNX If: only samples that take both ways show that both are right", place_text(call.place)});
    return values;
}

Result<std::vector<Value>> Evaluator::run_rest_both_ways(Block const& block, size_t place, Frame& frame)
{
    Call const& call = block.calls[place];
    if (both_ways_left_ == 0)
        return exhausted("what follows a branch on data is evaluated for each of its sides, and that more than " + std::to_string(most_both_ways) + " times");
    --both_ways_left_;
    Value const condition = argument(call, frame, 0);
    auto const way = [&](size_t side) {
        return [&, side]() -> Result<std::vector<Value>> {
            auto values = TRY(run(call.blocks[side], frame));
            for (size_t i = 0; i < call.results.size() && i < values.size(); ++i)
                frame[call.results[i]] = std::move(values[i]);
            return run(block, frame, place + 1);
        };
    };
    return branch(call, condition.as<UnknownBool>()->tensor, way(0), way(1));
}

Result<std::vector<Value>> Evaluator::run_loop(Call const& call, Frame& frame)
{
    LoopState state;
    Value const trip_count = argument(call, frame, 0);
    state.condition = argument(call, frame, 1);
    for (size_t i = 2; i < call.arguments.size(); ++i)
        state.carried.push_back(argument(call, frame, i));
    if (trip_count.is<PoisonValue>())
        return depends_on_unsupported("a loop");
    auto const* trips = trip_count.as<Dim>();
    if (trips == nullptr)
        return malformed("a loop over a " + kind_of(trip_count));
    return run_rounds(call, frame, *trips, std::move(state));
}

Result<Evaluator::LoopState> Evaluator::run_round(Call const& call, Frame& frame, Dim const& round, std::vector<Value> const& carried)
{
    Block const& body = call.blocks[0];
    frame[body.parameters[0]] = Value{round};
    for (size_t i = 0; i < carried.size(); ++i)
        frame[body.parameters[i + 1]] = carried[i];
    auto results = TRY(run(body, frame));
    LoopState state;
    state.condition = results[0];
    state.carried.assign(results.begin() + 1, results.end());
    return state;
}

// Round by round as long as it is known that there is another one; the rest as data decides.
Result<std::vector<Value>> Evaluator::run_rounds(Call const& call, Frame& frame, Dim const& trips, LoopState state)
{
    for (;; ++state.round) {
        if (state.condition.is<PoisonValue>())
            return depends_on_unsupported("a loop");
        if (!state.condition.is<bool>() && !state.condition.is<UnknownBool>())
            return malformed("a loop while a " + kind_of(state.condition));
        if (state.condition.is<bool>() && !*state.condition.as<bool>())
            return state.carried;
        auto const count = trips.known();
        if (count && state.round >= *count)
            return state.carried;
        bool const too_many = count && *count - state.round > most_rounds && *count != std::numeric_limits<int64_t>::max();
        if (too_many)
            return exhausted("a loop of more than " + std::to_string(most_rounds) + " rounds");
        bool const unrolls = state.condition.is<bool>() && count && (*count <= most_unrolled || (*count == std::numeric_limits<int64_t>::max() && state.round < most_unrolled));
        if (!unrolls)
            return run_rest_of_loop(call, frame, trips, std::move(state));
        int64_t const round = state.round;
        state = TRY(run_round(call, frame, round, state.carried));
        state.round = round;
    }
}

Result<std::vector<Value>> Evaluator::run_rest_of_loop(Call const& call, Frame& frame, Dim const& trips, LoopState state)
{
    if (graph_.depth() > deepest_graph)
        return exhausted("branches and loops on data nest more than " + std::to_string(deepest_graph) + " deep");
    bool const endless = trips.is(std::numeric_limits<int64_t>::max());
    Notes const notes = notes_;
    LoopOnData loop(graph_, heap_, [&](Dim const& round, std::vector<Value> const& carried) -> Result<std::vector<Value>> {
        notes_ = notes; // each evaluation says the same
        auto after = TRY(run_round(call, frame, round, carried));
        after.carried.insert(after.carried.begin(), after.condition);
        return after.carried;
    });
    auto values = loop.run(endless ? trips : trips - Dim(state.round), state.round, state.condition, state.carried);
    if (values) {
        graph_.set_place(place_text(call.place));
        return values;
    }
    Error error = values.error();
    if (error.code == cannot_join_code)
        error.code = 0;
    if (error.where.empty())
        error.where.push_back(place_text(call.place));
    if (error.reason == Reason::exhausted || error.code == unknown_operator_code || error.code == size_is_fixed_code)
        return tl::unexpected(std::move(error));
    if (!trips.known() && !graph_.symbols().roots_of(trips).empty()) {
        graph_.want_pinned(trips);
        return unsupported("the number of rounds of a loop must be a number, and here it is " + graph_.symbols().text_of(trips) + ": " + error.what).code(size_is_fixed_code);
    }
    auto const count = trips.known();
    bool const few = count && *count - state.round <= most_nested_rounds && state.condition.is<UnknownBool>();
    if (!few)
        return tl::unexpected(std::move(error));
    // A branch in a branch for each round that may follow.
    std::vector<Value> const carried = state.carried;
    GraphTensor const condition = state.condition.as<UnknownBool>()->tensor;
    notes_ = notes;
    auto const next_round = [&]() -> Result<std::vector<Value>> {
        LoopState next = TRY(run_round(call, frame, state.round, carried));
        next.round = state.round + 1;
        return run_rounds(call, frame, trips, std::move(next));
    };
    return branch(call, condition, next_round, [&]() -> Result<std::vector<Value>> { return carried; });
}
