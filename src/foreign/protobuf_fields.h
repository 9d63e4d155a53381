#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <optional>

// The fields of one protobuf message, one after the other: just enough to tell which message the bytes may be. Submessages are
// passed over, so a walk takes as many steps as the message has fields of its own, whatever their length.
// Source: protobuf "Encoding".

enum class ProtobufWire : uint8_t {
    varint = 0,
    fixed64 = 1,
    delimited = 2,
    fixed32 = 5,
};

struct ProtobufField {
    uint32_t number = 0;
    ProtobufWire wire = ProtobufWire::varint;
    uint64_t value = 0; // of a varint
    Bytes bytes; // of a delimited field: as much of it as there is

    bool is(uint32_t wanted, ProtobufWire as) const { return number == wanted && wire == as; }
};

class ProtobufFields {
public:
    explicit ProtobufFields(Bytes message)
        : left_(message)
    {
    }

    // Nothing at the end, and where the bytes are no field (then is_broken).
    std::optional<ProtobufField> next();
    // A tag that no protobuf has, or a group.
    bool is_broken() const { return is_broken_; }
    // The message ended inside of a field.
    bool is_cut() const { return is_cut_; }

private:
    std::optional<uint64_t> take_varint();
    std::optional<ProtobufField> cut();
    std::optional<ProtobufField> broken();

    Bytes left_;
    bool is_broken_ = false;
    bool is_cut_ = false;
};
