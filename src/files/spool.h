#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/stream.h"

#include <filesystem>

// A stream's whole content, for readers that need it in one piece.

// What fits into this is kept in memory.
inline constexpr uint64_t most_spooled_in_memory = uint64_t{8} << 20;

// Reads the stream to its end. Above most_spooled_in_memory the bytes go to a file in `folder` that has no name and is gone with the last
// who shares them, mapped for reading: they count as the system's cache, not as this process's memory.
// Fails as the stream does; with exhausted beyond limits.unpacked_bytes; as the system says where the file cannot be made or the disk is full
// (unavailable).
Result<SharedBytes> spool(ByteStream& stream, std::filesystem::path const& folder, Limits const& limits = {});
