#pragma once

#include "files/compression.h"

// Whether what follows a member of this compression is another one.
bool begins_as(Compression compression, Bytes head);

// A frame of lz4 or zstd that holds nothing to unpack.
bool is_skippable_frame(Bytes head);
