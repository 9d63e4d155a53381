#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A Python literal as NumPy's headers hold it: strings, whole numbers, True, False, None, tuples, lists and dicts. Nothing is
// evaluated.
struct PythonLiteral {
    struct None {
    };
    struct Tuple {
        std::vector<PythonLiteral> items;
    };
    struct List {
        std::vector<PythonLiteral> items;
    };
    struct Dict {
        std::vector<std::pair<std::string, PythonLiteral>> items; // keys are strings, each once
    };
    std::variant<None, bool, int64_t, std::string, Tuple, List, Dict> value;
};

// Reads all of `text`. Refused as malformed: escapes and prefixes of strings, numbers with signs, fractions, underscores or
// another base, adjacent strings, anything else that is not one of the above; exhausted beyond limits.depth.
// Numbers may end in L, as Python 2 wrote them.
Result<PythonLiteral> read_python_literal(std::string_view text, Limits const& limits);
