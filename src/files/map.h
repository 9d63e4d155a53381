#pragma once

#include "files/descriptor.h"
#include "files/mapped.h"

#include "base/bytes.h"
#include "base/limits.h"

#include <span>
#include <string>

// How many names a file may have.
enum class Links {
    any,
    one, // a hard link may belong to a file that the folder's owner could not read
};

// Maps an open file. `said` is its name in messages. Fails as MappedFile::open does.
// `stamp`, where it is given, gets what the file was like.
Result<SharedBytes> map_descriptor(int descriptor, std::string const& said, Links links, Limits const& limits, FileStamp* stamp = nullptr);

// What an open file is like now; nothing where the system does not say.
std::optional<FileStamp> file_stamp(int descriptor);

// Copies bytes out of a file that MappedFile::open opened, without touching its mapping: to look at a few bytes here and there costs less
// so than a page fault each. `bytes` is all of the file or a part of it. False where it is no such file, or cannot be read.
bool read_beside_mapping(SharedBytes const& bytes, uint64_t offset, std::span<std::byte> into);
