#include "files/member_name.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utf8proc.h>

namespace {

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }

std::string in_lower_case(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : static_cast<char>(byte); });
    return lower;
}

bool is_reserved_component(std::string_view component)
{
    constexpr std::array<std::string_view, 6> devices{"con", "prn", "aux", "nul", "com", "lpt"};
    if (component.ends_with('.') || component.ends_with(' '))
        return true;
    auto const stem = in_lower_case(component.substr(0, component.find('.')));
    auto const device = std::find(devices.begin(), devices.end(), stem.substr(0, 3));
    bool const numbered = device >= devices.begin() + 4;
    return device != devices.end() && (numbered ? stem.size() == 4 && stem[3] >= '1' && stem[3] <= '9' : stem.size() == 3);
}

}

Result<void> check_member_name(std::string_view name)
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

bool is_reserved_name(std::string_view name)
{
    while (true) {
        auto const slash = name.find('/');
        if (is_reserved_component(name.substr(0, slash)))
            return true;
        if (slash == std::string_view::npos)
            return false;
        name.remove_prefix(slash + 1);
    }
}

std::string folded_name(std::string_view name)
{
    if (std::all_of(name.begin(), name.end(), [](unsigned char byte) { return byte < 0x80; }))
        return in_lower_case(name);
    constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    utf8proc_uint8_t* folded = nullptr;
    auto const length = utf8proc_map(reinterpret_cast<utf8proc_uint8_t const*>(name.data()), static_cast<utf8proc_ssize_t>(name.size()), &folded, options);
    CHECK(length >= 0, "the name is UTF-8");
    std::string result(reinterpret_cast<char const*>(folded), static_cast<size_t>(length));
    std::free(folded);
    return result;
}
