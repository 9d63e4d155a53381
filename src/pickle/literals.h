#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <string>
#include <variant>
#include <vector>

// The text forms of values in pickles of protocol 0, and the UTF-8 of the later ones. Failures are malformed, without an offset.

// Whether bytes that come in pieces are UTF-8, lone surrogates (three bytes each) allowed: Python's "surrogatepass".
class PythonUtf8Check {
public:
    // False as soon as they are not.
    bool add(std::string_view piece);
    // Whether nothing is cut short.
    bool is_whole() const { return pending_.empty(); }

private:
    std::string pending_; // the beginning of a sequence that goes on in the next piece
};

// The same of all of a text.
bool is_python_utf8(std::string_view text);
// The text without a sequence at its end that is cut short; `text` begins as UTF-8 does.
std::string_view whole_utf8(std::string_view text);

// An integer: int64 where it fits, else two's complement, little-endian, as short as can be.
using IntegerValue = std::variant<int64_t, std::string>;

struct IntegerLiteral {
    IntegerValue value;
    bool canonical = true; // spelled as Python spells it: digits, no leading zero, a minus sign at most
};

// Accepts what either unpickler accepts for INT and LONG. Python reads int(text, 0): white space around, signs, 0x 0o 0b, underscores between
// digits; C also octal numbers with a leading zero, and nothing behind a NUL. At most 4300 digits of a decimal number, as Python itself.
Result<IntegerLiteral> parse_integer_literal(std::string_view text);

struct MemoKeyLiteral {
    uint64_t key = 0;
    bool canonical = true;
};
// The key of PUT and GET: a decimal number that is not negative. `huge` keeps those from 2^63 on, which only pure Python takes: they become
// keys from 2^63 on, in their order.
Result<MemoKeyLiteral> parse_memo_key(std::string_view text, std::vector<std::string>& huge);

// Two's complement, little-endian, any length; no bytes are zero. Of what does not fit, the shortest prefix that says it.
std::variant<int64_t, Bytes> integer_from_bytes(Bytes bytes);

struct RealLiteral {
    double value = 0;
    bool canonical = true; // read alike by C and by Python: no white space, no underscores, no plus sign, no overflow
};
Result<RealLiteral> parse_real_literal(std::string_view text);

// Contents of a quoted string with Python's backslash escapes ('S'): the quotes must match. Gives bytes.
Result<std::string> parse_quoted_string(std::string_view text);

// raw-unicode-escape ('V'): \uXXXX and \UXXXXXXXX, all other bytes are Latin-1. Gives UTF-8 as in is_python_utf8.
Result<std::string> parse_raw_unicode(std::string_view text);
