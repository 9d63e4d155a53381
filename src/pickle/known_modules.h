#pragma once

#include <string_view>

// Whether a module is part of Python or of a package that many machines have; others are somebody's own. Only words the report: what is
// allowed is in the tables of rules. Not a door.
bool is_known_module(std::string_view module);
// Whether it is part of such a package, and not of Python.
bool is_package_module(std::string_view module);
