#include "cli/csv.h"

#include <gtest/gtest.h>

#include <string>

namespace {

std::string answer(std::string_view text)
{
    auto const table = read_csv_numbers(text);
    if (!table)
        return "error: " + table.error().text();
    std::string result = std::to_string(table->rows) + "x" + std::to_string(table->columns) + ":";
    for (double const number : table->numbers)
        result += " " + std::to_string(static_cast<int>(number * 10));
    return result;
}

struct Case {
    char const* name;
    char const* text;
    char const* answer;
};

constexpr Case cases[] = {
    {"rows of numbers", "1,2\n3,4.5\n", "2x2: 10 20 30 45"},
    {"a line of names is passed over", "a,b\n1,2\n", "1x2: 10 20"},
    {"empty lines and spaces do not count", " 1 , 2 \r\n\r\n", "1x2: 10 20"},
    {"a word among numbers is named", "1,2\n3,four\n", "error: \"four\" is no number, column 2, line 2"},
    {"rows are equally long", "1,2\n3\n", "error: 1 fields, wanted 2 as in the rows before, line 2"},
    {"names alone are no table", "a,b\n", "error: no row of numbers"},
    {"nothing is no table", "", "error: no row of numbers"},
};

TEST(Csv, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.text), c.answer) << c.name;
}

}
