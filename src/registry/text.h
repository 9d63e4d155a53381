#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Whether `text` is UTF-8 as RFC 3629 defines it: shortest forms only, no surrogates, nothing beyond U+10FFFF.
inline bool is_utf8_text(std::string_view text)
{
    for (size_t i = 0; i < text.size();) {
        auto const lead = static_cast<unsigned char>(text[i]);
        size_t const length = lead < 0x80 ? 1 : lead >= 0xC2 && lead <= 0xDF ? 2
            : (lead & 0xF0) == 0xE0                                          ? 3
            : lead >= 0xF0 && lead <= 0xF4                                   ? 4
                                                                             : 0;
        if (length == 0 || length > text.size() - i)
            return false;
        uint32_t code_point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
        for (size_t k = 1; k < length; ++k) {
            auto const byte = static_cast<unsigned char>(text[i + k]);
            if ((byte & 0xC0) != 0x80)
                return false;
            code_point = code_point << 6 | (byte & 0x3F);
        }
        bool const too_long = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
        if (too_long || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
            return false;
        i += length;
    }
    return true;
}

// The text in quotes for a message: at most 100 bytes of it, without control characters and without bytes that are no UTF-8.
inline std::string quoted_text(std::string_view text)
{
    std::string shown(text.substr(0, 100));
    bool const readable = is_utf8_text(shown);
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || (!readable && static_cast<unsigned char>(c) >= 0x80))
            c = '?';
    return '"' + shown + (text.size() > 100 ? "...\"" : "\"");
}
