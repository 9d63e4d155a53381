#pragma once

#include "graph/compose.h"

#include <optional>

// Matrix products as nodes.

// As numpy and ONNX MatMul have it: the last two axes multiply, those before are broadcast. Both of one dtype, else malformed.
Result<GraphTensor> matrix_product(GraphBuilder& graph, GraphTensor const& left, GraphTensor const& right);
// input @ weight^T + bias, with a weight of rank 1 or 2: one Gemm where the input is a matrix.
Result<GraphTensor> linear_of(GraphBuilder& graph, GraphTensor const& input, GraphTensor const& weight, std::optional<GraphTensor> const& bias);
// The last two axes swapped.
GraphTensor matrices_turned(GraphBuilder& graph, GraphTensor const& matrices);
GraphTensor softmax_over_last(GraphBuilder& graph, GraphTensor const& scores);
