#pragma once

#include "base/limits.h"
#include "json/json.h"

#include <string>
#include <vector>

// The form of an exported program's arguments: PyTorch's pytree, [1, {"type", "context", "children_spec"}] as a text inside of the document.

// The paths of the flattened arguments: forward's parameter names, then ".0" in lists and tuples, ".key" in dicts, ".field" in named
// tuples and data classes. Empty where the file does not say, the form cannot be read, it has not `count` leaves, or two would be alike:
// then the graph's own names serve.
std::vector<std::string> exported_input_paths(Json const& graph_module, size_t count, Limits const& limits);
