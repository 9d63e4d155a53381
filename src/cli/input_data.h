#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "runtime/runtime.h"
#include "tensor/tensor.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

// Inputs of a model, from whatever file holds them.

struct ModelInput {
    std::vector<NamedTensor> tensors;
    bool one_row = false; // of JSON: the batch axis was left out, and the answer leaves it out too
};

// `path` is a file, or "-" for JSON on standard input. By content: .npz (by name, else in order), .npy (the only input), JSON as /predict
// takes it, and else CSV: numbers in rows for the only input of rank 2, with or without a line of names.
// Fails with malformed where the data does not fit the model.
Result<ModelInput> read_model_input(std::string const& path, std::span<SessionValue const> inputs, Limits const& limits = {});

// Refuses to write over a file that is being read: another name of the same file counts.
Result<void> check_not_an_input(std::filesystem::path const& output, std::filesystem::path const& input);
