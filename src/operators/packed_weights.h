#pragma once

#include "operators/operation.h"

#include <optional>
#include <vector>

// Weights that a quantised module keeps packed: a value of the program is a tuple of weight, bias and, of convolutions, their numbers; in a
// file it may be an object of torch.classes.quantized with that as its state.

struct PackedWeights {
    GraphTensor whole; // q - zero_point of each weight, as float32
    std::vector<double> scales; // one, or one for each output channel
    int64_t channel_axis = 0; // of `whole`
    std::optional<TensorReference> bias;
    // Of convolutions:
    std::vector<Dim> stride;
    std::vector<Dim> padding;
    std::vector<Dim> dilation;
    std::vector<Dim> output_padding;
    int64_t groups = 1;
    bool transposed = false;
};

// Fails with unsupported for a value that is none, or whose weights are not known.
Result<PackedWeights> packed_weights(Operation& op, Value const& packed);
// What the weights stand for.
Result<GraphTensor> weights_as_numbers(Operation& op, PackedWeights const& weights);
// The elements of a tensor that is known, as float32.
Result<std::vector<float>> known_elements(Operation& op, TensorReference const& tensor);
