#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <optional>

// A ZIP archive that a reader finds from the end of the file, as Python's zipfile does, whatever stands in front of it.
struct ArchiveEnd {
    uint64_t directory = 0; // where the central directory begins
    uint64_t record = 0; // where the end record begins
    uint64_t comment_bytes = 0; // what follows the record
};

std::optional<ArchiveEnd> archive_end_of(Bytes file);
