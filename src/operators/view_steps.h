#pragma once

#include "graph/compose.h"
#include "graph/heap.h"

#include <vector>

// The steps that lead from a tensor to a view of it and back: each says how the view is taken, and what the tensor becomes when
// the view is written to. Axes count from 0; sizes were checked by the rule that makes the step.

ViewStep reshape_step(GraphBuilder& graph, Dims dims);
ViewStep transpose_step(GraphBuilder& graph, std::vector<int64_t> permutation);
ViewStep unsqueeze_step(GraphBuilder& graph, int64_t axis);
ViewStep squeeze_step(GraphBuilder& graph, std::vector<int64_t> axes);
// Cannot be written to: its elements share memory.
ViewStep expand_step(GraphBuilder& graph, Dims dims);
// `index` counts from 0.
ViewStep select_step(GraphBuilder& graph, int64_t axis, Dim index);
// [start, end) by step > 0, with 0 <= start <= end <= size.
ViewStep slice_step(GraphBuilder& graph, int64_t axis, Dim start, Dim end, int64_t step);

// `base` with [start, end) by step along an axis replaced by `part`.
Result<GraphTensor> slice_replaced(GraphBuilder& graph, GraphTensor const& base, GraphTensor const& part, int64_t axis, Dim const& start, Dim const& end, int64_t step);
