#pragma once

#include "tensor/tensor.h"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

// safetensors on disk: one file, or shards with an index as huggingface_hub lays them out: NAME-00001-of-00003.safetensors... and
// NAME.safetensors.index.json.

struct WrittenFiles {
    std::vector<std::string> files; // in the order of the shards; the index last
    uint64_t bytes = 0; // of all tensors
};

// "5GB", "200MiB", "1000": bytes. Fails with usage.
Result<uint64_t> size_in_bytes(std::string const& text);

// Tensors go into shards in their order, each as full as `most_bytes` allows; a tensor that is larger gets a shard of its own. All files
// are there in the end or none of them: each is written whole under a temporary name before the first gets its own.
// Fails as write_safetensors and DurableFile do.
Result<WrittenFiles> write_safetensors_files(std::filesystem::path const& output, std::span<NamedTensor const> tensors, std::map<std::string, std::string> const& metadata, std::optional<uint64_t> most_bytes);
