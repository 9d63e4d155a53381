#pragma once

#include <string>
#include <string_view>

// Whether all of `text` is UTF-8: nothing overlong, no surrogates, nothing beyond U+10FFFF, nothing cut short. Source: RFC 3629.
bool is_utf8(std::string_view text);

// Appends one code point; false, and nothing appended, for a surrogate or beyond U+10FFFF.
bool append_utf8(std::string& text, char32_t code_point);
