#include "torch/script_constants.h"

#include <algorithm>
#include <charconv>

namespace {

Result<std::vector<ProgramValue>> constant_items(std::vector<ScriptExpression> const& expressions, size_t first, ScriptNames const& names)
{
    std::vector<ProgramValue> items;
    for (size_t index = first; index < expressions.size(); ++index)
        items.push_back(TRY(script_constant(expressions[index], names)));
    return items;
}

Result<ProgramValue> constant_dict(ScriptExpression const& expression, ScriptNames const& names)
{
    auto dict = std::make_shared<ProgramDict>();
    for (size_t index = 0; index + 1 < expression.children.size(); index += 2) {
        ProgramValue key = TRY(script_constant(expression.children[index], names));
        ProgramValue value = TRY(script_constant(expression.children[index + 1], names));
        dict->items.emplace_back(std::move(key), std::move(value));
    }
    return ProgramValue{std::move(dict)};
}

// annotate(List[int], [])
Result<ProgramValue> constant_annotated(ScriptExpression const& expression, ScriptNames const& names)
{
    ProgramValue value = TRY(script_constant(expression.children[0], names));
    auto const& arguments = expression.type.arguments;
    if (auto const* const list = std::get_if<std::shared_ptr<ProgramList>>(&value.value); list != nullptr && arguments.size() == 1)
        (*list)->element_type = arguments[0];
    if (auto const* const dict = std::get_if<std::shared_ptr<ProgramDict>>(&value.value); dict != nullptr && arguments.size() == 2) {
        (*dict)->key_type = arguments[0];
        (*dict)->value_type = arguments[1];
    }
    return value;
}

Result<ProgramValue> constant_named(ScriptExpression const& expression, ScriptNames const& names)
{
    auto const& object = expression.children[0];
    if (object.kind == ScriptExpressionKind::name && object.name == "CONSTANTS")
        return script_table_constant(expression.name, names);
    auto const name = dotted_name(expression);
    auto const* const found = name ? script_class_constant(*name, names) : nullptr;
    if (found == nullptr)
        return malformed((name ? *name : "." + expression.name) + " is no constant");
    return *found;
}

// torch.device("cpu"), or a named tuple's constructor.
Result<ProgramValue> constant_call(ScriptExpression const& expression, ScriptNames const& names)
{
    if (auto const* const device = script_device(expression))
        return ProgramValue{ProgramDevice{*device}};
    auto const name = dotted_name(expression.children[0]);
    auto const found = name ? names.classes.find(*name) : names.classes.end();
    if (found == names.classes.end() || found->second.kind != ClassKind::named_tuple)
        return malformed((name ? *name : "a call") + " gives no constant");
    auto tuple = std::make_shared<ProgramTuple>();
    tuple->items = TRY(constant_items(expression.children, 1, names));
    return ProgramValue{std::move(tuple)};
}

}

std::optional<std::string> dotted_name(ScriptExpression const& expression)
{
    std::vector<std::string_view> parts;
    ScriptExpression const* part = &expression;
    for (; part->kind == ScriptExpressionKind::attribute; part = &part->children[0]) {
        if (part != &expression && part->in_parentheses)
            return std::nullopt;
        parts.push_back(part->name);
    }
    if (part->kind != ScriptExpressionKind::name || part->in_parentheses)
        return std::nullopt;
    std::string name = part->name;
    for (auto reverse = parts.rbegin(); reverse != parts.rend(); ++reverse)
        name.append(".").append(*reverse);
    return name;
}

Result<ProgramValue> script_table_constant(std::string_view name, ScriptNames const& names)
{
    size_t index = 0;
    auto const [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), index);
    if (!name.starts_with('c') || error != std::errc() || end != name.data() + name.size())
        return malformed("CONSTANTS." + std::string(name) + " is no constant: wanted c0, c1...");
    if (index >= names.constants.size())
        return malformed("CONSTANTS." + std::string(name) + " where constants.pkl holds " + std::to_string(names.constants.size()) + " values");
    return names.constants[index];
}

ProgramValue const* script_class_constant(std::string_view qualified_name, ScriptNames const& names)
{
    size_t const dot = qualified_name.rfind('.');
    if (dot == std::string_view::npos)
        return nullptr;
    auto const found = names.classes.find(qualified_name.substr(0, dot));
    if (found == names.classes.end())
        return nullptr;
    for (auto const& [name, value] : found->second.constants)
        if (name == qualified_name.substr(dot + 1))
            return &value;
    return nullptr;
}

std::string const* script_device(ScriptExpression const& expression)
{
    if (expression.kind != ScriptExpressionKind::call || expression.children.size() != 2 || expression.children[1].kind != ScriptExpressionKind::text)
        return nullptr;
    return dotted_name(expression.children[0]) == "torch.device" ? &expression.children[1].name : nullptr;
}

Result<ProgramValue> script_constant(ScriptExpression const& expression, ScriptNames const& names)
{
    switch (expression.kind) {
    case ScriptExpressionKind::none:
        return ProgramValue{ProgramNone{}};
    case ScriptExpressionKind::boolean:
        return ProgramValue{std::get<int64_t>(expression.number) != 0};
    case ScriptExpressionKind::number:
        return std::visit([](auto number) { return ProgramValue{number}; }, expression.number);
    case ScriptExpressionKind::text:
        return ProgramValue{expression.name};
    case ScriptExpressionKind::list: {
        auto list = std::make_shared<ProgramList>();
        list->items = TRY(constant_items(expression.children, 0, names));
        return ProgramValue{std::move(list)};
    }
    case ScriptExpressionKind::tuple: {
        auto tuple = std::make_shared<ProgramTuple>();
        tuple->items = TRY(constant_items(expression.children, 0, names));
        return ProgramValue{std::move(tuple)};
    }
    case ScriptExpressionKind::dict:
        return constant_dict(expression, names);
    case ScriptExpressionKind::annotate:
    case ScriptExpressionKind::unchecked_cast:
        return constant_annotated(expression, names);
    case ScriptExpressionKind::attribute:
        return constant_named(expression, names);
    case ScriptExpressionKind::call:
        return constant_call(expression, names);
    default:
        return malformed("a constant was wanted");
    }
}
