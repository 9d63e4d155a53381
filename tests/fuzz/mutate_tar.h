#pragma once

#include "fuzz/mutation.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

// Changes of tar archives: whole blocks of 512 bytes, or bytes in them; then most headers get the sum that they must have.

inline void mend_tar_header(uint8_t* header)
{
    std::fill_n(header + 148, 8, uint8_t{' '});
    unsigned sum = 0;
    for (size_t place = 0; place < 512; ++place)
        sum += header[place];
    std::snprintf(reinterpret_cast<char*>(header) + 148, 8, "%06o", sum);
}

inline size_t mutate_tar(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    static constexpr std::string_view types[] = {std::string_view("\0", 1), "0", "1", "2", "3", "5", "6", "7", "x", "g", "L", "K", "S", "V", "M", "D", "A"};
    size_t const blocks = size / 512;
    size_t const block = blocks == 0 ? 0 : dice() % blocks * 512;
    size_t changed = size;
    switch (blocks == 0 ? 9 : dice() % 10) {
    case 0: // a block twice
        if (size + 512 <= most) {
            std::memmove(data + block + 512, data + block, size - block);
            changed = size + 512;
        }
        break;
    case 1:
        std::memmove(data + block, data + block + 512, size - block - 512);
        changed = size - 512;
        break;
    case 2: // blocks change places
        std::swap_ranges(data + block, data + block + 512, data + dice() % blocks * 512);
        break;
    case 3:
        data[block + 156] = static_cast<uint8_t>(one_of(types, dice)[0]);
        break;
    case 4: // another size
        std::snprintf(reinterpret_cast<char*>(data) + block + 124, 12, "%011o", static_cast<unsigned>(dice() % 4 == 0 ? dice() : dice() % 1025));
        break;
    default:
        changed = LLVMFuzzerMutate(data, size, most);
    }
    for (size_t place = 0; place + 512 <= changed; place += 512)
        if (std::memcmp(data + place + 257, "ustar", 5) == 0 && dice() % 16 != 0)
            mend_tar_header(data + place);
    return changed;
}
