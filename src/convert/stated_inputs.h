#pragma once

#include "convert/convert.h"
#include "graph/heap.h"

#include <string>
#include <vector>

// The inputs of a program that states what it takes: an exported one. Its own dtypes, sizes and symbols hold; the options may give examples
// of the sizes and other names for the symbols.

bool states_inputs(Function const& method);

// The paths of the arrays of a sample: of all tensors and numbers that vary, and of the numbers that the program was made for where
// there are enough arrays. Fails with usage where the count is neither.
Result<std::vector<std::string>> stated_input_paths(Function const& method, size_t array_count);

// The arguments of the method after `self`, with what varies as inputs of the graph. Fails with usage where the options do not fit.
Result<std::vector<Value>> bind_stated_inputs(Function const& method, ConvertOptions const& options, GraphBuilder& graph, Heap& heap);
