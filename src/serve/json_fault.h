#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

// Where Python's json module would give up on a text, and in which words: what FastAPI tells its clients.
// Source: CPython Lib/json/decoder.py and scanner.py, read for behaviour.

struct JsonFault {
    size_t position; // in characters, as Python counts
    std::string_view text; // "Expecting value"
};

// The first fault; nothing where Python reads the text. `text` is UTF-8. Nesting costs one byte a level and no stack.
std::optional<JsonFault> find_json_fault(std::string_view text);

// Whether a text that Python reads holds NaN, Infinity or -Infinity outside of strings, which JSON itself does not have.
bool holds_json_not_finite(std::string_view text);
