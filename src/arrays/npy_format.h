#pragma once

#include "tensor/dtype.h"

#include <array>
#include <string_view>

// What the reader and the writer of .npy share. Source: NumPy numpy/lib/format.py.

inline constexpr std::string_view npy_magic("\x93NUMPY", 6);
inline constexpr size_t npy_code_point_bytes = 4; // text is UCS-4
inline constexpr size_t npy_most_axes = 64;

// The types that NumPy and we both have, by kind and bytes.
struct NpyType {
    char kind;
    unsigned bytes;
    DType dtype;
    std::string_view written; // as NumPy writes it
};
inline constexpr std::array<NpyType, 14> npy_types{{
    {'f', 4, DType::float32, "<f4"},
    {'f', 8, DType::float64, "<f8"},
    {'f', 2, DType::float16, "<f2"},
    {'i', 1, DType::int8, "|i1"},
    {'i', 2, DType::int16, "<i2"},
    {'i', 4, DType::int32, "<i4"},
    {'i', 8, DType::int64, "<i8"},
    {'u', 1, DType::uint8, "|u1"},
    {'u', 2, DType::uint16, "<u2"},
    {'u', 4, DType::uint32, "<u4"},
    {'u', 8, DType::uint64, "<u8"},
    {'b', 1, DType::boolean, "|b1"},
    {'c', 8, DType::complex64, "<c8"},
    {'c', 16, DType::complex128, "<c16"},
}};
