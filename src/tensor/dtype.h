#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

// The element types of ONNX and of PyTorch's storages. Spelled as contracts and numpy spell them: "float32", "int64", "bool".
enum class DType : uint8_t {
    float32,
    float64,
    float16,
    bfloat16,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    boolean, // one byte, 0 or 1
    complex64,
    complex128,
    complex32,
    float8_e4m3fn,
    float8_e4m3fnuz,
    float8_e5m2,
    float8_e5m2fnuz,
    float8_e8m0fnu,
    int4, // two elements a byte, the first in the low half
    uint4, // as int4
    float4_e2m1, // as int4
    float6_e2m3, // four elements in three bytes
    float6_e3m2, // four elements in three bytes
    qint8, // PyTorch's quantised storages: int8, uint8, int32 that belong to a scale and a zero point
    quint8,
    qint32,
    quint4x2,
    quint2x4,
    string, // UTF-8 text of any length: not plain bytes
};

inline constexpr int dtype_count = static_cast<int>(DType::string) + 1;

std::string_view name_of(DType dtype);
std::optional<DType> dtype_named(std::string_view name);

// Bits of one element; 0 for string.
int bits_of(DType dtype);
// Bytes of `count` elements, packed types rounded up; nothing where it does not fit 63 bits, or for string.
std::optional<uint64_t> bytes_of_elements(DType dtype, uint64_t count);

bool is_floating(DType dtype); // real floating point of any width
bool is_complex(DType dtype);
bool is_integer(DType dtype); // signed or unsigned, without boolean and quantised
bool is_signed_integer(DType dtype);
