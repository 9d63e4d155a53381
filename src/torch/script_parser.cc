#include "torch/script_parser.h"

#include "torch/script_parser_state.h"

#include <algorithm>

namespace {

std::vector<std::string>* list_named(std::string_view name, ScriptClass& in)
{
    if (name == "__parameters__")
        return &in.parameters;
    if (name == "__buffers__")
        return &in.buffers;
    return name == "__forward_hooks__" || name == "__forward_pre_hooks__" ? &in.forward_hooks : nullptr;
}

}

Result<void> ScriptParser::advance()
{
    current_ = TRY(lexer_.next());
    return {};
}

Failure ScriptParser::found_instead_of(std::string_view wanted) const
{
    std::string found;
    switch (current_.kind) {
    case ScriptTokenKind::newline:
        found = "the end of the line";
        break;
    case ScriptTokenKind::indent:
        found = "a deeper block";
        break;
    case ScriptTokenKind::dedent:
        found = "the end of the block";
        break;
    case ScriptTokenKind::end:
        found = "the end of the text";
        break;
    default:
        found = "\"" + std::string(current_.text.substr(0, 40)) + "\"";
    }
    return malformed("found " + found + ", wanted " + std::string(wanted)).at("line " + std::to_string(current_.line));
}

Result<bool> ScriptParser::take_sign(std::string_view sign)
{
    if (!at_sign(sign))
        return false;
    TRY(advance());
    return true;
}

Result<void> ScriptParser::expect_sign(std::string_view sign)
{
    if (!at_sign(sign))
        return found_instead_of("\"" + std::string(sign) + "\"");
    return advance();
}

Result<std::string> ScriptParser::expect_name()
{
    if (!at(ScriptTokenKind::name))
        return found_instead_of("a name");
    std::string name(current_.text);
    TRY(advance());
    return name;
}

Result<std::string> ScriptParser::expect_text()
{
    if (!at(ScriptTokenKind::text))
        return found_instead_of("a text");
    std::string text = TRY(within("line " + std::to_string(current_.line), script_text_value(current_.text)));
    TRY(advance());
    return text;
}

Result<void> ScriptParser::expect_newline()
{
    if (!at(ScriptTokenKind::newline))
        return found_instead_of("the end of the line");
    return advance();
}

Result<void> ScriptParser::expect_end()
{
    while (at(ScriptTokenKind::newline))
        TRY(advance());
    if (!at(ScriptTokenKind::end))
        return found_instead_of("the end of the text");
    return {};
}

Result<void> ScriptParser::count_node()
{
    if (++nodes_ > limits_.entries)
        return exhausted("more code than limits.entries allows").at("line " + std::to_string(current_.line));
    return {};
}

Result<void> ScriptParser::enter()
{
    if (++depth_ > limits_.depth)
        return exhausted("code nests deeper than " + std::to_string(limits_.depth)).at("line " + std::to_string(current_.line));
    return {};
}

Result<ScriptFile> ScriptParser::parse_file()
{
    ScriptFile file;
    while (!at(ScriptTokenKind::end)) {
        if (at_name("class"))
            file.classes.push_back(TRY(parse_class()));
        else if (at_name("def"))
            file.functions.push_back(TRY(parse_function()));
        else if (at_name("import") || at_name("op_version_set"))
            TRY(skip_import());
        else
            return found_instead_of("a class or a def");
    }
    file.nodes = nodes_;
    return file;
}

// `import __torch__.a` and `op_version_set = 1`, which files of PyTorch before 1.4 begin with: names are found without.
Result<void> ScriptParser::skip_import()
{
    TRY(count_node());
    while (!at(ScriptTokenKind::newline) && !at(ScriptTokenKind::end))
        TRY(advance());
    return expect_newline();
}

