#pragma once

#include "fuzz/mutate_json.h"
#include "fuzz/mutate_npy.h"
#include "fuzz/mutate_pickle.h"
#include "fuzz/mutate_protobuf.h"
#include "fuzz/mutate_tar.h"
#include "fuzz/mutate_zip.h"

#include <string_view>

// Changes of any file, by what it is, or what it seems to be; in an archive by what the member is.
inline size_t mutate_file(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    std::string_view const file(reinterpret_cast<char const*>(data), size);
    if (file.starts_with("PK"))
        return mutate_zip(data, size, most, dice, mutate_file);
    if (file.starts_with("\x93NUMPY"))
        return mutate_npy(data, size, most, dice);
    if (file.starts_with("{"))
        return mutate_json(data, size, most, dice);
    if (size > 8 && file[8] == '{')
        return mutate_safetensors(data, size, most, dice);
    if (size >= 512 && file.substr(257, 5) == "ustar")
        return mutate_tar(data, size, most, dice);
    if (file.starts_with("\x80") || dice() % 3 == 0)
        return mutate_pickle(data, size, most, dice);
    return mutate_protobuf(data, size, most, dice);
}
