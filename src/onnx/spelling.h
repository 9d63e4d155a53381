#pragma once

#include <cstdint>
#include <cstring>
#include <string>

// Protobuf messages spelled field by field, for tests: message(7, number(1, 5) + text(2, "a")).

inline std::string varint_bytes(uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7)
        bytes += static_cast<char>(value | 0x80);
    return bytes + static_cast<char>(value);
}

inline std::string number(uint32_t field, uint64_t value) { return varint_bytes(field << 3) + varint_bytes(value); }
inline std::string text(uint32_t field, std::string const& value) { return varint_bytes(field << 3 | 2) + varint_bytes(value.size()) + value; }
inline std::string message(uint32_t field, std::string const& fields) { return text(field, fields); }

template <typename Number>
std::string raw_bytes(Number value)
{
    return {reinterpret_cast<char const*>(&value), sizeof value};
}
inline std::string fixed(uint32_t field, float value) { return varint_bytes(field << 3 | 5) + raw_bytes(value); }
inline std::string fixed(uint32_t field, double value) { return varint_bytes(field << 3 | 1) + raw_bytes(value); }

// A ModelProto around the fields of its graph.
inline std::string model_of(std::string const& graph) { return number(1, 8) + message(8, number(2, 17)) + message(7, graph); }
