#include "program/check.h"

#include <algorithm>
#include <array>

namespace {

// What the calls of namespace prim own beside arguments.
struct CallRule {
    std::string_view target;
    int arguments; // -1: any number
    int results; // -1: any number
    bool has_name;
    bool has_type;
};

constexpr std::array<CallRule, 19> call_rules{{
    {"prim::Constant", 0, 1, false, false},
    {"prim::If", 1, -1, false, false},
    {"prim::Loop", -1, -1, false, false},
    {"prim::GetAttr", 1, 1, true, false},
    {"prim::SetAttr", 2, 0, true, false},
    {"prim::CallMethod", -1, 1, true, false},
    {"prim::CallFunction", -1, 1, true, false},
    {"prim::CreateObject", 0, 1, false, true},
    {"prim::ListConstruct", -1, 1, false, false},
    {"prim::TupleConstruct", -1, 1, false, false},
    {"prim::DictConstruct", -1, 1, false, false},
    {"prim::TupleUnpack", 1, -1, false, false},
    {"prim::TupleIndex", 2, 1, false, false},
    {"prim::TupleSlice", 3, 1, false, false},
    {"prim::Uninitialized", 0, 1, false, true},
    {"prim::unchecked_cast", 1, 1, false, true},
    {"prim::isinstance", 1, 1, false, true},
    {"prim::annotate", 1, 1, false, true},
    {"prim::tolist", 1, 1, false, true},
}};

std::string number_of(size_t count, std::string_view what) { return std::to_string(count) + " " + std::string(what); }

class Checker {
public:
    Checker(Function const& function, Program const& program)
        : program_(program),
          states_(function.value_count, State::unset)
    {
    }

    Result<void> check(Function const& function)
    {
        std::vector<ValueId> parameters;
        for (auto const& parameter : function.parameters)
            parameters.push_back(parameter.value);
        if (!function.body.parameters.empty())
            return malformed("the body of a function has " + number_of(function.body.parameters.size(), "parameters of its own, wanted none"));
        if (function.body.results.size() != 1)
            return malformed("the body of a function gives " + number_of(function.body.results.size(), "values, wanted one"));
        for (ValueId const parameter : parameters)
            TRY(set(parameter));
        return check_block(function.body, 0);
    }

private:
    // A value is set once and for all, and seen until its block ends.
    enum class State : uint8_t { unset,
        seen,
        hidden };

    Result<void> set(ValueId id)
    {
        if (id >= states_.size())
            return malformed("value " + std::to_string(id) + " lies beyond value_count " + std::to_string(states_.size()));
        if (states_[id] != State::unset)
            return malformed("value " + std::to_string(id) + " is set twice");
        states_[id] = State::seen;
        set_.push_back(id);
        return {};
    }

    Result<void> use(ValueId id) const
    {
        if (id >= states_.size() || states_[id] == State::unset)
            return malformed("value " + std::to_string(id) + " is used before it is set");
        if (states_[id] == State::hidden)
            return malformed("value " + std::to_string(id) + " is used outside of its block");
        return {};
    }

    Result<void> check_block(Block const& block, uint32_t depth)
    {
        if (depth > program_depth)
            return malformed("blocks nest deeper than " + std::to_string(program_depth));
        size_t const before = set_.size();
        for (ValueId const parameter : block.parameters)
            TRY(set(parameter));
        for (auto const& call : block.calls)
            if (auto checked = check_call(call, depth); !checked)
                return placed(std::move(checked), call);
        for (ValueId const result : block.results)
            TRY(use(result));
        for (size_t index = before; index < set_.size(); ++index)
            states_[set_[index]] = State::hidden;
        set_.resize(before);
        return {};
    }

    Result<void> placed(Result<void> failed, Call const& call) const
    {
        if (!failed.error().where.empty())
            return failed; // an inner call has said where
        return within(program_.text(call.place), within(call.target, std::move(failed)));
    }

