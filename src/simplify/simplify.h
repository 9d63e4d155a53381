#pragma once

#include "onnx/model.h"

#include <cstdint>

// A model with fewer nodes that gives the same numbers: what a person would do who tidies an export up by hand.
//
// Promises: inputs, outputs, their names and types stay; so do the numbers, bit for bit, but for what a folded batch norm rounds otherwise
// (the weights are multiplied in double precision and rounded once). Nodes that draw random numbers or own graphs stay as they are.
// The same model gives the same result.

struct Simplification {
    uint64_t folded_constants = 0; // nodes whose inputs are all weights
    uint64_t folded_batch_norms = 0; // into the convolution before
    uint64_t joined_layouts = 0; // transposes and reshapes one after the other
    uint64_t merged_duplicates = 0; // nodes that compute what another computes
};

// The weights that a folding makes are new: a model's own weights stay where other nodes need them.
Simplification simplify(OnnxModel& model);
