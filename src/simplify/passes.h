#pragma once

#include "simplify/graph_uses.h"

#include <cstdint>

// Each goes over one graph once, without the graphs within its nodes, and gives how many nodes it did away with.

// Nodes that move, copy or compute with weights alone (simplify/folding.h).
uint64_t fold_constants(GraphUses& uses);
// BatchNormalization after a convolution that nobody else reads, all its numbers being weights. The weights are new ones.
uint64_t fold_batch_norms(GraphUses& uses);
// A transpose of a transpose is one or none; a reshape of a reshape is the last one; Identity is nothing.
uint64_t join_layouts(GraphUses& uses);
// The second of two nodes with equal operator, inputs and attributes. Nodes that draw random numbers or own graphs differ always.
uint64_t merge_duplicates(GraphUses& uses);
