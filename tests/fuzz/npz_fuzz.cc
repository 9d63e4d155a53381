#include "arrays/npz.h"

#include "fuzz/mutate_npy.h"
#include "fuzz/mutate_zip.h"

// dictionaries: zip npy
// seeds: tests/hostile/cases/npz-*

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_zip(data, size, most, dice, mutate_npy);
}

// Any bytes give a result or an error.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    Limits limits;
    limits.unpacked_bytes = 1 << 24;
    limits.entries = 10'000;
    static_cast<void>(read_npz(SharedBytes(std::as_bytes(std::span(data, size)), nullptr), limits));
    return 0;
}
