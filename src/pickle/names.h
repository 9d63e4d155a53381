#pragma once

#include <string_view>

struct GlobalNames {
    std::string_view module;
    std::string_view name;
};

// What Python 3 imports for a name of Python 2, as pickles below protocol 3 spell it; other names as they are. Source: the standard
// library's tables of moved modules and names (Python Lib/_compat_pickle.py).
GlobalNames python3_names(GlobalNames names);
