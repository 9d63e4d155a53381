#include "files/zip.h"
#include "torch/checkpoint.h"

#include "fuzz/mutate_pickle.h"
#include "fuzz/mutate_zip.h"

// dictionaries: pickle zip torch
// seeds: tests/data/checkpoint tests/hostile/cases/torch-*
// options: -entropic=0 -max_len=4096

// Any bytes as a checkpoint file, and any bytes as the pickle of one with two storages; all tensors are copied out.

namespace {

void read(SharedBytes file)
{
    CheckpointOptions options;
    options.limits.entries = 10'000;
    options.limits.steps = 100'000;
    options.limits.unpacked_bytes = 1 << 20;
    options.check_storages = true;
    auto const checkpoint = read_checkpoint(std::move(file), options);
    if (!checkpoint)
        return;
    for (auto const& tensor : checkpoint->tensors)
        if (auto const data = tensor.tensor.data(options.limits); data && data->bytes().size() > options.limits.unpacked_bytes + tensor.tensor.storage_bytes.size())
            __builtin_trap();
}

}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return size > 2 && data[0] == 'P' ? mutate_zip(data, size, most, dice, mutate_pickle) : mutate_pickle(data, size, most, dice);
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    std::string const bytes(reinterpret_cast<char const*>(data), size);
    read(SharedBytes::take(bytes));

    ZipWriter writer;
    (void)writer.add("a/data.pkl", {SharedBytes::take(bytes)});
    (void)writer.add("a/data/0", {SharedBytes::take(std::string(64, '\x01'))});
    (void)writer.add("a/data/1", {SharedBytes::take(std::string(16, '\x02'))});
    std::string archive;
    for (auto const& piece : std::move(writer).finish())
        archive += text_of(piece.bytes());
    read(SharedBytes::take(std::move(archive)));
    return 0;
}
