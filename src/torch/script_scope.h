#pragma once

#include "torch/script_syntax.h"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

// What a name of a function's text stands for while it is lowered.
struct ScriptBinding {
    std::optional<ValueId> value;
    std::string_view function; // an alias of a free function: its qualified name
    ScriptStatement const* definition = nullptr; // a nested function
};

// The names that are set at one place of a function. A branch or a loop body begins with mark() and ends with take_back(), which
// costs what was set in between, however many names there are. Names must outlive the scope.
class ScriptScope {
public:
    struct Assigned {
        std::string_view name;
        ScriptBinding binding; // the last one
    };

    size_t mark() const { return log_.size(); }
    // Null where the name is not set.
    ScriptBinding const* find(std::string_view name) const;
    void set(std::string_view name, ScriptBinding binding);
    void unset(std::string_view name);
    // Makes all as it was at `mark`; gives the names that were set since and still were, in the order they were first set.
    std::vector<Assigned> take_back(size_t mark);

private:
    struct Change {
        std::string_view name;
        std::optional<ScriptBinding> before;
    };

    std::unordered_map<std::string_view, ScriptBinding> bindings_;
    std::vector<Change> log_;
};
