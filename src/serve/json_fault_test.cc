#include "serve/json_fault.h"

#include <gtest/gtest.h>

namespace {

std::string answer(std::string_view text)
{
    auto const fault = find_json_fault(text);
    return fault ? std::to_string(fault->position) + " " + std::string(fault->text) : holds_json_not_finite(text) ? "not finite"
                                                                                                                  : "fine";
}

// The answers are what Python 3.11's json.loads raises.
TEST(JsonFault, is_found_where_Python_finds_it)
{
    struct Case {
        std::string text;
        char const* answer;
    };
    Case const cases[] = {
        {"{\"input\":[1,", "12 Expecting value"},
        {"", "0 Expecting value"},
        {"  ", "2 Expecting value"},
        {"{\"a\":1}", "fine"},
        {" [1, 2.5e-3, -0, \"x\\u00e9\\n\", true, false, null, {}, []] ", "fine"},
        {"{\"a\":1} x", "8 Extra data"},
        {"[1 2]", "3 Expecting ',' delimiter"},
        {"{\"a\" 1}", "5 Expecting ':' delimiter"},
        {"{a:1}", "1 Expecting property name enclosed in double quotes"},
        {"{\"a\":1,}", "7 Expecting property name enclosed in double quotes"},
        {"{\"a\":1 \"b\":2}", "7 Expecting ',' delimiter"},
        {"[1,]", "3 Expecting value"},
        {"[", "1 Expecting value"},
        {"{", "1 Expecting property name enclosed in double quotes"},
        {"]", "0 Expecting value"},
        {"[1}", "2 Expecting ',' delimiter"},
        {"\"abc", "0 Unterminated string starting at"},
        {"[\"abc\\", "1 Unterminated string starting at"},
        {"\"a\nb\"", "2 Invalid control character at"},
        {"\"a\\q\"", "2 Invalid \\escape"},
        {"\"\\u12\"", "2 Invalid \\uXXXX escape"},
        {"01", "1 Extra data"},
        {"[01]", "2 Expecting ',' delimiter"},
        {"-", "0 Expecting value"},
        {"+1", "0 Expecting value"},
        {"1.", "1 Extra data"},
        {"1e", "1 Extra data"},
        {"nul", "0 Expecting value"},
        {"'a'", "0 Expecting value"},
        {"[\"\xc3\xa9\",]", "5 Expecting value"}, // characters, not bytes
        {"[NaN]", "not finite"},
        {"[-Infinity, 1]", "not finite"},
        {"[\"NaN\"]", "fine"},
        {std::string(100'000, '['), "100000 Expecting value"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.text), c.answer) << c.text.substr(0, 40);
}

}
