#pragma once

#include <string_view>

// Whether a text is one that scipy writes for the argument parsers of a distribution, and executes when the distribution is loaded:
// three fixed functions whose parameters are names. Source: scipy/stats/_distn_infrastructure.py, parse_arg_template. Not a door.
bool is_argument_parser(std::string_view text);
