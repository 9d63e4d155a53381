#pragma once

#include "files/finding.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/stream.h"

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// ZIP archives as torch, numpy and Python write them: 32 and 64 bit, members stored or packed by one of ZipMethod.
//
// An archive is read only where every reader would see the same members in it. What would make two readers differ, or is hidden
// from one of them, is refused where there is no telling what was meant (two members of one name, members that overlap, names
// that leave the folder, encryption, a directory that was moved by bytes in front of it), and is a finding where the central
// directory still says clearly what the members are (a local header that tells another story, bytes that belong to nothing).
// A broken structure is malformed.
//
// Findings: "prefix", "gap", "trailing-bytes" (bytes that belong to nothing), "comment" (of a member or the archive), "local-name", "local-flags",
// "local-method", "local-size", "local-crc", "descriptor" (what stands beside the content differs from the central directory), "flags", "version",
// "name-encoding", "extra-field", "padding" (what no writer of models writes), "link", "special-file" (by the Unix mode).
//
// Promises: the members are disjoint ranges of the archive; names are relative, of plain components, unique, valid UTF-8; all
// members together unpack to no more than limits.unpacked_bytes, and none beyond limits.ratio; reading is linear (n log n for names)
// and takes memory in proportion to the directory.
// Source: PKWARE APPNOTE 6.3.10; PyTorch caffe2/serialize/inline_container.cc for the padding field "FB" and for flags 0x808.

enum class ZipMethod : uint16_t {
    stored = 0,
    deflated = 8,
    bzip2 = 12,
    lzma = 14,
    zstd = 93,
};

struct ZipEntry {
    std::string name; // a directory's ends with "/"
    uint64_t header_offset; // of the local header
    uint64_t data_offset;
    uint64_t packed_bytes;
    uint64_t unpacked_bytes;
    uint32_t crc;
    uint16_t method; // a ZipMethod, or one that can be listed but not unpacked
    bool is_directory() const { return name.ends_with('/'); }
};

enum class ZipCrc {
    ignored, // torch can be told to write none
    compared,
};

class ZipArchive {
public:
    // Fails with malformed, refused, unsupported (several disks) or exhausted.
    static Result<ZipArchive> read(SharedBytes archive, Limits const& limits = {});

    // In the order of the central directory.
    std::span<ZipEntry const> entries() const { return entries_; }
    std::span<ArchiveFinding const> findings() const { return findings_; }
    // "name-clash" (a name that differs from another only by case or by form of Unicode) and "reserved-name" (Windows has another use for it):
    // of what matters only where members are written to a disk.
    std::span<ArchiveFinding const> notes() const { return notes_; }
    // The member of exactly that name, or nullptr.
    ZipEntry const* find(std::string_view name) const;

    // What a member of this archive holds: the archive's own bytes where it is stored, else unpacked into memory, which must give exactly
    // entry.unpacked_bytes. The CRC is not looked at. Fails with malformed, exhausted, or unsupported for another method.
    Result<SharedBytes> content(ZipEntry const& entry) const;
    // The same piece by piece, for members of any size. A wrong CRC is told at the end.
    Result<std::unique_ptr<ByteStream>> open(ZipEntry const& entry, ZipCrc crc) const;
    // The same, and malformed where the CRC is wrong.
    Result<SharedBytes> checked_content(ZipEntry const& entry) const;
    // As above by name; missing where there is no such member.
    Result<SharedBytes> checked_content(std::string_view name) const;

private:
    friend class ZipDirectoryReader;
    ZipArchive() = default;
    SharedBytes packed_content(ZipEntry const& entry) const;

    SharedBytes archive_;
    std::vector<ZipEntry> entries_;
    std::vector<size_t> by_name_; // indices of entries_, sorted by name
    std::vector<ArchiveFinding> findings_;
    std::vector<ArchiveFinding> notes_;
};

// Fails with malformed where the CRC-32 of `content` is not the one that the archive states for `entry`.
Result<void> check_crc(ZipEntry const& entry, Bytes content);

// Builds an archive of stored members, in the order added, all dated 1980-01-01: the same members give the same bytes. Content
// begins at multiples of 64 bytes, so that arrays inside can be used where they lie.
class ZipWriter {
public:
    static constexpr uint64_t alignment = 64;

    // A member whose content is these parts, one after the other. `name` must be one that ZipArchive::read takes and that was not added before; else refused.
    Result<void> add(std::string name, std::vector<SharedBytes> content);
    // The archive in pieces, to be written one after the other; contents are shared, not copied.
    std::vector<SharedBytes> finish() &&;

private:
    struct Member {
        std::string name;
        uint64_t offset;
        uint64_t bytes;
        uint32_t crc;
    };
    std::vector<SharedBytes> parts_;
    std::vector<Member> members_;
    std::set<std::string, std::less<>> names_;
    uint64_t bytes_ = 0;
};
