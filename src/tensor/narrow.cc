#include "tensor/elements.h"

#include <bit>
#include <cmath>
#include <limits>

namespace {

// A float of few bits: sign (where there is one), exponent, mantissa from the highest bit down.
struct SmallFloat {
    int exponent_bits;
    int mantissa_bits;
    int bias;
};

// What every layout says of its ordinary numbers, subnormal ones included. Infinities and NaN are the caller's.
float ordinary_number(SmallFloat layout, unsigned bits)
{
    unsigned const mantissa = bits & ((1u << layout.mantissa_bits) - 1);
    unsigned const exponent = (bits >> layout.mantissa_bits) & ((1u << layout.exponent_bits) - 1);
    bool const negative = (bits >> (layout.mantissa_bits + layout.exponent_bits)) & 1;
    unsigned const significand = exponent == 0 ? mantissa : mantissa | (1u << layout.mantissa_bits);
    int const power = (exponent == 0 ? 1 : static_cast<int>(exponent)) - layout.bias - layout.mantissa_bits;
    float const magnitude = std::ldexp(static_cast<float>(significand), power);
    return negative ? -magnitude : magnitude;
}

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

}

float float_from_half(uint16_t bits)
{
    uint32_t const sign = static_cast<uint32_t>(bits & 0x8000) << 16;
    uint32_t const exponent = (bits >> 10) & 0x1f;
    uint32_t const mantissa = bits & 0x3ff;
    if (exponent == 0)
        return ordinary_number({5, 10, 15}, bits);
    uint32_t const wide_exponent = exponent == 31 ? 255 : exponent + (127 - 15);
    return std::bit_cast<float>(sign | (wide_exponent << 23) | (mantissa << 13));
}

uint16_t half_from_float(float value)
{
    uint32_t const bits = std::bit_cast<uint32_t>(value);
    auto const sign = static_cast<uint16_t>((bits >> 16) & 0x8000);
    uint32_t const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) // NaN, kept quiet
        return static_cast<uint16_t>(sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
    if (magnitude >= 0x47800000) // 65536 and above, infinity among them
        return static_cast<uint16_t>(sign | 0x7c00);
    if (magnitude < 0x33000000) // below half of the smallest subnormal
        return sign;
    // Below 2^-14 the significand loses one more bit with each power of two.
    uint32_t const exponent = magnitude >> 23;
    bool const subnormal = exponent < 113;
    uint32_t const shift = subnormal ? 126 - exponent : 13;
    uint32_t const significand = subnormal ? (magnitude & 0x7fffff) | 0x800000 : magnitude - (112u << 23);
    uint32_t const half_way = 1u << (shift - 1);
    uint32_t const rest = significand & ((1u << shift) - 1);
    uint32_t narrow = significand >> shift;
    if (rest > half_way || (rest == half_way && (narrow & 1)))
        ++narrow; // may carry into the exponent, up to infinity: that is the right answer
    return static_cast<uint16_t>(sign | narrow);
}

float float_from_bfloat16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

uint16_t bfloat16_from_float(float value)
{
    uint32_t const bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffff) > 0x7f800000) // NaN, kept quiet
        return static_cast<uint16_t>((bits >> 16) | 0x40);
    return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

float float_from_float8(DType dtype, uint8_t bits)
{
    switch (dtype) {
    case DType::float8_e4m3fn:
        return (bits & 0x7f) == 0x7f ? not_a_number : ordinary_number({4, 3, 7}, bits);
    case DType::float8_e4m3fnuz:
        return bits == 0x80 ? not_a_number : ordinary_number({4, 3, 8}, bits);
    case DType::float8_e5m2:
        if ((bits & 0x7c) == 0x7c)
            return (bits & 3) != 0 ? not_a_number : (bits & 0x80) != 0 ? -infinity
                                                                       : infinity;
        return ordinary_number({5, 2, 15}, bits);
    case DType::float8_e5m2fnuz:
        return bits == 0x80 ? not_a_number : ordinary_number({5, 2, 16}, bits);
    case DType::float8_e8m0fnu:
        return bits == 0xff ? not_a_number : std::ldexp(1.0f, static_cast<int>(bits) - 127);
    default:
        check_failed(__FILE__, __LINE__, "dtype", "a float8 type");
    }
}

float float_from_small(DType dtype, uint8_t bits)
{
    switch (dtype) {
    case DType::float4_e2m1:
        return ordinary_number({2, 1, 1}, bits);
    case DType::float6_e2m3:
        return ordinary_number({2, 3, 1}, bits);
    case DType::float6_e3m2:
        return ordinary_number({3, 2, 3}, bits);
    default:
        check_failed(__FILE__, __LINE__, "dtype", "a float of 4 or 6 bits");
    }
}
