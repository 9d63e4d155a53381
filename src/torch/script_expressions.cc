#include "torch/script_parser_state.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace {

Result<int64_t> integer_of(std::string_view digits, bool is_negative)
{
    uint64_t value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    uint64_t const largest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) + (is_negative ? 1 : 0);
    if (error != std::errc() || value > largest)
        return malformed(std::string(is_negative ? "-" : "") + std::string(digits.substr(0, 40)) + " does not fit 64 bits");
    return static_cast<int64_t>(is_negative ? 0 - value : value);
}

Result<double> real_of(std::string_view digits)
{
    double value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
        return malformed("\"" + std::string(digits.substr(0, 40)) + "\" is no number of double precision");
    return value;
}

// A token that is a floating-point number, or its imaginary part.
struct Real {
    double value;
    bool is_imaginary;
};

Result<std::optional<Real>> real_of(ScriptToken const& token)
{
    if (token.kind == ScriptTokenKind::real || token.kind == ScriptTokenKind::imaginary)
        return Real{TRY(real_of(token.text)), token.kind == ScriptTokenKind::imaginary};
    if (token.kind != ScriptTokenKind::name)
        return std::nullopt;
    if (token.text == "inf" || token.text == "infj")
        return Real{std::numeric_limits<double>::infinity(), token.text == "infj"};
    if (token.text == "nan" || token.text == "nanj")
        return Real{std::numeric_limits<double>::quiet_NaN(), token.text == "nanj"};
    return std::nullopt;
}

}

Result<ProgramType> ScriptParser::parse_type()
{
    TRY(count_node());
    TRY(enter());
    ProgramType type;
    type.name = TRY(expect_name());
    while (TRY(take_sign("."))) {
        std::string const part = TRY(expect_name());
        type.name += "." + part;
    }
    // Dict(str, int) is how PyTorch before 1.5 wrote Dict[str, int].
    std::string_view const closing = at_sign("[") ? "]" : at_sign("(") && type.name == "Dict" ? ")"
                                                                                              : "";
    if (!closing.empty()) {
        TRY(advance());
        if (at_sign("(") && type.name == "Tuple") { // Tuple[()]
            TRY(advance());
            TRY(expect_sign(")"));
        } else {
            do
                type.arguments.push_back(TRY(parse_type()));
            while (TRY(take_sign(",")));
        }
        TRY(expect_sign(closing));
    }
    leave();
    return type;
}

Result<ScriptExpression> ScriptParser::new_expression(ScriptExpressionKind kind)
{
    TRY(count_node());
    ScriptExpression expression;
    expression.kind = kind;
    expression.line = current_.line;
    return expression;
}

Result<void> ScriptParser::adopt(ScriptExpression& parent, Result<ScriptExpression> parsed)
{
    ScriptExpression child = TRY(std::move(parsed));
    parent.depth = std::max(parent.depth, child.depth + 1);
    if (depth_ + parent.depth > limits_.depth)
        return exhausted("code nests deeper than " + std::to_string(limits_.depth)).at("line " + std::to_string(child.line));
    parent.children.push_back(std::move(child));
    return {};
}

Result<ScriptExpression> ScriptParser::parse_expression()
{
    TRY(enter());
    ScriptExpression first = TRY(parse_primary());
    ScriptExpression whole = TRY(parse_postfix(std::move(first)));
    leave();
    return whole;
}

Result<ScriptExpression> ScriptParser::parse_primary()
{
    switch (current_.kind) {
    case ScriptTokenKind::integer:
    case ScriptTokenKind::real:
    case ScriptTokenKind::imaginary:
        return parse_number(false);
    case ScriptTokenKind::name:
        return parse_named();
    case ScriptTokenKind::text: {
        ScriptExpression text = TRY(new_expression(ScriptExpressionKind::text));
        text.name = TRY(expect_text());
        return text;
    }
    default:
        break;
    }
    if (at_sign("-")) {
        TRY(advance());
        return parse_number(true);
    }
    if (at_sign("("))
        return parse_parentheses();
    if (at_sign("["))
        return parse_list();
    if (at_sign("{"))
        return parse_dict();
    if (at_sign("^"))
        return unsupported("a call of a Python function").at("line " + std::to_string(current_.line)).hint("export the model without Python functions: torch.jit.script or torch.jit.trace of operators alone");
    return found_instead_of("a value");
}

