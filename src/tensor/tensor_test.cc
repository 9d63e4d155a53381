#include "tensor/compare.h"
#include "tensor/elements.h"
#include "tensor/tensor.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <sstream>

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_number = std::numeric_limits<double>::quiet_NaN();

std::string print(Tensor const& tensor)
{
    std::ostringstream text;
    text << name_of(tensor.dtype()) << text_of(tensor.shape());
    for (uint64_t i = 0; i < tensor.count(); ++i)
        text << " " << tensor.number_at(i);
    return text.str();
}

std::string print(Result<Tensor> const& tensor)
{
    return tensor ? print(*tensor) : std::string(row_of(tensor.error().reason).name) + ": " + tensor.error().text();
}

Tensor doubles(std::vector<double> values)
{
    Shape const shape{static_cast<int64_t>(values.size())};
    return Tensor::of<double>(DType::float64, shape, std::move(values));
}

Tensor packed(DType dtype, int64_t count, std::vector<uint8_t> bytes) { return *Tensor::create(dtype, {count}, SharedBytes::take(std::move(bytes))); }

TEST(DType, has_a_name_that_leads_back_to_it)
{
    for (int i = 0; i < dtype_count; ++i) {
        auto const dtype = static_cast<DType>(i);
        EXPECT_EQ(dtype_named(name_of(dtype)), dtype);
    }
    EXPECT_EQ(dtype_named("float"), std::nullopt);
    EXPECT_EQ(name_of(DType::boolean), "bool");
}

TEST(DType, counts_bytes_and_not_beyond_63_bits)
{
    EXPECT_EQ(bytes_of_elements(DType::float32, 3), 12u);
    EXPECT_EQ(bytes_of_elements(DType::int4, 3), 2u);
    EXPECT_EQ(bytes_of_elements(DType::float6_e2m3, 4), 3u);
    EXPECT_EQ(bytes_of_elements(DType::quint2x4, 5), 2u);
    EXPECT_EQ(bytes_of_elements(DType::complex128, uint64_t{1} << 60), std::nullopt);
    EXPECT_EQ(bytes_of_elements(DType::string, 1), std::nullopt);
}

TEST(Shape, counts_its_elements_where_they_can_be_counted)
{
    struct Case {
        Shape shape;
        std::optional<uint64_t> count;
    };
    int64_t const huge = int64_t{1} << 40;
    Case const cases[] = {{{}, 1}, {{2, 3}, 6}, {{0}, 0}, {{huge, huge, 0}, 0}, {{huge, huge}, std::nullopt}, {{-1}, std::nullopt}, {{0, -1}, std::nullopt}};
    for (auto const& c : cases)
        EXPECT_EQ(element_count(c.shape), c.count) << text_of(c.shape);
}

TEST(Tensor, is_made_only_of_data_that_fits)
{
    auto const bytes = [](size_t count) { return SharedBytes::take(std::string(count, '\0')); };
    EXPECT_EQ(print(Tensor::create(DType::float32, {2, 1}, bytes(8))), "float32[2, 1] 0 0");
    EXPECT_EQ(print(Tensor::create(DType::int4, {3}, bytes(2))), "int4[3] 0 0 0");
    EXPECT_EQ(print(Tensor::create(DType::float32, {2}, bytes(9))), "malformed: 9 bytes of data, wanted 8 for float32[2]");
    EXPECT_EQ(print(Tensor::create(DType::float32, {-2}, bytes(8))), "malformed: the shape [-2] has a negative size or more elements than can be counted");
    EXPECT_EQ(print(Tensor::create_strings({2}, {"a"})), "malformed: 1 texts, wanted 2 for string[2]");
    EXPECT_EQ(print(Tensor()), "float32[0]");
}

