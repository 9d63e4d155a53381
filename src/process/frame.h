#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

// Messages on a stream: four bytes of length, little-endian, and the bytes.

inline constexpr size_t frame_head_bytes = 4;

// Writes one message as a whole. Fails as the system says.
Result<void> write_frame(int channel, std::string_view message);
// Adds it to messages that are written together, by write_frames(). Fails with exhausted beyond most_message_bytes.
Result<void> append_frame(std::string& frames, std::string_view message);
Result<void> write_frames(int channel, std::string_view frames);
// What the first frame_head_bytes of `bytes` say. Fails with malformed beyond most_message_bytes.
Result<uint64_t> frame_length(std::string_view bytes);
