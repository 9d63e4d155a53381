#pragma once

#include "tensor/tensor.h"

#include <vector>

// Tensors cut out of tensors.

// The strides of a row-major tensor without gaps, in elements.
std::vector<int64_t> row_major_strides(Shape const& shape);

// Element [i, j...] of the result is that at offset + i * strides[0] + j * strides[1]... of `of`, counted in elements. Each of these must
// be within `of` (CHECK), whose elements must be whole bytes and no text (CHECK).
Tensor strided(Tensor const& of, Shape shape, std::vector<int64_t> const& strides, int64_t offset);

// Axis i of the result is axis permutation[i] of the tensor.
Tensor transposed(Tensor const& of, std::vector<int64_t> const& permutation);