TEST(Tensor, gives_its_elements_as_numbers)
{
    EXPECT_EQ(print(Tensor::of<int8_t>(DType::int8, {2}, {-1, 127})), "int8[2] -1 127");
    EXPECT_EQ(print(Tensor::of<uint16_t>(DType::float16, {3}, {0x3c00, 0xfc00, 0x0001})), "float16[3] 1 -inf 5.96046e-08");
    EXPECT_EQ(print(packed(DType::int4, 3, {0x8f, 0x07})), "int4[3] -1 -8 7");
    EXPECT_EQ(print(packed(DType::uint4, 3, {0x8f, 0x07})), "uint4[3] 15 8 7");
    EXPECT_EQ(print(packed(DType::quint2x4, 4, {0b11'10'01'00})), "quint2x4[4] 0 1 2 3");
    EXPECT_EQ(print(packed(DType::float4_e2m1, 4, {0x71, 0xf8})), "float4_e2m1[4] 0.5 6 -0 -6");
    EXPECT_EQ(print(packed(DType::float6_e2m3, 4, {0x1f, 0x00, 0x80})), "float6_e2m3[4] 7.5 0 0 -0");
    EXPECT_EQ(print(packed(DType::float6_e3m2, 1, {0x1f})), "float6_e3m2[1] 28");
    EXPECT_EQ(Tensor::of<uint64_t>(DType::uint64, {1}, {~uint64_t{0}}).integer_at(0), -1);
}

TEST(Tensor, shares_its_bytes_under_another_shape)
{
    Tensor const row = doubles({1, 2, 3, 4});
    Tensor const square = row.with_shape({2, 2});
    EXPECT_EQ(square.bytes().data(), row.bytes().data());
    EXPECT_EQ(print(square), "float64[2, 2] 1 2 3 4");
}

TEST(Tensor, is_cast_as_numpy_casts)
{
    struct Case {
        char const* name;
        Tensor from;
        DType to;
        char const* answer;
    };
    Case const cases[] = {
        {"floats are cut towards zero", doubles({1.9, -1.9}), DType::int32, "int32[2] 1 -1"},
        {"floats beyond any integer", doubles({1e30, nan_number}), DType::int64, "int64[2] -9.22337e+18 -9.22337e+18"},
        {"the upper half of uint64", doubles({1.2e19}), DType::uint64, "uint64[1] 1.2e+19"},
        {"narrower integers wrap", Tensor::vector({257, -1}), DType::uint8, "uint8[2] 1 255"},
        {"all but zero is true", doubles({0, -0.0, 0.1, nan_number}), DType::boolean, "bool[4] 0 0 1 1"},
        {"booleans are 0 and 1", Tensor::scalar(true), DType::float32, "float32[] 1"},
        {"halves round to even", doubles({2049, 2051, 65519, 65520, 1e-8}), DType::float16, "float16[5] 2048 2052 65504 inf 0"},
        {"a half is rounded once, not over float", doubles({1 + std::ldexp(1, -11) + std::ldexp(1, -40)}), DType::float16, "float16[1] 1.00098"},
        {"bfloat16", doubles({1.00390625, 1.01171875}), DType::bfloat16, "bfloat16[2] 1 1.01562"},
        {"float8 widens", packed(DType::float8_e4m3fn, 2, {0x7e, 0x01}), DType::float32, "float32[2] 448 0.00195312"},
        {"to float8", doubles({1}), DType::float8_e5m2, "unsupported: numbers cannot be cast to float8_e5m2"},
        {"packed", packed(DType::int4, 1, {1}), DType::int8, "unsupported: a cast from int4 to int8"},
        {"to itself", packed(DType::int4, 1, {1}), DType::int4, "int4[1] 1"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(print(c.from.cast(c.to)), c.answer) << c.name;
}

// The slow obvious way: the nearest of all halves, the even one of two.
uint16_t nearest_half(float value)
{
    uint16_t best = 0;
    for (uint16_t bits = 0; bits < 0x7c00; ++bits) {
        double const now = std::fabs(double{float_from_half(bits)} - std::fabs(value));
        double const before = std::fabs(double{float_from_half(best)} - std::fabs(value));
        if (now < before || (now == before && (bits & 1) == 0))
            best = bits;
    }
    if (std::fabs(value) >= 65520)
        best = 0x7c00;
    return static_cast<uint16_t>(best | (std::signbit(value) ? 0x8000 : 0));
}

TEST(Half, goes_to_float_and_back_unchanged)
{
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
        auto const half = static_cast<uint16_t>(bits);
        float const value = float_from_half(half);
        if (std::isnan(value))
            EXPECT_TRUE(std::isnan(float_from_half(half_from_float(value))));
        else
            EXPECT_EQ(half_from_float(value), half);
        float const brain = float_from_bfloat16(half);
        if (std::isnan(brain))
            EXPECT_TRUE(std::isnan(float_from_bfloat16(bfloat16_from_float(brain))));
        else
            EXPECT_EQ(bfloat16_from_float(brain), half);
    }
}

TEST(Half, is_the_nearest_one)
{
    uint32_t bits = 12345;
    for (int i = 0; i < 200; ++i) {
        bits = bits * 1664525 + 1013904223;
        float const value = std::ldexp(std::bit_cast<float>((bits & 0x807fffff) | 0x3f800000), static_cast<int>(bits >> 8) % 45 - 27);
        EXPECT_EQ(half_from_float(value), nearest_half(value)) << value;
    }
    for (float const tie : {std::ldexp(1.0f, -25), std::ldexp(3.0f, -25), 2049.0f, 2051.0f, 65519.996f, 65520.0f})
        EXPECT_EQ(half_from_float(tie), nearest_half(tie)) << tie;
}

TEST(Float8, has_the_numbers_of_its_specification)
{
    EXPECT_EQ(float_from_float8(DType::float8_e4m3fn, 0x38), 1);
    EXPECT_TRUE(std::isnan(float_from_float8(DType::float8_e4m3fn, 0xff)));
    EXPECT_EQ(float_from_float8(DType::float8_e4m3fnuz, 0x7f), 240);
    EXPECT_TRUE(std::isnan(float_from_float8(DType::float8_e4m3fnuz, 0x80)));
    EXPECT_EQ(float_from_float8(DType::float8_e5m2, 0x7b), 57344);
    EXPECT_EQ(float_from_float8(DType::float8_e5m2, 0xfc), -infinity);
    EXPECT_TRUE(std::isnan(float_from_float8(DType::float8_e5m2, 0x7d)));
    EXPECT_EQ(float_from_float8(DType::float8_e5m2fnuz, 0x7f), 57344);
    EXPECT_EQ(float_from_float8(DType::float8_e8m0fnu, 0), std::ldexp(1.0f, -127));
    EXPECT_TRUE(std::isnan(float_from_float8(DType::float8_e8m0fnu, 0xff)));
}

std::string print(Comparison const& c)
{
    if (!c.same_type)
        return "other type";
    std::ostringstream text;
    text << "abs " << c.max_abs << ", rel " << c.max_rel << ", scale " << c.scale_error << ", " << c.mismatched << " off" << (c.allclose ? "" : ", not close") << (c.vacuous ? ", vacuous" : "");
    return text.str();
}

TEST(Comparison, measures)
{
    struct Case {
        char const* name;
        Tensor expected;
        Tensor actual;
        char const* answer;
    };
    int64_t const lowest = std::numeric_limits<int64_t>::min();
    Case const cases[] = {
        {"equal numbers", doubles({1, 2}), doubles({1, 2}), "abs 0, rel 0, scale 0, 0 off"},
        {"the error is seen against the greatest number", doubles({0, 100}), doubles({0.5, 100}), "abs 0.5, rel 0, scale 0.005, 1 off, not close"},
        {"numbers below one are not scaled up", doubles({0.01}), doubles({0.02}), "abs 0.01, rel 1, scale 0.01, 1 off, not close"},
        {"numpy's rule", doubles({1, 1000}), doubles({1.00001, 1000.005}), "abs 0.005, rel 1e-05, scale 5e-06, 0 off"},
        {"NaN and infinity at their places", doubles({nan_number, infinity}), doubles({nan_number, infinity}), "abs 0, rel 0, scale 0, 0 off"},
        {"NaN for a number", doubles({1}), doubles({nan_number}), "abs inf, rel inf, scale inf, 1 off, not close"},
        {"a number for NaN", doubles({nan_number}), doubles({1}), "abs inf, rel inf, scale inf, 1 off, not close"},
        {"the other infinity", doubles({infinity}), doubles({-infinity}), "abs inf, rel inf, scale inf, 1 off, not close"},
        {"zeros say nothing", doubles({0, 1e-7}), doubles({0, 1e-7}), "abs 0, rel 0, scale 0, 0 off, vacuous"},
        {"neither does emptiness", doubles({}), doubles({}), "abs 0, rel 0, scale 0, 0 off, vacuous"},
        {"zeros are integers like others", Tensor::vector({0}), Tensor::vector({0}), "abs 0, rel 0, scale 0, 0 off"},
        {"integers are exact", Tensor::vector({1 << 30}), Tensor::vector({(1 << 30) + 1}), "abs 1, rel 9.31323e-10, scale 9.31323e-10, 1 off, not close"},
        {"the farthest integers", Tensor::vector({lowest}), Tensor::vector({std::numeric_limits<int64_t>::max()}), "abs 1.84467e+19, rel 2, scale 2, 1 off, not close"},
        {"another type", doubles({1}), Tensor::vector({1}), "other type"},
        {"another shape", doubles({1}), doubles({1}).with_shape({1, 1}), "other type"},
        {"texts", *Tensor::create_strings({2}, {"a", "b"}), *Tensor::create_strings({2}, {"a", "c"}), "abs 0, rel 0, scale 0, 1 off, not close"},
        {"parts of complex numbers", *Tensor::create(DType::complex128, {1}, doubles({1, 2}).data()), *Tensor::create(DType::complex128, {1}, doubles({1, 4}).data()), "abs 2, rel 1, scale 1, 1 off, not close"},
        {"halves", Tensor::of<uint16_t>(DType::float16, {1}, {0x3c00}), Tensor::of<uint16_t>(DType::float16, {1}, {0x3c01}), "abs 0.000976562, rel 0.000976562, scale 0.000976562, 1 off, not close"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(print(compare(c.expected, c.actual)), c.answer) << c.name;
}

}
