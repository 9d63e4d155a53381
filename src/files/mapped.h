#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

#include <filesystem>
#include <string>

// A regular file, mapped for reading. It is opened once: a digest taken of bytes() and a parse of bytes() see the very same
// file, whatever is put under its name in between.
//
// Refuses: directories, FIFOs, sockets and devices; files longer than limits.bytes.
// Not covered: somebody who shortens the file itself while it is mapped ends this process with SIGBUS, as with any mapping;
// files of people who are not trusted are read by a child process.
class MappedFile {
public:
    // A link is followed. Fails with missing, forbidden, refused, exhausted, or as the system says, with the path.
    static Result<MappedFile> open(std::filesystem::path const& path, Limits const& limits = {});

    Bytes bytes() const { return data_.bytes(); }
    uint64_t size() const { return data_.size(); }
    // The bytes, and what keeps them mapped: outlives this object.
    SharedBytes const& shared() const { return data_; }
    // As it was given to open().
    std::string const& path() const { return path_; }

private:
    friend Result<MappedFile> open_beneath(std::filesystem::path const&, std::string_view, Limits const&);
    MappedFile(SharedBytes data, std::string path)
        : data_(std::move(data)),
          path_(std::move(path))
    {
    }

    SharedBytes data_;
    std::string path_;
};

// The bytes from `offset` on, `length` of them. Fails with malformed where they are not all within the file.
Result<SharedBytes> part_of(MappedFile const& file, uint64_t offset, uint64_t length);
