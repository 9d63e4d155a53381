#pragma once

#include "publish/source.h"
#include "publish/world.h"
#include "tensor/tensor.h"

#include <filesystem>
#include <string>
#include <vector>

// What PyTorch itself answers: the user's own python3 runs the model file in another process.
//
// Promises: only a file whose verdict is `safe` is run, and the very bytes that were judged; in an empty folder of its own, which is gone
// afterwards; for no longer than torch_seconds. Its answers come through files and are read as anybody's files are.

// A model file that PyTorch can run.
struct TorchReference {
    SourceFile const& file; // TorchScript or an exported program
    std::string method = "forward";
    std::filesystem::path python; // empty: python3 of the PATH
};

struct TorchAnswers {
    std::string version; // of PyTorch
    std::vector<std::vector<Tensor>> runs; // the flattened results, one list a run
};

inline constexpr int64_t torch_seconds = 600;

// Whether the Python at `python` (empty: python3 of the PATH) has PyTorch, without loading it: its file, or missing as below.
Result<std::filesystem::path> find_torch(World const& world, std::filesystem::path const& python);

// Each run has the flattened inputs by path, as input_names_of() names them, numbers as arrays of rank 0.
// Fails with missing where there is no python3 or no PyTorch in it, with refused for a file that is not safe, with unavailable and what Python
// said where PyTorch does not run it, with conflict where the file changed in between, and as run_outside() does.
Result<TorchAnswers> torch_answers(World const& world, TorchReference const& reference, std::vector<std::vector<NamedTensor>> const& runs);
