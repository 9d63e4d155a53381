#include "pickle/literals.h"

#include <algorithm>
#include <charconv>

namespace {

constexpr size_t most_decimal_digits = 4300; // sys.int_info.default_max_str_digits

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view stripped(std::string_view text)
{
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return 99;
}

int take_base(std::string_view& digits)
{
    if (digits.size() < 2 || digits[0] != '0')
        return 10;
    int const base = (digits[1] | 0x20) == 'x' ? 16 : (digits[1] | 0x20) == 'o' ? 8
        : (digits[1] | 0x20) == 'b'                                             ? 2
                                                                                : 10;
    if (base != 10)
        digits.remove_prefix(2);
    return base;
}

// The digits as a magnitude, little-endian; nothing where they are no number of that base.
std::optional<std::string> magnitude_of(std::string_view digits, int base)
{
    std::string magnitude;
    bool digit_before = base != 10;
    for (char const c : digits) {
        if (c == '_' && digit_before) {
            digit_before = false;
            continue;
        }
        int const digit = digit_of(c);
        if (digit >= base)
            return std::nullopt;
        digit_before = true;
        auto carry = static_cast<unsigned>(digit);
        for (char& byte : magnitude) {
            carry += static_cast<unsigned>(static_cast<unsigned char>(byte)) * static_cast<unsigned>(base);
            byte = static_cast<char>(carry & 0xff);
            carry >>= 8;
        }
        if (carry != 0)
            magnitude.push_back(static_cast<char>(carry));
    }
    if (!digit_before || digits.empty())
        return std::nullopt;
    return magnitude;
}

std::string negated(std::string number)
{
    unsigned carry = 1;
    for (char& byte : number) {
        carry += static_cast<unsigned char>(~byte);
        byte = static_cast<char>(carry & 0xff);
        carry >>= 8;
    }
    return number;
}

// Length of the UTF-8 sequence at the front, 0 where there is none.
size_t sequence_length(std::string_view text)
{
    auto const at = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
    unsigned const lead = at(0);
    if (lead < 0x80)
        return 1;
    size_t const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3
                                                          : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return 0;
    for (size_t index = 1; index < length; ++index)
        if ((at(index) & 0xc0) != 0x80)
            return 0;
    if ((lead == 0xe0 && at(1) < 0xa0) || (lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f))
        return 0;
    return length;
}

std::optional<uint32_t> hex_number(std::string_view digits)
{
    uint32_t number = 0;
    auto const end = digits.data() + digits.size();
    auto const parsed = std::from_chars(digits.data(), end, number, 16);
    if (parsed.ec != std::errc{} || parsed.ptr != end)
        return std::nullopt;
    return number;
}

// The escape after a backslash at the front of `text`; takes it away.
Result<std::string> take_escape(std::string_view& text)
{
    static constexpr std::string_view letters = "\\'\"abfnrtv";
    static constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
    if (text.empty())
        return malformed("a string ends in a backslash");
    char const letter = text.front();
    if (size_t const place = letters.find(letter); place != letters.npos) {
        text.remove_prefix(1);
        return std::string(1, meanings[place]);
    }
    if (letter == 'x') {
        auto const number = text.size() < 3 ? std::nullopt : hex_number(text.substr(1, 2));
        if (!number)
            return malformed("\\x wants two hex digits");
        text.remove_prefix(3);
        return std::string(1, static_cast<char>(*number));
    }
    unsigned octal = 0;
    size_t digits = 0;
    for (; digits < 3 && digits < text.size() && text[digits] >= '0' && text[digits] <= '7'; ++digits)
        octal = octal * 8 + static_cast<unsigned>(text[digits] - '0');
    if (digits != 0) {
        text.remove_prefix(digits);
        return std::string(1, static_cast<char>(octal & 0xff));
    }
    text.remove_prefix(1);
    return std::string{'\\', letter}; // Python keeps what it does not know
}

}

