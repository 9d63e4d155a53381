#pragma once

#include "graph/compose.h"

#include <optional>

// One direction of one layer of an LSTM whose hidden state is projected to a smaller size, which ONNX's LSTM node cannot do: an
// ONNX Scan over the steps.

struct ProjectedLayer {
    GraphTensor input; // [steps, batch, features]
    GraphTensor hidden; // [batch, projected size]
    GraphTensor cell; // [batch, size]
    GraphTensor input_weight; // [4 * size, features]; gates i f g o
    GraphTensor hidden_weight; // [4 * size, projected size]
    GraphTensor projection; // [projected size, size]
    std::optional<GraphTensor> input_bias; // [4 * size]
    std::optional<GraphTensor> hidden_bias;
    bool backwards = false;
};

struct ProjectedResult {
    GraphTensor output; // [steps, batch, projected size]
    GraphTensor hidden; // after the last step
    GraphTensor cell;
};

Result<ProjectedResult> projected_layer(GraphBuilder& graph, ProjectedLayer const& layer);
