#pragma once

#include "operators/operation.h"

#include <string_view>
#include <vector>

// Which dtype a result has when its operands differ, as PyTorch decides it (c10/core/ScalarType.h promoteTypes,
// aten/src/ATen/native/TypeProperties.cpp): tensors with dimensions count first, then tensors of rank 0, then numbers;
// a later kind only matters where its category (bool < integer < floating) is higher.

DType promoted(DType left, DType right);

// The common dtype of the named arguments (tensors and Scalars).
Result<DType> result_dtype(Operation& operation, std::initializer_list<std::string_view> names);

// An argument, tensor or Scalar, as a tensor of that dtype.
Result<GraphTensor> operand(Operation& operation, std::string_view name, DType dtype);

// Two arguments in the dtype that both are promoted to.
struct PromotedPair {
    GraphTensor left;
    GraphTensor right;
};
Result<PromotedPair> promoted_pair(Operation& operation, std::string_view left, std::string_view right);

// float32 for integers and bool (PyTorch's default dtype), a floating dtype itself.
DType floating_for(DType dtype);
