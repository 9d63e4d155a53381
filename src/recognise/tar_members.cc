#include "recognise/tar_members.h"

#include <optional>
#include <string_view>

namespace {

constexpr size_t block = 512;
constexpr size_t size_at = 124;
constexpr size_t size_digits = 12;
constexpr size_t checksum_at = 148;
constexpr size_t checksum_digits = 8;

// Octal digits, blanks around them. Nothing for anything else, and for no digit at all.
std::optional<uint64_t> octal(std::string_view field)
{
    uint64_t number = 0;
    size_t digits = 0;
    for (char const c : field) {
        if (c >= '0' && c <= '7') {
            number = number * 8 + static_cast<uint64_t>(c - '0');
            ++digits;
        } else if (c != ' ' && c != '\0') {
            return std::nullopt;
        }
    }
    return digits > 0 ? std::optional(number) : std::nullopt;
}

// Sizes of 8 GiB and more are big-endian numbers behind a byte 0x80. Source: GNU tar manual, "Extensions".
std::optional<uint64_t> content_bytes(Bytes header)
{
    if (header[size_at] != std::byte{0x80})
        return octal(text_of(header).substr(size_at, size_digits));
    uint64_t number = 0;
    for (size_t index = size_at + 4; index < size_at + size_digits; ++index)
        number = number << 8 | static_cast<uint64_t>(header[index]);
    return number;
}

}

bool is_tar_header(Bytes header)
{
    if (header.size() < block || header[0] == std::byte{0})
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < block; ++i)
        sum += i >= checksum_at && i < checksum_at + checksum_digits ? ' ' : static_cast<unsigned>(header[i]);
    auto const stated = octal(text_of(header).substr(checksum_at, checksum_digits));
    return stated && *stated == sum;
}

bool is_inside_of_tar_member(Bytes file, uint64_t begin, uint64_t end)
{
    for (uint64_t header = 0; header < begin && file.size() - header >= block && is_tar_header(file.subspan(header));) {
        auto const bytes = content_bytes(file.subspan(header));
        uint64_t const content = header + block;
        if (!bytes || *bytes > file.size() - content)
            return false;
        if (begin >= content && end <= content + *bytes)
            return true;
        uint64_t const padded = (*bytes + block - 1) / block * block;
        if (padded > file.size() - content)
            return false;
        header = content + padded;
    }
    return false;
}
