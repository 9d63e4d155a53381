#include "torch/script_lowering_state.h"

// The value of an expression, or what else a name may be bound to.
Result<ScriptBinding> ScriptLowering::lower_binding(ScriptExpression const& expression)
{
    ScriptBinding binding;
    if (expression.kind == ScriptExpressionKind::attribute) {
        auto const name = outer_name(expression);
        auto const function = name ? names_.functions.find(*name) : names_.functions.end();
        if (function != names_.functions.end()) {
            binding.function = *function;
            return binding;
        }
    }
    binding.value = TRY(lower_value(expression));
    return binding;
}

Result<ValueId> ScriptLowering::lower_value(ScriptExpression const& expression)
{
    switch (expression.kind) {
    case ScriptExpressionKind::none:
    case ScriptExpressionKind::boolean:
    case ScriptExpressionKind::number:
    case ScriptExpressionKind::text: {
        ProgramValue value = TRY(script_constant(expression, names_));
        return add_constant(std::move(value), expression.line);
    }
    case ScriptExpressionKind::name:
        return lower_name(expression);
    case ScriptExpressionKind::attribute:
        return lower_attribute(expression);
    case ScriptExpressionKind::call:
        return lower_call(expression);
    case ScriptExpressionKind::subscript:
        return lower_subscript(expression);
    case ScriptExpressionKind::slice:
        return lower_slice(expression);
    case ScriptExpressionKind::list:
        return lower_items(expression, "prim::ListConstruct", {});
    case ScriptExpressionKind::tuple:
        return lower_items(expression, "prim::TupleConstruct", {});
    case ScriptExpressionKind::dict:
        return lower_items(expression, "prim::DictConstruct", {});
    case ScriptExpressionKind::annotate:
    case ScriptExpressionKind::unchecked_cast:
    case ScriptExpressionKind::is_instance:
    case ScriptExpressionKind::uninitialized:
        return lower_typed(expression);
    case ScriptExpressionKind::missing:
        return add_constant(ProgramValue{ProgramNone{}}, expression.line);
    }
    return malformed("an expression of no kind");
}

Result<ValueId> ScriptLowering::lower_name(ScriptExpression const& expression)
{
    auto const* const binding = scope_.find(expression.name);
    if (binding == nullptr)
        return malformed("the name " + expression.name + " is not set on every path to here");
    if (!binding->value)
        return unsupported("the function " + expression.name + " as a value");
    return *binding->value;
}

std::optional<std::string> ScriptLowering::outer_name(ScriptExpression const& expression) const
{
    auto name = dotted_name(expression);
    if (!name)
        return std::nullopt;
    std::string_view const root = std::string_view(*name).substr(0, name->find('.'));
    bool const is_outer = root == "torch" || root == "ops" || root == "__torch__" || root == "CONSTANTS";
    return is_outer && scope_.find(root) == nullptr ? name : std::nullopt;
}

Result<ValueId> ScriptLowering::lower_attribute(ScriptExpression const& expression)
{
    auto const name = outer_name(expression);
    if (name && name->starts_with("CONSTANTS.") && name->find('.') == name->rfind('.')) {
        ProgramValue value = TRY(script_table_constant(expression.name, names_));
        return add_constant(std::move(value), expression.line);
    }
    if (name && !name->starts_with("CONSTANTS.")) {
        if (auto const* const constant = script_class_constant(*name, names_))
            return add_constant(*constant, expression.line);
        if (script_class_constant(name->substr(0, name->rfind('.')), names_) == nullptr)
            return malformed(*name + " is no value");
    }
    ValueId const object = TRY(lower_value(expression.children[0]));
    Call call = new_call("prim::GetAttr", expression.line);
    call.name = expression.name;
    call.arguments.push_back({"", object});
    return add_call(std::move(call));
}

// The printer puts a name into parentheses before [ where it indexes a tuple, and only there.
Result<ValueId> ScriptLowering::lower_subscript(ScriptExpression const& expression)
{
    auto const& container = expression.children[0];
    bool const is_tuple = container.kind == ScriptExpressionKind::name && container.in_parentheses;
    ValueId const value = TRY(lower_value(container));
    ValueId const index = TRY(lower_value(expression.children[1]));
    Call call = new_call(is_tuple ? "prim::TupleIndex" : "aten::__getitem__", expression.line);
    call.arguments = {{"", value}, {"", index}};
    return add_call(std::move(call));
}

Result<ValueId> ScriptLowering::lower_slice(ScriptExpression const& expression)
{
    return lower_items(expression, "prim::TupleSlice", {});
}

Result<ValueId> ScriptLowering::lower_items(ScriptExpression const& expression, std::string target, ProgramType type)
{
    Call call = new_call(std::move(target), expression.line);
    call.type = std::move(type);
    for (auto const& child : expression.children) {
        ValueId const value = TRY(lower_value(child));
        call.arguments.push_back({"", value});
    }
    return add_call(std::move(call));
}

// annotate(List[int], []) makes a list of that type; annotate(T, x.tolist()) is an operator of its own.
Result<ValueId> ScriptLowering::lower_typed(ScriptExpression const& expression)
{
    if (expression.kind == ScriptExpressionKind::uninitialized)
        return lower_items(expression, "prim::Uninitialized", expression.type);
    auto const& inner = expression.children[0];
    if (expression.kind == ScriptExpressionKind::annotate) {
        if (inner.kind == ScriptExpressionKind::list)
            return lower_items(inner, "prim::ListConstruct", expression.type);
        if (inner.kind == ScriptExpressionKind::dict)
            return lower_items(inner, "prim::DictConstruct", expression.type);
        bool const is_method = inner.kind == ScriptExpressionKind::call && inner.children[0].kind == ScriptExpressionKind::attribute;
        if (is_method && inner.children.size() == 1 && inner.children[0].name == "tolist" && !outer_name(inner.children[0]))
            return lower_items(inner.children[0], "prim::tolist", expression.type);
        return lower_items(expression, "prim::annotate", expression.type);
    }
    return lower_items(expression, expression.kind == ScriptExpressionKind::is_instance ? "prim::isinstance" : "prim::unchecked_cast", expression.type);
}
