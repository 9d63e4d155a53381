#include "recognise/media_end.h"

#include <cstring>
#include <string_view>

namespace {

std::optional<unsigned> byte_at(Bytes file, uint64_t offset)
{
    return offset < file.size() ? std::optional(static_cast<unsigned>(file[offset])) : std::nullopt;
}

std::optional<uint64_t> big_endian_at(Bytes file, uint64_t offset, unsigned width)
{
    if (offset > file.size() || file.size() - offset < width)
        return std::nullopt;
    uint64_t number = 0;
    for (unsigned index = 0; index < width; ++index)
        number = number << 8 | static_cast<unsigned>(file[offset + index]);
    return number;
}

// Chunks of a length, a type, data and a CRC; IEND is the last. Source: PNG specification, 5.3.
std::optional<uint64_t> end_of_png(Bytes file)
{
    for (uint64_t chunk = 8;;) {
        auto const length = big_endian_at(file, chunk, 4);
        auto const type = big_endian_at(file, chunk + 4, 4);
        if (!length || !type)
            return std::nullopt;
        chunk += 12 + *length;
        if (chunk > file.size())
            return std::nullopt;
        if (*type == 0x49454E44)
            return chunk;
    }
}

// Sub-blocks of a length byte each, up to an empty one.
std::optional<uint64_t> after_sub_blocks(Bytes file, uint64_t offset)
{
    while (auto const length = byte_at(file, offset)) {
        offset += 1 + *length;
        if (*length == 0)
            return offset;
    }
    return std::nullopt;
}

uint64_t colour_table_bytes(unsigned flags) { return flags & 0x80 ? uint64_t{3} << ((flags & 7) + 1) : 0; }

// Source: GIF89a specification.
std::optional<uint64_t> end_of_gif(Bytes file)
{
    constexpr unsigned extension = 0x21;
    constexpr unsigned picture = 0x2C;
    constexpr unsigned trailer = 0x3B;
    auto const flags = byte_at(file, 10);
    if (!flags)
        return std::nullopt;
    for (uint64_t offset = 13 + colour_table_bytes(*flags);;) {
        auto const block = byte_at(file, offset);
        if (block == trailer)
            return offset + 1;
        auto next = std::optional<uint64_t>();
        if (block == extension) {
            next = after_sub_blocks(file, offset + 2);
        } else if (block == picture) {
            auto const local = byte_at(file, offset + 9);
            if (local)
                next = after_sub_blocks(file, offset + 10 + colour_table_bytes(*local) + 1);
        }
        if (!next)
            return std::nullopt;
        offset = *next;
    }
}

// Segments of a marker and a length; behind a scan, the next marker that is none of the scan's own. Source: ITU T.81, B.1.
std::optional<uint64_t> end_of_jpeg(Bytes file)
{
    constexpr unsigned end_of_image = 0xD9;
    constexpr unsigned start_of_scan = 0xDA;
    uint64_t offset = 2;
    for (;;) {
        auto const marker = byte_at(file, offset + 1);
        if (!marker || byte_at(file, offset) != 0xFF)
            return std::nullopt;
        if (*marker == 0xFF) {
            ++offset;
            continue;
        }
        if (*marker == end_of_image)
            return offset + 2;
        auto const length = big_endian_at(file, offset + 2, 2);
        if (!length)
            return std::nullopt;
        offset += 2 + *length;
        if (*marker != start_of_scan)
            continue;
        for (;; ++offset) {
            if (offset >= file.size())
                return std::nullopt;
            auto const* const found = static_cast<std::byte const*>(std::memchr(file.data() + offset, 0xFF, file.size() - offset));
            if (!found)
                return std::nullopt;
            offset = static_cast<uint64_t>(found - file.data());
            auto const next = byte_at(file, offset + 1).value_or(0);
            if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7))
                break;
        }
    }
}

std::optional<uint64_t> end_of_riff(Bytes file)
{
    if (file.size() < 12)
        return std::nullopt;
    uint32_t length;
    std::memcpy(&length, file.data() + 4, sizeof length);
    uint64_t const end = uint64_t{8} + length + length % 2;
    return end <= file.size() ? std::optional(end) : std::nullopt;
}

}

std::optional<uint64_t> end_of_media(Bytes file)
{
    auto const text = text_of(file);
    if (text.starts_with("\x89PNG\r\n\x1a\n"))
        return end_of_png(file);
    if (text.starts_with("GIF8"))
        return end_of_gif(file);
    if (text.starts_with("\xff\xd8\xff"))
        return end_of_jpeg(file);
    if (text.starts_with("RIFF"))
        return end_of_riff(file);
    return std::nullopt;
}
