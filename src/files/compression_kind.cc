#include "files/compression.h"

#include "files/codec.h"
#include "files/signatures.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace {

uint32_t number_at(Bytes head, size_t offset)
{
    uint32_t number;
    std::memcpy(&number, head.data() + offset, sizeof number);
    return number;
}

// As far as `head` goes; at least `enough` of it must be there.
bool begins_with(Bytes head, std::string_view signature, size_t enough)
{
    auto const text = text_of(head).substr(0, signature.size());
    return text.size() >= std::min(enough, signature.size()) && signature.starts_with(text);
}

bool is_gzip(Bytes head) { return begins_with(head, "\x1F\x8B\x08", 2); }

bool is_bzip2(Bytes head)
{
    auto const text = text_of(head);
    if (text.size() < 4 || !text.starts_with("BZh") || text[3] < '1' || text[3] > '9')
        return false;
    return begins_with(head.subspan(4), "1AY&SY", 0) || begins_with(head.subspan(4), "\x17rE8P\x90", 0);
}

bool is_xz(Bytes head) { return begins_with(head, std::string_view("\xFD"
                                                                   "7zXZ\0",
                                                      6),
    6); }

// liblzma's own rule for telling the format from others: a dictionary of 2^n or 2^n + 2^(n-1) bytes and a size below 256 GiB, or none stated.
bool is_lzma(Bytes head)
{
    if (head.size() < 5 || head[0] != std::byte{0x5D})
        return false;
    uint32_t const dictionary = number_at(head, 1);
    uint32_t const without_highest = dictionary == 0 ? 0 : dictionary ^ std::bit_floor(dictionary);
    if (dictionary < 1u << 8 || (dictionary != UINT32_MAX && without_highest != 0 && without_highest != std::bit_floor(dictionary) / 2))
        return false;
    if (head.size() >= 13) {
        uint64_t const size = number_at(head, 5) | uint64_t{number_at(head, 9)} << 32;
        if (size != UINT64_MAX && size >= uint64_t{1} << 38)
            return false;
    }
    return head.size() < 14 || head[13] == std::byte{0}; // the range coder's first byte
}

bool unpacks_as_zlib(Bytes head)
{
    auto const codec = deflate_codec(DeflateFrame::zlib);
    if (!codec->start())
        return false;
    std::array<std::byte, 4096> room;
    return !codec->step(head, room).error;
}

// CMF 0x78, the window of 32 KiB, is what is written in practice; with the other seven and with the FLG that spells "x^", text begins as well.
bool is_zlib(Bytes head)
{
    if (head.size() < 2)
        return false;
    auto const method = std::to_integer<unsigned>(head[0]);
    auto const flags = std::to_integer<unsigned>(head[1]);
    if ((method & 0x0F) != 8 || method >> 4 > 7 || (method << 8 | flags) % 31 != 0 || (flags & 0x20) != 0)
        return false;
    return (method == 0x78 && flags != '^') || unpacks_as_zlib(head);
}

}

bool is_skippable_frame(Bytes head) { return head.size() >= 4 && number_at(head, 0) >> 4 == 0x184D2A5; }

bool begins_as(Compression compression, Bytes head)
{
    switch (compression) {
    case Compression::zlib:
        return is_zlib(head);
    case Compression::gzip:
        return is_gzip(head);
    case Compression::bzip2:
        return is_bzip2(head);
    case Compression::xz:
        return is_xz(head);
    case Compression::lzma:
        return is_lzma(head);
    case Compression::lz4:
        return is_skippable_frame(head) || (head.size() >= 4 && number_at(head, 0) == 0x184D2204);
    case Compression::zstd:
        return is_skippable_frame(head) || (head.size() >= 4 && number_at(head, 0) == 0xFD2FB528);
    }
    return false;
}

std::string_view name_of(Compression compression)
{
    constexpr std::array<std::string_view, 7> names{"zlib", "gzip", "bzip2", "xz", "lzma", "lz4", "zstd"};
    return names[static_cast<size_t>(compression)];
}

std::optional<Compression> compression_of(Bytes head)
{
    // Frames that are skipped belong to either lz4 or zstd: the first other one tells.
    while (is_skippable_frame(head) && head.size() >= 8) {
        uint64_t const length = uint64_t{8} + number_at(head, 4);
        if (length >= head.size())
            return Compression::zstd;
        head = head.subspan(length);
    }
    for (auto const compression : {Compression::gzip, Compression::bzip2, Compression::xz, Compression::lz4, Compression::zstd, Compression::lzma, Compression::zlib})
        if (begins_as(compression, head))
            return compression;
    return std::nullopt;
}
