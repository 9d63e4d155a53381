#include "torch/script_parser_state.h"

// A block after its colon: the end of the line, deeper lines, the end of the block.
Result<std::vector<ScriptStatement>> ScriptParser::parse_block()
{
    TRY(enter());
    TRY(expect_newline());
    if (!at(ScriptTokenKind::indent))
        return found_instead_of("a deeper block");
    TRY(advance());
    std::vector<ScriptStatement> statements;
    while (!at(ScriptTokenKind::dedent))
        statements.push_back(TRY(parse_statement()));
    TRY(advance());
    leave();
    return statements;
}

Result<ScriptStatement> ScriptParser::parse_statement()
{
    TRY(count_node());
    if (at_name("if"))
        return parse_if();
    if (at_name("for"))
        return parse_for();
    if (at_name("while"))
        return parse_while();
    if (at_name("with"))
        return parse_with();
    if (at_name("def"))
        return parse_nested_function();
    return parse_simple_statement();
}

Result<ScriptStatement> ScriptParser::parse_if()
{
    ScriptStatement statement;
    statement.kind = ScriptStatementKind::if_else;
    statement.line = current_.line;
    TRY(advance());
    statement.values.push_back(TRY(parse_expression()));
    TRY(expect_sign(":"));
    statement.bodies.push_back(TRY(parse_block()));
    if (!at_name("else"))
        return found_instead_of("else");
    TRY(advance());
    TRY(expect_sign(":"));
    statement.bodies.push_back(TRY(parse_block()));
    return statement;
}

// for NAME in range(EXPRESSION):
Result<ScriptStatement> ScriptParser::parse_for()
{
    ScriptStatement statement;
    statement.kind = ScriptStatementKind::for_range;
    statement.line = current_.line;
    TRY(advance());
    statement.targets.push_back(TRY(expect_name()));
    if (!at_name("in"))
        return found_instead_of("in");
    TRY(advance());
    if (!at_name("range"))
        return found_instead_of("range");
    TRY(advance());
    TRY(expect_sign("("));
    statement.values.push_back(TRY(parse_expression()));
    TRY(expect_sign(")"));
    TRY(expect_sign(":"));
    statement.bodies.push_back(TRY(parse_block()));
    return statement;
}

Result<ScriptStatement> ScriptParser::parse_while()
{
    ScriptStatement statement;
    statement.kind = ScriptStatementKind::while_true;
    statement.line = current_.line;
    TRY(advance());
    statement.values.push_back(TRY(parse_expression()));
    TRY(expect_sign(":"));
    statement.bodies.push_back(TRY(parse_block()));
    return statement;
}

Result<ScriptStatement> ScriptParser::parse_with()
{
    ScriptStatement statement;
    statement.kind = ScriptStatementKind::with;
    statement.line = current_.line;
    TRY(advance());
    statement.values.push_back(TRY(parse_expression()));
    if (at_name("as")) {
        TRY(advance());
        statement.targets.push_back(TRY(expect_name()));
    }
    TRY(expect_sign(":"));
    statement.bodies.push_back(TRY(parse_block()));
    return statement;
}

Result<ScriptStatement> ScriptParser::parse_nested_function()
{
    ScriptStatement statement;
    statement.kind = ScriptStatementKind::define;
    statement.line = current_.line;
    TRY(advance());
    statement.name = TRY(expect_name());
    TRY(expect_sign("("));
    TRY(expect_sign(")"));
    TRY(expect_sign(":"));
    statement.bodies.push_back(TRY(parse_block()));
    return statement;
}

Result<ScriptStatement> ScriptParser::parse_simple_statement()
{
    ScriptStatement statement;
    statement.line = current_.line;
    if (at_name("pass")) {
        TRY(advance());
    } else if (at_name("return")) {
        statement.kind = ScriptStatementKind::give_back;
        TRY(advance());
        statement.values.push_back(TRY(parse_expression()));
    } else {
        ScriptExpression first = TRY(parse_expression());
        if (at_sign("=") || at_sign(",") || at_sign(":")) {
            statement = TRY(parse_assignment(std::move(first), statement.line));
        } else {
            statement.kind = ScriptStatementKind::expression;
            statement.values.push_back(std::move(first));
        }
    }
    TRY(expect_newline());
    return statement;
}

// After the first thing on the left: `a = e`, `a : T = e`, `o.a = e`, `a, b = e, f`, `a, b, = e`.
Result<ScriptStatement> ScriptParser::parse_assignment(ScriptExpression first, uint32_t line)
{
    ScriptStatement statement;
    statement.kind = ScriptStatementKind::assign;
    statement.line = line;
    if (first.kind == ScriptExpressionKind::attribute && at_sign("=")) {
        statement.kind = ScriptStatementKind::set_attribute;
        statement.name = std::move(first.name);
        statement.target_object = ScriptExpression(std::move(first.children[0]));
        TRY(advance());
        statement.values.push_back(TRY(parse_expression()));
        return statement;
    }
    if (first.kind != ScriptExpressionKind::name || first.in_parentheses)
        return found_instead_of("the end of the line: only names and attributes can be assigned to");
    statement.targets.push_back(std::move(first.name));
    if (TRY(take_sign(":"))) {
        ScriptExpression annotated = TRY(new_expression(ScriptExpressionKind::annotate));
        annotated.type = TRY(parse_type());
        TRY(expect_sign("="));
        TRY(adopt(annotated, parse_expression()));
        statement.values.push_back(std::move(annotated));
        return statement;
    }
    bool ends_with_comma = false;
    while (TRY(take_sign(","))) {
        ends_with_comma = at_sign("=");
        if (!ends_with_comma)
            statement.targets.push_back(TRY(expect_name()));
    }
    TRY(expect_sign("="));
    TRY(parse_assigned_values(statement, ends_with_comma));
    return statement;
}

Result<void> ScriptParser::parse_assigned_values(ScriptStatement& into, bool is_unpack)
{
    into.values.push_back(TRY(parse_expression()));
    if (is_unpack) {
        into.kind = ScriptStatementKind::unpack;
        return {};
    }
    while (TRY(take_sign(",")))
        into.values.push_back(TRY(parse_expression()));
    if (into.values.size() != into.targets.size() && into.values.size() != 1)
        return malformed(std::to_string(into.values.size()) + " values for " + std::to_string(into.targets.size()) + " names").at("line " + std::to_string(into.line));
    return {};
}
