#pragma once

#include "onnx/wire.h"

#include "fuzz/mutation.h"

#include <algorithm>
#include <iterator>
#include <optional>

// Changes of protobuf messages that keep one.

// A message as a tree, so that a change deep inside keeps the lengths around it right.
struct ProtobufTree {
    uint64_t tag = 0;
    std::string bytes; // the value as it stands, without a length
    bool is_delimited = false;
    bool is_message = false;
    std::vector<ProtobufTree> fields;
};

constexpr int protobuf_tree_depth = 16;

inline std::string varint_of(uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7)
        bytes += static_cast<char>(value | 0x80);
    return bytes + static_cast<char>(value);
}

// Nothing where the bytes are no message.
inline std::optional<std::vector<ProtobufTree>> protobuf_tree(Bytes message, int depth)
{
    std::vector<ProtobufTree> fields;
    WireCursor cursor(message, message.data());
    while (!cursor.at_end()) {
        auto const field = cursor.next();
        if (!field)
            return std::nullopt;
        ProtobufTree one;
        one.tag = uint64_t{field->number} << 3 | static_cast<uint64_t>(field->type);
        one.is_delimited = field->type == WireType::delimited;
        one.bytes = one.is_delimited ? std::string(text_of(field->bytes)) : std::string(text_of(field->whole)).substr(varint_of(one.tag).size());
        if (auto inner = one.is_delimited && depth < protobuf_tree_depth && !field->bytes.empty() ? protobuf_tree(field->bytes, depth + 1) : std::nullopt) {
            one.is_message = true;
            one.fields = std::move(*inner);
        }
        fields.push_back(std::move(one));
    }
    return fields;
}

inline std::string bytes_of_fields(std::vector<ProtobufTree> const& fields)
{
    std::string bytes;
    for (auto const& field : fields) {
        std::string const value = field.is_message ? bytes_of_fields(field.fields) : field.bytes;
        bytes += varint_of(field.tag) + (field.is_delimited ? varint_of(value.size()) : "") + value;
    }
    return bytes;
}

// Goes down to a message chosen at random and changes one field of it.
inline void mutate_fields(std::vector<ProtobufTree>& fields, std::minstd_rand& dice)
{
    if (fields.empty())
        return;
    size_t const index = dice() % fields.size();
    auto& field = fields[index];
    if (field.is_message && dice() % 4 != 0)
        return mutate_fields(field.fields, dice);
    switch (dice() % 6) {
    case 0: // a repetition
        fields.insert(fields.begin() + static_cast<ptrdiff_t>(dice() % (fields.size() + 1)), ProtobufTree(field));
        break;
    case 1:
        fields.erase(fields.begin() + static_cast<ptrdiff_t>(index));
        break;
    case 2: // another wire type, groups among them
        field.tag = (field.tag & ~uint64_t{7}) | dice() % 8;
        break;
    case 3: // another field
        field.tag = (dice() % 27) << 3 | (field.tag & 7);
        break;
    case 4: { // another number
        constexpr uint64_t numbers[] = {0, 1, 2, 7, 8, 16, 100, uint64_t{1} << 31, uint64_t{1} << 40, uint64_t{1} << 62, ~uint64_t{0}};
        if (!field.is_delimited)
            field.bytes = varint_of(numbers[dice() % std::size(numbers)]);
        break;
    }
    default:
        std::swap(field, fields[dice() % fields.size()]);
    }
}

// Two of three changes are made to fields; libFuzzer's own to what is no message.
inline size_t mutate_protobuf(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    auto fields = protobuf_tree(std::as_bytes(std::span(data, size)), 0);
    if (!fields || fields->empty() || dice() % 3 == 0)
        return LLVMFuzzerMutate(data, size, most);
    for (auto changes = 1 + dice() % 3; changes > 0; --changes)
        mutate_fields(*fields, dice);
    std::string const bytes = bytes_of_fields(*fields);
    return bytes.size() > most ? LLVMFuzzerMutate(data, size, most) : lay_down(bytes, data, most);
}
