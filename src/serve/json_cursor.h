#pragma once

#include "base/result.h"
#include "json/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// A JSON text (RFC 8259) read piece by piece, without a tree of it: a request is mostly numbers, and they go straight to where they are wanted.
//
// Promises: what it takes, read_json() takes as well and understands likewise, but for NaN, Infinity and -Infinity where the caller asks for
// them; no recursion; time in proportion to the text.
// Every call that fails leaves the cursor where the fault is.

// A number as it stands in the text.
struct JsonNumber {
    double value = 0; // the nearest double
    std::optional<int64_t> integer; // exact, where it is written without fraction and exponent and fits
    std::optional<uint64_t> natural; // the same for what is not negative
};

class JsonCursor {
public:
    explicit JsonCursor(std::string_view text)
        : text_(text)
    {
    }

    size_t place() const { return place_; }
    bool at_end() // after blanks
    {
        skip_blanks();
        return place_ == text_.size();
    }
    // The next character that is no blank; NUL at the end.
    char peek()
    {
        skip_blanks();
        return place_ < text_.size() ? text_[place_] : '\0';
    }
    // Takes `wanted`, which is not NUL, where it comes next.
    bool take(char wanted)
    {
        bool const there = peek() == wanted;
        place_ += there;
        return there;
    }
    bool take_word(std::string_view word); // true, false, null, NaN...

    // The number that comes next, or nothing where none does, or one that a double cannot hold, or an integer beyond 64 bits.
    std::optional<JsonNumber> number();
    // As number(), of the plain double alone, which is what nearly all of a request is made of.
    bool take_double(double& value);
    // A text, its escapes resolved. Nothing where none comes next, or it is no UTF-8.
    std::optional<std::string> text();
    // Goes past any one value, and gives its own text. Brackets are matched up to `depth` levels and strings closed; the rest is not looked at.
    // Nothing where the value does not end.
    std::optional<std::string_view> skip(uint32_t depth);

private:
    void skip_blanks()
    {
        while (place_ < text_.size() && static_cast<unsigned char>(text_[place_]) <= ' ' && (text_[place_] == ' ' || text_[place_] == '\n' || text_[place_] == '\t' || text_[place_] == '\r'))
            ++place_;
    }
    bool skip_string();

    std::string_view text_;
    size_t place_ = 0;
};
