#pragma once

#include "files/zip.h"

#include "base/cursor.h"

#include <array>
#include <string>

// As within(), of a place that is only put into words where something failed: an archive has many members, and most are well.
template <typename Place, typename T>
Result<T> within_made(Place const& place, Result<T> result)
{
    return result ? std::move(result) : within(place(), std::move(result));
}

// Reads the structure of one archive: the end records, the central directory, and then each local header against it.
class ZipDirectoryReader {
public:
    ZipDirectoryReader(SharedBytes archive, Limits const& limits)
        : limits_(limits)
    {
        archive_.archive_ = std::move(archive);
    }

    Result<ZipArchive> read() &&;

private:
    // A member as the central directory describes it, with what its local header must agree to.
    struct CentralRecord {
        ZipEntry entry;
        uint16_t flags;
    };
    struct Directory {
        uint64_t offset;
        uint64_t bytes;
        uint64_t count;
    };

    Bytes bytes() const { return archive_.archive_.bytes(); }
    void find_that(std::string code, std::string message, std::string const& entry, uint64_t offset);

    Result<uint64_t> find_end() const;
    Result<Directory> read_end();
    Result<Directory> read_zip64_end(uint64_t locator_offset, Directory classic) const;

    Result<void> read_central(Directory directory);
    Result<CentralRecord> read_central_record(Cursor& cursor, uint64_t base);
    Result<void> read_central_extra(Bytes extra, uint64_t offset, CentralRecord& record);
    Result<void> check_sizes(ZipEntry const& entry);
    Result<void> check_names();

    // Both walk the members in the order of their places.
    Result<void> read_locals(uint64_t directory_offset);
    Result<uint64_t> read_local(CentralRecord& record, uint64_t limit);
    // The bytes from `offset` to `end`; where that is far, at least as many of them as most records need.
    Bytes look_at(uint64_t offset, uint64_t end);
    Bytes local_header(uint64_t start, uint64_t limit);
    void compare_extra(CentralRecord const& record, Bytes extra, uint64_t offset, bool sizes_saturated);
    uint64_t skip_descriptor(CentralRecord const& record, uint64_t offset, uint64_t limit);

    Limits limits_;
    ZipArchive archive_;
    std::vector<CentralRecord> records_;
    uint64_t unpacked_bytes_ = 0;
    bool members_are_far_apart_ = false;
    std::array<std::byte, 512> looked_at_; // the end of one member and the header of the next, in one look
    Bytes seen_; // the part of it that was read
    uint64_t seen_at_ = 0;
};
