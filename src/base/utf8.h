#pragma once

#include <string>
#include <string_view>

// Whether all of `text` is UTF-8: nothing overlong, no surrogates, nothing beyond U+10FFFF, nothing cut short. Source: RFC 3629.
bool is_utf8(std::string_view text);

// Appends one code point; false, and nothing appended, for a surrogate or beyond U+10FFFF.
bool append_utf8(std::string& text, char32_t code_point);

// The text with everything spelled out that is no UTF-8: "\xff". Other text is as it was.
std::string escape_invalid_utf8(std::string_view text);
// The same, and control characters, line breaks, and characters that are invisible or turn the direction of text are spelled out too
// ("\n", "\x1b", "\u202e"): what is left can neither steer a terminal nor look like other text than it is.
std::string escape_unprintable(std::string_view text);
