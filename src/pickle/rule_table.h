#pragma once

#include "pickle/rules.h"

#include <functional>
#include <span>

// The allowed names and their rules. Not a door: the tables behind judge_pickle.

enum class RuleScope : uint8_t {
    python, // where Python loads the file
    everywhere, // PyTorch's C++ writes it into TorchScript files as well
    torch_script_alone,
};

// How a name may be used. Letters stand for kinds of values: see matches_letter in judge.cc.
struct UseRule {
    // Arguments with which REDUCE may call it: alternatives parted by '|', a letter each, '*' after the last letter for any number of
    // it. Empty: without arguments. "!": not at all.
    std::string_view reduce = "!";
    std::string_view newobj = "!"; // the same of NEWOBJ: `name.__new__(name, ...)`
    // What copyreg._reconstructor may be given with it, as protocols 0 and 1 spell NEWOBJ: 'o' object and None, 'd' dict and its items,
    // 't' tuple and its elements, 's' str and its text.
    char base = '-';
    char state = '-'; // what BUILD may give
    char filling = '-'; // 'l': APPENDS and ADDITEMS may fill it; 'p': SETITEMS; 'a': SETITEMS, and its items are attributes too
    char makes = '-'; // the letter that the result of a call answers to
    bool takes_keywords = false; // NEWOBJ_EX may give further arguments by name
    // It may stand anywhere as a value: calling it with values of a pickle, however often, reads, writes and runs nothing.
    bool is_value = false;
    std::string_view roles = ""; // letters that the name itself answers to as an argument
    RuleScope scope = RuleScope::python;
};

struct NamedRule {
    std::string_view module;
    std::string_view name;
    UseRule use;
};

// Names with the same rule. `lines` holds "module name name...\n".
struct RuleFamily {
    std::string_view title; // for the published list
    std::string_view lines;
    UseRule use;
};

// One part of the tables, as it is published.
struct RulePart {
    std::string_view title;
    std::span<NamedRule const> rules;
    std::span<RuleFamily const> families;
};

RulePart plain_rules();
RulePart numpy_rules();
RulePart scipy_rules();
RulePart sklearn_rules();
RulePart pandas_rules();
RulePart torch_rules();
RulePart module_rules();
RulePart torch_script_rules();
std::span<RulePart const> rule_parts();

// Calls `with` for each name of a family, in order.
void for_each_name(RuleFamily const& family, std::function<void(std::string_view module, std::string_view name)> const& with);

// Null where the name is not allowed.
UseRule const* rule_for(std::string_view module, std::string_view name, PickleFlavour flavour);
