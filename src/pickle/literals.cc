#include "pickle/literals.h"

#include "base/utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace {

constexpr size_t most_huge_keys = 100; // each is looked for among all
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

// Bits of a digit behind a prefix 0x, 0o, 0b, which is taken away; 0: decimal.
unsigned take_prefix(std::string_view& digits)
{
    if (digits.size() < 2 || digits[0] != '0')
        return 0;
    char const letter = static_cast<char>(digits[1] | 0x20);
    unsigned const bits = letter == 'x' ? 4 : letter == 'o' ? 3
        : letter == 'b'                                     ? 1
                                                            : 0;
    if (bits != 0)
        digits.remove_prefix(2);
    return bits;
}

// The digits alone, where underscores stand only between them (and behind a prefix) and all are below `base`.
std::optional<std::string> plain_digits(std::string_view text, int base, bool behind_prefix)
{
    std::string digits;
    bool digit_before = behind_prefix;
    for (char const c : text) {
        if (c == '_' && digit_before) {
            digit_before = false;
            continue;
        }
        if (digit_of(c) >= base)
            return std::nullopt;
        digit_before = true;
        digits.push_back(c);
    }
    if (!digit_before || digits.empty())
        return std::nullopt;
    return digits;
}

// Magnitudes are little-endian.
std::string decimal_magnitude(std::string_view digits)
{
    std::string magnitude;
    for (char const c : digits) {
        auto carry = static_cast<unsigned>(digit_of(c));
        for (char& byte : magnitude) {
            carry += static_cast<unsigned>(static_cast<unsigned char>(byte)) * 10;
            byte = static_cast<char>(carry & 0xff);
            carry >>= 8;
        }
        if (carry != 0)
            magnitude.push_back(static_cast<char>(carry));
    }
    return magnitude;
}

