#pragma once

#include "graph/compose.h"

#include <optional>

// Normalisation as nodes.

struct ScaleAndShift {
    std::optional<GraphTensor> scale;
    std::optional<GraphTensor> shift;
};

// (x - mean) / sqrt(variance + epsilon) over the axes from `first_axis` on, times scale plus shift, which have these axes.
Result<GraphTensor> layer_normalised(GraphBuilder& graph, GraphTensor const& input, int64_t first_axis, ScaleAndShift const& affine, double epsilon);
