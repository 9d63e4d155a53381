#pragma once

#include "pickle/graph.h"
#include "torch/checkpoint.h"
#include "torch/storage.h"

// From the inert graph of a pickle to the values and tensors of a Checkpoint: fills `value`, `tensors`, `odd_tensors` and `sources`.
// `pickle` is what the graph was read from. Fails with malformed, or exhausted where the tree that the graph
// unfolds into passes limits.entries or limits.depth.
Result<void> read_checkpoint_values(PickleValue root, SharedBytes const& pickle, TorchStorages& storages, Limits const& limits, Checkpoint& checkpoint);

// Sets `kind` and `weights` by what the values look like.
void classify_checkpoint(Checkpoint& checkpoint);
