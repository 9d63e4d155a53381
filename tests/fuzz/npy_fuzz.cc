#include "arrays/npy.h"
#include "arrays/npy_header.h"

#include "base/check.h"

#include "fuzz/mutate_npy.h"

// seeds: tests/hostile/cases/npy-*

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_npy(data, size, most, dice);
}

// What is read can be written, and reads again as the same elements.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    Limits limits;
    limits.entries = 10'000;
    auto const input = std::as_bytes(std::span(data, size));
    auto const header = read_npy_header(input, limits);
    if (header)
        CHECK(header->data_offset <= size && !npy_dtype_text(header->dtype).empty(), "a header is described");
    auto const tensor = read_npy(SharedBytes(input, nullptr), limits);
    if (!tensor)
        return 0;
    CHECK(header && header->data_bytes == size - header->data_offset, "elements take what the header says");
    auto const parts = write_npy(*tensor);
    CHECK(parts.has_value(), "what NumPy has can be written");
    std::string file;
    for (auto const& part : *parts)
        file += text_of(part.bytes());
    auto const again = read_npy(SharedBytes::take(std::move(file)), limits);
    CHECK(again.has_value() && again->shape() == tensor->shape() && text_of(again->bytes()) == text_of(tensor->bytes()), "an array survives being written");
    return 0;
}
