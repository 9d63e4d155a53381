#pragma once

#include "pickle/rules.h"

// One allowed name. Not a door: the table behind judge_pickle.
struct GlobalRule {
    PickleFlavour flavour; // from this one on
    std::string_view module;
    std::string_view name;
    // How it may be called: alternatives parted by '|', one letter an argument (see matches_letter in rules.cc), '*' after a letter for
    // any number of them. Starts with '!' where it may not be called at all.
    std::string_view arguments;
    char state = '-'; // what BUILD may give: '-' nothing, 'm' a dict or None, 'x' anything
    bool grows = false; // APPENDS, ADDITEMS, SETITEMS may fill it
    bool is_value = false; // it may stand as a value by itself: a dtype
};

// Nothing where the name is not allowed.
GlobalRule const* rule_for(PickleValue global, PickleFlavour flavour);
