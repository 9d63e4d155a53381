#include "operators/promotion.h"

#include <gtest/gtest.h>

#include <fstream>

namespace {

// tests/data/operators/promotions.txt is torch.promote_types for every pair of dtypes.
TEST(Promotion, of_two_dtypes_is_that_of_pytorch)
{
    std::ifstream file("tests/data/operators/promotions.txt");
    ASSERT_TRUE(file) << "tests run in the folder of the sources";
    size_t count = 0;
    for (std::string left, right, result; file >> left >> right >> result; ++count)
        EXPECT_EQ(name_of(promoted(*dtype_named(left), *dtype_named(right))), result) << left << " and " << right;
    EXPECT_EQ(count, 100);
}

struct OperandCase {
    char const* name;
    Value self;
    Value other;
    DType result;
};

Heap heap;

Value tensor(DType dtype, int64_t rank, bool wrapped = false)
{
    auto const reference = heap.tensor(GraphTensor::named("x", dtype, Dims(static_cast<size_t>(rank), Dim(2))));
    reference->wrapped_number = wrapped;
    return Value{reference};
}

OperandCase const cases[] = {
    {"tensors with dimensions", tensor(DType::int32, 1), tensor(DType::int64, 2), DType::int64},
    {"rank 0 does not widen its own kind", tensor(DType::int32, 1), tensor(DType::int64, 0), DType::int32},
    {"rank 0 raises the kind", tensor(DType::int32, 1), tensor(DType::float64, 0), DType::float64},
    {"two tensors of rank 0", tensor(DType::int32, 0), tensor(DType::int64, 0), DType::int64},
    {"a number does not widen its own kind", tensor(DType::float16, 1), Value{2.5}, DType::float16},
    {"a float makes integers float32", tensor(DType::int64, 1), Value{2.5}, DType::float32},
    {"a float makes rank 0 float32 as well", tensor(DType::int64, 0), Value{2.5}, DType::float32},
    {"an int leaves int8 as it is", tensor(DType::int8, 1), Value{Dim(300)}, DType::int8},
    {"an int makes bool int64", tensor(DType::boolean, 1), Value{Dim(1)}, DType::int64},
    {"a bool changes nothing", tensor(DType::uint8, 1), Value{true}, DType::uint8},
    {"a tensor made of a number counts as a number", tensor(DType::int32, 1), tensor(DType::int64, 0, true), DType::int32},
    {"a tensor made of a float makes integers float32", tensor(DType::int64, 1), tensor(DType::float64, 0, true), DType::float32},
    {"a tensor made of a float leaves float16 of rank 0 as it is", tensor(DType::float16, 0), tensor(DType::float64, 0, true), DType::float16},
    {"two tensors made of numbers", tensor(DType::int64, 0, true), tensor(DType::float64, 0, true), DType::float64},
    {"two numbers", Value{Dim(1)}, Value{2.5}, DType::float32},
    {"a float that data decides", tensor(DType::int32, 1), Value{UnknownFloat{}}, DType::float32},
};

TEST(Promotion, of_operands_counts_tensors_before_rank_0_before_numbers)
{
    auto const schema = *Schema::parse("a::f(t self, t other) -> Tensor");
    for (auto const& c : cases) {
        GraphBuilder graph(17);
        std::vector<OperatorWarning> warnings;
        Operation operation(schema, {c.self, c.other}, graph, heap, 10, warnings);
        auto const found = result_dtype(operation, {"self", "other"});
        ASSERT_TRUE(found) << c.name;
        EXPECT_EQ(name_of(*found), name_of(c.result)) << c.name;
        Operation turned(schema, {c.other, c.self}, graph, heap, 10, warnings);
        EXPECT_EQ(*result_dtype(turned, {"self", "other"}), c.result) << c.name << ", turned round";
    }
}

TEST(Promotion, of_complex_numbers_is_refused)
{
    auto const schema = *Schema::parse("a::f(t self, t other) -> Tensor");
    GraphBuilder graph(17);
    std::vector<OperatorWarning> warnings;
    Operation operation(schema, {tensor(DType::float32, 1), Value{std::complex<double>(1, 2)}}, graph, heap, 10, warnings);
    EXPECT_FALSE(result_dtype(operation, {"self", "other"}));
}

}
