#include "torch/script_lowering.h"

#include "torch/script_lowering_state.h"

#include <algorithm>
#include <limits>

namespace {

std::string line_text(uint32_t line) { return "line " + std::to_string(line); }

void add_assigned(std::vector<ScriptStatement> const& statements, std::vector<std::string_view>& names)
{
    for (auto const& statement : statements) {
        for (auto const& target : statement.targets)
            names.push_back(target);
        if (statement.kind != ScriptStatementKind::define)
            for (auto const& body : statement.bodies)
                add_assigned(body, names);
    }
}

// The name that a while loop asks; empty of a for loop, or where it asks something else.
std::string_view condition_name(ScriptStatement const& loop)
{
    bool const asks_name = loop.kind == ScriptStatementKind::while_true && loop.values[0].kind == ScriptExpressionKind::name;
    return asks_name ? std::string_view(loop.values[0].name) : std::string_view();
}

ScriptBinding const* find_name(std::vector<ScriptScope::Assigned> const& assigned, std::unordered_map<std::string_view, size_t> const& places, std::string_view name)
{
    auto const found = places.find(name);
    return found == places.end() ? nullptr : &assigned[found->second].binding;
}

std::unordered_map<std::string_view, size_t> places_of(std::vector<ScriptScope::Assigned> const& assigned)
{
    std::unordered_map<std::string_view, size_t> places;
    for (size_t index = 0; index < assigned.size(); ++index)
        places.emplace(assigned[index].name, index);
    return places;
}

}

Result<Function> lower_script_function(ScriptFunction const& function, ScriptFunctionPlace const& place, ScriptNames const& names, Limits const& limits)
{
    return ScriptLowering(names, place.file, limits).lower(function, place);
}

Result<Function> ScriptLowering::lower(ScriptFunction const& function, ScriptFunctionPlace const& place)
{
    Function result;
    result.name = place.class_name.empty() ? std::string(place.qualified_name) : function.name;
    result.return_type = function.return_type;
    block_ = &result.body;
    TRY(lower_parameters(function, place, result));
    ValueId const value = TRY(lower_body(function.body));
    result.body.results.push_back(value);
    result.value_count = value_count_;
    result.value_names = std::move(value_names_);
    return result;
}

Result<void> ScriptLowering::lower_parameters(ScriptFunction const& function, ScriptFunctionPlace const& place, Function& into)
{
    if (!place.class_name.empty() && function.parameters.empty())
        return malformed("a method without self").at(line_text(function.line));
    for (auto const& written : function.parameters) {
        if (scope_.find(written.name) != nullptr)
            return malformed("two parameters are called " + written.name).at(line_text(function.line));
        Parameter parameter;
        parameter.name = written.name;
        parameter.type = written.type;
        if (into.parameters.empty() && !place.class_name.empty() && parameter.type.name.empty())
            parameter.type.name = place.class_name;
        parameter.value = TRY(new_value(written.name));
        if (written.default_value)
            parameter.default_value = TRY(within(line_text(written.default_value->line), script_constant(*written.default_value, names_)));
        scope_.set(written.name, {parameter.value, {}, nullptr});
        into.parameters.push_back(std::move(parameter));
    }
    return {};
}

Result<ValueId> ScriptLowering::new_value(std::string_view name)
{
    TRY(charge(name.size()));
    value_names_.emplace_back(name);
    return value_count_++;
}

void ScriptLowering::name_value(ValueId value, std::string_view name)
{
    if (value_names_[value].empty())
        value_names_[value] = name;
}

Result<void> ScriptLowering::charge(size_t text_size)
{
    constexpr size_t text_of_one = 64;
    charged_ += 1 + text_size / text_of_one;
    if (charged_ > limits_.entries)
        return exhausted("more values than limits.entries allows");
    return {};
}

Call ScriptLowering::new_call(std::string target, uint32_t line) const
{
    Call call;
    call.target = std::move(target);
    call.place = {file_, line};
    return call;
}

