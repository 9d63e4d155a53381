#include "base/check.h"
#include "files/zip.h"
#include "program/check.h"
#include "torch/torchscript.h"

#include "fuzz/mutate_pickle.h"
#include "fuzz/mutate_zip.h"

#include <algorithm>
#include <string>

// dictionaries: torchscript pickle zip
// seeds: tests/data/torchscript tests/hostile/cases/torchscript-*
// options: -entropic=0 -max_len=4096

namespace {

// An input that is no ZIP archive is cut at the first two lines "#": code, constants.pkl, data.pkl. So the fuzzer need not
// find out how a ZIP archive is made.
SharedBytes archive_of(std::string_view input)
{
    size_t const first = std::min(input.find("\n#\n"), input.size());
    size_t const second = std::min(input.find("\n#\n", first + 1), input.size());
    auto const part = [&](size_t begin, size_t end) { return begin < end ? input.substr(begin, end - begin) : std::string_view(); };
    ZipWriter writer;
    auto const add = [&](char const* name, std::string_view content) {
        CHECK(writer.add(name, {SharedBytes::take(std::string(content))}).has_value(), "the member is added");
    };
    add("m/code/__torch__.py", part(0, first));
    add("m/constants.pkl", part(first + 3, second));
    add("m/data.pkl", part(second + 3, input.size()));
    add("m/version", "3\n");
    add("m/data/0", std::string(64, '\x01'));
    std::string bytes;
    for (auto const& piece : std::move(writer).finish())
        bytes += text_of(piece.bytes());
    return SharedBytes::take(std::move(bytes));
}

void read(SharedBytes bytes)
{
    static Limits const limits = [] {
        Limits small;
        small.entries = 100'000;
        small.steps = 1'000'000;
        small.unpacked_bytes = uint64_t{1} << 24;
        return small;
    }();
    if (auto const file = read_torchscript(std::move(bytes), limits))
        CHECK(check_program(file->program).has_value(), "what is read keeps its promises");
}

}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return size > 2 && data[0] == 'P' ? mutate_zip(data, size, most, dice, mutate_pickle) : mutate_anyhow(data, size, most, dice);
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    std::string const input(reinterpret_cast<char const*>(data), size);
    if (input.starts_with("PK"))
        read(SharedBytes::take(input));
    else
        read(archive_of(input));
    return 0;
}
