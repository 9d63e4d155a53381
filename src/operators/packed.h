#pragma once

#include "operators/operation.h"

// Packed sequences (torch.nn.utils.rnn.PackedSequence): the rows of the sequences of a batch without their padding, step by
// step, and how many sequences each step has. Sequences stand in descending order of their lengths, as PyTorch has them.
//
// The padded form of what was packed is remembered with the graph, so that a chain of pack, recurrent layer and pad needs no
// packed tensor at all; where the program has made the packed rows itself they are put back in their places.

struct PaddedSequences {
    GraphTensor rows; // [steps, batch, ...]
    GraphTensor lengths; // int64 [batch]
    bool zero_behind = false; // whether what stands behind the end of a sequence is surely 0
};

// `data` [rows, ...] and `batch_sizes` [steps], as the program has them, in the padded form.
Result<PaddedSequences> padded_form(GraphBuilder& graph, GraphTensor const& data, GraphTensor const& batch_sizes);
// The packed rows of `padded`, whose lengths are those that `batch_sizes` says.
Result<GraphTensor> packed_form(GraphBuilder& graph, PaddedSequences const& padded, GraphTensor const& batch_sizes);

// [1, 0, 2, 3...]: what takes [batch, steps, ...] to [steps, batch, ...] and back.
std::vector<int64_t> axes_with_first_two_swapped(int64_t rank);