Result<ValueId> ScriptLowering::add_call(Call call)
{
    TRY(charge(call.name.size()));
    ValueId const result = TRY(new_value({}));
    call.results.push_back(result);
    block_->calls.push_back(std::move(call));
    return result;
}

Result<void> ScriptLowering::add_call_of(Call call, std::vector<std::string> const& targets)
{
    TRY(charge(call.name.size()));
    for (auto const& target : targets)
        call.results.push_back(TRY(new_value(target)));
    for (size_t index = 0; index < targets.size(); ++index)
        scope_.set(targets[index], {call.results[index], {}, nullptr});
    block_->calls.push_back(std::move(call));
    return {};
}

Result<ValueId> ScriptLowering::add_constant(ProgramValue value, uint32_t line)
{
    auto const* const text = std::get_if<std::string>(&value.value);
    TRY(charge(text == nullptr ? 0 : text->size()));
    Call call = new_call("prim::Constant", line);
    call.literal = std::move(value);
    return add_call(std::move(call));
}

Result<void> ScriptLowering::enter()
{
    if (++depth_ > std::min(limits_.depth, program_depth))
        return exhausted("blocks nest deeper than " + std::to_string(std::min(limits_.depth, program_depth)));
    return {};
}

// The statements of a function, whose last one may be a return.
Result<ValueId> ScriptLowering::lower_body(Statements const& statements)
{
    TRY(enter());
    bool const returns = !statements.empty() && statements.back().kind == ScriptStatementKind::give_back;
    TRY(lower_statements(statements, statements.size() - (returns ? 1 : 0)));
    auto result = returns ? lower_value(statements.back().values[0]) : add_constant(ProgramValue{ProgramNone{}}, statements.empty() ? 0 : statements.back().line);
    if (!result && result.error().where.empty())
        return within(line_text(statements.back().line), std::move(result));
    leave();
    return result;
}

Result<void> ScriptLowering::lower_statements(Statements const& statements, size_t count)
{
    TRY(enter());
    for (size_t index = 0; index < count; ++index) {
        auto const& statement = statements[index];
        auto lowered = lower_statement(statement);
        if (!lowered && lowered.error().where.empty())
            return within(line_text(statement.line), std::move(lowered));
        TRY(std::move(lowered));
    }
    leave();
    return {};
}

Result<void> ScriptLowering::lower_statement(ScriptStatement const& statement)
{
    switch (statement.kind) {
    case ScriptStatementKind::assign:
        return lower_assign(statement);
    case ScriptStatementKind::unpack:
        return lower_unpack(statement);
    case ScriptStatementKind::set_attribute:
        return lower_set_attribute(statement);
    case ScriptStatementKind::if_else:
        return lower_if(statement);
    case ScriptStatementKind::for_range:
    case ScriptStatementKind::while_true:
        return lower_loop(statement);
    case ScriptStatementKind::with:
        return lower_with(statement);
    case ScriptStatementKind::give_back:
        return malformed("a return that is not the last statement of its function");
    case ScriptStatementKind::pass:
        return {};
    case ScriptStatementKind::define: {
        ScriptBinding binding;
        binding.definition = &statement;
        scope_.set(statement.name, binding);
        return {};
    }
    case ScriptStatementKind::expression: {
        TRY(lower_value(statement.values[0]));
        return {};
    }
    }
    return {};
}

Result<void> ScriptLowering::lower_assign(ScriptStatement const& statement)
{
    if (statement.values.size() != statement.targets.size()) {
        auto const& value = statement.values[0];
        if (value.kind != ScriptExpressionKind::call)
            return lower_unpack(statement);
        Call call = TRY(call_of(value));
        if (!call.target.starts_with("prim::Call"))
            return add_call_of(std::move(call), statement.targets);
        ValueId const tuple = TRY(add_call(std::move(call)));
        Call unpack = new_call("prim::TupleUnpack", statement.line);
        unpack.arguments.push_back({"", tuple});
        return add_call_of(std::move(unpack), statement.targets);
    }
    std::vector<ScriptBinding> bindings;
    for (auto const& value : statement.values)
        bindings.push_back(TRY(lower_binding(value)));
    for (size_t index = 0; index < bindings.size(); ++index) {
        if (bindings[index].value)
            name_value(*bindings[index].value, statement.targets[index]);
        scope_.set(statement.targets[index], bindings[index]);
    }
    return {};
}

