#pragma once

#include "tensor/tensor.h"

// How elements lie in a file, and how they come into the form that a Tensor has.

// Little-endian, row-major elements as they lie: the very same bytes where those are aligned for their type, else a copy.
// Bytes of a boolean other than 0 and 1 become 1 (in a copy). Fails as Tensor::create does.
Result<Tensor> tensor_in_place(DType dtype, Shape shape, SharedBytes elements);

// A copy with the bytes of each unit of `unit_bytes` turned around; a rest shorter than a unit stays.
SharedBytes with_bytes_swapped(Bytes elements, size_t unit_bytes);

// A copy in row-major order of elements of `element_bytes` that lie in column-major order. The sizes must fit the bytes (CHECK).
SharedBytes row_major_from_column_major(Bytes elements, size_t element_bytes, Shape const& shape);
