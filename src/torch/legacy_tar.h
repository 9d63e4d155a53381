#pragma once

#include "torch/checkpoint.h"

// The tar archive that torch.save wrote in PyTorch 0.1.1: members `storages`, `tensors` and `pickle`. Source: PyTorch
// torch/serialization.py, _legacy_load (legacy_load within it).
//
//   storages   pickle of a count; for each a pickle (key, location, class), then int64 count and the elements; last a pickle of the
//              views [(key, key of the whole, offset, count)]
//   tensors    pickle of a count; for each a pickle (key, key of the storage, class), then int32 dimensions, 4 bytes that mean nothing,
//              int64 sizes, strides and offset
//   pickle     the object, in which tensors and storages are persistent ids: their keys
Result<Checkpoint> read_tar_checkpoint(SharedBytes const& file, CheckpointOptions const& options);
