#include "serve/json_element.h"

#include "base/check.h"
#include "tensor/tensor.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace {

template <typename T>
void append(T element, std::vector<std::byte>& bytes)
{
    auto const end = bytes.size();
    bytes.resize(end + sizeof element);
    std::memcpy(bytes.data() + end, &element, sizeof element);
}

std::string_view without_blanks(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// All of `text` as a number, or nothing.
template <typename T>
std::optional<T> parsed(std::string_view text)
{
    text = without_blanks(text);
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    T number{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return number;
}

ElementFault beyond(Json const& value, DType dtype)
{
    return {"value_error", fmt::format("Value error, {} is beyond the range of {}", write_json(value), name_of(dtype)), std::nullopt};
}

std::optional<ElementFault> append_float(Json const& value, DType dtype, std::vector<std::byte>& bytes)
{
    double number = 0;
    if (value.is_number()) {
        number = value.get<double>();
    } else if (value.is_boolean()) {
        number = value.get<bool>() ? 1 : 0;
    } else if (value.is_string()) {
        auto const read = parsed<double>(value.get_ref<std::string const&>());
        if (!read)
            return ElementFault{"float_parsing", "Input should be a valid number, unable to parse string as a number", std::nullopt};
        number = *read;
    } else {
        return ElementFault{"float_type", "Input should be a valid number", std::nullopt};
    }
    if (!std::isfinite(number))
        return ElementFault{"finite_number", "Input should be a finite number", std::nullopt};
    auto const narrow = static_cast<float>(number);
    switch (dtype) {
    case DType::float64:
        append(number, bytes);
        return std::nullopt;
    case DType::float32:
        append(narrow, bytes);
        return std::isfinite(narrow) ? std::nullopt : std::optional(beyond(value, dtype));
    case DType::float16:
        append(half_from_float(narrow), bytes);
        return std::isfinite(float_from_half(half_from_float(narrow))) ? std::nullopt : std::optional(beyond(value, dtype));
    default:
        CHECK(dtype == DType::bfloat16, "the floats with a JSON form are these");
        append(bfloat16_from_float(narrow), bytes);
        return std::isfinite(float_from_bfloat16(bfloat16_from_float(narrow))) ? std::nullopt : std::optional(beyond(value, dtype));
    }
}

// An integer of 65 bits: its sign and its size.
struct WholeNumber {
    bool negative = false;
    uint64_t size = 0;
};

WholeNumber whole(int64_t number) { return {number < 0, number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number)}; }

ElementFault no_integer(std::string_view type, std::string_view more)
{
    return {std::string(type), "Input should be a valid integer" + std::string(more), std::nullopt};
}

tl::expected<WholeNumber, ElementFault> whole_number(Json const& value)
{
    if (value.is_number_unsigned())
        return WholeNumber{false, value.get<uint64_t>()};
    if (value.is_number_integer())
        return whole(value.get<int64_t>());
    if (value.is_boolean())
        return WholeNumber{false, value.get<bool>() ? 1u : 0u};
    if (value.is_number_float()) {
        constexpr double exact = 9007199254740992; // 2^53: beyond it a float names many integers
        auto const number = value.get<double>();
        if (number != std::trunc(number) || std::abs(number) > exact)
            return tl::unexpected(no_integer("int_from_float", ", got a number with a fractional part"));
        return whole(static_cast<int64_t>(number));
    }
    if (!value.is_string())
        return tl::unexpected(no_integer("int_type", ""));
    auto const& text = value.get_ref<std::string const&>();
    if (auto const number = parsed<int64_t>(text))
        return whole(*number);
    if (auto const number = parsed<uint64_t>(text))
        return WholeNumber{false, *number};
    return tl::unexpected(no_integer("int_parsing", ", unable to parse string as an integer"));
}

template <typename T>
std::optional<ElementFault> append_integer(Json const& value, std::vector<std::byte>& bytes)
{
    auto const number = whole_number(value);
    if (!number)
        return number.error();
    constexpr auto least = std::numeric_limits<T>::min();
    constexpr auto most = std::numeric_limits<T>::max();
    if (!number->negative && number->size > static_cast<uint64_t>(most))
        return ElementFault{"less_than_equal", fmt::format("Input should be less than or equal to {}", +most), Json{{"le", most}}};
    if (number->negative && number->size > whole(static_cast<int64_t>(least)).size)
        return ElementFault{"greater_than_equal", fmt::format("Input should be greater than or equal to {}", +least), Json{{"ge", least}}};
    append(static_cast<T>(number->negative ? 0 - number->size : number->size), bytes);
    return std::nullopt;
}

}

std::optional<ElementFault> append_json_element(Json const& value, DType dtype, std::vector<std::byte>& bytes)
{
    switch (dtype) {
    case DType::boolean:
        if (!value.is_boolean())
            return ElementFault{"bool_type", "Input should be a valid boolean", std::nullopt};
        append(static_cast<uint8_t>(value.get<bool>()), bytes);
        return std::nullopt;
    case DType::int8:
        return append_integer<int8_t>(value, bytes);
    case DType::int16:
        return append_integer<int16_t>(value, bytes);
    case DType::int32:
        return append_integer<int32_t>(value, bytes);
    case DType::int64:
        return append_integer<int64_t>(value, bytes);
    case DType::uint8:
        return append_integer<uint8_t>(value, bytes);
    case DType::uint16:
        return append_integer<uint16_t>(value, bytes);
    case DType::uint32:
        return append_integer<uint32_t>(value, bytes);
    case DType::uint64:
        return append_integer<uint64_t>(value, bytes);
    default:
        return append_float(value, dtype, bytes);
    }
}
