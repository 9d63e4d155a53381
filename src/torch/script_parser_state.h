#pragma once

#include "torch/script_lexer.h"
#include "torch/script_syntax.h"

// The parser itself, shared by the files that hold its rules: script_parser.cc (files, classes, functions), script_statements.cc
// and script_expressions.cc (expressions and types).
class ScriptParser {
public:
    ScriptParser(std::string_view source, Limits const& limits)
        : limits_(limits),
          lexer_(source, limits)
    {
    }

    // Takes the first token; before anything else.
    Result<void> start() { return advance(); }
    Result<ScriptFile> parse_file();
    Result<ProgramType> parse_type();
    Result<void> expect_end();

private:
    // Tokens.
    Result<void> advance();
    bool at(ScriptTokenKind kind) const { return current_.kind == kind; }
    bool at_sign(std::string_view sign) const { return at(ScriptTokenKind::sign) && current_.text == sign; }
    bool at_name(std::string_view name) const { return at(ScriptTokenKind::name) && current_.text == name; }
    Result<bool> take_sign(std::string_view sign); // whether it stood there
    Result<void> expect_sign(std::string_view sign);
    Result<std::string> expect_name();
    Result<std::string> expect_text();
    Result<void> expect_newline();
    Failure found_instead_of(std::string_view wanted) const;
    Result<void> count_node();
    Result<void> enter(); // one level deeper; leave() after it
    void leave() { --depth_; }

    // Files, classes, functions: script_parser.cc.
    Result<ScriptClass> parse_class();
    Result<void> parse_class_item(ScriptClass& into);
    Result<void> parse_annotation_item(ScriptClass& into);
    Result<ScriptFunction> parse_function();
    Result<ScriptParameter> parse_parameter();
    Result<void> skip_import();

    // Statements: script_statements.cc.
    Result<std::vector<ScriptStatement>> parse_block();
    Result<ScriptStatement> parse_statement();
    Result<ScriptStatement> parse_if();
    Result<ScriptStatement> parse_for();
    Result<ScriptStatement> parse_while();
    Result<ScriptStatement> parse_with();
    Result<ScriptStatement> parse_nested_function();
    Result<ScriptStatement> parse_simple_statement();
    Result<ScriptStatement> parse_assignment(ScriptExpression first, uint32_t line);
    Result<void> parse_assigned_values(ScriptStatement& into, bool is_unpack);

    // Expressions and types: script_expressions.cc.
    Result<ScriptExpression> new_expression(ScriptExpressionKind kind);
    Result<void> adopt(ScriptExpression& parent, Result<ScriptExpression> parsed);
    Result<ScriptExpression> parse_expression();
    Result<ScriptExpression> parse_primary();
    Result<ScriptExpression> parse_named();
    Result<ScriptExpression> parse_number(bool is_negative);
    Result<ScriptExpression> parse_parentheses();
    Result<ScriptExpression> parse_list();
    Result<ScriptExpression> parse_dict();
    Result<ScriptExpression> parse_typed(ScriptExpressionKind kind);
    Result<ScriptExpression> parse_isinstance();
    Result<ScriptExpression> parse_postfix(ScriptExpression first);
    Result<ScriptExpression> parse_call(ScriptExpression callee);
    Result<ScriptExpression> parse_subscript(ScriptExpression container);

    Limits const& limits_;
    ScriptLexer lexer_;
    ScriptToken current_;
    uint32_t depth_ = 0;
    uint64_t nodes_ = 0;
};
