#include "files/zip_directory.h"

#include "files/compression.h"
#include "files/member_name.h"
#include "files/zip_format.h"

#include "base/cursor.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace {

constexpr size_t longest_comment = 0xFFFF;
constexpr uint16_t newest_version = 63;
// File types in the Unix mode that some writers leave in the attributes.
constexpr uint32_t unix_type_mask = 0170000;
constexpr uint32_t unix_link = 0120000;
constexpr uint32_t unix_directory = 0040000;
constexpr uint32_t unix_file = 0100000;

}

void ZipDirectoryReader::find_that(std::string code, std::string message, std::string const& entry, uint64_t offset)
{
    // One of a kind for a member: an extra field may hold thousands of the same.
    auto const& findings = archive_.findings_;
    for (auto earlier = findings.rbegin(); earlier != findings.rend() && earlier->entry == entry; ++earlier)
        if (earlier->code == code)
            return;
    archive_.findings_.push_back({std::move(code), std::move(message), entry, offset});
}

Result<ZipArchive> ZipDirectoryReader::read() &&
{
    if (bytes().size() > limits_.bytes)
        return exhausted("an archive of " + std::to_string(bytes().size()) + " bytes, the limit is " + std::to_string(limits_.bytes));
    auto const directory = TRY(read_end());
    TRY(read_central(directory));
    TRY(read_locals(directory.offset));
    for (auto& record : records_)
        archive_.entries_.push_back(std::move(record.entry));
    TRY(check_names());
    return std::move(archive_);
}

// The last signature in the last 64 KiB, as Python and miniz look for it.
Result<uint64_t> ZipDirectoryReader::find_end() const
{
    auto const text = text_of(bytes());
    if (text.size() < zip_end_bytes)
        return malformed("not a ZIP archive: " + std::to_string(text.size()) + " bytes are too few");
    auto const found = text.rfind("PK\5\6", text.size() - zip_end_bytes);
    auto const earliest = text.size() - std::min(text.size(), zip_end_bytes + longest_comment);
    if (found == std::string_view::npos || found < earliest)
        return malformed("not a ZIP archive, or cut short: there is no end record in the last 64 KiB");
    // Readers that want the comment to reach to the end go on looking.
    for (auto other = text.find("PK\5\6", earliest); other < found; other = text.find("PK\5\6", other + 1))
        if (zip_number_at<uint16_t>(bytes(), other + zip_end_bytes - 2) == text.size() - other - zip_end_bytes)
            return refused("another end record has this one as its comment: readers take the one or the other").at(zip_byte(other));
    return found;
}

Result<ZipDirectoryReader::Directory> ZipDirectoryReader::read_end()
{
    uint64_t const end = TRY(find_end());
    auto const record = bytes().subspan(end); // all of it is there: find_end
    auto const disk = zip_number_at<uint16_t>(record, 4);
    auto const directory_disk = zip_number_at<uint16_t>(record, 6);
    auto const count_here = zip_number_at<uint16_t>(record, 8);
    auto const count = zip_number_at<uint16_t>(record, 10);
    auto const directory_bytes = zip_number_at<uint32_t>(record, 12);
    auto const offset = zip_number_at<uint32_t>(record, 16);
    auto const comment = zip_number_at<uint16_t>(record, 20);
    if (disk != 0 || directory_disk != 0 || count_here != count)
        return unsupported("a ZIP archive over several disks").at(zip_byte(end));
    auto const behind = record.size() - zip_end_bytes;
    if (comment != behind)
        find_that("trailing-bytes", std::to_string(behind) + " bytes follow the end record, its comment has " + std::to_string(comment), "", end + zip_end_bytes);
    else if (comment != 0)
        find_that("comment", "the archive has a comment of " + std::to_string(comment) + " bytes", "", end + zip_end_bytes);

    Directory directory{offset, directory_bytes, count};
    uint64_t directory_end = end;
    if (end >= zip64_locator_bytes && zip_number_at<uint32_t>(bytes(), end - zip64_locator_bytes) == zip64_locator_signature) {
        directory = TRY(read_zip64_end(end - zip64_locator_bytes, directory));
        directory_end = end - zip64_locator_bytes - zip64_end_bytes;
    }
    if (directory.offset > directory_end || directory.bytes > directory_end - directory.offset)
        return malformed("the central directory is said to be at bytes " + std::to_string(directory.offset) + " to +" + std::to_string(directory.bytes) + ", beyond its end record at " + std::to_string(directory_end));
    if (auto const moved = directory_end - directory.offset - directory.bytes; moved != 0)
        return refused("the central directory is said to end " + std::to_string(moved) + " bytes before its end record: something stands in front of the archive or inside of it").at(zip_byte(end));
    return directory;
}

