#include "convert/loop.h"

#include <limits>

namespace {

// Each evaluation widens some form, and a form can only be widened a few times.
constexpr int most_evaluations = 20;

GraphTensor condition_tensor(Value const& condition)
{
    if (auto const* unknown = condition.as<UnknownBool>())
        return unknown->tensor;
    return GraphTensor::constant(Tensor::scalar(condition.is<bool>() && *condition.as<bool>()));
}

// The rounds of a `while`: its condition alone ends it.
bool is_endless(Dim const& trips) { return trips.is(std::numeric_limits<int64_t>::max()); }

// True where a tensor that the loop carries was written to as well: it may be another one from round to round.
bool was_written(Value const& entry, int depth = 0)
{
    if (auto const* tensor = entry.as<TensorReference>())
        return (*tensor)->steps.empty() && !(*tensor)->cell->may_be.empty() && (*tensor)->cell->generation != 0;
    if (auto const* optional = entry.as<OptionalValue>())
        return was_written(*optional->inner, depth + 1);
    std::vector<Value> const* items = nullptr;
    if (auto const* tuple = entry.as<std::shared_ptr<TupleValue>>())
        items = &(*tuple)->items;
    return items != nullptr && std::any_of(items->begin(), items->end(), [depth](Value const& item) { return was_written(item, depth + 1); });
}

}

Result<std::vector<Value>> LoopOnData::run(Dim const& trips, Dim const& first_round, Value const& condition, std::vector<Value> const& initial)
{
    for (auto const& value : initial)
        forms_.push_back(known_form(value));
    for (int evaluation = 0; evaluation < most_evaluations; ++evaluation) {
        Round round = TRY(evaluate_round(first_round));
        if (round.results.size() != initial.size() + 1)
            return malformed("a loop carries " + std::to_string(initial.size()) + " values and gives " + std::to_string(round.results.size()));
        joiner_.take_from(nullptr, &round.changes);
        bool widened = false;
        for (size_t i = 0; i < forms_.size(); ++i)
            widened = TRY(joiner_.join(forms_[i], round.results[i + 1], true)) || widened;
        widened = TRY(things_.join(joiner_, nullptr, round.changes, true)) || widened;
        if (widened)
            continue;
        for (auto const& entry : round.entry)
            if (was_written(entry))
                return unsupported("a loop on data writes into a tensor in place and replaces it as well").hint("clone() the tensor before it is written to");
        auto const* goes_on = round.results[0].as<bool>();
        if (goes_on != nullptr && *goes_on && is_endless(trips))
            return unsupported("a loop that never ends");
        return write_node(trips, condition, initial, std::move(round));
    }
    return unsupported("a loop on data whose values change their kind with every round");
}

Result<LoopOnData::Round> LoopOnData::evaluate_round(Dim const& first_round)
{
    Round round;
    graph_.open_scope();
    heap_.open_journal();
    round.inputs = {graph_.inner_input("round", {DType::int64, {}}), graph_.inner_input("go_on", {DType::boolean, {}})};
    std::vector<GraphType> types;
    for (auto const& form : forms_)
        types_of(form, types);
    things_.types(types);
    for (auto const& type : types)
        round.inputs.push_back(graph_.inner_input("carried", type));
    size_t next = 2;
    for (auto const& form : forms_)
        round.entry.push_back(rebuild_value(graph_, heap_, form, round.inputs, next));
    things_.rebuild(graph_, heap_, round.inputs, next);
    auto evaluated = [&]() -> Result<void> {
        round.results = TRY(body_(first_round + graph_.dim_of(round.inputs[0], true), round.entry));
        for (auto& result : round.results)
            TRY(heap_.settle(result));
        return heap_.settle_changes();
    }();
    round.changes = heap_.close_journal();
    round.scope = graph_.set_scope_aside();
    TRY(std::move(evaluated));
    return round;
}

Result<std::vector<Value>> LoopOnData::write_node(Dim const& trips, Value const& condition, std::vector<Value> const& initial, Round round)
{
    graph_.take_scope_back(std::move(round.scope));
    std::vector<GraphTensor> results{condition_tensor(round.results[0])};
    auto emitted = [&]() -> Result<void> {
        for (size_t i = 0; i < forms_.size(); ++i)
            TRY(emit_value(graph_, forms_[i], round.results[i + 1], &round.changes, results));
        return things_.emit(graph_, &round.changes, results);
    }();
    if (!emitted)
        graph_.abandon_scope();
    TRY(std::move(emitted));
    auto body = graph_.close_scope("body", results);
    graph_.set_inputs(*body, round.inputs);

    GraphTensor const count = GraphTensor::integer(trips);
    bool const endless = is_endless(trips);
    GraphTensor const begins = condition_tensor(condition);
    std::vector<GraphTensor> carried;
    for (size_t i = 0; i < forms_.size(); ++i)
        TRY(emit_value(graph_, forms_[i], initial[i], nullptr, carried));
    TRY(things_.emit(graph_, nullptr, carried));
    std::vector<GraphTensor const*> inputs{endless ? nullptr : &count, &begins};
    for (auto const& tensor : carried)
        inputs.push_back(&tensor);
    std::vector<GraphType> types;
    for (auto const& form : forms_)
        types_of(form, types);
    things_.types(types);
    Attributes attributes;
    attributes.push_back({"body", std::move(body), {}, 0, {}, {}});
    auto const outputs = graph_.nodes("Loop", inputs, std::move(types), std::move(attributes));
    for (auto const& cell : round.changes.uncertain)
        heap_.set_uncertain(cell);
    return rebuild_values(graph_, heap_, forms_, things_, outputs);
}