bool is_python_utf8(std::string_view text)
{
    while (!text.empty()) {
        size_t const length = sequence_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

void append_utf8(std::string& text, uint32_t code_point)
{
    auto const add = [&](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        add(code_point);
        return;
    }
    if (code_point < 0x800) {
        add(0xc0 | code_point >> 6);
    } else if (code_point < 0x10000) {
        add(0xe0 | code_point >> 12);
        add(0x80 | (code_point >> 6 & 0x3f));
    } else {
        add(0xf0 | code_point >> 18);
        add(0x80 | (code_point >> 12 & 0x3f));
        add(0x80 | (code_point >> 6 & 0x3f));
    }
    add(0x80 | (code_point & 0x3f));
}

std::variant<int64_t, std::string> integer_from_bytes(Bytes bytes)
{
    auto const byte_at = [&](size_t index) { return static_cast<unsigned char>(bytes[index]); };
    bool const negative = !bytes.empty() && byte_at(bytes.size() - 1) >= 0x80;
    unsigned char const filler = negative ? 0xff : 0;
    while (bytes.size() > 1 && byte_at(bytes.size() - 1) == filler && (byte_at(bytes.size() - 2) >= 0x80) == negative)
        bytes = bytes.first(bytes.size() - 1);
    if (bytes.size() > 8)
        return std::string(text_of(bytes));
    uint64_t number = negative ? ~uint64_t{0} : 0;
    for (size_t index = bytes.size(); index-- > 0;)
        number = number << 8 | byte_at(index);
    return static_cast<int64_t>(number);
}

Result<IntegerLiteral> parse_integer_literal(std::string_view text)
{
    IntegerLiteral literal;
    int64_t number = 0;
    auto const end = text.data() + text.size();
    auto const parsed = std::from_chars(text.data(), end, number);
    bool const minus = text.starts_with('-');
    bool const leading_zero = text.substr(minus ? 1 : 0).starts_with('0') && text != "0";
    literal.canonical = !text.empty() && !leading_zero && text.find_first_not_of("0123456789", minus ? 1 : 0) == text.npos;
    if (literal.canonical && parsed.ec == std::errc{} && parsed.ptr == end) {
        literal.value = number;
        return literal;
    }

    auto digits = stripped(text);
    bool const negative = digits.starts_with('-');
    if (negative || digits.starts_with('+'))
        digits.remove_prefix(1);
    int const base = take_base(digits);
    if (digits.size() > most_decimal_digits)
        return malformed("an integer of " + std::to_string(digits.size()) + " digits, Python reads at most " + std::to_string(most_decimal_digits));
    auto const magnitude = magnitude_of(digits, base);
    if (!magnitude)
        return malformed("not an integer");
    auto const padded = *magnitude + '\0';
    auto const bytes = negative ? negated(padded) : padded;
    literal.value = integer_from_bytes(bytes_of(bytes));
    return literal;
}

Result<RealLiteral> parse_real_literal(std::string_view text)
{
    auto const parse = [](std::string_view digits) -> std::optional<double> {
        double number = 0;
        auto const end = digits.data() + digits.size();
        auto const parsed = std::from_chars(digits.data(), end, number);
        if (parsed.ec != std::errc{} || parsed.ptr != end || digits.ends_with(')')) // from_chars knows nan(...), Python does not
            return std::nullopt;
        return number;
    };
    if (auto const number = parse(text))
        return RealLiteral{*number, true};
    std::string loose(stripped(text));
    std::erase(loose, '_');
    if (loose.starts_with('+'))
        loose.erase(0, 1);
    if (auto const number = parse(loose))
        return RealLiteral{*number, false};
    return malformed("not a float");
}

Result<std::string> parse_quoted_string(std::string_view text)
{
    if (text.size() < 2 || text.front() != text.back() || (text.front() != '\'' && text.front() != '"'))
        return malformed("a string without matching quotes");
    auto left = text.substr(1, text.size() - 2);
    std::string bytes;
    while (!left.empty()) {
        char const c = left.front();
        left.remove_prefix(1);
        if (c == '\\')
            bytes += TRY(take_escape(left));
        else
            bytes.push_back(c);
    }
    return bytes;
}

Result<std::string> parse_raw_unicode(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        bool const escape = text.size() >= 2 && text[0] == '\\' && (text[1] == 'u' || text[1] == 'U');
        if (!escape) {
            // A backslash before a backslash shields it: \\u0041 is text.
            size_t const count = text.starts_with("\\\\") ? 2 : 1;
            for (char const c : text.substr(0, count))
                append_utf8(result, static_cast<unsigned char>(c));
            text.remove_prefix(count);
            continue;
        }
        size_t const digits = text[1] == 'u' ? 4 : 8;
        auto const number = text.size() < 2 + digits ? std::nullopt : hex_number(text.substr(2, digits));
        if (!number || *number > 0x10ffff)
            return malformed("an escape that is no code point");
        append_utf8(result, *number);
        text.remove_prefix(2 + digits);
    }
    return result;
}
