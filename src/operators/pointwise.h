#pragma once

#include "operators/operation.h"
#include "operators/promotion.h"

#include <algorithm>
#include <optional>

// What the families of element-wise operators share.

// The name of an ONNX operator as an argument of a template.
template <size_t N>
struct NodeName {
    constexpr NodeName(char const (&text)[N]) { std::copy_n(text, N, value); }
    char value[N]{};
};

struct OperandPair {
    GraphTensor self;
    GraphTensor other;
};

// The arguments `self` and `other` in one dtype: the wanted one, or what they are promoted to.
Result<OperandPair> operand_pair(Operation& op, std::optional<DType> wanted = std::nullopt);
