#include "serve/row_batch.h"

#include <gtest/gtest.h>

namespace {

SessionValue value(std::string name, std::vector<SessionDim> dims) { return {std::move(name), "tensor", DType::float32, std::move(dims)}; }

TEST(RowBatch, knows_models_with_rows)
{
    SessionDim const batch{std::nullopt, "batch"};
    SessionDim const other{std::nullopt, "n"};
    SessionDim const unnamed{std::nullopt, ""};
    SessionDim const two{2, ""};
    struct Case {
        std::vector<SessionValue> inputs;
        std::vector<SessionValue> outputs;
        bool has_rows;
    };
    Case const cases[] = {
        {{value("x", {batch, two})}, {value("y", {batch})}, true},
        {{value("x", {batch, two}), value("z", {batch})}, {value("y", {batch, other})}, true},
        {{value("x", {batch, two})}, {value("y", {other})}, false},
        {{value("x", {batch}), value("z", {other})}, {value("y", {batch})}, false},
        {{value("x", {two, batch})}, {value("y", {two})}, false},
        {{value("x", {batch})}, {value("y", {})}, false},
        {{value("x", {})}, {value("y", {batch})}, false},
        {{value("x", {unnamed, two})}, {value("y", {unnamed, two})}, false}, // two sizes without a name may differ
        {{{"x", "tensor", DType::float32, std::nullopt}}, {value("y", {batch})}, false},
        {{{"x", "sequence", std::nullopt, std::nullopt}}, {value("y", {batch})}, false},
    };
    for (auto const& c : cases)
        EXPECT_EQ(has_row_axis(c.inputs, c.outputs), c.has_rows) << text_of(c.inputs.front()) << " " << text_of(c.outputs.front());
}

std::vector<NamedTensor> request(std::vector<float> numbers, Shape shape) { return {{"x", Tensor::of<float>(DType::float32, std::move(shape), std::move(numbers))}}; }

TEST(RowBatch, joins_and_cuts_apart)
{
    auto const a = request({1, 2}, {1, 2});
    auto const b = request({3, 4, 5, 6}, {2, 2});
    auto const c = request({1, 2, 3}, {1, 3});
    EXPECT_TRUE(can_join(a, b));
    EXPECT_FALSE(can_join(a, c));
    EXPECT_EQ(rows_of(b), 2);
    std::span<NamedTensor const> const both[] = {a, b};
    auto const joined = join_rows(both);
    EXPECT_EQ(joined[0].tensor.shape(), (Shape{3, 2}));
    EXPECT_EQ(joined[0].tensor.number_at(5), 6);
    int64_t const counts[] = {1, 2};
    std::vector<Tensor> const outputs{joined[0].tensor};
    auto const parts = split_rows(outputs, counts);
    ASSERT_TRUE(parts.has_value());
    EXPECT_EQ((*parts)[0][0].shape(), (Shape{1, 2}));
    EXPECT_EQ((*parts)[1][0].shape(), (Shape{2, 2}));
    EXPECT_EQ((*parts)[1][0].number_at(0), 3);
    int64_t const wrong[] = {1, 1};
    EXPECT_FALSE(split_rows(outputs, wrong).has_value());
    std::vector<Tensor> const scalar{Tensor::scalar(1.0F)};
    EXPECT_FALSE(split_rows(scalar, counts).has_value());
}

TEST(RowBatch, joins_texts)
{
    std::vector<NamedTensor> const a{{"x", Tensor::create_strings({1, 2}, {"a", "b"}).value()}};
    std::vector<NamedTensor> const b{{"x", Tensor::create_strings({1, 2}, {"c", ""}).value()}};
    std::span<NamedTensor const> const both[] = {a, b};
    std::vector<Tensor> const joined{join_rows(both)[0].tensor};
    EXPECT_EQ(joined[0].strings(), (std::vector<std::string>{"a", "b", "c", ""}));
    int64_t const counts[] = {1, 1};
    EXPECT_EQ((*split_rows(joined, counts))[1][0].strings(), (std::vector<std::string>{"c", ""}));
}

TEST(RowBatch, makes_other_rows_of_the_same_kind)
{
    auto const floats = varied_rows(request({1, 2, 3, 4}, {2, 2}));
    ASSERT_TRUE(floats.has_value());
    EXPECT_EQ((*floats)[0].tensor.number_at(0), 1);
    EXPECT_EQ((*floats)[0].tensor.number_at(1), 0.5);
    EXPECT_EQ((*floats)[0].tensor.number_at(2), 2);
    std::vector<NamedTensor> const numbers{{"ids", Tensor::of<int64_t>(DType::int64, {1, 3}, {7, 8, 9})}};
    EXPECT_EQ((*varied_rows(numbers))[0].tensor.integer_at(0), 9);
    std::vector<NamedTensor> const same{{"ids", Tensor::of<int64_t>(DType::int64, {1, 3}, {5, 5, 5})}};
    EXPECT_FALSE(varied_rows(same).has_value());
    EXPECT_FALSE(varied_rows(request({0, 0}, {1, 2})).has_value());
}

}
