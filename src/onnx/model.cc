#include "onnx/model.h"

#include <array>

namespace {

struct TypeRow {
    DType dtype;
    int32_t data_type;
};

// Source: ONNX onnx.proto, TensorProto.DataType.
constexpr std::array<TypeRow, 24> type_rows{{
    {DType::float32, 1},
    {DType::uint8, 2},
    {DType::int8, 3},
    {DType::uint16, 4},
    {DType::int16, 5},
    {DType::int32, 6},
    {DType::int64, 7},
    {DType::string, 8},
    {DType::boolean, 9},
    {DType::float16, 10},
    {DType::float64, 11},
    {DType::uint32, 12},
    {DType::uint64, 13},
    {DType::complex64, 14},
    {DType::complex128, 15},
    {DType::bfloat16, 16},
    {DType::float8_e4m3fn, 17},
    {DType::float8_e4m3fnuz, 18},
    {DType::float8_e5m2, 19},
    {DType::float8_e5m2fnuz, 20},
    {DType::uint4, 21},
    {DType::int4, 22},
    {DType::float4_e2m1, 23},
    {DType::float8_e8m0fnu, 24},
}};

}

std::optional<int32_t> onnx_data_type(DType dtype)
{
    for (auto const& row : type_rows)
        if (row.dtype == dtype)
            return row.data_type;
    return std::nullopt;
}

std::optional<DType> dtype_of_onnx(int32_t data_type)
{
    for (auto const& row : type_rows)
        if (row.data_type == data_type)
            return row.dtype;
    return std::nullopt;
}
