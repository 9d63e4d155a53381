#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

// JSON documents: strict reading, stable writing, and members taken by name.
//
// Promises: what was read is valid UTF-8, no deeper than was allowed, and has no key twice in one object; keys keep the order of
// the text; integers of 64 bits are exact; reading takes time and memory in proportion to the text (n log n for keys).
// Refuses: everything beyond RFC 8259 (comments, NaN, Infinity, trailing commas, a byte order mark), lone surrogates, and numbers
// that neither 64-bit integers nor float64 can hold.

using Json = nlohmann::ordered_json;

// Nesting that a request from outside may have; documents inside of model files may have Limits::depth.
inline constexpr uint32_t request_json_depth = 32;

// Fails with exhausted where the text is longer than limits.document_bytes or deeper than limits.depth, with malformed otherwise;
// the error says the byte, line and column, or the member as a JSON pointer (RFC 6901).
Result<Json> read_json(std::string_view text, Limits const& limits = {});
// The same under a tighter depth.
Result<Json> read_json(std::string_view text, uint32_t depth, Limits const& limits = {});

// `indent` spaces a level on lines of their own, or one line for -1. Equal values give equal bytes; keys stand in their order.
// Never fails: invalid UTF-8 becomes U+FFFD, NaN and infinities become null.
std::string write_json(Json const& value, int indent = -1);

// What a value is, in the words of RFC 8259: "object", "array", "string", "number", "boolean", "null".
std::string_view json_kind(Json const& value);

// A member of an object, by name. Fails with malformed where `object` is no object, the key is not there, or its value is of
// another kind; the error names the key. Pointers live as long as `object` does and is not changed.
Result<Json const*> json_member(Json const& object, std::string_view key);
Result<Json const*> json_object(Json const& object, std::string_view key);
Result<Json const*> json_array(Json const& object, std::string_view key);
Result<std::string> json_text(Json const& object, std::string_view key);
Result<double> json_number(Json const& object, std::string_view key);
Result<bool> json_boolean(Json const& object, std::string_view key);
// An integer that fits int64; 1.0 is none.
Result<int64_t> json_integer(Json const& object, std::string_view key);
