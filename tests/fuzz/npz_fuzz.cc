#include "arrays/npz.h"

// Any bytes give a result or an error.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    Limits limits;
    limits.unpacked_bytes = 1 << 24;
    limits.entries = 10'000;
    static_cast<void>(read_npz(SharedBytes(std::as_bytes(std::span(data, size)), nullptr), limits));
    return 0;
}
