#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/stream.h"

#include <filesystem>

// What is too large for memory and nobody's file.

// A file in `folder` that has no name, and is gone with the last who has it open or mapped.
class NamelessFile {
public:
    // Fails as the system says.
    static Result<NamelessFile> create(std::filesystem::path const& folder);
    NamelessFile(NamelessFile&& other) noexcept;
    NamelessFile& operator=(NamelessFile&& other) noexcept;
    ~NamelessFile();

    // For reading and writing, by another process too.
    int descriptor() const { return descriptor_; }
    // At the place where what was written last ends.
    Result<void> add(Bytes bytes);
    // All that it holds. What is mapped shows what is written later: nobody may write any more.
    Result<SharedBytes> map(Limits const& limits) const;

private:
    NamelessFile(int descriptor, std::string said);

    int descriptor_;
    std::string said_; // in messages
};

// A stream's whole content, for readers that need it in one piece.

// What fits into this is kept in memory.
inline constexpr uint64_t most_spooled_in_memory = uint64_t{8} << 20;

// Reads the stream to its end. Above most_spooled_in_memory the bytes go to a file in `folder` that has no name and is gone with the last
// who shares them, mapped for reading: they count as the system's cache, not as this process's memory.
// Fails as the stream does; with exhausted beyond limits.unpacked_bytes; as the system says where the file cannot be made or the disk is full
// (unavailable).
Result<SharedBytes> spool(ByteStream& stream, std::filesystem::path const& folder, Limits const& limits = {});
