#include "arrays/safetensors.h"

#include "base/check.h"

#include "fuzz/mutate_json.h"

// dictionaries: safetensors json
// seeds: tests/hostile/cases/safetensors-*

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_safetensors(data, size, most, dice);
}

// What is read can be written, and reads again as the same tensors.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    auto const read = read_safetensors(SharedBytes(std::as_bytes(std::span(data, size)), nullptr));
    if (!read)
        return 0;
    auto const parts = write_safetensors(read->tensors, read->metadata);
    CHECK(parts.has_value(), "what the format has can be written");
    std::string file;
    for (auto const& part : *parts)
        file += text_of(part.bytes());
    auto const again = read_safetensors(SharedBytes::take(std::move(file)));
    CHECK(again.has_value() && again->tensors.size() == read->tensors.size() && again->metadata == read->metadata, "tensors survive being written");
    return 0;
}
