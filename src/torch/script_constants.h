#pragma once

#include "base/limits.h"
#include "torch/script_syntax.h"

#include <functional>
#include <set>

// What the code of one archive may refer to beside its own names.
struct ScriptNames {
    // Kinds, attributes and constants are known before any function is lowered; methods are not looked at. A constant of an
    // enumeration is its member: an object with the attributes `name` and `value`.
    std::map<std::string, ClassType, std::less<>> const& classes;
    std::set<std::string, std::less<>> const& functions; // free functions by qualified name
    std::vector<ProgramValue> const& constants; // CONSTANTS.c0, CONSTANTS.c1...
};

// "a.b.c" of a chain of attributes that begins with a name and has no parentheses inside; nothing of all else.
std::optional<std::string> dotted_name(ScriptExpression const& expression);

// The value of `CONSTANTS.cN`, given "cN". Fails with malformed where there is none.
Result<ProgramValue> script_table_constant(std::string_view name, ScriptNames const& names);

// A member or class constant, "__torch__.a.Colour.RED". Null where there is none.
ProgramValue const* script_class_constant(std::string_view qualified_name, ScriptNames const& names);

// "cpu" of `torch.device("cpu")`. Null of all else.
std::string const* script_device(ScriptExpression const& expression);

// The value of an expression that needs no run: of a default argument, of a Final attribute, of a member. Recursion is bounded by
// the tree's depth. Fails with malformed where it calls or names anything else.
Result<ProgramValue> script_constant(ScriptExpression const& expression, ScriptNames const& names);
