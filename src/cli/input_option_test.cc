#include "cli/input_option.h"

#include <gtest/gtest.h>

#include <string>

namespace {

std::string input_answer(std::string_view text)
{
    auto const input = parse_input_option(text);
    if (!input)
        return "error: " + input.error().text();
    std::string answer = input->name + " " + std::string(name_of(input->dtype));
    for (auto const& axis : input->axes)
        answer += " " + (axis.anonymous ? "?" : axis.size ? std::to_string(*axis.size)
                                                          : axis.symbol);
    return answer;
}

std::string dynamic_answer(std::string_view text)
{
    ConvertOptions options;
    auto const parsed = parse_dynamic_option(text, options);
    if (!parsed)
        return "error: " + parsed.error().text();
    if (options.dynamic_axes.empty())
        return std::to_string(static_cast<int>(options.dynamic));
    auto const& axis = options.dynamic_axes.front();
    return axis.input + " " + std::to_string(axis.axis) + " " + axis.symbol;
}

struct Case {
    char const* name;
    char const* text;
    char const* answer;
};

constexpr Case input_cases[] = {
    {"numbers, symbols and ?", "x:float32[batch,3,?]", "x float32 batch 3 ?"},
    {"a scalar", "n:int64[]", "n int64"},
    {"spaces between sizes", "x:float32[1, 2]", "x float32 1 2"},
    {"dots and colons in a name", "pair.0:float32[1]", "pair.0 float32 1"},
    {"no such dtype", "x:float[1]", "error: --input \"x:float[1]\": there is no dtype \"float\""},
    {"no sizes", "x:float32", "error: --input \"x:float32\": it has not the form NAME:DTYPE[...]"},
    {"no name", ":float32[1]", "error: --input \":float32[1]\": it has not the form NAME:DTYPE[...]"},
    {"a negative size", "x:float32[-1]", "error: --input \"x:float32[-1]\": a size is negative"},
    {"a size left out", "x:float32[1,,2]", "error: --input \"x:float32[1,,2]\": \"\" is neither a number, a symbol nor ?"},
};

constexpr Case dynamic_cases[] = {
    {"the modes", "all", "2"},
    {"an axis", "x:1", "x 1 "},
    {"an axis with a symbol", "x:0=batch", "x 0 batch"},
    {"every input", "*:0=batch", "* 0 batch"},
    {"no axis", "x", "error: --dynamic \"x\": it names no axis"},
    {"no input", ":0", "error: --dynamic \":0\": it names no axis"},
    {"a number is no symbol", "x:0=3", "error: --dynamic \"x:0=3\": \"3\" is no symbol"},
};

TEST(InputOption, answers)
{
    for (auto const& c : input_cases)
        EXPECT_EQ(input_answer(c.text), c.answer) << c.name;
}

TEST(DynamicOption, answers)
{
    for (auto const& c : dynamic_cases)
        EXPECT_EQ(dynamic_answer(c.text), c.answer) << c.name;
}

}
