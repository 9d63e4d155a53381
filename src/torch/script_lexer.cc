#include "torch/script_lexer.h"

#include <algorithm>
#include <optional>

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

char closing_of(char opening) { return opening == '(' ? ')' : opening == '[' ? ']'
                                                                             : '}'; }

constexpr std::string_view signs = ".,:;()[]{}=-+^@";

std::optional<int> digit_of(char c, int base)
{
    int value = -1;
    if (is_digit(c))
        value = c - '0';
    else if (c >= 'a' && c <= 'f')
        value = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
        value = c - 'A' + 10;
    if (value < 0 || value >= base)
        return std::nullopt;
    return value;
}

// The byte of `count` digits at the front of `digits`.
Result<char> byte_of_digits(std::string_view digits, size_t count, int base)
{
    int value = 0;
    for (size_t index = 0; index < count; ++index) {
        auto const digit = index < digits.size() ? digit_of(digits[index], base) : std::nullopt;
        if (!digit)
            return malformed("an escape without its " + std::to_string(count) + " digits");
        value = value * base + *digit;
    }
    if (value > 255)
        return malformed("an escape of " + std::to_string(value) + ", the largest byte is 255");
    return static_cast<char>(value);
}

}

Result<ScriptToken> ScriptLexer::next()
{
    if (source_.size() > limits_.document_bytes)
        return exhausted(std::to_string(source_.size()) + " bytes of code, the limit is " + std::to_string(limits_.document_bytes));
    if (++tokens_ > limits_.steps)
        return exhausted("more than " + std::to_string(limits_.steps) + " tokens").at("line " + std::to_string(line_));
    auto taken = take();
    return taken ? taken : within("line " + std::to_string(line_), std::move(taken));
}

Result<ScriptToken> ScriptLexer::take()
{
    if (at_line_start_) {
        skip_empty_lines();
        if (offset_ < source_.size())
            return take_line_start();
    }
    for (char c = peek(0); c == ' ' || c == '\t' || c == '\r' || c == '#' || (c == '\n' && !brackets_.empty()); c = peek(0)) {
        if (c == '#') {
            skip_comment();
            continue;
        }
        line_ += c == '\n' ? 1 : 0;
        ++offset_;
    }
    if (offset_ >= source_.size())
        return take_end();
    char const c = source_[offset_];
    if (c == '\n') {
        auto const newline = token(ScriptTokenKind::newline, {});
        at_line_start_ = true;
        ++offset_;
        ++line_;
        return newline;
    }
    if (starts_name(c)) {
        size_t const begin = offset_;
        while (continues_name(peek(0)))
            ++offset_;
        return token(ScriptTokenKind::name, source_.substr(begin, offset_ - begin));
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1))))
        return take_number();
    return c == '"' || c == '\'' ? take_text(c) : take_sign();
}

void ScriptLexer::skip_comment()
{
    while (offset_ < source_.size() && source_[offset_] != '\n')
        ++offset_;
}

// Up to the first line that holds more than spaces and a comment, and its indentation.
void ScriptLexer::skip_empty_lines()
{
    while (offset_ < source_.size()) {
        size_t const begin = offset_;
        offset_ = std::min(source_.find_first_not_of(' ', offset_), source_.size());
        column_ = offset_ - begin;
        char const c = peek(0);
        if (offset_ < source_.size() && c != '\n' && c != '\r' && c != '#')
            return;
        skip_comment();
        if (offset_ < source_.size()) {
            ++offset_;
            ++line_;
        }
    }
}

// One indent, or one dedent for each block that ends here, then the line's own tokens.
Result<ScriptToken> ScriptLexer::take_line_start()
{
    if (column_ > columns_.back()) {
        if (columns_.size() > limits_.depth)
            return exhausted("blocks nest deeper than " + std::to_string(limits_.depth));
        columns_.push_back(column_);
        at_line_start_ = false;
        return token(ScriptTokenKind::indent, {});
    }
    if (column_ < columns_.back()) {
        columns_.pop_back();
        if (column_ > columns_.back())
            return malformed("the line starts at column " + std::to_string(column_) + ", where no block began");
        offset_ -= column_; // the line is looked at once more
        return token(ScriptTokenKind::dedent, {});
    }
    at_line_start_ = false;
    return take();
}

