#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// Protobuf's wire format, one message at a time: where its fields begin and end, with every length held against what is there.
//
// Refuses: groups (ONNX has none), field number 0, tags beyond 32 bits, varints of more than ten bytes, lengths beyond the message.
// Lengths are 64 bits wide, so that models beyond 4 GiB read as any other. Source: protobuf "Encoding".

enum class WireType : uint8_t {
    varint = 0,
    fixed64 = 1,
    delimited = 2,
    fixed32 = 5,
};

struct WireField {
    uint32_t number = 0;
    WireType type = WireType::varint;
    uint64_t value = 0; // of a varint or a fixed width number
    Bytes bytes; // of a delimited field
    Bytes whole; // the field as it stands, with its tag
    size_t offset = 0; // of the tag, from the start of the file
};

class WireCursor {
public:
    // `origin` is where the file begins: offsets count from there.
    WireCursor(Bytes message, std::byte const* origin)
        : origin_(origin),
          left_(message)
    {
    }

    bool at_end() const { return left_.empty(); }
    // Not at the end.
    Result<WireField> next();

private:
    size_t offset() const { return static_cast<size_t>(left_.data() - origin_); }
    Result<uint64_t> take_varint();
    Result<void> take_value(WireField& field);

    std::byte const* origin_;
    Bytes left_;
};

// The varints of a packed field, in order. Fails with malformed where one is cut short or too long.
Result<std::vector<uint64_t>> packed_varints(WireField const& field);
// How many varints stand in these bytes: what packed_varints would give, before it is asked.
uint64_t count_varints(Bytes bytes);

// A message may come in pieces: protobuf joins the occurrences of a singular message field.
using MessagePieces = std::span<Bytes const>;
