#include "onnx/wire.h"

#include <algorithm>
#include <cstring>
#include <protozero/exception.hpp>
#include <protozero/varint.hpp>

namespace {

std::string_view wire_fault(std::exception const& fault)
{
    if (dynamic_cast<protozero::varint_too_long_exception const*>(&fault))
        return "a varint of more than ten bytes";
    return "a varint is cut short";
}

template <typename Number>
Number number_from(Bytes bytes)
{
    Number number;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

}

Result<uint64_t> WireCursor::take_varint()
{
    auto const* const begin = reinterpret_cast<char const*>(left_.data());
    auto const* position = begin;
    try {
        uint64_t const value = protozero::decode_varint(&position, begin + left_.size());
        left_ = left_.subspan(static_cast<size_t>(position - begin));
        return value;
    } catch (protozero::exception const& fault) {
        return malformed(std::string(wire_fault(fault))).at("byte " + std::to_string(offset()));
    }
}

Result<void> WireCursor::take_value(WireField& field)
{
    if (field.type == WireType::varint) {
        field.value = TRY(take_varint());
        return {};
    }
    uint64_t length = field.type == WireType::fixed64 ? 8 : 4;
    if (field.type == WireType::delimited)
        length = TRY(take_varint());
    if (length > left_.size())
        return malformed("cut short: field " + std::to_string(field.number) + " wants " + std::to_string(length) + " bytes, its message has " + std::to_string(left_.size()) + " left").at("byte " + std::to_string(field.offset));
    Bytes const bytes = left_.first(length);
    left_ = left_.subspan(length);
    if (field.type == WireType::delimited)
        field.bytes = bytes;
    else
        field.value = field.type == WireType::fixed64 ? number_from<uint64_t>(bytes) : number_from<uint32_t>(bytes);
    return {};
}

Result<WireField> WireCursor::next()
{
    Bytes const before = left_;
    WireField field;
    field.offset = offset();
    uint64_t const tag = TRY(take_varint());
    if (tag > std::numeric_limits<uint32_t>::max() || tag >> 3 == 0)
        return malformed("the tag " + std::to_string(tag) + " names no field").at("byte " + std::to_string(field.offset));
    field.number = static_cast<uint32_t>(tag >> 3);
    auto const type = static_cast<unsigned>(tag & 7);
    if (type == 3 || type == 4)
        return refused("a group (field " + std::to_string(field.number) + "): ONNX has none").at("byte " + std::to_string(field.offset));
    if (type > 5)
        return malformed("wire type " + std::to_string(type) + " does not exist").at("byte " + std::to_string(field.offset));
    field.type = static_cast<WireType>(type);
    TRY(take_value(field));
    field.whole = before.first(before.size() - left_.size());
    return field;
}

Result<std::vector<uint64_t>> packed_varints(WireField const& field)
{
    std::vector<uint64_t> values;
    values.reserve(count_varints(field.bytes));
    auto const* position = reinterpret_cast<char const*>(field.bytes.data());
    auto const* const end = position + field.bytes.size();
    try {
        while (position != end)
            values.push_back(protozero::decode_varint(&position, end));
    } catch (protozero::exception const& fault) {
        return malformed("element " + std::to_string(values.size()) + ": " + std::string(wire_fault(fault))).at("byte " + std::to_string(field.offset));
    }
    return values;
}

uint64_t count_varints(Bytes bytes)
{
    return static_cast<uint64_t>(std::ranges::count_if(bytes, [](std::byte byte) { return (byte & std::byte{0x80}) == std::byte{0}; }));
}
