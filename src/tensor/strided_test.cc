#include "tensor/strided.h"

#include <gtest/gtest.h>

#include <numeric>

namespace {

Tensor counting(Shape shape)
{
    std::vector<int32_t> elements(*element_count(shape));
    std::iota(elements.begin(), elements.end(), 0);
    return Tensor::of<int32_t>(DType::int32, std::move(shape), std::move(elements));
}

std::vector<int64_t> elements_of(Tensor const& tensor)
{
    std::vector<int64_t> elements;
    for (uint64_t i = 0; i < tensor.count(); ++i)
        elements.push_back(tensor.integer_at(i));
    return elements;
}

TEST(Strided, takes_what_the_strides_choose)
{
    struct Case {
        char const* name;
        Shape shape;
        std::vector<int64_t> strides;
        int64_t offset;
        std::vector<int64_t> wanted;
    };
    auto const of = counting({2, 3, 2}); // 0 to 11
    Case const cases[] = {
        {"the same", {2, 3, 2}, {6, 2, 1}, 0, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
        {"one element", {}, {}, 7, {7}},
        {"backwards", {4}, {-3}, 11, {11, 8, 5, 2}},
        {"repeated", {2, 2}, {0, 1}, 4, {4, 5, 4, 5}},
        {"axes the other way round", {2, 3, 2}, {1, 2, 6}, 0, {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
        {"nothing", {0, 3}, {1, 1}, 0, {}},
    };
    for (auto const& one : cases) {
        auto const result = strided(of, one.shape, one.strides, one.offset);
        EXPECT_EQ(result.shape(), one.shape) << one.name;
        EXPECT_EQ(elements_of(result), one.wanted) << one.name;
    }
}

TEST(Strided, transposes_large_planes)
{
    auto const of = counting({3, 70, 45});
    auto const turned = transposed(of, {0, 2, 1});
    ASSERT_EQ(turned.shape(), (Shape{3, 45, 70}));
    for (int64_t i = 0; i < 3; ++i)
        for (int64_t j = 0; j < 45; ++j)
            for (int64_t k = 0; k < 70; ++k)
                ASSERT_EQ(turned.integer_at(static_cast<uint64_t>((i * 45 + j) * 70 + k)), (i * 70 + k) * 45 + j);
    EXPECT_EQ(elements_of(transposed(turned, {0, 2, 1})), elements_of(of));
}

}