Result<ScriptClass> ScriptParser::parse_class()
{
    static constexpr std::string_view bases[] = {"Module", "NamedTuple", "Enum", "Interface", "ModuleInterface"};
    TRY(count_node());
    ScriptClass result;
    result.line = current_.line;
    TRY(advance());
    result.name = TRY(expect_name());
    if (TRY(take_sign("("))) {
        if (!at(ScriptTokenKind::name) || std::find(std::begin(bases), std::end(bases), current_.text) == std::end(bases))
            return found_instead_of("Module, NamedTuple, Enum, Interface or ModuleInterface");
        result.base = TRY(expect_name());
        TRY(expect_sign(")"));
    }
    TRY(expect_sign(":"));
    TRY(expect_newline());
    if (!at(ScriptTokenKind::indent))
        return result; // a class of nothing is printed without a body
    TRY(advance());
    while (!at(ScriptTokenKind::dedent))
        TRY(parse_class_item(result));
    TRY(advance());
    return result;
}

Result<void> ScriptParser::parse_class_item(ScriptClass& into)
{
    TRY(count_node());
    if (at_name("def")) {
        into.methods.push_back(TRY(parse_function()));
        return {};
    }
    auto const name = TRY(expect_name());
    if (name == "pass")
        return expect_newline();
    if (name == "__annotations__")
        return parse_annotation_item(into);
    if (TRY(take_sign(":"))) {
        bool const is_final = at_name("Final");
        ProgramType type = TRY(parse_type());
        if (is_final) {
            if (type.arguments.size() != 1)
                return malformed("Final wants one type").at("line " + std::to_string(current_.line));
            type = ProgramType(type.arguments[0]);
        }
        if (TRY(take_sign("="))) {
            ScriptExpression value = TRY(parse_expression());
            into.constants.push_back({name, std::move(type), std::move(value)});
        } else {
            into.attributes.emplace_back(name, std::move(type));
        }
        return expect_newline();
    }
    TRY(expect_sign("="));
    ScriptExpression value = TRY(parse_expression());
    std::vector<std::string>* const names = list_named(name, into);
    if (names == nullptr) {
        into.constants.push_back({name, {}, std::move(value)});
        return expect_newline();
    }
    if (value.kind != ScriptExpressionKind::list)
        return malformed(name + " is no list").at("line " + std::to_string(value.line));
    for (auto& item : value.children) {
        if (item.kind != ScriptExpressionKind::text)
            return malformed(name + " wants texts").at("line " + std::to_string(item.line));
        names->push_back(std::move(item.name));
    }
    return expect_newline();
}

// `__annotations__ = []` or `__annotations__["0"] = T`.
Result<void> ScriptParser::parse_annotation_item(ScriptClass& into)
{
    if (TRY(take_sign("["))) {
        auto name = TRY(expect_text());
        TRY(expect_sign("]"));
        TRY(expect_sign("="));
        into.attributes.emplace_back(std::move(name), TRY(parse_type()));
        return expect_newline();
    }
    TRY(expect_sign("="));
    TRY(parse_expression());
    return expect_newline();
}

Result<ScriptFunction> ScriptParser::parse_function()
{
    TRY(count_node());
    ScriptFunction function;
    function.line = current_.line;
    TRY(advance());
    function.name = TRY(expect_name());
    TRY(expect_sign("("));
    while (!at_sign(")")) {
        function.parameters.push_back(TRY(parse_parameter()));
        if (!TRY(take_sign(",")))
            break;
    }
    TRY(expect_sign(")"));
    if (TRY(take_sign("->")))
        function.return_type = TRY(parse_type());
    TRY(expect_sign(":"));
    function.body = TRY(parse_block());
    return function;
}

Result<ScriptParameter> ScriptParser::parse_parameter()
{
    TRY(count_node());
    ScriptParameter parameter;
    parameter.name = TRY(expect_name());
    if (TRY(take_sign(":")))
        parameter.type = TRY(parse_type());
    if (TRY(take_sign("=")))
        parameter.default_value = TRY(parse_expression());
    return parameter;
}

Result<ScriptFile> parse_script(std::string_view source, Limits const& limits)
{
    ScriptParser parser(source, limits);
    TRY(parser.start());
    return parser.parse_file();
}

Result<ProgramType> parse_script_type(std::string_view text, Limits const& limits)
{
    ScriptParser parser(text, limits);
    TRY(parser.start());
    ProgramType type = TRY(parser.parse_type());
    TRY(parser.expect_end());
    return type;
}
