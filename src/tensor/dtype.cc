#include "tensor/dtype.h"

#include <array>
#include <limits>

namespace {

enum class Kind : uint8_t { floating,
    complex,
    signed_integer,
    unsigned_integer,
    boolean,
    quantised,
    text };

struct DTypeRow {
    DType dtype;
    std::string_view name;
    int bits;
    Kind kind;
};

constexpr std::array<DTypeRow, dtype_count> rows{{
    {DType::float32, "float32", 32, Kind::floating},
    {DType::float64, "float64", 64, Kind::floating},
    {DType::float16, "float16", 16, Kind::floating},
    {DType::bfloat16, "bfloat16", 16, Kind::floating},
    {DType::int8, "int8", 8, Kind::signed_integer},
    {DType::int16, "int16", 16, Kind::signed_integer},
    {DType::int32, "int32", 32, Kind::signed_integer},
    {DType::int64, "int64", 64, Kind::signed_integer},
    {DType::uint8, "uint8", 8, Kind::unsigned_integer},
    {DType::uint16, "uint16", 16, Kind::unsigned_integer},
    {DType::uint32, "uint32", 32, Kind::unsigned_integer},
    {DType::uint64, "uint64", 64, Kind::unsigned_integer},
    {DType::boolean, "bool", 8, Kind::boolean},
    {DType::complex64, "complex64", 64, Kind::complex},
    {DType::complex128, "complex128", 128, Kind::complex},
    {DType::complex32, "complex32", 32, Kind::complex},
    {DType::float8_e4m3fn, "float8_e4m3fn", 8, Kind::floating},
    {DType::float8_e4m3fnuz, "float8_e4m3fnuz", 8, Kind::floating},
    {DType::float8_e5m2, "float8_e5m2", 8, Kind::floating},
    {DType::float8_e5m2fnuz, "float8_e5m2fnuz", 8, Kind::floating},
    {DType::float8_e8m0fnu, "float8_e8m0fnu", 8, Kind::floating},
    {DType::int4, "int4", 4, Kind::signed_integer},
    {DType::uint4, "uint4", 4, Kind::unsigned_integer},
    {DType::float4_e2m1, "float4_e2m1", 4, Kind::floating},
    {DType::float6_e2m3, "float6_e2m3", 6, Kind::floating},
    {DType::float6_e3m2, "float6_e3m2", 6, Kind::floating},
    {DType::qint8, "qint8", 8, Kind::quantised},
    {DType::quint8, "quint8", 8, Kind::quantised},
    {DType::qint32, "qint32", 32, Kind::quantised},
    {DType::quint4x2, "quint4x2", 4, Kind::quantised},
    {DType::quint2x4, "quint2x4", 2, Kind::quantised},
    {DType::string, "string", 0, Kind::text},
}};

constexpr DTypeRow const& row(DType dtype) { return rows[static_cast<size_t>(dtype)]; }

constexpr bool rows_are_in_order()
{
    for (size_t i = 0; i < rows.size(); ++i)
        if (static_cast<size_t>(rows[i].dtype) != i)
            return false;
    return true;
}
static_assert(rows_are_in_order());

}

std::string_view name_of(DType dtype) { return row(dtype).name; }

std::optional<DType> dtype_named(std::string_view name)
{
    for (auto const& candidate : rows)
        if (candidate.name == name)
            return candidate.dtype;
    return std::nullopt;
}

int bits_of(DType dtype) { return row(dtype).bits; }

std::optional<uint64_t> bytes_of_elements(DType dtype, uint64_t count)
{
    auto const bits = static_cast<uint64_t>(bits_of(dtype));
    if (bits == 0 || count > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / bits)
        return std::nullopt;
    return (count * bits + 7) / 8;
}

bool is_floating(DType dtype) { return row(dtype).kind == Kind::floating; }
bool is_complex(DType dtype) { return row(dtype).kind == Kind::complex; }
bool is_integer(DType dtype) { return row(dtype).kind == Kind::signed_integer || row(dtype).kind == Kind::unsigned_integer; }
bool is_signed_integer(DType dtype) { return row(dtype).kind == Kind::signed_integer; }
