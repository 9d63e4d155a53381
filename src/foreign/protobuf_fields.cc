#include "foreign/protobuf_fields.h"

std::optional<ProtobufField> ProtobufFields::cut()
{
    is_cut_ = true;
    left_ = {};
    return std::nullopt;
}

std::optional<ProtobufField> ProtobufFields::broken()
{
    is_broken_ = true;
    left_ = {};
    return std::nullopt;
}

std::optional<uint64_t> ProtobufFields::take_varint()
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (left_.empty()) {
            is_cut_ = true;
            return std::nullopt;
        }
        auto const byte = static_cast<uint8_t>(left_[0]);
        left_ = left_.subspan(1);
        if (shift < 64)
            value |= uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80)
            return value;
    }
    is_broken_ = true;
    return std::nullopt;
}

std::optional<ProtobufField> ProtobufFields::next()
{
    if (left_.empty())
        return std::nullopt;
    auto const tag = take_varint();
    if (!tag)
        return std::nullopt;
    constexpr uint64_t largest_number = (1u << 29) - 1;
    uint64_t const number = *tag >> 3;
    if (number == 0 || number > largest_number)
        return broken();
    ProtobufField field;
    field.number = static_cast<uint32_t>(number);
    field.wire = static_cast<ProtobufWire>(*tag & 7);
    switch (field.wire) {
    case ProtobufWire::varint:
    case ProtobufWire::delimited: {
        auto const value = take_varint();
        if (!value)
            return std::nullopt;
        if (field.wire == ProtobufWire::varint) {
            field.value = *value;
            return field;
        }
        is_cut_ = *value > left_.size();
        field.bytes = left_.first(is_cut_ ? left_.size() : *value);
        left_ = left_.subspan(field.bytes.size());
        return field;
    }
    case ProtobufWire::fixed64:
    case ProtobufWire::fixed32: {
        size_t const width = field.wire == ProtobufWire::fixed64 ? 8 : 4;
        if (left_.size() < width)
            return cut();
        left_ = left_.subspan(width);
        return field;
    }
    default:
        return broken();
    }
}
