#pragma once

#include "operators/operation.h"

#include <optional>

// What is known of the numbers of a program.

// The number, where it is known; of an int or bool as well.
std::optional<double> known_float_of(Value const& value);
// An int or bool as a Dim; nothing for other kinds.
std::optional<Dim> whole_number_of(Value const& value);

enum class NumberOrder : uint8_t { equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal };

// What the polynomials alone decide, whatever the sizes are.
std::optional<bool> decided_order(SymbolTable const& symbols, NumberOrder order, Dim const& left, Dim const& right);

// Whether two known values are equal, as Python's == says for numbers, texts, None and lists of them; nothing where it is not known.
std::optional<bool> equal_values(SymbolTable const& symbols, Value const& left, Value const& right);