Result<ZipDirectoryReader::Directory> ZipDirectoryReader::read_zip64_end(uint64_t locator_offset, Directory classic) const
{
    auto const locator = bytes().subspan(locator_offset, zip64_locator_bytes);
    auto const end = zip_number_at<uint64_t>(locator, 8);
    if (zip_number_at<uint32_t>(locator, 4) != 0 || zip_number_at<uint32_t>(locator, 16) > 1)
        return unsupported("a ZIP archive over several disks").at(zip_byte(locator_offset));
    if (locator_offset < zip64_end_bytes || end != locator_offset - zip64_end_bytes)
        return refused("the zip64 end record is said to be at byte " + std::to_string(end) + ", wanted it right before its locator").at(zip_byte(locator_offset));

    auto const record = bytes().subspan(end, zip64_end_bytes);
    if (zip_number_at<uint32_t>(record, 0) != zip64_end_signature)
        return malformed("no zip64 end record where its locator points").at(zip_byte(end));
    if (auto const length = zip_number_at<uint64_t>(record, 4); length != zip64_end_bytes - 12)
        return malformed("a zip64 end record of " + std::to_string(length) + " bytes, wanted " + std::to_string(zip64_end_bytes - 12)).at(zip_byte(end));
    auto const this_disk = zip_number_at<uint32_t>(record, 16);
    auto const directory_disk = zip_number_at<uint32_t>(record, 20);
    auto const count_here = zip_number_at<uint64_t>(record, 24);
    auto const count = zip_number_at<uint64_t>(record, 32);
    auto const directory_bytes = zip_number_at<uint64_t>(record, 40);
    auto const offset = zip_number_at<uint64_t>(record, 48);
    if (this_disk != 0 || directory_disk != 0 || count_here != count)
        return unsupported("a ZIP archive over several disks").at(zip_byte(end));

    bool const one_story = (classic.count == zip_saturated_count || classic.count == count)
        && (classic.bytes == zip_saturated || classic.bytes == directory_bytes) && (classic.offset == zip_saturated || classic.offset == offset);
    if (!one_story)
        return refused("the end record and the zip64 end record name different central directories").at(zip_byte(end));
    return Directory{offset, directory_bytes, count};
}

Result<void> ZipDirectoryReader::read_central(Directory directory)
{
    if (directory.count > limits_.entries)
        return exhausted(std::to_string(directory.count) + " members, the limit is " + std::to_string(limits_.entries));
    if (directory.count > directory.bytes / zip_central_bytes)
        return malformed(std::to_string(directory.count) + " members cannot fit into a central directory of " + std::to_string(directory.bytes) + " bytes");
    Cursor cursor(bytes().subspan(directory.offset, directory.bytes));
    records_.reserve(directory.count);
    for (uint64_t index = 0; index < directory.count; ++index) {
        auto record = TRY(within_made([&] { return "central directory entry " + std::to_string(index); }, read_central_record(cursor, directory.offset)));
        records_.push_back(std::move(record));
    }
    if (cursor.left() != 0)
        return refused(std::to_string(cursor.left()) + " bytes follow the last entry of the central directory").at(zip_byte(directory.offset + cursor.offset()));
    return {};
}

Result<ZipDirectoryReader::CentralRecord> ZipDirectoryReader::read_central_record(Cursor& cursor, uint64_t base)
{
    uint64_t const start = base + cursor.offset();
    auto const fields = TRY(cursor.take(zip_central_bytes));
    if (zip_number_at<uint32_t>(fields, 0) != zip_central_signature)
        return malformed("no directory entry where one was wanted").at(zip_byte(start));
    CentralRecord record{};
    auto const version = zip_number_at<uint16_t>(fields, 6);
    record.flags = zip_number_at<uint16_t>(fields, 8);
    record.entry.method = zip_number_at<uint16_t>(fields, 10);
    record.entry.crc = zip_number_at<uint32_t>(fields, 16);
    record.entry.packed_bytes = zip_number_at<uint32_t>(fields, 20);
    record.entry.unpacked_bytes = zip_number_at<uint32_t>(fields, 24);
    auto const name_bytes = zip_number_at<uint16_t>(fields, 28);
    auto const extra_bytes = zip_number_at<uint16_t>(fields, 30);
    auto const comment_bytes = zip_number_at<uint16_t>(fields, 32);
    auto const disk = zip_number_at<uint16_t>(fields, 34);
    auto const attributes = zip_number_at<uint32_t>(fields, 38);
    record.entry.header_offset = zip_number_at<uint32_t>(fields, 42);
    record.entry.name = TRY(cursor.take_text(name_bytes));
    TRY(within_made([&] { return zip_byte(start); }, check_member_name(record.entry.name)));
    auto const& name = record.entry.name;

    uint64_t const extra_offset = base + cursor.offset();
    auto const extra = TRY(cursor.take(extra_bytes));
    TRY(within_made([&] { return "member " + name; }, read_central_extra(extra, extra_offset, record)));
    TRY(cursor.take(comment_bytes));

    constexpr uint16_t encrypted = zip_flag_encrypted | zip_flag_strongly_encrypted | zip_flag_hidden_headers;
    if (record.flags & encrypted)
        return refused("the member " + name + " is encrypted, or says so").at(zip_byte(start));
    if (disk != 0)
        return unsupported("a ZIP archive over several disks").at(zip_byte(start));
    if (record.flags & ~(zip_flag_descriptor | zip_flag_utf8 | zip_flags_deflate_level))
        find_that("flags", "general flags " + std::to_string(record.flags) + " that no writer of models sets", name, start);
    bool const ascii = std::all_of(name.begin(), name.end(), [](unsigned char byte) { return byte < 0x80; });
    if (!ascii && !(record.flags & zip_flag_utf8))
        find_that("name-encoding", "a name beyond ASCII that is not marked as UTF-8: other readers see another name", name, start);
    if (version > newest_version)
        find_that("version", "needs version " + std::to_string(version) + " of the format, the newest is " + std::to_string(newest_version), name, start);
    auto const type = attributes >> 16 & unix_type_mask;
    if (type == unix_link)
        find_that("link", "is marked as a symbolic link", name, start);
    else if (type != 0 && type != unix_file && type != unix_directory)
        find_that("special-file", "is marked as a device or a FIFO", name, start);
    if (comment_bytes != 0)
        find_that("comment", "has a comment of " + std::to_string(comment_bytes) + " bytes", name, start);
    TRY(within_made([&] { return "member " + name; }, check_sizes(record.entry)));
    return record;
}

