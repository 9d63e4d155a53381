#include "files/zip_directory.h"

#include "files/map.h"
#include "files/zip_format.h"

#include "base/cursor.h"

#include <algorithm>

namespace {

constexpr uint64_t header_window = 256; // of a local header, its name and extra field; more are looked at in the mapping
constexpr uint64_t longest_descriptor = 24; // with a signature and wide numbers
constexpr uint64_t far_apart = uint64_t{64} << 10; // bytes a member: a mapping brings the pages around it as well

}

// The second half of ZipDirectoryReader: every byte in front of the central directory must belong to one member.

Result<void> ZipDirectoryReader::read_locals(uint64_t directory_offset)
{
    std::vector<CentralRecord*> order;
    order.reserve(records_.size());
    for (auto& record : records_)
        order.push_back(&record);
    members_are_far_apart_ = !records_.empty() && directory_offset / records_.size() > far_apart;
    std::sort(order.begin(), order.end(), [](auto a, auto b) { return a->entry.header_offset < b->entry.header_offset; });

    uint64_t place = 0;
    auto const account = [&](uint64_t until) {
        if (until > place)
            find_that(place == 0 ? "prefix" : "gap", std::to_string(until - place) + " bytes that belong to no member", "", place);
    };
    for (size_t index = 0; index < order.size(); ++index) {
        auto& record = *order[index];
        uint64_t const limit = index + 1 < order.size() ? std::min(directory_offset, order[index + 1]->entry.header_offset) : directory_offset;
        if (record.entry.header_offset >= directory_offset) // what begins within another one leaves that one no room
            return refused("the member overlaps another or the central directory").at(zip_byte(record.entry.header_offset)).at("member " + record.entry.name);
        account(record.entry.header_offset);
        place = TRY(within_made([&] { return "member " + record.entry.name; }, read_local(record, limit)));
    }
    account(directory_offset);
    return {};
}

Bytes ZipDirectoryReader::look_at(uint64_t offset, uint64_t end)
{
    if (!members_are_far_apart_)
        return bytes().subspan(offset, end - offset);
    uint64_t const wanted = std::min(header_window, end - offset);
    if (offset < seen_at_ || offset - seen_at_ > seen_.size() || seen_.size() - (offset - seen_at_) < wanted) {
        std::span<std::byte> const window(looked_at_.data(), std::min<uint64_t>(looked_at_.size(), bytes().size() - offset));
        if (!read_beside_mapping(archive_.archive_, offset, window))
            return bytes().subspan(offset, end - offset);
        seen_ = window;
        seen_at_ = offset;
    }
    return seen_.subspan(offset - seen_at_, wanted);
}

// At least all of the header, with name and extra field, where it is all there.
Bytes ZipDirectoryReader::local_header(uint64_t start, uint64_t limit)
{
    auto const seen = look_at(start, limit);
    uint64_t const wanted = seen.size() < zip_local_bytes ? zip_local_bytes : zip_local_bytes + zip_number_at<uint16_t>(seen, 26) + zip_number_at<uint16_t>(seen, 28);
    return wanted <= seen.size() ? seen : bytes().subspan(start, limit - start);
}

// Gives the place right behind the member. `limit` is where the next one begins, or the central directory.
Result<uint64_t> ZipDirectoryReader::read_local(CentralRecord& record, uint64_t limit)
{
    auto& entry = record.entry;
    uint64_t const start = entry.header_offset;
    Cursor cursor(local_header(start, limit));
    auto const header = [&]() -> Result<void> {
        auto const fields = TRY(cursor.take(zip_local_bytes));
        if (zip_number_at<uint32_t>(fields, 0) != zip_local_signature)
            return malformed("no local header where the central directory points");
        auto const flags = zip_number_at<uint16_t>(fields, 6);
        auto const method = zip_number_at<uint16_t>(fields, 8);
        auto const crc = zip_number_at<uint32_t>(fields, 14);
        auto const packed = zip_number_at<uint32_t>(fields, 18);
        auto const unpacked = zip_number_at<uint32_t>(fields, 22);
        auto const name_bytes = zip_number_at<uint16_t>(fields, 26);
        auto const extra_bytes = zip_number_at<uint16_t>(fields, 28);
        auto const name = TRY(cursor.take_text(name_bytes));
        uint64_t const extra_offset = start + cursor.offset();
        auto const extra = TRY(cursor.take(extra_bytes));

        if (name != entry.name)
            find_that("local-name", "the local header gives it another name", entry.name, start);
        if (flags != record.flags)
            find_that("local-flags", "general flags are " + std::to_string(flags) + " in the local header, " + std::to_string(record.flags) + " in the central directory", entry.name, start);
        if (method != entry.method)
            find_that("local-method", "method is " + std::to_string(method) + " in the local header, " + std::to_string(entry.method) + " in the central directory", entry.name, start);
        bool const later = record.flags & zip_flag_descriptor;
        auto const agrees = [later](uint32_t local, uint64_t central) { return local == central || local == zip_saturated || (later && local == 0); };
        if (!agrees(packed, entry.packed_bytes) || !agrees(unpacked, entry.unpacked_bytes))
            find_that("local-size", "sizes are " + std::to_string(packed) + " and " + std::to_string(unpacked) + " in the local header, " + std::to_string(entry.packed_bytes) + " and " + std::to_string(entry.unpacked_bytes) + " in the central directory", entry.name, start);
        if (crc != entry.crc && !(later && crc == 0))
            find_that("local-crc", "the local header states another CRC than the central directory", entry.name, start);
        compare_extra(record, extra, extra_offset, packed == zip_saturated || unpacked == zip_saturated);
        return {};
    };
    TRY(within_made([&] { return "local header at byte " + std::to_string(start); }, header()));
    entry.data_offset = start + cursor.offset();
    uint64_t const room = limit - entry.data_offset;
    if (entry.packed_bytes > room)
        return refused("its " + std::to_string(entry.packed_bytes) + " bytes do not fit into the " + std::to_string(room) + " before what comes next").at(zip_byte(entry.data_offset));
    uint64_t const data_end = entry.data_offset + entry.packed_bytes;
    return record.flags & zip_flag_descriptor ? skip_descriptor(record, data_end, limit) : data_end;
}

