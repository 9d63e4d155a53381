#pragma once

#include "graph/compose.h"

#include <vector>

// Norms as nodes.

// (sum |x|^order)^(1/order) over axes counted from 0 (none: all), with the limits for 0 and both infinities, as
// torch.linalg.vector_norm has it. The tensor is floating.
Result<GraphTensor> vector_norm(GraphBuilder& graph, GraphTensor const& x, double order, std::vector<int64_t> const& axes, bool keep);
