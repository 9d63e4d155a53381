#include "cli/csv.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace {

std::string_view trimmed(std::string_view text)
{
    auto const is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '"'; };
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::optional<double> number_in(std::string_view field)
{
    double number = 0;
    field = trimmed(field);
    auto const [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    return !field.empty() && error == std::errc() && end == field.data() + field.size() ? std::optional(number) : std::nullopt;
}

// The line's numbers are appended; the field that is none is what it fails with.
Result<size_t> add_row(std::string_view line, std::vector<double>& numbers)
{
    size_t columns = 0;
    for (bool more = true; more; ++columns) {
        size_t const end = std::min(line.find(','), line.size());
        auto const number = number_in(line.substr(0, end));
        if (!number)
            return malformed("\"" + std::string(line.substr(0, std::min<size_t>(end, 40))) + "\" is no number").at("column " + std::to_string(columns + 1));
        numbers.push_back(*number);
        more = end < line.size();
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return columns;
}

}

Result<NumberTable> read_csv_numbers(std::string_view text)
{
    NumberTable table;
    size_t line_number = 0;
    while (!text.empty()) {
        size_t const end = std::min(text.find('\n'), text.size());
        auto const line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++line_number;
        if (line.empty())
            continue;
        size_t const before = table.numbers.size();
        auto const columns = add_row(line, table.numbers);
        if (!columns && line_number == 1) { // names
            table.numbers.resize(before);
            continue;
        }
        size_t const count = TRY(within("line " + std::to_string(line_number), columns));
        if (table.rows > 0 && count != table.columns)
            return malformed(std::to_string(count) + " fields, wanted " + std::to_string(table.columns) + " as in the rows before").at("line " + std::to_string(line_number));
        table.columns = count;
        ++table.rows;
    }
    if (table.rows == 0)
        return malformed("no row of numbers");
    return table;
}
