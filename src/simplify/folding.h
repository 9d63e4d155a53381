#pragma once

#include "simplify/graph_uses.h"

// A node whose result is a weight already, because its inputs are: each gives whether the node is gone. Its outputs are no outputs of the graph.

// Transpose, Reshape, Unsqueeze, Squeeze or Slice of a weight that nothing else reads, or of a small one.
bool fold_movement(GraphUses& uses, OnnxNode& node);
// Gather, Slice, Concat, Expand, Tile or ConstantOfShape with a small result.
bool fold_expansion(GraphUses& uses, OnnxNode& node);
// Arithmetic with a small result that has one right answer; what multiplies by 1 or takes 0 away.
bool fold_arithmetic(GraphUses& uses, OnnxNode& node);
