#pragma once

#include "base/limits.h"
#include "tensor/tensor.h"

#include <vector>

// NumPy's .npy files: one array each.
//
//   magic    "\x93NUMPY"
//   uint8    major version (1, 2 or 3), minor version (0)
//   uint16   length of the header (version 1), or uint32 (2 and 3); little-endian
//   header   a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
//   data     the elements, in the byte order and memory order that the header says, and nothing behind
//
// Promises: a tensor in row-major, little-endian form, whatever the file's order; the file's own bytes where they are so
// already and aligned. Text (<U, |S) becomes DType::string, without the NULs that fill it up. Bytes of a bool array other than
// 0 and 1 become 1.
// Refuses: arrays of Python objects (a pickle is inside, and it is not loaded), also as a field of a structured type.
// Unsupported: structured types, dates, raw void, long double (npy_header.h describes them).
// Source: NumPy numpy/lib/format.py.

// The code of a refusal because of a pickle.
inline constexpr int pickle_inside_code = 110;

// Fails with malformed, refused, unsupported, or exhausted.
Result<Tensor> read_npy(SharedBytes file, Limits const& limits = {});

// The file in pieces, to be written one after the other: a header and the tensor's own data. Text is written as <U, padded to the
// longest. Unsupported for dtypes that NumPy does not have (bfloat16, float8, packed and quantised ones).
Result<std::vector<SharedBytes>> write_npy(Tensor const& tensor);
