#pragma once

#include "convert/convert.h"
#include "graph/heap.h"

#include <map>
#include <set>
#include <string>
#include <vector>

// The inputs of the graph: how the program's parameters take the flattened tensors of a sample, and which axes vary.

// An axis whose size the program fixed: the evaluation starts again with it as a number.
struct PinnedAxis {
    std::string input;
    int64_t axis = 0;
    auto operator<=>(PinnedAxis const&) const = default;
};

// The arguments of the method after `self`, with their tensors as inputs of the graph. Axes in `pinned` take their example's size.
// Fails with usage where the options do not fit the parameters.
Result<std::vector<Value>> bind_inputs(Program const& program, Function const& method, ConvertOptions const& options, std::set<PinnedAxis> const& pinned, GraphBuilder& graph, Heap& heap);

// What the file says about the method's inputs, where the options say nothing.
std::vector<InputSpecification> inputs_of_file(Program const& program, std::string const& method);

// The paths of the flattened inputs: parameter names, with ".0", ".1"... inside lists and tuples.
Result<std::vector<std::string>> input_paths(Program const& program, Function const& method, size_t array_count);