// Saturated numbers stand in the zip64 field, in this order and only these.
Result<void> ZipDirectoryReader::read_central_extra(Bytes extra, uint64_t offset, CentralRecord& record)
{
    Cursor cursor(extra);
    bool had_zip64 = false;
    while (cursor.left() != 0) {
        uint64_t const start = offset + cursor.offset();
        auto const id = TRY(within("extra field", cursor.take_number<uint16_t>()));
        auto const length = TRY(within("extra field", cursor.take_number<uint16_t>()));
        auto const content = TRY(within("extra field", cursor.take(length)));
        Cursor field(content);
        if (id != zip64_extra) {
            if (!is_harmless_zip_extra(id, length))
                find_that("extra-field", "an extra field of the kind " + std::to_string(id), record.entry.name, start);
            continue;
        }
        if (had_zip64)
            return refused("two zip64 fields").at(zip_byte(start));
        had_zip64 = true;
        for (uint64_t* const number : {&record.entry.unpacked_bytes, &record.entry.packed_bytes, &record.entry.header_offset})
            if (*number == zip_saturated)
                *number = TRY(within("zip64 field", field.take_number<uint64_t>()));
        if (field.left() != 0)
            return refused("the zip64 field holds " + std::to_string(field.left()) + " bytes that nothing refers to").at(zip_byte(start));
    }
    return {};
}

Result<void> ZipDirectoryReader::check_sizes(ZipEntry const& entry)
{
    if (entry.unpacked_bytes > limits_.unpacked_bytes - unpacked_bytes_)
        return exhausted("the members unpack to more than the limit of " + std::to_string(limits_.unpacked_bytes) + " bytes");
    unpacked_bytes_ += entry.unpacked_bytes;
    if (entry.method == static_cast<uint16_t>(ZipMethod::stored) && entry.packed_bytes != entry.unpacked_bytes)
        return malformed("stored with " + std::to_string(entry.packed_bytes) + " bytes, but " + std::to_string(entry.unpacked_bytes) + " when unpacked");
    bool const free_of_ratio = entry.unpacked_bytes <= Decompressor::bytes_free_of_ratio;
    if (entry.packed_bytes == 0 ? entry.unpacked_bytes != 0 : !free_of_ratio && entry.unpacked_bytes / entry.packed_bytes > limits_.ratio)
        return exhausted(std::to_string(entry.packed_bytes) + " bytes are said to unpack to " + std::to_string(entry.unpacked_bytes) + ", the limit is " + std::to_string(limits_.ratio) + " times");
    if (entry.is_directory() && entry.unpacked_bytes != 0)
        return malformed("a directory that holds " + std::to_string(entry.unpacked_bytes) + " bytes");
    return {};
}

// "a" beside "a/b" cannot both be unpacked either, but nothing here unpacks to disk.
Result<void> ZipDirectoryReader::check_names()
{
    auto const& entries = archive_.entries_;
    auto& order = archive_.by_name_;
    order.resize(entries.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return entries[a].name < entries[b].name; });
    auto const twice = std::adjacent_find(order.begin(), order.end(), [&](size_t a, size_t b) { return entries[a].name == entries[b].name; });
    if (twice != order.end())
        return refused("the member " + entries[*twice].name + " stands twice in the archive").at(zip_byte(entries[twice[1]].header_offset));

    std::unordered_set<std::string> folded;
    folded.reserve(entries.size());
    for (auto const& entry : entries) {
        auto name = std::string_view(entry.name);
        name.remove_suffix(entry.is_directory() ? 1 : 0);
        if (!folded.insert(folded_name(name)).second)
            archive_.notes_.push_back({"name-clash", "differs from another member's name only by case or by form of Unicode", entry.name, entry.header_offset});
        if (is_reserved_name(name))
            archive_.notes_.push_back({"reserved-name", "is a name that Windows does not keep as it stands", entry.name, entry.header_offset});
    }
    return {};
}
