#pragma once

#include "simplify/graph_uses.h"
#include "tensor/tensor.h"

#include <optional>

// Weights as tensors, and tensors as weights, for the passes that compute with them.

// The tensor of a weight; nothing where the value is none, or of texts or of elements narrower than a byte.
std::optional<Tensor> tensor_of(GraphUses const& uses, std::string const& value);
// Of an input that must be there.
std::optional<Tensor> tensor_of_input(GraphUses const& uses, OnnxNode const& node, size_t place);
// At most 1,024 integers.
std::optional<std::vector<int64_t>> integers_of(GraphUses const& uses, OnnxNode const& node, size_t place);
// An axis counted from 0; nothing where there is none like it.
std::optional<size_t> axis_of(int64_t axis, size_t rank);
// The place in a tensor of the shape `of`, aligned at the last axes, of the element of `shape` at `place`: axes repeat where they are shorter.
uint64_t place_within(uint64_t place, Shape const& shape, Shape const& of);
// The node's only result is this weight from now on; false where it cannot be.
bool replace_by_weight(GraphUses& uses, OnnxNode& node, Tensor const& result, std::string const& wish);
