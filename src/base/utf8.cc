#include "base/utf8.h"

namespace {

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Length of the UTF-8 sequence at the front of `text`, 0 where it is none (overlong, surrogate, beyond U+10FFFF, cut short).
size_t utf8_sequence_bytes(std::string_view text)
{
    auto const first = static_cast<unsigned char>(text[0]);
    if (first < 0x80)
        return 1;
    size_t length = 0;
    if (first >= 0xC2 && first <= 0xDF)
        length = 2;
    else if (first >= 0xE0 && first <= 0xEF)
        length = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        length = 4;
    if (length == 0 || text.size() < length)
        return 0;
    for (size_t i = 1; i < length; ++i)
        if (!is_continuation(static_cast<unsigned char>(text[i])))
            return 0;
    auto const second = static_cast<unsigned char>(text[1]);
    bool const overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    bool const outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return overlong || outside ? 0 : length;
}

}

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        size_t const length = utf8_sequence_bytes(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

bool append_utf8(std::string& text, char32_t code_point)
{
    auto const add = [&](char32_t bits) { text += static_cast<char>(bits); };
    auto const continuation = [&](int shift) { add(0x80 | (code_point >> shift & 0x3F)); };
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
        return false;
    if (code_point < 0x80) {
        add(code_point);
    } else if (code_point < 0x800) {
        add(0xC0 | code_point >> 6);
        continuation(0);
    } else if (code_point < 0x10000) {
        add(0xE0 | code_point >> 12);
        continuation(6);
        continuation(0);
    } else {
        add(0xF0 | code_point >> 18);
        continuation(12);
        continuation(6);
        continuation(0);
    }
    return true;
}
