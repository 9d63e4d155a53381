#include "operators/schema.h"

#include "operators/table.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

std::string text_of(Value const& value)
{
    if (auto const* list = value.as<std::shared_ptr<ListValue>>()) {
        std::string text = "[";
        for (size_t i = 0; i < (*list)->items.size(); ++i)
            text += (i ? ", " : "") + text_of((*list)->items[i]);
        return text + "]";
    }
    if (auto const* dim = value.as<Dim>())
        return std::to_string(dim->known().value_or(-999));
    if (auto const* number = value.as<double>())
        return std::to_string(*number);
    if (auto const* flag = value.as<bool>())
        return *flag ? "True" : "False";
    if (auto const* text = value.as<std::string>())
        return "\"" + *text + "\"";
    return kind_of(value);
}

std::string text_of(std::optional<std::vector<Value>> const& bound)
{
    if (!bound)
        return "no";
    std::string text;
    for (auto const& value : *bound)
        text += (text.empty() ? "" : ", ") + text_of(value);
    return text;
}

Value list(std::vector<Value> items) { return Value{std::make_shared<ListValue>(ListValue{std::move(items), 0})}; }

struct BindCase {
    char const* name;
    char const* schema;
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;
    char const* answer;
};

Heap heap;
Value const tensor{heap.tensor(GraphTensor::integer(3))};
Value const two{Dim(2)};
Value const half{0.5};
Value const yes{true};
Value const word{std::string("a")};

BindCase const bind_cases[] = {
    {"what is left out takes its default", "a::f(Tensor self, int dim=-1, bool keepdim=False, str mode=\"x\", float eps=1e-05) -> Tensor", {tensor}, {}, "Tensor, -1, False, \"x\", 0.000010"},
    {"names come in any order", "a::f(Tensor self, int a, int b) -> Tensor", {tensor}, {{"b", Value{Dim(5)}}, {"a", two}}, "Tensor, 2, 5"},
    {"an unknown name does not fit", "a::f(Tensor self) -> Tensor", {tensor}, {{"b", two}}, "no"},
    {"an argument is given once", "a::f(Tensor self) -> Tensor", {tensor}, {{"self", tensor}}, "no"},
    {"an argument without default must be given", "a::f(Tensor self, int n) -> Tensor", {tensor}, {}, "no"},
    {"too many arguments do not fit", "a::f(Tensor self) -> Tensor", {tensor, two}, {}, "no"},
    {"keyword-only arguments have no place", "a::f(Tensor self, *, int? dtype=None) -> Tensor", {tensor, two}, {}, "no"},
    {"keyword-only arguments have a name", "a::f(Tensor self, *, int? dtype=None) -> Tensor", {tensor}, {{"dtype", two}}, "Tensor, 2"},
    {"a number stands for a list of a known size", "a::f(int[2] size=1) -> Tensor", {two}, {}, "[2, 2]"},
    {"a default stands for a list of a known size", "a::f(int[3] size=1) -> Tensor", {}, {}, "[1, 1, 1]"},
    {"a number is no list of any size", "a::f(int[] size) -> Tensor", {two}, {}, "no"},
    {"a list of ints", "a::f(int[] size) -> Tensor", {list({two, two})}, {}, "[2, 2]"},
    {"a tuple is a list", "a::f(int[] size) -> Tensor", {tuple_of({two})}, {}, "Tuple of 1"},
    {"an empty list by default", "a::f(int[1] dim=[]) -> Tensor", {}, {}, "[]"},
    {"a list of floats is no list of ints", "a::f(int[] size) -> Tensor", {list({half})}, {}, "no"},
    {"a list of tensors", "a::f(Tensor[] tensors) -> Tensor", {list({tensor, tensor})}, {}, "[Tensor, Tensor]"},
    {"a list of tensors that may be missing", "a::f(Tensor?[] indices) -> Tensor", {list({none(), tensor})}, {}, "[None, Tensor]"},
    {"None only where it may be missing", "a::f(Tensor self, Tensor? weight) -> Tensor", {none(), tensor}, {}, "no"},
    {"None where it may be missing", "a::f(Tensor self, Tensor? weight) -> Tensor", {tensor, none()}, {}, "Tensor, None"},
    {"an int fits a float", "a::f(float p) -> Tensor", {two}, {}, "2"},
    {"a float fits no int", "a::f(int p) -> Tensor", {half}, {}, "no"},
    {"a bool fits no int", "a::f(int p) -> Tensor", {yes}, {}, "no"},
    {"a scalar is any number", "a::f(Scalar a, Scalar b, Scalar c) -> Tensor", {two, half, yes}, {}, "2, 0.500000, True"},
    {"a text is no number", "a::f(Scalar a) -> Tensor", {word}, {}, "no"},
    {"any value fits t", "a::f(t a, t b) -> t", {word, none()}, {}, "\"a\", None"},
    {"poison fits everything", "a::f(int[] a, Tensor b) -> t", {Value{PoisonValue{}}, Value{PoisonValue{}}}, {}, "an operator that cannot be converted, an operator that cannot be converted"},
};

