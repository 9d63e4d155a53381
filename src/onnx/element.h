#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Element types by onnx.proto's numbers (TensorProto.DataType), also those that DType does not have.

inline constexpr int32_t onnx_string_type = 8;

// "FLOAT", "INT64"... or the number itself where onnx.proto has none.
std::string onnx_type_name(int32_t data_type);

// Bytes of the elements that `dims` declare; 0 for STRING. Nothing where a size is negative, the type is not known, or the result
// does not fit 63 bits.
std::optional<uint64_t> onnx_tensor_bytes(int32_t data_type, std::vector<int64_t> const& dims);

// How typed fields hold a type's elements.
enum class OnnxDataField : uint32_t {
    none = 0,
    float_data = 4,
    int32_data = 5,
    string_data = 6,
    int64_data = 7,
    double_data = 10,
    uint64_data = 11,
};

struct OnnxElement {
    int32_t data_type;
    char const* name;
    int bits; // 0 for STRING
    OnnxDataField field;
    int64_t lowest; // what one entry of int32_data or uint64_data may be
    int64_t highest;
    int entry_bytes; // of raw data for one entry of `field`: packed types stand two to an entry
};

// Nothing where the number is not known.
OnnxElement const* onnx_element(int32_t data_type);
