#include "files/zip_format.h"

#include "base/utf8.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace {

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
