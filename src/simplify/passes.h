#pragma once

#include "simplify/graph_uses.h"

#include <cstdint>

// Each goes over one graph once, without the graphs within its nodes, and gives how many nodes it did away with.

// Nodes that move weights, and no others: Transpose, Reshape, Unsqueeze, Squeeze and Slice of a weight.
uint64_t fold_constants(GraphUses& uses);
// Small results of Gather, Slice, Concat, Expand, Tile and ConstantOfShape whose inputs are all weights.
uint64_t fold_expansions(GraphUses& uses);
// Small results of arithmetic on weights that has one right answer; what multiplies by 1 or takes 0 away.
uint64_t fold_arithmetic(GraphUses& uses);
// BatchNormalization after a convolution that nobody else reads, all its numbers being weights. The weights are new ones.
uint64_t fold_batch_norms(GraphUses& uses);
// A transpose of a transpose is one or none; a reshape of a reshape is the last one; Identity is nothing.
uint64_t join_layouts(GraphUses& uses);
// The second of two nodes with equal operator, inputs and attributes. Nodes that draw random numbers or own graphs differ always.
uint64_t merge_duplicates(GraphUses& uses);