Result<ScriptToken> ScriptLexer::take_end()
{
    if (!brackets_.empty())
        return malformed(std::string("the text ends inside of a ") + brackets_.back());
    if (!at_line_start_) {
        at_line_start_ = true;
        return token(ScriptTokenKind::newline, {});
    }
    if (columns_.size() == 1)
        return token(ScriptTokenKind::end, {});
    columns_.pop_back();
    return token(ScriptTokenKind::dedent, {});
}

Result<ScriptToken> ScriptLexer::take_number()
{
    size_t const begin = offset_;
    auto const skip_digits = [&] {
        while (is_digit(peek(0)))
            ++offset_;
    };
    ScriptTokenKind kind = ScriptTokenKind::integer;
    skip_digits();
    if (peek(0) == '.') {
        kind = ScriptTokenKind::real;
        ++offset_;
        skip_digits();
    }
    if (peek(0) == 'e' || peek(0) == 'E') {
        kind = ScriptTokenKind::real;
        offset_ += peek(1) == '+' || peek(1) == '-' ? 2 : 1;
        if (!is_digit(peek(0)))
            return malformed("a number without the digits of its exponent");
        skip_digits();
    }
    std::string_view const text = source_.substr(begin, offset_ - begin);
    if (peek(0) == 'j') {
        kind = ScriptTokenKind::imaginary;
        ++offset_;
    }
    if (continues_name(peek(0)))
        return malformed("a number runs into a name");
    return token(kind, text);
}

Result<ScriptToken> ScriptLexer::take_text(char quote)
{
    size_t const begin = offset_++;
    while (offset_ < source_.size() && source_[offset_] != quote && source_[offset_] != '\n')
        offset_ += source_[offset_] == '\\' ? 2 : 1;
    if (offset_ >= source_.size() || source_[offset_] != quote)
        return malformed("a text without its closing quote");
    ++offset_;
    return token(ScriptTokenKind::text, source_.substr(begin, offset_ - begin));
}

Result<ScriptToken> ScriptLexer::take_sign()
{
    char const c = source_[offset_];
    if (signs.find(c) == std::string_view::npos)
        return malformed("byte " + std::to_string(static_cast<unsigned char>(c)) + " starts no token");
    if (c == '(' || c == '[' || c == '{') {
        if (brackets_.size() >= limits_.depth)
            return exhausted("brackets nest deeper than " + std::to_string(limits_.depth));
        brackets_.push_back(c);
    }
    if (c == ')' || c == ']' || c == '}') {
        if (brackets_.empty() || closing_of(brackets_.back()) != c)
            return malformed(std::string("a ") + c + " that closes nothing");
        brackets_.pop_back();
    }
    size_t const length = c == '-' && peek(1) == '>' ? 2 : 1;
    offset_ += length;
    return token(ScriptTokenKind::sign, source_.substr(offset_ - length, length));
}

Result<std::string> script_text_value(std::string_view quoted)
{
    constexpr std::string_view names = "\\'\"abfnrtv";
    constexpr std::string_view values = "\\'\"\a\b\f\n\r\t\v";
    std::string_view const text = quoted.substr(1, quoted.size() - 2);
    std::string result;
    result.reserve(text.size());
    for (size_t index = 0; index < text.size(); ++index) {
        if (text[index] != '\\') {
            result += text[index];
            continue;
        }
        if (++index == text.size())
            return malformed("a text ends inside of an escape");
        size_t const named = names.find(text[index]);
        if (named != std::string_view::npos) {
            result += values[named];
        } else if (text[index] == 'x') {
            result += TRY(byte_of_digits(text.substr(index + 1), 2, 16));
            index += 2;
        } else {
            result += TRY(byte_of_digits(text.substr(index), 3, 8));
            index += 2;
        }
    }
    return result;
}
