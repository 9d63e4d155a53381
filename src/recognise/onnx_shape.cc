#include "recognise/onnx_shape.h"

#include <cstdint>
#include <optional>

namespace {

enum WireType : uint8_t { varint = 0,
    length_delimited = 2 };

struct Field {
    uint32_t number;
    uint8_t wire_type;
};

constexpr Field model_fields[] = {
    {1, varint}, // ir_version
    {2, length_delimited}, // producer_name
    {3, length_delimited}, // producer_version
    {4, length_delimited}, // domain
    {5, varint}, // model_version
    {6, length_delimited}, // doc_string
    {7, length_delimited}, // graph
    {8, length_delimited}, // opset_import
    {14, length_delimited}, // metadata_props
    {20, length_delimited}, // training_info
    {25, length_delimited}, // functions
    {26, length_delimited}, // configuration
};

std::optional<uint64_t> take_varint(Bytes& left)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !left.empty(); shift += 7) {
        auto const byte = static_cast<uint8_t>(left[0]);
        left = left.subspan(1);
        value |= uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80)
            return value;
    }
    return std::nullopt;
}

bool is_model_field(uint64_t tag)
{
    for (auto const& field : model_fields)
        if (tag == (uint64_t{field.number} << 3 | field.wire_type))
            return true;
    return false;
}

}

bool looks_like_onnx(Bytes file)
{
    bool has_graph = false;
    bool has_version = false;
    for (Bytes left = file; !left.empty();) {
        auto const tag = take_varint(left);
        if (!tag || !is_model_field(*tag))
            return false;
        uint64_t const number = *tag >> 3;
        auto const value = take_varint(left);
        if (!value)
            return has_version && has_graph;
        if (number == 1 && (*value == 0 || *value > 1'000))
            return false;
        has_version = has_version || number == 1 || number == 8;
        has_graph = has_graph || number == 7;
        if ((*tag & 7) == varint)
            continue;
        if (*value > left.size()) // cut short
            return has_version && has_graph;
        left = left.subspan(*value);
    }
    return has_version && has_graph;
}
