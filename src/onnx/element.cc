#include "onnx/element.h"

#include "tensor/tensor.h"

#include <array>

namespace {

using enum OnnxDataField;

// Source: ONNX onnx.proto, TensorProto.DataType and the comments on its data fields.
constexpr std::array<OnnxElement, 26> elements{{
    {1, "FLOAT", 32, float_data, 0, 0, 4},
    {2, "UINT8", 8, int32_data, 0, 255, 1},
    {3, "INT8", 8, int32_data, -128, 127, 1},
    {4, "UINT16", 16, int32_data, 0, 65535, 2},
    {5, "INT16", 16, int32_data, -32768, 32767, 2},
    {6, "INT32", 32, int32_data, INT32_MIN, INT32_MAX, 4},
    {7, "INT64", 64, int64_data, INT64_MIN, INT64_MAX, 8},
    {8, "STRING", 0, string_data, 0, 0, 0},
    {9, "BOOL", 8, int32_data, 0, 1, 1},
    {10, "FLOAT16", 16, int32_data, 0, 65535, 2},
    {11, "DOUBLE", 64, double_data, 0, 0, 8},
    {12, "UINT32", 32, uint64_data, 0, UINT32_MAX, 4},
    {13, "UINT64", 64, uint64_data, INT64_MIN, INT64_MAX, 8},
    {14, "COMPLEX64", 64, float_data, 0, 0, 4},
    {15, "COMPLEX128", 128, double_data, 0, 0, 8},
    {16, "BFLOAT16", 16, int32_data, 0, 65535, 2},
    {17, "FLOAT8E4M3FN", 8, int32_data, 0, 255, 1},
    {18, "FLOAT8E4M3FNUZ", 8, int32_data, 0, 255, 1},
    {19, "FLOAT8E5M2", 8, int32_data, 0, 255, 1},
    {20, "FLOAT8E5M2FNUZ", 8, int32_data, 0, 255, 1},
    {21, "UINT4", 4, int32_data, 0, 255, 1},
    {22, "INT4", 4, int32_data, -128, 255, 1},
    {23, "FLOAT4E2M1", 4, int32_data, 0, 255, 1},
    {24, "FLOAT8E8M0", 8, int32_data, 0, 255, 1},
    {25, "UINT2", 2, int32_data, 0, 255, 1},
    {26, "INT2", 2, int32_data, -128, 255, 1},
}};

}

OnnxElement const* onnx_element(int32_t data_type)
{
    if (data_type < 1 || data_type > static_cast<int32_t>(elements.size()))
        return nullptr;
    return &elements[static_cast<size_t>(data_type - 1)];
}

std::string onnx_type_name(int32_t data_type)
{
    auto const* const element = onnx_element(data_type);
    return element ? element->name : std::to_string(data_type);
}

std::optional<uint64_t> onnx_tensor_bytes(int32_t data_type, std::vector<int64_t> const& dims)
{
    auto const* const element = onnx_element(data_type);
    auto const count = element_count(dims);
    if (!element || !count)
        return std::nullopt;
    auto const bits = static_cast<uint64_t>(element->bits);
    if (bits != 0 && *count > (uint64_t{INT64_MAX} - 7) / bits)
        return std::nullopt;
    return (*count * bits + 7) / 8;
}
