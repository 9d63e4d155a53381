#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <variant>

// The text forms of values in pickles of protocol 0, and the UTF-8 of the later ones. Failures are malformed, without an offset.

// Whether the text is UTF-8, lone surrogates (three bytes each) allowed: Python's "surrogatepass".
bool is_python_utf8(std::string_view text);

// An integer: int64 where it fits, else two's complement, little-endian, as short as can be.
struct IntegerLiteral {
    std::variant<int64_t, std::string> value;
    bool canonical = true; // spelled as Python spells it: digits, no leading zero, a minus sign at most
};

// Accepts what Python's int(text, 0) accepts: white space around, signs, 0x 0o 0b, underscores between digits. At most 4300 decimal
// digits, as Python itself.
Result<IntegerLiteral> parse_integer_literal(std::string_view text);

// Two's complement, little-endian, any length; no bytes are zero.
std::variant<int64_t, std::string> integer_from_bytes(Bytes bytes);

struct RealLiteral {
    double value = 0;
    bool canonical = true; // read alike by C and by Python: no white space, no underscores, no plus sign
};
Result<RealLiteral> parse_real_literal(std::string_view text);

// Contents of a quoted string with Python's backslash escapes ('S'): the quotes must match. Gives bytes.
Result<std::string> parse_quoted_string(std::string_view text);

// raw-unicode-escape ('V'): \uXXXX and \UXXXXXXXX, all other bytes are Latin-1. Gives UTF-8 as in is_python_utf8.
Result<std::string> parse_raw_unicode(std::string_view text);

void append_utf8(std::string& text, uint32_t code_point);