Result<void> ScriptLowering::lower_unpack(ScriptStatement const& statement)
{
    ValueId const whole = TRY(lower_value(statement.values[0]));
    Call call = new_call("prim::TupleUnpack", statement.line);
    call.arguments.push_back({"", whole});
    return add_call_of(std::move(call), statement.targets);
}

Result<void> ScriptLowering::lower_set_attribute(ScriptStatement const& statement)
{
    ValueId const object = TRY(lower_value(*statement.target_object));
    ValueId const value = TRY(lower_value(statement.values[0]));
    Call call = new_call("prim::SetAttr", statement.line);
    call.name = statement.name;
    call.arguments = {{"", object}, {"", value}};
    TRY(charge(call.name.size()));
    block_->calls.push_back(std::move(call));
    return {};
}

Result<void> ScriptLowering::lower_if(ScriptStatement const& statement)
{
    ValueId const condition = TRY(lower_value(statement.values[0]));
    Call call = new_call("prim::If", statement.line);
    call.arguments.push_back({"", condition});
    call.blocks.resize(2);
    auto const then_names = TRY(lower_branch(statement.bodies[0], call.blocks[0]));
    auto const else_names = TRY(lower_branch(statement.bodies[1], call.blocks[1]));
    TRY(join_branches(then_names, else_names, call));
    TRY(charge(0));
    block_->calls.push_back(std::move(call));
    return {};
}

// Fills `into`; gives the names that were set in it, and forgets them.
Result<std::vector<ScriptScope::Assigned>> ScriptLowering::lower_branch(Statements const& statements, Block& into)
{
    Block* const around = block_;
    block_ = &into;
    size_t const mark = scope_.mark();
    TRY(lower_statements(statements, statements.size()));
    block_ = around;
    return scope_.take_back(mark);
}

// The results of an If: a name that has a value on both ways out. A name that stood for something before and does not on both ways
// stands for nothing afterwards.
Result<void> ScriptLowering::join_branches(std::vector<ScriptScope::Assigned> const& then_names, std::vector<ScriptScope::Assigned> const& else_names, Call& call)
{
    auto const then_places = places_of(then_names);
    auto const else_places = places_of(else_names);
    std::vector<std::string_view> names;
    for (auto const& assigned : then_names)
        names.push_back(assigned.name);
    for (auto const& assigned : else_names)
        if (!then_places.contains(assigned.name))
            names.push_back(assigned.name);
    for (auto const name : names) {
        auto const* const before = scope_.find(name);
        auto const* const in_then = find_name(then_names, then_places, name);
        auto const* const in_else = find_name(else_names, else_places, name);
        auto const* const after_then = in_then != nullptr ? in_then : before;
        auto const* const after_else = in_else != nullptr ? in_else : before;
        if (after_then == nullptr || after_else == nullptr)
            continue;
        if (!after_then->value || !after_else->value) {
            scope_.unset(name);
            continue;
        }
        call.blocks[0].results.push_back(*after_then->value);
        call.blocks[1].results.push_back(*after_else->value);
        ValueId const result = TRY(new_value(name));
        call.results.push_back(result);
        scope_.set(name, {result, {}, nullptr});
    }
    return {};
}

// The names that a loop carries: set before it and in its body. The condition of a while loop is none of them, see below.
std::vector<std::string_view> ScriptLowering::carried_names(ScriptStatement const& loop) const
{
    std::vector<std::string_view> assigned;
    add_assigned(loop.bodies[0], assigned);
    std::vector<std::string_view> carried;
    std::unordered_set<std::string_view> seen{condition_name(loop)};
    for (auto const name : assigned) {
        auto const* const before = scope_.find(name);
        if (seen.insert(name).second && before != nullptr && before->value)
            carried.push_back(name);
    }
    return carried;
}

