#pragma once

#include "pickle/graph.h"
#include "torch/torch_tensor.h"

// numpy arrays and scalars inside pickles. Source: numpy's ndarray.__reduce__ (numpy/_core/src/multiarray/methods.c) and dtype
// (numpy/_core/src/multiarray/descriptor.c).

// Whether the value is a call that makes a numpy array or a numpy scalar.
bool is_numpy_call(PickleValue value);

// `_reconstruct` with its state, `_frombuffer` (protocol 5) or `scalar`, as a tensor with its own memory (no storage key; number
// `storage`). `pickle` is what the value's bytes are a part of, kept alive by the tensor; bytes that are spelled as text are copied.
// Fails with malformed, or with unsupported for element types that are no numbers (objects, texts, dates, records).
Result<TorchTensor> read_numpy_value(PickleValue value, SharedBytes const& pickle, uint64_t storage);
