#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <string>

// One header block of a tar archive.

inline constexpr size_t tar_block_bytes = 512;

struct TarHeader {
    std::string name; // prefix and name, put together where the form has a prefix
    std::string link_name;
    uint64_t size;
    char type; // the letter as it stands
    bool has_stray_bytes; // where other readers look for a prefix
};

// Whether the block's sum, its own field counted as spaces, is the one that it states. `block` is tar_block_bytes long, and so below.
bool has_tar_checksum(Bytes block);

// Fails with malformed where a number is none, or negative.
Result<TarHeader> read_tar_header(Bytes block);

// The records of a pax header: "LENGTH KEY=VALUE\n" again and again. Fails with malformed, also for a key that stands twice.
Result<std::map<std::string, std::string>> read_pax_records(std::string_view text);
// A whole number without signs, as pax spells sizes.
Result<uint64_t> read_pax_number(std::string const& text);
