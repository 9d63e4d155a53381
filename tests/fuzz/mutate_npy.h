#pragma once

#include "fuzz/mutation.h"

#include <algorithm>
#include <string_view>

// Changes of .npy files: the header's text, then most of the lengths that are stated for it, and how many bytes follow it.
inline size_t mutate_npy(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    std::string_view const file(reinterpret_cast<char const*>(data), size);
    size_t const text = size > 6 && data[6] == 1 ? 10 : 12; // where the header begins: version 1 has two bytes of length
    size_t const end = file.find('\n', std::min(text, size));
    if (end == file.npos || end == text || dice() % 4 == 0)
        return LLVMFuzzerMutate(data, size, most);
    size_t changed = mutate_part(data, size, most, {text, end}, mutate_anyhow, dice);
    uint64_t const length = changed - (size - end) + 1 - text;
    if (dice() % 8 != 0)
        std::memcpy(data + 8, &length, text - 8);
    if (dice() % 4 != 0)
        return changed;
    size_t const more = std::min<size_t>(dice() % 32, most - changed);
    std::fill_n(data + changed, more, uint8_t{1});
    return changed + more;
}
