#pragma once

#include "runtime/runtime.h"
#include "tensor/tensor.h"

#include <optional>
#include <span>
#include <string>

// Where two tensors give one symbol of the model different sizes.
struct SymbolConflict {
    std::string input; // the second of the two
    std::string text; // "batch is 2 here and 3 in x"
};

// The first one. `tensors` are in the order of `inputs`, and of their ranks.
std::optional<SymbolConflict> symbol_conflict(std::span<SessionValue const> inputs, std::span<NamedTensor const> tensors);
