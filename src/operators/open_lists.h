#pragma once

#include "operators/operation.h"

#include <vector>

// Items of lists at places that depend on data.

// The item of a list of known length at an index that is not known. Fails with unsupported where items differ in kind, rank or dtype.
Result<Value> item_of_list(Operation& op, ListValue const& list, Dim const& index);
// The first `count` items of a list whose length depends on data: what a program gives that takes it apart.
Result<std::vector<Value>> items_of_open_list(GraphBuilder& graph, Heap& heap, OpenList const& list, size_t count);
