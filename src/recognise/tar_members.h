#pragma once

#include "base/bytes.h"

#include <cstdint>

// Where a tar's members stand: no more than is needed to tell bytes inside of a member from bytes between them.

// A header of 512 bytes whose checksum is right.
bool is_tar_header(Bytes header);

// Whether the bytes from `begin` to `end` belong to one member's content. Steps from header to header.
bool is_inside_of_tar_member(Bytes file, uint64_t begin, uint64_t end);
