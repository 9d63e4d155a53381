#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The printed form of TorchScript, cut into tokens. It looks like Python: blocks by indentation, lines end outside of brackets only,
// `#` starts a comment. Source of the rules: PyTorch torch/csrc/jit/frontend/lexer.h, torch/csrc/jit/serialization/python_print.cpp.
//
// Promises: linear in the text; the last token is `end`; every indent has its dedent.
// Refuses: bytes that start no token, texts that do not end on their line, dedents to a column where no block began, brackets that
// do not match, numbers that are none, texts longer than `limits.document_bytes`, more than `limits.steps` tokens, more than `limits.depth` open blocks or brackets.

enum class ScriptTokenKind : uint8_t {
    name, // keywords as well
    integer, // `text` is its digits
    real, // `text` is what std::from_chars reads
    imaginary, // as real; the j is cut off
    text, // `text` is still quoted: script_text_value gives its value
    sign, // punctuation: one of . , : ; ( ) [ ] { } = - + ^ @ or ->
    newline,
    indent,
    dedent,
    end,
};

struct ScriptToken {
    ScriptTokenKind kind = ScriptTokenKind::end;
    uint32_t line = 0; // from 1
    std::string_view text; // into the source
};

class ScriptLexer {
public:
    // `source` and `limits` must outlive the lexer.
    ScriptLexer(std::string_view source, Limits const& limits)
        : source_(source),
          limits_(limits)
    {
    }

    // The next token; after `end` always `end`. Errors name the line ("line 3"); the caller adds the file.
    Result<ScriptToken> next();

private:
    char peek(size_t ahead) const { return offset_ + ahead < source_.size() ? source_[offset_ + ahead] : '\0'; }
    ScriptToken token(ScriptTokenKind kind, std::string_view text) const { return {kind, line_, text}; }
    void skip_comment();
    void skip_empty_lines();
    Result<ScriptToken> take();
    Result<ScriptToken> take_line_start();
    Result<ScriptToken> take_end();
    Result<ScriptToken> take_number();
    Result<ScriptToken> take_text(char quote);
    Result<ScriptToken> take_sign();

    std::string_view source_;
    Limits const& limits_;
    size_t offset_ = 0;
    uint32_t line_ = 1;
    uint64_t tokens_ = 0;
    bool at_line_start_ = true;
    size_t column_ = 0; // of the line
    std::vector<size_t> columns_{0}; // of the open blocks
    std::string brackets_; // the open ones
};

// The value of a quoted text: the escapes \\ \' \" \a \b \f \n \r \t \v, \ooo and \xhh are resolved. Fails with malformed.
Result<std::string> script_text_value(std::string_view quoted);
