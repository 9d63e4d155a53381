#pragma once

#include "files/finding.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/stream.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

// tar archives, member by member: the forms v7, ustar, pax and GNU.
//
// A reader of our own, since kept ones (libarchive, Python's tarfile) read over what matters here: they stop at the first broken header or
// the first block of zeros and say nothing of what follows, let the last of two sizes or names win, take negative and fractional numbers.
// An archive is read only where they all would see the same members. What would make them differ is malformed or refused; what an archive
// may hold but no model does is a finding: "unsafe-name" (leaves the folder, is absolute, holds control characters or a backslash, is no
// UTF-8), "link" (symbolic and hard), "special-file" (devices and FIFOs), "duplicate-name", "tar-type" (a kind that readers take for a file),
// "tar-header" (bytes that some readers would take for a part of the name), "padding" (bytes other than zeros behind a member's
// content), "trailing-bytes" (bytes other than zeros behind the end).
// Refuses: sparse members, several volumes, sizes and names for all members at once (pax "g"), data of what is no file.
// Promises: linear time, memory in proportion to the names; every byte is looked at.
// Source: POSIX pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Basic Tar Format"; CPython Lib/tarfile.py.

// Whether a file that begins with `head` is a tar archive: its first 512 bytes have the checksum of a header.
bool is_tar(Bytes head);

enum class TarType {
    file,
    directory,
    hard_link,
    symbolic_link,
    special, // devices and FIFOs
};

struct TarMember {
    std::string name; // without "./" in front and "/" behind; of an unsafe one whatever it holds
    TarType type;
    uint64_t bytes; // of the content
    std::string link_name; // where a link leads
    uint64_t header_offset;
};

class TarReader {
public:
    explicit TarReader(SharedBytes archive, Limits const& limits = {});
    explicit TarReader(std::unique_ptr<ByteStream> archive, Limits const& limits = {});
    ~TarReader();
    TarReader(TarReader&&) noexcept;
    TarReader& operator=(TarReader&&) noexcept;

    // The next member, after whatever is left of the one before; none at the end, after all that follows it has been looked at.
    // Fails with malformed, refused, exhausted (limits.entries, limits.document_bytes for names), or as the stream does; after a failure every further call fails alike.
    Result<std::optional<TarMember>> next();

    // The content of the member that next() gave last, from where it has been read to; valid until next() is called.
    ByteStream& content();
    // The same as a part of the archive, whole, where the archive was given as bytes.
    std::optional<SharedBytes> content_in_place() const;

    // So far.
    std::span<ArchiveFinding const> findings() const;
    // "name-clash" (a name that differs from another only by case or by form of Unicode) and "reserved-name" (Windows has another use for it):
    // of what matters only where members are written to a disk.
    std::span<ArchiveFinding const> notes() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};