// A while loop runs while a name is true, which its body sets: the name is True where the body begins and False after the loop.
Result<void> ScriptLowering::lower_loop(ScriptStatement const& statement)
{
    bool const is_for = statement.kind == ScriptStatementKind::for_range;
    auto const condition = condition_name(statement);
    ValueId const first = TRY(lower_value(statement.values[0])); // the trip count, or the condition
    ValueId const is_true = TRY(add_constant(ProgramValue{true}, statement.line));
    ValueId count = first;
    if (!is_for)
        count = TRY(add_constant(ProgramValue{std::numeric_limits<int64_t>::max()}, statement.line));
    auto const carried = carried_names(statement);
    Call call = new_call("prim::Loop", statement.line);
    call.arguments = {{"", count}, {"", is_for ? is_true : first}};
    for (auto const name : carried)
        call.arguments.push_back({"", *scope_.find(name)->value});
    call.blocks.push_back(TRY(lower_loop_body(statement, carried, is_true)));
    for (auto const name : carried) {
        ValueId const result = TRY(new_value(name));
        call.results.push_back(result);
        scope_.set(name, {result, {}, nullptr});
    }
    if (is_for)
        scope_.unset(statement.targets[0]); // the loop may have run not once
    TRY(charge(0));
    block_->calls.push_back(std::move(call));
    if (!condition.empty())
        return set_constant(condition, false, statement.line);
    return {};
}

Result<void> ScriptLowering::set_constant(std::string_view name, bool value, uint32_t line)
{
    ValueId const constant = TRY(add_constant(ProgramValue{value}, line));
    scope_.set(name, {constant, {}, nullptr});
    return {};
}

Result<Block> ScriptLowering::lower_loop_body(ScriptStatement const& statement, std::vector<std::string_view> const& carried, ValueId is_true)
{
    bool const is_for = statement.kind == ScriptStatementKind::for_range;
    auto const condition = condition_name(statement);
    Block body;
    Block* const around = block_;
    block_ = &body;
    size_t const mark = scope_.mark();
    body.parameters.push_back(TRY(new_value(is_for ? std::string_view(statement.targets[0]) : std::string_view())));
    for (auto const name : carried) {
        body.parameters.push_back(TRY(new_value(name)));
        scope_.set(name, {body.parameters.back(), {}, nullptr});
    }
    if (is_for)
        scope_.set(statement.targets[0], {body.parameters[0], {}, nullptr});
    if (!condition.empty())
        scope_.set(condition, {is_true, {}, nullptr});
    TRY(lower_statements(statement.bodies[0], statement.bodies[0].size()));
    ValueId go_on = is_true;
    if (!is_for)
        go_on = TRY(lower_value(statement.values[0]));
    body.results.push_back(go_on);
    for (auto const name : carried) {
        auto const* const after = scope_.find(name);
        if (after == nullptr || !after->value)
            return malformed(std::string(name) + " has no value at the end of the loop's body");
        body.results.push_back(*after->value);
    }
    scope_.take_back(mark);
    block_ = around;
    return body;
}

Result<void> ScriptLowering::lower_with(ScriptStatement const& statement)
{
    ValueId const object = TRY(lower_value(statement.values[0]));
    Call enter = new_call("prim::CallMethod", statement.line);
    enter.name = "__enter__";
    enter.arguments.push_back({"", object});
    ValueId const entered = TRY(add_call(std::move(enter)));
    if (!statement.targets.empty()) {
        name_value(entered, statement.targets[0]);
        scope_.set(statement.targets[0], {entered, {}, nullptr});
    }
    TRY(lower_statements(statement.bodies[0], statement.bodies[0].size()));
    ValueId const none = TRY(add_constant(ProgramValue{ProgramNone{}}, statement.line));
    Call exit = new_call("prim::CallMethod", statement.line);
    exit.name = "__exit__";
    exit.arguments = {{"", object}, {"", none}, {"", none}, {"", none}};
    TRY(add_call(std::move(exit)));
    return {};
}