Result<ScriptExpression> ScriptParser::parse_named()
{
    static constexpr std::string_view literals[] = {"inf", "nan", "infj", "nanj"};
    for (auto const literal : literals)
        if (current_.text == literal)
            return parse_number(false);
    ScriptExpression named = TRY(new_expression(ScriptExpressionKind::name));
    named.name = TRY(expect_name());
    if (named.name == "None") {
        named.kind = ScriptExpressionKind::none;
        named.name.clear();
    } else if (named.name == "True" || named.name == "False") {
        named.kind = ScriptExpressionKind::boolean;
        named.number = int64_t{named.name == "True"};
        named.name.clear();
    } else if (at_sign("(")) {
        if (named.name == "annotate")
            return parse_typed(ScriptExpressionKind::annotate);
        if (named.name == "unchecked_cast")
            return parse_typed(ScriptExpressionKind::unchecked_cast);
        if (named.name == "uninitialized")
            return parse_typed(ScriptExpressionKind::uninitialized);
        if (named.name == "isinstance")
            return parse_isinstance();
    }
    return named;
}

// A number, or a complex one: `1.+2.j`. The minus is taken already.
Result<ScriptExpression> ScriptParser::parse_number(bool is_negative)
{
    ScriptExpression number = TRY(new_expression(ScriptExpressionKind::number));
    std::string const place = "line " + std::to_string(current_.line);
    auto real = TRY(within(place, real_of(current_)));
    if (!real) {
        if (!at(ScriptTokenKind::integer))
            return found_instead_of("a number");
        number.number = TRY(within(place, integer_of(current_.text, is_negative)));
        TRY(advance());
        return number;
    }
    TRY(advance());
    double const value = is_negative ? -real->value : real->value;
    if (real->is_imaginary) {
        number.number = std::complex<double>(0, value);
        return number;
    }
    number.number = value;
    if (!at_sign("+") && !at_sign("-"))
        return number;
    bool const minus = at_sign("-");
    TRY(advance());
    auto const imaginary = TRY(within(place, real_of(current_)));
    if (!imaginary || !imaginary->is_imaginary)
        return found_instead_of("an imaginary number");
    TRY(advance());
    number.number = std::complex<double>(value, minus ? -imaginary->value : imaginary->value);
    return number;
}

// (a), (a,), (a, b), ()
Result<ScriptExpression> ScriptParser::parse_parentheses()
{
    ScriptExpression tuple = TRY(new_expression(ScriptExpressionKind::tuple));
    TRY(advance());
    bool has_comma = false;
    while (!at_sign(")")) {
        TRY(adopt(tuple, parse_expression()));
        if (!TRY(take_sign(",")))
            break;
        has_comma = true;
    }
    TRY(expect_sign(")"));
    if (tuple.children.size() != 1 || has_comma)
        return tuple;
    ScriptExpression inner = std::move(tuple.children[0]);
    inner.in_parentheses = true;
    return inner;
}

Result<ScriptExpression> ScriptParser::parse_list()
{
    ScriptExpression list = TRY(new_expression(ScriptExpressionKind::list));
    TRY(advance());
    while (!at_sign("]")) {
        TRY(adopt(list, parse_expression()));
        if (!TRY(take_sign(",")))
            break;
    }
    TRY(expect_sign("]"));
    return list;
}

Result<ScriptExpression> ScriptParser::parse_dict()
{
    ScriptExpression dict = TRY(new_expression(ScriptExpressionKind::dict));
    TRY(advance());
    while (!at_sign("}")) {
        TRY(adopt(dict, parse_expression()));
        TRY(expect_sign(":"));
        TRY(adopt(dict, parse_expression()));
        if (!TRY(take_sign(",")))
            break;
    }
    TRY(expect_sign("}"));
    return dict;
}

