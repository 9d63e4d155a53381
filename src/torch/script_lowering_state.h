#pragma once

#include "torch/script_lowering.h"
#include "torch/script_scope.h"

#include <unordered_set>

// The lowering of one function, shared by the files that hold its rules: script_lowering.cc (statements), script_values.cc
// (expressions) and script_calls.cc.
class ScriptLowering {
public:
    ScriptLowering(ScriptNames const& names, uint32_t file, Limits const& limits)
        : names_(names),
          file_(file),
          limits_(limits)
    {
    }

    Result<Function> lower(ScriptFunction const& function, ScriptFunctionPlace const& place);

private:
    using Statements = std::vector<ScriptStatement>;

    // Values and calls.
    Result<ValueId> new_value(std::string_view name);
    void name_value(ValueId value, std::string_view name);
    Result<void> charge(size_t text_size); // against limits.entries
    Call new_call(std::string target, uint32_t line) const;
    Result<ValueId> add_call(Call call); // with one new result
    Result<void> add_call_of(Call call, std::vector<std::string> const& targets); // with one new result for each name
    Result<ValueId> add_constant(ProgramValue value, uint32_t line);

    Result<void> enter(); // one block or fork deeper; leave() after it
    void leave() { --depth_; }

    // Statements: script_lowering.cc.
    Result<void> lower_parameters(ScriptFunction const& function, ScriptFunctionPlace const& place, Function& into);
    Result<ValueId> lower_body(Statements const& statements);
    Result<void> lower_statements(Statements const& statements, size_t count);
    Result<void> lower_statement(ScriptStatement const& statement);
    Result<void> lower_assign(ScriptStatement const& statement);
    Result<void> lower_unpack(ScriptStatement const& statement);
    Result<void> lower_set_attribute(ScriptStatement const& statement);
    Result<void> lower_if(ScriptStatement const& statement);
    Result<std::vector<ScriptScope::Assigned>> lower_branch(Statements const& statements, Block& into);
    Result<void> join_branches(std::vector<ScriptScope::Assigned> const& then_names, std::vector<ScriptScope::Assigned> const& else_names, Call& call);
    Result<void> lower_loop(ScriptStatement const& statement);
    Result<Block> lower_loop_body(ScriptStatement const& statement, std::vector<std::string_view> const& carried, ValueId is_true);
    std::vector<std::string_view> carried_names(ScriptStatement const& loop) const;
    Result<void> set_constant(std::string_view name, bool value, uint32_t line);
    Result<void> lower_with(ScriptStatement const& statement);

    // Expressions: script_values.cc.
    Result<ScriptBinding> lower_binding(ScriptExpression const& expression);
    Result<ValueId> lower_value(ScriptExpression const& expression);
    Result<ValueId> lower_name(ScriptExpression const& expression);
    Result<ValueId> lower_attribute(ScriptExpression const& expression);
    Result<ValueId> lower_subscript(ScriptExpression const& expression);
    Result<ValueId> lower_slice(ScriptExpression const& expression);
    Result<ValueId> lower_items(ScriptExpression const& expression, std::string target, ProgramType type);
    Result<ValueId> lower_typed(ScriptExpression const& expression);
    // The name a chain of attributes has outside of the function ("torch.add", "__torch__.f"); nothing where it starts at a value.
    std::optional<std::string> outer_name(ScriptExpression const& expression) const;

    // Calls: script_calls.cc.
    Result<Call> call_of(ScriptExpression const& expression); // all but its results
    Result<ValueId> lower_call(ScriptExpression const& expression);
    Result<Call> call_of_outer(std::string const& name, ScriptExpression const& expression);
    Result<Call> call_of_name(ScriptExpression const& expression);
    Result<Call> call_of_method(ScriptExpression const& expression);
    Result<Call> call_with_arguments(std::string target, ScriptExpression const& expression);
    Result<ValueId> lower_getattr(ScriptExpression const& expression);
    Result<ValueId> lower_fork(ScriptExpression const& expression);
    bool is_builtin(ScriptExpression const& callee, std::string_view name) const;

    ScriptNames const& names_;
    uint32_t file_;
    Limits const& limits_;
    ScriptScope scope_;
    Block* block_ = nullptr; // the one being filled
    uint32_t value_count_ = 0;
    std::vector<std::string> value_names_;
    uint64_t charged_ = 0;
    uint32_t depth_ = 0; // of blocks and forks
    std::unordered_set<ScriptStatement const*> forked_;
};