    Result<void> check_call(Call const& call, uint32_t depth)
    {
        for (auto const& argument : call.arguments)
            TRY(use(argument.value));
        TRY(check_rule(call));
        if (call.target == "prim::If")
            TRY(check_if(call));
        else if (call.target == "prim::Loop")
            TRY(check_loop(call));
        else if (!call.blocks.empty())
            return malformed("a call that owns blocks is neither an If nor a Loop");
        for (auto const& block : call.blocks)
            TRY(check_block(block, depth + 1));
        for (ValueId const result : call.results)
            TRY(set(result));
        return {};
    }

    Result<void> check_rule(Call const& call) const
    {
        if (call.target.find("::") == std::string::npos)
            return malformed("an operator without a namespace");
        for (auto const& rule : call_rules) {
            if (rule.target != call.target)
                continue;
            if (rule.arguments >= 0 && call.arguments.size() != static_cast<size_t>(rule.arguments))
                return malformed(number_of(call.arguments.size(), "arguments, wanted ") + std::to_string(rule.arguments));
            if (rule.results >= 0 && call.results.size() != static_cast<size_t>(rule.results))
                return malformed(number_of(call.results.size(), "results, wanted ") + std::to_string(rule.results));
            if (rule.has_name && call.name.empty())
                return malformed("a call without the name it needs");
            if (rule.has_type && call.type.name.empty())
                return malformed("a call without the type it needs");
        }
        if (call.target == "prim::CallMethod" && call.arguments.empty())
            return malformed("a method is called on nothing");
        if (call.target == "prim::DictConstruct" && call.arguments.size() % 2 != 0)
            return malformed("a dict of " + number_of(call.arguments.size(), "keys and values, wanted pairs"));
        if (call.target == "prim::CallFunction" && !program_.functions.contains(call.name))
            return malformed("there is no function " + call.name);
        if (call.target == "prim::CreateObject" && !call.type.name.starts_with("__torch__.torch.classes.") && !program_.classes.contains(call.type.name))
            return malformed("there is no class " + call.type.name);
        return {};
    }

    Result<void> check_if(Call const& call) const
    {
        if (call.blocks.size() != 2)
            return malformed(number_of(call.blocks.size(), "blocks, wanted 2"));
        for (auto const& block : call.blocks) {
            if (!block.parameters.empty())
                return malformed("a branch has " + number_of(block.parameters.size(), "parameters, wanted none"));
            if (block.results.size() != call.results.size())
                return malformed("a branch gives " + number_of(block.results.size(), "values, the call ") + std::to_string(call.results.size()));
        }
        return {};
    }

    Result<void> check_loop(Call const& call) const
    {
        if (call.blocks.size() != 1)
            return malformed(number_of(call.blocks.size(), "blocks, wanted 1"));
        auto const& block = call.blocks[0];
        size_t const carried = call.results.size();
        if (call.arguments.size() != carried + 2 || block.parameters.size() != carried + 1 || block.results.size() != carried + 1)
            return malformed("a loop of " + number_of(call.arguments.size(), "arguments, ") + number_of(block.parameters.size(), "block parameters, ") + number_of(block.results.size(), "block results and ") + number_of(carried, "results"));
        return {};
    }

    Program const& program_;
    std::vector<State> states_;
    std::vector<ValueId> set_;
};

}

Result<void> check_function(Function const& function, Program const& program)
{
    return within("function " + function.name, Checker(function, program).check(function));
}

Result<void> check_program(Program const& program)
{
    for (auto const& [name, function] : program.functions)
        TRY(check_function(function, program));
    for (auto const& [name, type] : program.classes)
        for (auto const& [method, function] : type.methods)
            TRY(within("class " + name, check_function(function, program)));
    return {};
}

bool is_program_call(std::string_view target)
{
    return std::any_of(call_rules.begin(), call_rules.end(), [&](CallRule const& rule) { return rule.target == target; });
}