// annotate(T, e), unchecked_cast(T, e), uninitialized(T)
Result<ScriptExpression> ScriptParser::parse_typed(ScriptExpressionKind kind)
{
    ScriptExpression typed = TRY(new_expression(kind));
    TRY(expect_sign("("));
    typed.type = TRY(parse_type());
    if (kind != ScriptExpressionKind::uninitialized) {
        TRY(expect_sign(","));
        TRY(adopt(typed, parse_expression()));
    }
    TRY(expect_sign(")"));
    return typed;
}

// isinstance(e, T), isinstance(e, (T, U))
Result<ScriptExpression> ScriptParser::parse_isinstance()
{
    ScriptExpression typed = TRY(new_expression(ScriptExpressionKind::is_instance));
    TRY(expect_sign("("));
    TRY(adopt(typed, parse_expression()));
    TRY(expect_sign(","));
    if (TRY(take_sign("("))) {
        typed.type.name = "Union";
        while (!at_sign(")")) {
            typed.type.arguments.push_back(TRY(parse_type()));
            if (!TRY(take_sign(",")))
                break;
        }
        TRY(expect_sign(")"));
    } else {
        typed.type = TRY(parse_type());
    }
    TRY(expect_sign(")"));
    return typed;
}

// What may follow a value, from left to right: .name, (arguments), [index].
Result<ScriptExpression> ScriptParser::parse_postfix(ScriptExpression first)
{
    ScriptExpression whole = std::move(first);
    while (true) {
        if (at_sign(".")) {
            ScriptExpression attribute = TRY(new_expression(ScriptExpressionKind::attribute));
            TRY(advance());
            attribute.name = TRY(expect_name());
            TRY(adopt(attribute, std::move(whole)));
            whole = std::move(attribute);
        } else if (at_sign("(")) {
            whole = TRY(parse_call(std::move(whole)));
        } else if (at_sign("[")) {
            whole = TRY(parse_subscript(std::move(whole)));
        } else {
            return whole;
        }
    }
}

Result<ScriptExpression> ScriptParser::parse_call(ScriptExpression callee)
{
    ScriptExpression call = TRY(new_expression(ScriptExpressionKind::call));
    TRY(adopt(call, std::move(callee)));
    TRY(advance());
    while (!at_sign(")")) {
        ScriptExpression argument = TRY(parse_expression());
        std::string name;
        if (at_sign("=")) {
            if (argument.kind != ScriptExpressionKind::name || argument.in_parentheses)
                return found_instead_of("an argument after its name");
            TRY(advance());
            name = std::move(argument.name);
            argument = TRY(parse_expression());
        } else if (!call.names.empty() && !call.names.back().empty()) {
            return malformed("an argument by position after one by name").at("line " + std::to_string(argument.line));
        }
        TRY(adopt(call, std::move(argument)));
        call.names.push_back(std::move(name));
        if (!TRY(take_sign(",")))
            break;
    }
    TRY(expect_sign(")"));
    return call;
}

// x[i], x[a:b], x[a:], x[:b], x[:]
Result<ScriptExpression> ScriptParser::parse_subscript(ScriptExpression container)
{
    ScriptExpression subscript = TRY(new_expression(ScriptExpressionKind::subscript));
    TRY(adopt(subscript, std::move(container)));
    TRY(advance());
    auto const bound = [&](std::string_view after) -> Result<ScriptExpression> {
        if (at_sign(after))
            return new_expression(ScriptExpressionKind::missing);
        return parse_expression();
    };
    TRY(adopt(subscript, bound(":")));
    if (TRY(take_sign(":"))) {
        subscript.kind = ScriptExpressionKind::slice;
        TRY(adopt(subscript, bound("]")));
    }
    TRY(expect_sign("]"));
    return subscript;
}
