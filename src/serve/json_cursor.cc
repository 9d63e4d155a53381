#include "serve/json_cursor.h"

#include "base/utf8.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

namespace {

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

// Powers of ten that a double holds exactly.
constexpr double exact_powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int most_exact_power = 22;
constexpr uint64_t most_exact_integer = uint64_t{1} << 53;
constexpr int most_digits = 19; // always fit 64 bits

bool are_eight_digits(uint64_t bytes)
{
    return ((bytes & 0xf0f0f0f0f0f0f0f0) | (((bytes + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) == 0x3333333333333333;
}

// Eight digits as they lie in memory, first digit first: neighbours are joined to pairs, fours and eight.
uint64_t value_of_eight_digits(uint64_t bytes)
{
    bytes -= 0x3030303030303030;
    bytes = (bytes * 10) + (bytes >> 8);
    return (((bytes & 0x000000ff000000ff) * 0x000f424000000064) + (((bytes >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >> 32;
}

// Takes digits from `at` on into `value`, which may wrap; the caller counts them.
char const* take_digits(char const* at, char const* end, uint64_t& value)
{
    while (end - at >= 8) {
        uint64_t bytes;
        std::memcpy(&bytes, at, sizeof bytes);
        if (!are_eight_digits(bytes))
            break;
        value = value * 100'000'000 + value_of_eight_digits(bytes);
        at += 8;
    }
    for (; at != end && is_digit(*at); ++at)
        value = value * 10 + static_cast<uint64_t>(*at - '0');
    return at;
}

// A number of RFC 8259 in its parts.
struct Decimal {
    bool negative = false;
    uint64_t digits = 0; // all digits as one integer; wraps where `count` is beyond most_digits
    ptrdiff_t count = 0; // of digits, leading zeros of the fraction too
    int64_t exponent = 0; // of ten
    bool whole = true; // neither fraction nor exponent
    char const* end = nullptr; // null: there is no number
};

constexpr int64_t most_exponent = 100'000; // beyond it every number is 0 or infinite

char const* take_exponent(char const* at, char const* end, int64_t& exponent)
{
    bool const negative = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+'))
        ++at;
    if (at == end || !is_digit(*at))
        return nullptr;
    int64_t size = 0;
    for (; at != end && is_digit(*at); ++at)
        size = std::min(most_exponent, size * 10 + (*at - '0'));
    exponent += negative ? -size : size;
    return at;
}

Decimal read_decimal(char const* at, char const* end)
{
    Decimal number;
    if (at != end && *at == '-') {
        number.negative = true;
        ++at;
    }
    char const* const first = at;
    at = take_digits(at, end, number.digits);
    number.count = at - first;
    if (number.count == 0 || (*first == '0' && number.count > 1))
        return number;
    if (at != end && *at == '.') {
        char const* const fraction = ++at;
        at = take_digits(at, end, number.digits);
        if (at == fraction)
            return number;
        number.exponent = fraction - at;
        number.count += at - fraction;
        number.whole = false;
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        number.whole = false;
        at = take_exponent(at + 1, end, number.exponent);
    }
    number.end = at;
    return number;
}

// The nearest double; "-0" is the integer 0. Both parts are exact doubles in all but rare texts, and then one operation rounds once.
// Source: W. D. Clinger, "How to read floating point numbers accurately".
double nearest_double(Decimal const& number, char const* begin)
{
    if (number.count <= most_digits && number.digits <= most_exact_integer && std::abs(number.exponent) <= most_exact_power) {
        auto const digits = static_cast<double>(number.digits);
        double const size = number.exponent < 0 ? digits / exact_powers[-number.exponent] : digits * exact_powers[number.exponent];
        bool const integer_zero = number.whole && number.digits == 0;
        return number.negative && !integer_zero ? -size : size;
    }
    double value = 0;
    auto const read = std::from_chars(begin, number.end, value);
    if (read.ec == std::errc::result_out_of_range) // too near to zero, or too far from it
        value = std::strtod(std::string(begin, number.end).c_str(), nullptr);
    return value;
}

// Whether a number without fraction and exponent is one of 64 bits.
template <typename T>
std::optional<T> whole(char const* begin, char const* end)
{
    T value = 0;
    auto const read = std::from_chars(begin, end, value);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

bool fits_integer(Decimal const& number, char const* begin)
{
    if (number.count < most_digits)
        return true;
    return number.negative ? whole<int64_t>(begin, number.end).has_value() : whole<uint64_t>(begin, number.end).has_value();
}

}

bool JsonCursor::take_word(std::string_view word)
{
    skip_blanks();
    if (!text_.substr(place_).starts_with(word))
        return false;
    place_ += word.size();
    return true;
}

bool JsonCursor::take_double(double& value)
{
    skip_blanks();
    char const* const begin = text_.data() + place_;
    auto const number = read_decimal(begin, text_.data() + text_.size());
    if (number.end == nullptr || (number.whole && !fits_integer(number, begin)))
        return false;
    value = nearest_double(number, begin);
    if (!std::isfinite(value))
        return false;
    place_ += static_cast<size_t>(number.end - begin);
    return true;
}

std::optional<JsonNumber> JsonCursor::number()
{
    JsonNumber number;
    skip_blanks();
    auto const begin = place_;
    if (!take_double(number.value))
        return std::nullopt;
    char const* const first = text_.data() + begin;
    char const* const last = text_.data() + place_;
    number.integer = whole<int64_t>(first, last);
    number.natural = number.integer == 0 ? 0 : whole<uint64_t>(first, last); // "-0" too
    return number;
}

bool JsonCursor::skip_string()
{
    for (size_t at = place_ + 1; at < text_.size(); ++at) {
        if (text_[at] == '\\') {
            ++at;
        } else if (text_[at] == '"') {
            place_ = at + 1;
            return true;
        }
    }
    return false;
}

std::optional<std::string> JsonCursor::text()
{
    if (peek() != '"')
        return std::nullopt;
    size_t const begin = place_;
    if (!skip_string())
        return std::nullopt;
    auto const written = text_.substr(begin, place_ - begin);
    auto const inside = written.substr(1, written.size() - 2);
    bool const plain = std::all_of(inside.begin(), inside.end(), [](char byte) { return static_cast<unsigned char>(byte) >= 0x20 && byte != '\\'; });
    if (plain && is_utf8(inside))
        return std::string(inside);
    if (auto const read = read_json(written, 1))
        return read->get<std::string>();
    place_ = begin;
    return std::nullopt;
}

std::optional<std::string_view> JsonCursor::skip(uint32_t depth)
{
    size_t const begin = (skip_blanks(), place_);
    uint32_t open = 0;
    while (place_ < text_.size()) {
        char const byte = text_[place_];
        if (byte == '"') {
            if (!skip_string())
                return std::nullopt;
        } else if (byte == '[' || byte == '{') {
            if (++open > depth)
                return std::nullopt;
            ++place_;
            continue;
        } else if (byte == ']' || byte == '}') {
            if (open == 0)
                return std::nullopt;
            --open;
            ++place_;
        } else {
            ++place_;
            bool const within_scalar = open == 0 && place_ < text_.size() && std::string_view(",]} \n\t\r").find(text_[place_]) == std::string_view::npos;
            if (open > 0 || within_scalar)
                continue;
        }
        if (open == 0)
            return text_.substr(begin, place_ - begin);
    }
    return std::nullopt;
}
