#pragma once

#include "base/bytes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

// The numbers of the ZIP format that its reader and its writer share. Source: PKWARE APPNOTE 6.3.10, section 4.3.

inline constexpr uint32_t zip_local_signature = 0x04034b50;
inline constexpr uint32_t zip_descriptor_signature = 0x08074b50;
inline constexpr uint32_t zip_central_signature = 0x02014b50;
inline constexpr uint32_t zip_end_signature = 0x06054b50;
inline constexpr uint32_t zip64_end_signature = 0x06064b50;
inline constexpr uint32_t zip64_locator_signature = 0x07064b50;

inline constexpr size_t zip_local_bytes = 30; // without name and extra field
inline constexpr size_t zip_central_bytes = 46; // without name, extra field and comment
inline constexpr size_t zip_end_bytes = 22;
inline constexpr size_t zip64_end_bytes = 56;
inline constexpr size_t zip64_locator_bytes = 20;

inline constexpr uint16_t zip_flag_encrypted = 1u << 0;
inline constexpr uint16_t zip_flag_descriptor = 1u << 3;
inline constexpr uint16_t zip_flag_patch = 1u << 5;
inline constexpr uint16_t zip_flag_strongly_encrypted = 1u << 6;
inline constexpr uint16_t zip_flag_utf8 = 1u << 11;
inline constexpr uint16_t zip_flag_hidden_headers = 1u << 13;
inline constexpr uint16_t zip_flags_deflate_level = 3u << 1;

inline constexpr uint16_t zip64_extra = 0x0001;
inline constexpr uint16_t zip_torch_padding_extra = 0x4246; // "FB"

inline constexpr uint32_t zip_saturated = 0xFFFFFFFF; // the number stands in the zip64 field
inline constexpr uint16_t zip_saturated_count = 0xFFFF;

// Extra fields that hold times and owners, as Info-ZIP and others write them, and nothing that changes how a member is read; and the mark of a
// JAR, which is empty.
inline bool is_harmless_zip_extra(uint16_t id, size_t length)
{
    constexpr std::array<uint16_t, 5> harmless{
        0x5455, // extended timestamp
        0x5855, // Info-ZIP Unix, first form
        0x7855, // Info-ZIP Unix, second form
        0x7875, // Info-ZIP Unix, third form
        0x000a, // NTFS times
    };
    constexpr uint16_t jar = 0xcafe;
    return (id == jar && length == 0) || std::find(harmless.begin(), harmless.end(), id) != harmless.end();
}

// Little-endian; the bytes must be there.
template <typename Number>
Number zip_number_at(Bytes bytes, uint64_t offset)
{
    Number number;
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
}

inline std::string zip_byte(uint64_t offset) { return "byte " + std::to_string(offset); }
