#pragma once

#include "publish/source.h"
#include "tensor/tensor.h"

#include <map>
#include <string>
#include <vector>

// The tensors of whatever holds some, without a graph, in a form that safetensors has.
//
// What safetensors has no type for is written as its parts, under names of their own:
//   quantised       "w" (the stored integers), "w.scale", "w.zero_point", and "w.axis" where there is one scale for each index of an axis
//   complex128, -32 "w.real" and "w.imag"
//   sparse          "w.indices" and "w.values", or as torch/checkpoint.h names the parts; the size of the whole stands in the metadata
//                   under "w.shape", its layout under "w.layout"
// Text, packed quantised types, and tensors that have no elements (meta) are left out, and a warning says so.

struct WeightWarning {
    std::string code; // "left-out", "parts", "shared"
    std::string message;
    std::string where; // the tensor; empty: the file
};

struct Weights {
    std::vector<NamedTensor> tensors; // each with bytes of its own, row-major
    std::map<std::string, std::string> metadata;
    std::vector<WeightWarning> warnings;
};

// Of checkpoints (the model's state dict where it is known, else all tensors), pickled modules, TorchScript, exported programs, ONNX,
// safetensors, .npz and .npy, and the files that an index of safetensors or PyTorch names in its folder. `patterns` choose by name
// (`*`, `?`, `[a-z]` as in a shell, `*` matches dots too): any of them must match; none: all tensors. Of a checkpoint they are held
// against the names within the state dict and against the whole names ("ema.*"), and so reach what else is in the file.
// Fails with unsupported for other kinds.
Result<Weights> read_weights(SourceFile const& source, std::vector<std::string> const& patterns, Limits const& limits = {});
