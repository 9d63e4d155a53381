#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

#include <filesystem>
#include <optional>
#include <string>

// Tells one state of a file from another: equal stamps, the same bytes.
struct FileStamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    uint64_t bytes = 0;
    int64_t written_ns = 0; // since 1970
    int64_t changed_ns = 0;
    bool operator==(FileStamp const&) const = default;
};

// Of the file that is there now, links followed; nothing where there is none.
std::optional<FileStamp> file_stamp(std::string const& path);

// A regular file, mapped for reading, or read where it is small. It is opened once: a digest taken of bytes() and a parse of bytes() see the very same
// file, whatever is put under its name in between.
//
// Refuses: directories, FIFOs, sockets and devices; files longer than limits.bytes.
// Not covered: somebody who shortens the file itself while it is mapped ends this process with SIGBUS, as with any mapping;
// files of people who are not trusted are read by a child process.
class MappedFile {
public:
    // A link is followed. Fails with missing, forbidden, refused, exhausted, or as the system says, with the path.
    static Result<MappedFile> open(std::filesystem::path const& path, Limits const& limits = {});

    // The same of a file that is open already; the descriptor is taken over. `path` is what messages call it.
    static Result<MappedFile> adopt(int descriptor, std::string path, Limits const& limits = {});
    // A descriptor of the very same bytes, for another process to read; the caller closes it. Not of files that open_beneath() opened and that are
    // large. Fails as the system says.
    Result<int> descriptor_for_others() const;

    Bytes bytes() const { return data_.bytes(); }
    uint64_t size() const { return data_.size(); }
    // The bytes, and what keeps them mapped: outlives this object.
    SharedBytes const& shared() const { return data_; }
    // As it was given to open().
    std::string const& path() const { return path_; }
    // As it was when it was opened.
    FileStamp const& stamp() const { return stamp_; }
    // Whether somebody wrote to the file, or put another one under its name, while it was read: for a mapped file, until now.
    bool has_changed() const;

private:
    friend Result<MappedFile> open_beneath(std::filesystem::path const&, std::string_view, Limits const&);
    MappedFile(SharedBytes data, std::string path, FileStamp const& stamp, bool changed)
        : data_(std::move(data)),
          path_(std::move(path)),
          stamp_(stamp),
          changed_(changed)
    {
    }

    SharedBytes data_;
    std::string path_;
    FileStamp stamp_; // as it was when it was opened
    bool changed_; // while it was being opened and read
};

// The bytes from `offset` on, `length` of them. Fails with malformed where they are not all within the file.
Result<SharedBytes> part_of(MappedFile const& file, uint64_t offset, uint64_t length);
