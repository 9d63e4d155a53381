#pragma once

#include "torch/exported.h"
#include "torch/members.h"
#include "json/json.h"

// The tensors that a config of an exported program lists: {"config": {name: {"path_name", "is_param", "use_pickle", "tensor_meta"}}}.
// Files in `folder` that PyTorch loads as pickles become parts of `file`. Storages are numbered by their members, in `storages`.
// Fails with malformed: a config of another form, members that are not there, views that leave their storage.
Result<void> read_exported_weights(Json const& config, std::string const& folder, TorchMembers& members, bool is_big_endian, std::map<std::string, uint64_t>& storages,
    std::vector<CheckpointTensor>& tensors, std::vector<std::string>& left_out, ExportedProgramFile& file);
