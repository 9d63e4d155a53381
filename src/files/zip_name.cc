#include "files/zip_format.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace
{

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

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }

}

Result<void> check_zip_name(std::string_view name)
{
    if (name.empty())
        return refused("a member without a name");
    if (!is_utf8(name))
        return refused("a member's name is not valid UTF-8");
    if (std::any_of(name.begin(), name.end(), is_control))
        return refused("a member's name holds a control character");
    std::string const said(name);
    if (name.find('\\') != std::string_view::npos)
        return refused("the member's name \"" + said + "\" holds a backslash");
    if (name.front() == '/' || (name.size() >= 2 && name[1] == ':' && std::isalpha(static_cast<unsigned char>(name[0]))))
        return refused("the member's name \"" + said + "\" is an absolute path");
    if (name.back() == '/')
        name.remove_suffix(1);
    while (true) {
        auto const slash = name.find('/');
        auto const component = name.substr(0, slash);
        if (component.empty() || component == "." || component == "..")
            return refused("the member's name \"" + said + "\" has the component \"" + std::string(component) + "\"");
        if (slash == std::string_view::npos)
            return {};
        name.remove_prefix(slash + 1);
    }
}
