#include "convert/sample_grid.h"

#include <cmath>
#include <gtest/gtest.h>

namespace {

Tensor multiples(float step, std::vector<int> const& places)
{
    std::vector<float> numbers;
    for (int const place : places)
        numbers.push_back(static_cast<float>(place) * step);
    auto const count = static_cast<int64_t>(numbers.size());
    return Tensor::of<float>(DType::float32, {count}, std::move(numbers));
}

TEST(SampleGrid, tells_dequantised_numbers_from_others)
{
    std::vector<int> const places{-7, 3, 5, 11, -2, 0, 8, 19, 44, -30};
    struct {
        char const* name;
        Tensor sample;
        bool wanted;
    } const table[] = {
        {"multiples of 0.26", multiples(0.26F, places), true},
        {"multiples of 0.2", multiples(0.2F, places), true},
        {"whole numbers", multiples(1.0F, places), false},
        {"multiples of a half", multiples(0.5F, places), false},
        {"too few", multiples(0.26F, {1, 2, 3, 4, 5}), false},
        {"too few different ones", multiples(0.26F, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2}), false},
        {"too far apart", multiples(0.26F, {1, 2, 3, 4, 5, 6, 7, 8, 300}), false},
        {"zeros", multiples(0.26F, std::vector<int>(20, 0)), false},
        {"drawn numbers", Tensor::of<float>(DType::float32, {9}, {0.12F, 1.345F, -0.777F, 0.3141F, 2.7182F, 0.001F, -1.414F, 1.618F, 0.5772F}), false},
        {"infinity", Tensor::of<float>(DType::float32, {9}, {0.2F, 0.4F, 0.6F, 0.8F, 1.0F, 1.2F, 1.4F, 1.6F, INFINITY}), false},
        {"another dtype", Tensor::vector({1, 2, 3, 4, 5, 6, 7, 8, 9}), false},
    };
    for (auto const& row : table)
        EXPECT_EQ(looks_dequantised(row.sample), row.wanted) << row.name;
}

TEST(SampleGrid, warns_only_where_the_program_rounds)
{
    InputSpecification input = specification_of(multiples(0.26F, {-7, 3, 5, 11, -2, 0, 8, 19, 44, -30}));
    Conversion conversion;
    conversion.schemas = {"aten::relu(Tensor self) -> Tensor"};
    warn_of_grids({input}, conversion);
    EXPECT_TRUE(conversion.warnings.empty());
    conversion.schemas = {"aten::sigmoid(Tensor self) -> Tensor"};
    warn_of_grids({input}, conversion);
    ASSERT_EQ(conversion.warnings.size(), 1U);
    EXPECT_EQ(conversion.warnings[0].code, "G11");
    input.value.reset();
    warn_of_grids({input}, conversion);
    EXPECT_EQ(conversion.warnings.size(), 1U);
}

}