// Nothing of the local extra field is used; it may hold torch's padding, the zip64 numbers again, and times.
void ZipDirectoryReader::compare_extra(CentralRecord const& record, Bytes extra, uint64_t offset, bool sizes_saturated)
{
    auto const& entry = record.entry;
    bool has_zip64 = false;
    auto const walk = [&]() -> Result<void> {
        Cursor cursor(extra);
        while (cursor.left() != 0) {
            auto const id = TRY(cursor.take_number<uint16_t>());
            auto const length = TRY(cursor.take_number<uint16_t>());
            auto const field = TRY(cursor.take(length));
            if (id == zip64_extra) {
                has_zip64 = true;
                for (Cursor numbers(field); numbers.left() != 0;) {
                    auto const number = TRY(numbers.take_number<uint64_t>());
                    if (number != 0 && number != entry.unpacked_bytes && number != entry.packed_bytes && number != entry.header_offset)
                        find_that("local-size", "the zip64 field of the local header holds " + std::to_string(number) + ", which the central directory does not", entry.name, offset);
                }
            } else if (id == zip_torch_padding_extra) {
                if (!std::all_of(field.begin(), field.end(), [](std::byte byte) { return byte == std::byte{'Z'} || byte == std::byte{0}; }))
                    find_that("padding", "the padding field holds something else than padding", entry.name, offset);
            } else if (!is_harmless_zip_extra(id, length)) {
                find_that("extra-field", "an extra field of the kind " + std::to_string(id), entry.name, offset);
            }
        }
        return {};
    };
    if (auto const walked = walk(); !walked)
        find_that("extra-field", "the extra field of the local header is " + walked.error().text(), entry.name, offset);
    else if (sizes_saturated && !has_zip64)
        find_that("local-size", "the local header refers to a zip64 field that is not there", entry.name, offset);
}

// Behind content with flag bit 3: maybe a signature, CRC, both sizes in 4 or 8 bytes. What fills the room exactly is right.
uint64_t ZipDirectoryReader::skip_descriptor(CentralRecord const& record, uint64_t offset, uint64_t limit)
{
    auto const& entry = record.entry;
    auto const room = limit - offset > longest_descriptor ? Bytes() : look_at(offset, limit);
    auto const matches = [&](bool with_signature, bool wide) {
        size_t const crc_place = with_signature ? 4 : 0;
        size_t const packed_place = crc_place + 4;
        size_t const unpacked_place = packed_place + (wide ? 8 : 4);
        if (room.size() != unpacked_place + (wide ? 8 : 4))
            return false;
        auto const number = [&](size_t place) { return wide ? zip_number_at<uint64_t>(room, place) : zip_number_at<uint32_t>(room, place); };
        bool const signature_right = !with_signature || zip_number_at<uint32_t>(room, 0) == zip_descriptor_signature;
        return signature_right && zip_number_at<uint32_t>(room, crc_place) == entry.crc && number(packed_place) == entry.packed_bytes && number(unpacked_place) == entry.unpacked_bytes;
    };
    for (bool const with_signature : {true, false})
        for (bool const wide : {true, false})
            if (matches(with_signature, wide))
                return limit;
    find_that("descriptor", "no data descriptor that agrees with the central directory follows its content", entry.name, offset);
    return offset;
}
