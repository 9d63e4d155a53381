#pragma once

#include "base/check.h"
#include "tensor/tensor.h"

#include <cstring>

// How one element of each dtype is read from a tensor's bytes. Private to the module.

// The element type of the two halves of a complex number.
DType part_of_complex(DType dtype);
// A small float by its own layout, for what is narrower than 8 bits. `bits` are right-aligned.
float float_from_small(DType dtype, uint8_t bits);

template <typename T>
T stored_element(Bytes bytes, uint64_t index)
{
    T element;
    std::memcpy(&element, bytes.data() + index * sizeof(T), sizeof(T));
    return element;
}

// Element `index` of `width` (2, 4 or 6) bits, the first in the lowest bits.
inline uint8_t packed_element(Bytes bytes, uint64_t index, unsigned width)
{
    uint64_t const bit = index * width;
    unsigned two_bytes = static_cast<unsigned>(bytes[bit / 8]);
    if (bit / 8 + 1 < bytes.size())
        two_bytes |= static_cast<unsigned>(bytes[bit / 8 + 1]) << 8;
    return static_cast<uint8_t>((two_bytes >> (bit % 8)) & ((1u << width) - 1));
}

// Calls `use` once with a function from (bytes, index) to the element: a float or double for floating types, an int64_t or (for uint64)
// uint64_t for all others, quantised types as the integers that they store. Not for complex and string (CHECK).
template <typename Use>
auto visit_elements(DType dtype, Use use)
{
    switch (dtype) {
    case DType::float32:
        return use([](Bytes bytes, uint64_t i) { return stored_element<float>(bytes, i); });
    case DType::float64:
        return use([](Bytes bytes, uint64_t i) { return stored_element<double>(bytes, i); });
    case DType::float16:
        return use([](Bytes bytes, uint64_t i) { return float_from_half(stored_element<uint16_t>(bytes, i)); });
    case DType::bfloat16:
        return use([](Bytes bytes, uint64_t i) { return float_from_bfloat16(stored_element<uint16_t>(bytes, i)); });
    case DType::float8_e4m3fn:
    case DType::float8_e4m3fnuz:
    case DType::float8_e5m2:
    case DType::float8_e5m2fnuz:
    case DType::float8_e8m0fnu:
        return use([=](Bytes bytes, uint64_t i) { return float_from_float8(dtype, stored_element<uint8_t>(bytes, i)); });
    case DType::float4_e2m1:
    case DType::float6_e2m3:
    case DType::float6_e3m2:
        return use([=](Bytes bytes, uint64_t i) { return float_from_small(dtype, packed_element(bytes, i, static_cast<unsigned>(bits_of(dtype)))); });
    case DType::int8:
    case DType::qint8:
        return use([](Bytes bytes, uint64_t i) { return int64_t{stored_element<int8_t>(bytes, i)}; });
    case DType::int16:
        return use([](Bytes bytes, uint64_t i) { return int64_t{stored_element<int16_t>(bytes, i)}; });
    case DType::int32:
    case DType::qint32:
        return use([](Bytes bytes, uint64_t i) { return int64_t{stored_element<int32_t>(bytes, i)}; });
    case DType::int64:
        return use([](Bytes bytes, uint64_t i) { return stored_element<int64_t>(bytes, i); });
    case DType::uint8:
    case DType::quint8:
        return use([](Bytes bytes, uint64_t i) { return int64_t{stored_element<uint8_t>(bytes, i)}; });
    case DType::boolean:
        return use([](Bytes bytes, uint64_t i) { return int64_t{stored_element<uint8_t>(bytes, i) != 0}; });
    case DType::uint16:
        return use([](Bytes bytes, uint64_t i) { return int64_t{stored_element<uint16_t>(bytes, i)}; });
    case DType::uint32:
        return use([](Bytes bytes, uint64_t i) { return int64_t{stored_element<uint32_t>(bytes, i)}; });
    case DType::uint64:
        return use([](Bytes bytes, uint64_t i) { return stored_element<uint64_t>(bytes, i); });
    case DType::int4:
        return use([](Bytes bytes, uint64_t i) { return int64_t{(packed_element(bytes, i, 4) ^ 8) - 8}; });
    case DType::uint4:
    case DType::quint4x2:
        return use([](Bytes bytes, uint64_t i) { return int64_t{packed_element(bytes, i, 4)}; });
    case DType::quint2x4:
        return use([](Bytes bytes, uint64_t i) { return int64_t{packed_element(bytes, i, 2)}; });
    case DType::complex32:
    case DType::complex64:
    case DType::complex128:
    case DType::string:
        break;
    }
    check_failed(__FILE__, __LINE__, "visit_elements", "the dtype's elements are single numbers");
}
