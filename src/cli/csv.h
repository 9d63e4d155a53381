#pragma once

#include "base/result.h"

#include <cstddef>
#include <string_view>
#include <vector>

// A table of numbers as CSV: fields between commas, one row a line, a first line of names passed over. Source: RFC 4180, without
// quoted fields, which no number needs.

struct NumberTable {
    size_t rows = 0;
    size_t columns = 0;
    std::vector<double> numbers; // row by row
};

// Fails with malformed and the line: fields that are no numbers, rows of different lengths, no row at all.
Result<NumberTable> read_csv_numbers(std::string_view text);
