#pragma once

#include "base/result.h"
#include "graph/heap.h"
#include "graph/value.h"

#include <set>
#include <vector>

// The tensors of a program's result in order, out of lists, tuples, dicts and objects: None is dropped, numbers become tensors of rank 0.
// Fails with unsupported for what no output of a model can be: texts, complex numbers, results of operators without a rule.
// Tensors of unknown shape are refused as well where `untyped` is null; else it takes their places, and of the tensors there the name alone is right.
Result<std::vector<GraphTensor>> flattened(Heap& heap, Value const& result, std::set<size_t>* untyped = nullptr);