TEST(Schema, binds_calls_as_pytorch_does)
{
    for (auto const& c : bind_cases) {
        auto const schema = Schema::parse(c.schema);
        ASSERT_TRUE(schema) << c.schema;
        std::string const found = text_of(schema->bind(c.positional, c.named));
        if (std::string_view(c.name).starts_with("poison"))
            EXPECT_NE(found, "no") << c.name;
        else
            EXPECT_EQ(found, c.answer) << c.name;
    }
}

TEST(Schema, is_read_with_all_its_marks)
{
    auto const schema = Schema::parse("aten::f.over(Tensor(a!) self, Tensor?[] indices, int[2]? size=[1, 2], *, ScalarType? dtype=None, MemoryFormat format=contiguous_format) -> (Tensor, Tensor)");
    ASSERT_TRUE(schema);
    EXPECT_EQ(schema->name, "aten::f");
    EXPECT_EQ(schema->overload, "over");
    EXPECT_EQ(schema->result_count, 2);
    ASSERT_EQ(schema->arguments.size(), 5);
    EXPECT_EQ(schema->arguments[0].type, "Tensor");
    EXPECT_TRUE(schema->arguments[1].is_list && schema->arguments[1].items_optional && !schema->arguments[1].is_optional);
    EXPECT_TRUE(schema->arguments[2].is_list && schema->arguments[2].is_optional);
    EXPECT_EQ(schema->arguments[2].list_size, 2);
    EXPECT_TRUE(schema->arguments[3].keyword_only);
    EXPECT_FALSE(schema->arguments[2].keyword_only);
}

TEST(Schema, refuses_what_is_none)
{
    for (auto const* text : {"", "aten::f", "aten::f(Tensor self)", "aten::f(Tensor) -> Tensor", "aten::f(int n=x) -> Tensor"})
        EXPECT_FALSE(Schema::parse(text)) << text;
}

TEST(OperatorTable, knows_plain_and_in_place_names_and_near_spellings)
{
    OperatorTable const table;
    EXPECT_TRUE(table.knows("aten::relu"));
    EXPECT_TRUE(table.knows("aten::relu_"));
    EXPECT_FALSE(table.knows("aten::reluu"));
    EXPECT_FALSE(table.knows("aten::__nothing__"));
    EXPECT_EQ(table.nearest("aten::reluu"), "aten::relu");
    EXPECT_EQ(table.nearest("aten::quite_another_thing"), "");
    EXPECT_GT(table.schemas().size(), 300);
}

TEST(OperatorTable, has_no_schema_twice)
{
    auto schemas = OperatorTable().schemas();
    std::sort(schemas.begin(), schemas.end());
    EXPECT_EQ(std::adjacent_find(schemas.begin(), schemas.end()), schemas.end());
}

}
