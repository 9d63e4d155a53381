// Any bytes are of some kind, the same each time, and whatever else they are can be told.
#include "recognise/disguise.h"
#include "recognise/recognise.h"

#include "base/bytes.h"
#include "base/check.h"

#include "fuzz/mutate_file.h"

#include <string>

// dictionaries: pickle zip tar npy safetensors onnx torchscript
// seeds: tests/fuzz/corpus tests/data/checkpoint tests/data/exported tests/data/torchscript tests/data/runtime tests/hostile/cases
// options: -entropic=0 -max_len=4096

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_file(data, size, most, dice);
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    auto const file = SharedBytes::take(std::string(reinterpret_cast<char const*>(data), size));
    Limits limits;
    limits.steps = 10'000;
    limits.unpacked_bytes = 1 << 24;
    Kind const kind = recognise(file, limits);
    CHECK(recognise(file, limits) == kind, "the same bytes are of the same kind");
    for (auto const& disguise : disguises_of(file, kind, limits))
        CHECK(disguise.offset <= size && !disguise.reading.empty(), "another reading begins in the file and has a name");
    disguises_of(file, Kind::image, limits); // what only follows pictures
    return 0;
}
