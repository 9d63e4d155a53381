#pragma once

#include "graph/compose.h"

// Elements in order along an axis of a tensor of rank 1 or more. Of equal elements the first stays first.

struct Ordered {
    GraphTensor values;
    GraphTensor places; // int64: where they stood
};

// The `count` largest, largest first, or the smallest, smallest first.
Result<Ordered> ordered(GraphBuilder& graph, GraphTensor const& x, int64_t axis, Dim const& count, bool largest);
Result<Ordered> sorted(GraphBuilder& graph, GraphTensor const& x, int64_t axis, bool descending);

// `value` (with the axis kept), but NaN where the floating tensor `x` has one along the axis.
Result<GraphTensor> nan_where_any(GraphBuilder& graph, GraphTensor const& x, int64_t axis, GraphTensor const& value);
