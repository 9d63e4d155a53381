#pragma once

#include "graph/builder.h"

#include <optional>
#include <string_view>

// Arithmetic on single numbers that are known when the model is converted: a traced size times a factor is a number, and not a node.
// Only float32 and float64 of rank 0, with the operations that IEEE 754 rounds in one way; nothing for all others.

std::optional<GraphTensor> folded(std::string_view op_type, GraphTensor const& operand);
std::optional<GraphTensor> folded(std::string_view op_type, GraphTensor const& left, GraphTensor const& right);
