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

// Of a sequence that utf8_sequence_bytes has measured.
char32_t code_point_of(std::string_view sequence)
{
    auto const first = static_cast<unsigned char>(sequence[0]);
    if (sequence.size() == 1)
        return first;
    char32_t code_point = first & (0x7F >> sequence.size());
    for (char const c : sequence.substr(1))
        code_point = code_point << 6 | (static_cast<unsigned char>(c) & 0x3F);
    return code_point;
}

// Control characters, those that take no room, and those that turn the direction of what follows. Source: Unicode, general categories Cc
// and Cf, as far as they stand in text at all, and the separators of lines and paragraphs.
bool is_printable(char32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0xFEFF)
        return false;
    bool const invisible = (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF9 && c <= 0xFFFB);
    return !invisible && !(c >= 0xE0000 && c <= 0xE0FFF);
}

void append_escape(std::string& text, char letter, uint32_t value, int digits)
{
    text += '\\';
    text += letter;
    for (int digit = digits; digit-- > 0;)
        text += "0123456789abcdef"[value >> (digit * 4) & 0xF];
}

void append_escaped(std::string& text, char32_t code_point)
{
    if (code_point == '\n' || code_point == '\r' || code_point == '\t')
        text += code_point == '\n' ? "\\n" : code_point == '\r' ? "\\r"
                                                                : "\\t";
    else if (code_point < 0x100)
        append_escape(text, 'x', code_point, 2);
    else if (code_point < 0x10000)
        append_escape(text, 'u', code_point, 4);
    else
        append_escape(text, 'U', code_point, 8);
}

std::string escape(std::string_view text, bool (*is_kept)(char32_t))
{
    std::string result;
    while (!text.empty()) {
        size_t const length = utf8_sequence_bytes(text);
        if (length == 0)
            append_escape(result, 'x', static_cast<unsigned char>(text[0]), 2);
        else if (auto const code_point = code_point_of(text.substr(0, length)); is_kept(code_point))
            result += text.substr(0, length);
        else
            append_escaped(result, code_point);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

}

std::string escape_invalid_utf8(std::string_view text)
{
    return escape(text, [](char32_t) { return true; });
}

std::string escape_unprintable(std::string_view text) { return escape(text, is_printable); }

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
