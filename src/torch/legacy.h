#pragma once

#include "torch/checkpoint.h"

// The stream that torch.save wrote before 1.6 (and writes with _use_new_zipfile_serialization=False): pickles of a magic number, the
// protocol version, facts about the machine, the object, and the list of storage keys; then for each key an int64 element count and
// the elements. Source: PyTorch torch/serialization.py, _legacy_save and _legacy_load.
Result<Checkpoint> read_legacy_checkpoint(SharedBytes const& file, CheckpointOptions const& options);
