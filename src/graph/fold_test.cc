#include "graph/fold.h"

#include <cmath>
#include <gtest/gtest.h>

namespace {

GraphTensor of(float number) { return GraphTensor::constant(Tensor::scalar(number)); }
GraphTensor of(double number) { return GraphTensor::constant(Tensor::scalar(number)); }

TEST(Fold, computes_in_the_dtype_of_the_numbers)
{
    auto const narrow = folded("Mul", of(6.0F), of(2.3F));
    ASSERT_TRUE(narrow.has_value());
    EXPECT_EQ(narrow->dtype(), DType::float32);
    EXPECT_EQ(narrow->known()->number_at(0), static_cast<double>(6.0F * 2.3F));
    EXPECT_EQ(folded("Div", of(1.0), of(3.0))->known()->number_at(0), 1.0 / 3.0);
    EXPECT_EQ(folded("Floor", of(13.8F))->known()->number_at(0), 13.0);
    EXPECT_EQ(folded("Round", of(2.5))->known()->number_at(0), 2.0);
    EXPECT_TRUE(std::isinf(folded("Div", of(1.0F), of(0.0F))->known()->number_at(0)));
}

TEST(Fold, leaves_the_rest_to_the_model)
{
    EXPECT_FALSE(folded("Exp", of(1.0F)).has_value()) << "libraries round it in different ways";
    EXPECT_FALSE(folded("Max", of(1.0F), of(NAN)).has_value());
    EXPECT_FALSE(folded("Add", of(1.0F), GraphTensor::named("x", DType::float32, {})).has_value());
    EXPECT_FALSE(folded("Neg", GraphTensor::constant(Tensor::of<float>(DType::float32, {1}, {1.0F}))).has_value());
    EXPECT_FALSE(folded("Neg", GraphTensor::integer(3)).has_value());
}

}
