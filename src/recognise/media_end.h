#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <optional>

// Where a picture or sound of a format that says so comes to its end: PNG, GIF, JPEG, RIFF. What follows is read by nobody who opens it as
// such. Nothing for other formats, and where the file ends before.
std::optional<uint64_t> end_of_media(Bytes file);
