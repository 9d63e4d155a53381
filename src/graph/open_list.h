#pragma once

#include "base/result.h"
#include "graph/builder.h"
#include "graph/value.h"

#include <vector>

// Lists whose length depends on data: what holds their items in the graph.

// Why a tensor that such a list took cannot be written any more: the list holds what it was.
inline constexpr char const* frozen_by_open_list = "a list whose length depends on data holds as well";

DType dtype_of_items(OpenList::Kind kind); // of numbers
// What holds these items: a tensor of rank 1, or a sequence of tensors of that type. Tensors are taken as they were last seen, and
// cannot be written any more. Fails with unsupported where an item is of another kind.
Result<GraphTensor> held_items(GraphBuilder& graph, OpenList::Kind kind, std::vector<Value> const& items, GraphType const& item);
// One number of a list as a tensor of rank 0; unsupported for what is none of that kind.
Result<GraphTensor> held_number(GraphBuilder& graph, OpenList::Kind kind, Value const& item);