std::string binary_magnitude(std::string_view digits, unsigned bits_each)
{
    std::string magnitude;
    unsigned bits = 0;
    unsigned filled = 0;
    for (size_t index = digits.size(); index-- > 0;) {
        bits |= static_cast<unsigned>(digit_of(digits[index])) << filled;
        filled += bits_each;
        if (filled >= 8) {
            magnitude.push_back(static_cast<char>(bits & 0xff));
            bits >>= 8;
            filled -= 8;
        }
    }
    magnitude.push_back(static_cast<char>(bits));
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

Result<std::string> decimal_digits(std::string_view text)
{
    auto digits = plain_digits(text, 10, false);
    if (!digits)
        return malformed("not an integer");
    if (digits->size() > most_decimal_digits)
        return malformed("an integer of " + std::to_string(digits->size()) + " digits, Python reads at most " + std::to_string(most_decimal_digits));
    return *std::move(digits);
}

// The magnitude of digits in any base that a prefix may name.
Result<std::string> magnitude_of(std::string_view text)
{
    unsigned bits_each = take_prefix(text);
    bool const behind_prefix = bits_each != 0;
    if (!behind_prefix && text.find_first_not_of("01234567") == text.npos && text.starts_with('0'))
        bits_each = 3; // as C reads what begins with a zero
    if (bits_each == 0) {
        auto const digits = TRY(decimal_digits(text));
        if (digits.starts_with('0') && digits.find_first_not_of('0') != digits.npos)
            return malformed("not an integer");
        return decimal_magnitude(digits);
    }
    auto const digits = plain_digits(text, 1 << bits_each, behind_prefix);
    if (!digits)
        return malformed("not an integer");
    return binary_magnitude(*digits, bits_each);
}

// How long the sequence at the front is by its first byte, 0 where what is there of it is wrong already.
size_t promised_length(std::string_view text)
{
    auto const at = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
    unsigned const lead = at(0);
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    size_t const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3
                                                          : 2;
    for (size_t index = 1; index < length && index < text.size(); ++index)
        if ((at(index) & 0xc0) != 0x80)
            return 0;
    if (text.size() > 1 && ((lead == 0xe0 && at(1) < 0xa0) || (lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f)))
        return 0;
    return length;
}

// Takes whole sequences away from the front, as many as there are. False where something that is none stands there; what is left
// otherwise is cut short.
bool take_sequences(std::string_view& text)
{
    while (!text.empty()) {
        uint64_t eight = 0;
        while (text.size() >= sizeof eight && (std::memcpy(&eight, text.data(), sizeof eight), (eight & 0x8080808080808080) == 0))
            text.remove_prefix(sizeof eight);
        if (text.empty())
            return true;
        size_t const length = promised_length(text);
        if (length == 0)
            return false;
        if (length > text.size())
            return true;
        text.remove_prefix(length);
    }
    return true;
}

void append_code_point(std::string& text, uint32_t code_point)
{
    if (append_utf8(text, code_point)) // base/utf8.h; it takes no surrogates
        return;
    for (uint32_t const byte : {0xe0 | code_point >> 12, 0x80 | (code_point >> 6 & 0x3f), 0x80 | (code_point & 0x3f)})
        text.push_back(static_cast<char>(byte));
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

// As from_chars reads it, but what is too large is infinite and what is too small is zero, as Python says.
std::optional<double> plain_real(std::string_view digits)
{
    double number = 0;
    auto const end = digits.data() + digits.size();
    auto const parsed = std::from_chars(digits.data(), end, number);
    if (parsed.ptr != end || digits.ends_with(')')) // from_chars knows nan(...), Python does not
        return std::nullopt;
    if (parsed.ec == std::errc{})
        return number;
    if (parsed.ec != std::errc::result_out_of_range)
        return std::nullopt;
    return std::strtod(std::string(digits).c_str(), nullptr);
}

// Underscores go where they stand between digits; one elsewhere stays, and spoils the number.
std::string without_underscores(std::string_view text)
{
    auto const is_digit = [&](size_t index) { return index < text.size() && text[index] >= '0' && text[index] <= '9'; };
    std::string kept;
    for (size_t index = 0; index < text.size(); ++index)
        if (text[index] != '_' || index == 0 || !is_digit(index - 1) || !is_digit(index + 1))
            kept += text[index];
    return kept;
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

bool PythonUtf8Check::add(std::string_view piece)
{
    while (!pending_.empty() && !piece.empty()) {
        pending_ += piece.front();
        piece.remove_prefix(1);
        std::string_view left = pending_;
        if (!take_sequences(left))
            return false;
        if (left.empty())
            pending_.clear();
    }
    if (!take_sequences(piece))
        return false;
    pending_ += piece;
    return true;
}

bool is_python_utf8(std::string_view text) { return take_sequences(text) && text.empty(); }

std::string_view whole_utf8(std::string_view text)
{
    std::string_view left = text;
    take_sequences(left);
    return text.substr(0, text.size() - left.size());
}

std::variant<int64_t, Bytes> integer_from_bytes(Bytes bytes)
{
    auto const byte_at = [&](size_t index) { return static_cast<unsigned char>(bytes[index]); };
    bool const negative = !bytes.empty() && byte_at(bytes.size() - 1) >= 0x80;
    unsigned char const filler = negative ? 0xff : 0;
    while (bytes.size() > 1 && byte_at(bytes.size() - 1) == filler && (byte_at(bytes.size() - 2) >= 0x80) == negative)
        bytes = bytes.first(bytes.size() - 1);
    if (bytes.size() > 8)
        return bytes;
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
    if (literal.canonical && parsed.ec == std::errc{}) { // all of it was digits
        literal.value = number;
        return literal;
    }

    if (text.starts_with('\0')) { // C's strtol reads nothing and stops at what it takes for the end
        literal.value = 0;
        return literal;
    }
    auto digits = stripped(text.substr(0, text.find('\0')));
    bool const negative = digits.starts_with('-');
    if (negative || digits.starts_with('+'))
        digits.remove_prefix(1);
    auto const magnitude = TRY(magnitude_of(digits)) + '\0';
    auto const bytes = negative ? negated(magnitude) : magnitude;
    auto const number_or_bytes = integer_from_bytes(bytes_of(bytes));
    if (auto const* big = std::get_if<Bytes>(&number_or_bytes))
        literal.value = std::string(text_of(*big));
    else
        literal.value = std::get<int64_t>(number_or_bytes);
    return literal;
}

Result<MemoKeyLiteral> parse_memo_key(std::string_view text, std::vector<std::string>& huge)
{
    constexpr uint64_t first_huge = uint64_t{1} << 63;
    auto const to_number = [](std::string_view digits) -> std::optional<uint64_t> {
        uint64_t number = 0;
        auto const parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return parsed.ec == std::errc{} && number < first_huge ? std::optional(number) : std::nullopt;
    };
    bool const canonical = !text.empty() && text.find_first_not_of("0123456789") == text.npos && (text == "0" || text[0] != '0');
    if (auto const number = canonical ? to_number(text) : std::nullopt)
        return MemoKeyLiteral{*number, true};
    auto spelled = stripped(text.substr(0, text.find('\0')));
    bool const negative = spelled.starts_with('-');
    if (negative || spelled.starts_with('+'))
        spelled.remove_prefix(1);
    auto digits = TRY(decimal_digits(spelled));
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    if (negative && digits != "0")
        return malformed("a memo key below 0");
    if (auto const number = to_number(digits))
        return MemoKeyLiteral{*number, false};
    auto const known = std::find(huge.begin(), huge.end(), digits);
    if (known == huge.end() && huge.size() == most_huge_keys)
        return malformed("more memo keys beyond 2^63 than " + std::to_string(most_huge_keys));
    auto const index = static_cast<uint64_t>(known - huge.begin());
    if (known == huge.end())
        huge.push_back(std::move(digits));
    return MemoKeyLiteral{first_huge + index, false};
}

Result<RealLiteral> parse_real_literal(std::string_view text)
{
    if (auto const number = plain_real(text); number && (std::isfinite(*number) || text.find_first_of("0123456789") == text.npos))
        return RealLiteral{*number, true};
    auto loose = stripped(text.substr(0, text.find('\0'))); // C reads no further
    if (loose.starts_with('+') && !loose.starts_with("+-"))
        loose.remove_prefix(1);
    if (auto const number = plain_real(without_underscores(loose)))
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
                append_code_point(result, static_cast<unsigned char>(c));
            text.remove_prefix(count);
            continue;
        }
        size_t const digits = text[1] == 'u' ? 4 : 8;
        auto const number = text.size() < 2 + digits ? std::nullopt : hex_number(text.substr(2, digits));
        if (!number || *number > 0x10ffff)
            return malformed("an escape that is no code point");
        append_code_point(result, *number);
        text.remove_prefix(2 + digits);
    }
    return result;
}
