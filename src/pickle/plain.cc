#include "pickle/plain.h"

#include <algorithm>
#include <map>

namespace {

constexpr size_t most_decimal_bytes = 1000; // conversion is quadratic

// Text of code points below 256 as one byte each.
std::optional<std::string> latin1_bytes(std::string_view text)
{
    std::string bytes;
    for (size_t index = 0; index < text.size(); ++index) {
        auto const lead = static_cast<unsigned char>(text[index]);
        if (lead < 0x80) {
            bytes.push_back(static_cast<char>(lead));
        } else if ((lead == 0xc2 || lead == 0xc3) && index + 1 < text.size()) {
            bytes.push_back(static_cast<char>((lead & 3) << 6 | (text[++index] & 0x3f)));
        } else {
            return std::nullopt;
        }
    }
    return bytes;
}

SharedBytes borrowed(Bytes bytes) { return SharedBytes(bytes, nullptr); }

std::optional<SharedBytes> encoded_bytes(PickleValue call)
{
    auto const arguments = *call.arguments();
    if (arguments.size() != 2 || !arguments.item(0).text())
        return std::nullopt;
    auto const encoding = arguments.item(1).text();
    if (encoding != "latin1" && encoding != "latin-1")
        return std::nullopt;
    auto bytes = latin1_bytes(*arguments.item(0).text());
    if (!bytes)
        return std::nullopt;
    return SharedBytes::take(*std::move(bytes));
}

std::span<NodeId const> elements_of_node(PickleValue value)
{
    switch (value.kind()) {
    case NodeKind::tuple:
    case NodeKind::list:
    case NodeKind::set:
    case NodeKind::frozen_set:
        return value.items();
    default:
        return {};
    }
}

}

std::optional<SharedBytes> bytes_in(PickleValue value)
{
    if (value.is(NodeKind::bytes) || value.is(NodeKind::byte_array))
        return borrowed(*value.bytes());
    if (auto const text = value.text())
        return borrowed(bytes_of(*text));
    if (value.is_call_of("_codecs", "encode"))
        return encoded_bytes(value);
    if (!value.is_call_of("builtins", "bytes") && !value.is_call_of("builtins", "bytearray"))
        return std::nullopt;
    auto const arguments = *value.arguments();
    if (arguments.size() == 0)
        return SharedBytes();
    auto const first = arguments.item(0);
    if (first.text() && arguments.size() == 2) // bytearray(text, 'latin-1')
        return encoded_bytes(value);
    if (first.is(NodeKind::bytes) || first.is(NodeKind::byte_array))
        return borrowed(*first.bytes());
    return first.is_call_of("_codecs", "encode") ? encoded_bytes(first) : std::nullopt;
}

std::optional<std::span<NodeId const>> elements_in(PickleValue value)
{
    switch (value.kind()) {
    case NodeKind::tuple:
    case NodeKind::list:
    case NodeKind::set:
    case NodeKind::frozen_set:
        return value.items();
    case NodeKind::object:
        break;
    default:
        return std::nullopt;
    }
    bool const grows = value.is_call_of("builtins", "set") || value.is_call_of("collections", "deque");
    if (grows && value.size() != 0)
        return value.items();
    if (!grows && !value.is_call_of("builtins", "frozenset") && !value.is_call_of("torch", "Size"))
        return std::nullopt;
    auto const arguments = *value.arguments();
    if (arguments.size() == 0)
        return std::span<NodeId const>();
    return elements_of_node(arguments.item(0));
}

bool is_mapping(PickleValue value)
{
    return value.is(NodeKind::dict) || value.is_call_of("collections", "OrderedDict") || value.is_call_of("collections", "defaultdict")
        || value.is_call_of("collections", "Counter");
}

std::vector<std::pair<NodeId, NodeId>> items_in(PickleValue mapping)
{
    std::vector<std::pair<NodeId, NodeId>> items;
    std::map<std::string_view, size_t> by_text;
    std::map<int64_t, size_t> by_number;
    auto const add = [&](NodeId key, NodeId item) {
        auto const value = mapping.other(key);
        size_t place = items.size();
        if (auto const text = value.text())
            place = by_text.emplace(*text, place).first->second;
        else if (auto const number = value.integer())
            place = by_number.emplace(*number, place).first->second;
        if (place == items.size())
            items.emplace_back(key, item);
        else
            items[place].second = item;
    };
    if (auto const arguments = mapping.arguments(); arguments && arguments->size() != 0) {
        auto const first = arguments->item(0);
        for (auto const& [key, item] : first.pairs()) // Counter({...})
            add(key, item);
        for (NodeId const id : elements_of_node(first)) // OrderedDict([[key, value], ...]) of Python 2
            if (auto const pair = elements_of_node(mapping.other(id)); pair.size() == 2)
                add(pair[0], pair[1]);
    }
    for (auto const& [key, item] : mapping.pairs())
        add(key, item);
    return items;
}

std::optional<std::pair<double, double>> complex_in(PickleValue value)
{
    if (!value.is_call_of("builtins", "complex") || value.arguments()->size() != 2)
        return std::nullopt;
    auto const real = number_in(value.arguments()->item(0));
    auto const imaginary = number_in(value.arguments()->item(1));
    if (!real || !imaginary)
        return std::nullopt;
    return std::pair(*real, *imaginary);
}

std::optional<double> number_in(PickleValue value)
{
    if (auto const integer = value.integer())
        return static_cast<double>(*integer);
    return value.real();
}

std::optional<std::vector<int64_t>> integers_in(PickleValue value)
{
    auto const elements = elements_in(value);
    if (!elements)
        return std::nullopt;
    std::vector<int64_t> integers;
    integers.reserve(elements->size());
    for (NodeId const id : *elements) {
        auto const integer = value.other(id).integer();
        if (!integer)
            return std::nullopt;
        integers.push_back(*integer);
    }
    return integers;
}

std::string integer_text(PickleValue integer)
{
    if (auto const small = integer.integer())
        return std::to_string(*small);
    auto const bytes = integer.bytes().value_or(Bytes{});
    if (bytes.empty() || bytes.size() > most_decimal_bytes)
        return "<int of " + std::to_string(bytes.size()) + " bytes>";
    bool const negative = static_cast<unsigned char>(bytes.back()) >= 0x80;
    std::string digits = "0"; // least first
    for (size_t index = bytes.size(); index-- > 0;) { // magnitude of -n is ~(n - 1): here of ~n, one less
        auto carry = static_cast<unsigned>(bytes[index]) ^ (negative ? 0xffu : 0u);
        for (char& digit : digits) {
            carry += static_cast<unsigned>(digit - '0') * 256;
            digit = static_cast<char>('0' + carry % 10);
            carry /= 10;
        }
        for (; carry != 0; carry /= 10)
            digits.push_back(static_cast<char>('0' + carry % 10));
    }
    if (negative) {
        size_t place = 0;
        while (place < digits.size() && digits[place] == '9')
            digits[place++] = '0';
        if (place == digits.size())
            digits.push_back('1');
        else
            ++digits[place];
        digits.push_back('-');
    }
    std::reverse(digits.begin(), digits.end());
    return digits;
}
