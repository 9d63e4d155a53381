#pragma once

#include "publish/source.h"
#include "tensor/tensor.h"

#include <string>
#include <vector>

// The tensors of whatever holds some, without a graph.

struct Weights {
    std::vector<NamedTensor> tensors; // each with bytes of its own, row-major
    std::vector<std::string> notes; // what is not in them, or is there twice; for people
};

// Of checkpoints (the model's state dict where it is known, else all tensors), TorchScript, safetensors and .npz archives. Fails with
// unsupported for other kinds.
Result<Weights> read_weights(SourceFile const& source, Limits const& limits = {});
