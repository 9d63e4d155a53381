#include "pickle/distribution_text.h"

#include <algorithm>
#include <string>

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_letter_or_digit(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// "", or "a, b1, c,": names, each with a comma.
bool are_shapes(std::string_view shapes)
{
    while (!shapes.empty()) {
        auto const comma = shapes.find(',');
        if (comma == shapes.npos)
            return false;
        auto const name = shapes.substr(0, comma);
        if (name.empty() || name.size() > 40 || !is_letter(name[0]) || name.starts_with("__") || !std::all_of(name.begin(), name.end(), is_letter_or_digit))
            return false;
        shapes.remove_prefix(comma + 1);
        if (shapes.starts_with(' '))
            shapes.remove_prefix(1);
    }
    return true;
}

std::string parsers(std::string const& shapes, std::string const& taken, std::string const& given)
{
    return "\ndef _parse_args(self, " + shapes + " " + taken + "):\n    return (" + shapes + "), " + given
        + "\n\ndef _parse_args_rvs(self, " + shapes + " " + taken + ", size=None):\n    return self._argcheck_rvs(" + shapes + " " + given
        + ", size=size)\n\ndef _parse_args_stats(self, " + shapes + " " + taken + ", moments='mv'):\n    return (" + shapes + "), " + given
        + ", moments\n";
}

}

bool is_argument_parser(std::string_view text)
{
    constexpr std::string_view head = "\ndef _parse_args(self, ";
    if (text.size() > 10'000 || !text.starts_with(head))
        return false;
    auto const parameters = text.substr(head.size(), text.find(')') - head.size());
    auto const location = parameters.find(" loc=0");
    if (location == parameters.npos || !are_shapes(parameters.substr(0, location)))
        return false;
    std::string const shapes(parameters.substr(0, location));
    return text == parsers(shapes, "loc=0, scale=1", "loc, scale") || text == parsers(shapes, "loc=0", "loc, 1");
}
