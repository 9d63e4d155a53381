#include "torch/script_evidence.h"
#include "torch/script_lowering_state.h"

#include <array>

namespace {

// Names that stand alone before their arguments and are operators.
struct Builtin {
    std::string_view name;
    std::string_view target;
};

constexpr std::array<Builtin, 6> builtins{{
    {"int", "aten::Int"},
    {"float", "aten::Float"},
    {"bool", "aten::Bool"},
    {"str", "aten::str"},
    {"sorted", "aten::sorted"},
    {"print", "prim::Print"},
}};

constexpr std::string_view new_suffix = ".__new__";

}

Result<ValueId> ScriptLowering::lower_call(ScriptExpression const& expression)
{
    auto const& callee = expression.children[0];
    if (is_builtin(callee, "getattr"))
        return lower_getattr(expression);
    if (is_builtin(callee, "fork"))
        return lower_fork(expression);
    if (auto const* const device = script_device(expression); device != nullptr && outer_name(callee))
        return add_constant(ProgramValue{ProgramDevice{*device}}, expression.line);
    Call call = TRY(call_of(expression));
    return add_call(std::move(call));
}

bool ScriptLowering::is_builtin(ScriptExpression const& callee, std::string_view name) const
{
    return callee.kind == ScriptExpressionKind::name && callee.name == name && scope_.find(name) == nullptr;
}

Result<Call> ScriptLowering::call_of(ScriptExpression const& expression)
{
    auto const& callee = expression.children[0];
    if (callee.kind == ScriptExpressionKind::name)
        return call_of_name(expression);
    if (callee.kind != ScriptExpressionKind::attribute)
        return malformed("a call of something that has no name");
    auto const name = outer_name(callee);
    if (name && !name->starts_with("CONSTANTS."))
        return call_of_outer(*name, expression);
    return call_of_method(expression);
}

Result<Call> ScriptLowering::call_of_name(ScriptExpression const& expression)
{
    auto const& callee = expression.children[0];
    if (auto const* const binding = scope_.find(callee.name)) {
        if (binding->function.empty())
            return malformed("a call of " + callee.name + ", which is no function");
        Call call = TRY(call_with_arguments("prim::CallFunction", expression));
        call.name = std::string(binding->function);
        return call;
    }
    for (auto const& builtin : builtins)
        if (builtin.name == callee.name)
            return call_with_arguments(std::string(builtin.target), expression);
    return malformed("a call of " + callee.name + ", which is not set here and no operator");
}

Result<Call> ScriptLowering::call_of_outer(std::string const& name, ScriptExpression const& expression)
{
    if (auto target = script_operator(name))
        return call_with_arguments(std::move(*target), expression);
    if (names_.functions.contains(name)) {
        Call call = TRY(call_with_arguments("prim::CallFunction", expression));
        call.name = name;
        return call;
    }
    bool const is_new = name.ends_with(new_suffix);
    std::string const class_name = is_new ? name.substr(0, name.size() - new_suffix.size()) : name;
    auto const found = names_.classes.find(class_name);
    if (is_new) {
        bool const is_known = found != names_.classes.end() || class_name.starts_with("__torch__.torch.classes.");
        if (!is_known || expression.children.size() != 2 || dotted_name(expression.children[1]) != class_name)
            return malformed(name + " makes no object of a class of this file");
        Call call = new_call("prim::CreateObject", expression.line);
        call.type.name = class_name;
        return call;
    }
    if (found == names_.classes.end() || found->second.kind != ClassKind::named_tuple)
        return malformed("there is no function " + name);
    Call call = TRY(call_with_arguments("prim::TupleConstruct", expression));
    call.type.name = class_name;
    return call;
}

Result<Call> ScriptLowering::call_of_method(ScriptExpression const& expression)
{
    auto const& callee = expression.children[0];
    ValueId const object = TRY(lower_value(callee.children[0]));
    Call call = TRY(call_with_arguments("prim::CallMethod", expression));
    call.name = callee.name;
    call.arguments.insert(call.arguments.begin(), {"", object});
    return call;
}

Result<Call> ScriptLowering::call_with_arguments(std::string target, ScriptExpression const& expression)
{
    Call call = new_call(std::move(target), expression.line);
    for (size_t index = 1; index < expression.children.size(); ++index) {
        ValueId const value = TRY(lower_value(expression.children[index]));
        call.arguments.push_back({expression.names[index - 1], value});
    }
    return call;
}

// getattr(o, "0"): an attribute whose name is none of the language.
Result<ValueId> ScriptLowering::lower_getattr(ScriptExpression const& expression)
{
    if (expression.children.size() != 3 || expression.children[2].kind != ScriptExpressionKind::text)
        return malformed("getattr wants a value and a text");
    ValueId const object = TRY(lower_value(expression.children[1]));
    Call call = new_call("prim::GetAttr", expression.line);
    call.name = expression.children[2].name;
    call.arguments.push_back({"", object});
    return add_call(std::move(call));
}

Result<ValueId> ScriptLowering::lower_fork(ScriptExpression const& expression)
{
    bool const has_name = expression.children.size() == 2 && expression.children[1].kind == ScriptExpressionKind::name;
    auto const* const binding = has_name ? scope_.find(expression.children[1].name) : nullptr;
    if (binding == nullptr || binding->definition == nullptr)
        return malformed("fork wants a nested function");
    ScriptStatement const& definition = *binding->definition;
    if (!forked_.insert(&definition).second)
        return unsupported("the nested function " + definition.name + " is forked more than once");
    size_t const mark = scope_.mark();
    ValueId const value = TRY(lower_body(definition.bodies[0]));
    scope_.take_back(mark);
    return value;
}
