#include "recognise/archive_end.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace {

constexpr size_t end_record_bytes = 22;
constexpr size_t longest_comment = 0xFFFF;
constexpr size_t zip64_locator_bytes = 20;
constexpr size_t zip64_record_bytes = 56;

template <typename Number>
Number number_at(std::string_view file, uint64_t offset)
{
    Number number;
    std::memcpy(&number, file.data() + offset, sizeof number);
    return number;
}

bool is_directory(std::string_view file, uint64_t offset) { return offset < file.size() && file.substr(offset).starts_with("PK\1\2"); }

// The central directory of the end record at `end`: in front of it, where the record says, or where a record of 64 bits says.
std::optional<uint64_t> directory_of(std::string_view file, uint64_t end)
{
    uint64_t const bytes = number_at<uint32_t>(file, end + 12);
    uint64_t const offset = number_at<uint32_t>(file, end + 16);
    if (bytes <= end && is_directory(file, end - bytes))
        return end - bytes;
    if (is_directory(file, offset))
        return offset;
    if (end < zip64_locator_bytes || !file.substr(end - zip64_locator_bytes).starts_with("PK\6\7"))
        return std::nullopt;
    auto const stated = number_at<uint64_t>(file, end - zip64_locator_bytes + 8);
    uint64_t const close = end - zip64_locator_bytes - std::min<uint64_t>(end - zip64_locator_bytes, zip64_record_bytes);
    for (uint64_t const record : {stated, close}) {
        if (record > file.size() || file.size() - record < zip64_record_bytes || !file.substr(record).starts_with("PK\6\6"))
            continue;
        auto const wide_bytes = number_at<uint64_t>(file, record + 40);
        auto const wide_offset = number_at<uint64_t>(file, record + 48);
        if (wide_bytes <= record && is_directory(file, record - wide_bytes))
            return record - wide_bytes;
        if (is_directory(file, wide_offset))
            return wide_offset;
    }
    return std::nullopt;
}

}

std::optional<ArchiveEnd> archive_end_of(Bytes file)
{
    auto const text = text_of(file);
    if (text.size() < end_record_bytes)
        return std::nullopt;
    for (uint64_t end = text.size() - end_record_bytes;; --end) {
        end = text.rfind("PK\5\6", end);
        if (end == text.npos || text.size() - end > end_record_bytes + longest_comment)
            return std::nullopt;
        if (auto const directory = directory_of(text, end))
            return ArchiveEnd{*directory, end, text.size() - end - end_record_bytes};
        if (end == 0)
            return std::nullopt;
    }
}
