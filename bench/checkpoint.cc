// What it costs to open a large checkpoint, and to take its digest.
//
//   bench_checkpoint [FILE] [--rounds N]
//
// FILE is made where it is not there: a state dict of 312 float32 tensors of 2.6 MB (805 MB), in the form torch.save writes.
// Opening it (archive, pickle, every tensor as a view) is held against mapping it alone; our own digest, of the whole and of each 8 MiB,
// against `openssl dgst -sha256 FILE`.

#include "torch/checkpoint.h"
#include "base/digest.h"
#include "bench/measure.h"
#include "files/atomic.h"
#include "files/mapped.h"
#include "files/zip.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

constexpr int tensor_count = 312;
constexpr int64_t side = 803; // 803 * 803 float32 are 2.6 MB

std::string text_opcode(std::string const& text)
{
    auto const size = static_cast<uint32_t>(text.size());
    std::string opcode = "X";
    opcode.append(reinterpret_cast<char const*>(&size), sizeof size);
    return opcode + text;
}

std::string integer_opcode(int64_t value)
{
    auto const narrow = static_cast<int32_t>(value);
    std::string opcode = "J";
    opcode.append(reinterpret_cast<char const*>(&narrow), sizeof narrow);
    return opcode;
}

// OrderedDict([("layer.0.weight", _rebuild_tensor_v2(storage, 0, (803, 803), (803, 1), False, OrderedDict()))...])
std::string pickle_of_state_dict()
{
    std::string const empty_dict = "ccollections\nOrderedDict\n)R";
    std::string pickle = "\x80\x02" + empty_dict + "(";
    for (int i = 0; i < tensor_count; ++i) {
        std::string const key = std::to_string(i);
        std::string const storage = "(" + text_opcode("storage") + "ctorch\nFloatStorage\n" + text_opcode(key) + text_opcode("cpu") + integer_opcode(side * side) + "tQ";
        std::string const shape = integer_opcode(side) + integer_opcode(side) + "\x86";
        std::string const strides = integer_opcode(side) + integer_opcode(1) + "\x86";
        pickle += text_opcode("layer." + key + ".weight") + "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + integer_opcode(0) + shape + strides + "\x89" + empty_dict + "tR";
    }
    return pickle + "u.";
}

Result<void> make_checkpoint(std::filesystem::path const& path)
{
    std::vector<uint32_t> words(static_cast<size_t>(side * side));
    uint32_t state = 1;
    for (auto& word : words) { // any numbers will do, as long as they are not all the same
        state = state * 1664525U + 1013904223U;
        word = 0x3f000000U | (state >> 9);
    }
    auto const storage = SharedBytes::take(std::move(words));
    ZipWriter writer;
    TRY(writer.add("checkpoint/data.pkl", {SharedBytes::take(pickle_of_state_dict())}));
    TRY(writer.add("checkpoint/byteorder", {SharedBytes::take(std::string("little"))}));
    for (int i = 0; i < tensor_count; ++i)
        TRY(writer.add("checkpoint/data/" + std::to_string(i), {storage}));
    TRY(writer.add("checkpoint/version", {SharedBytes::take(std::string("3\n"))}));
    auto const parts = std::move(writer).finish();
    return write_file_durably(path, std::span<SharedBytes const>(parts));
}

int failed(Error const& error)
{
    std::fprintf(stderr, "bench_checkpoint: %s\n", error.text().c_str());
    return 1;
}

// Memory of this process that is in no file, in MB.
double anonymous_megabytes()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:"))
            return std::atof(line.c_str() + std::strlen("RssAnon:")) * 1024 / 1e6;
    return 0;
}

void must(bool done, char const* what)
{
    if (!done) {
        std::fprintf(stderr, "bench_checkpoint: %s\n", what);
        std::exit(1);
    }
}

}

int main(int count, char** arguments)
{
    std::filesystem::path path = "build/bench/checkpoint-312.pt";
    int rounds = 7;
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--rounds") == 0 && i + 1 < count)
            rounds = std::max(1, std::atoi(arguments[++i]));
        else
            path = arguments[i];
    }
    if (!std::filesystem::exists(path)) {
        std::filesystem::create_directories(path.parent_path());
        if (auto const made = make_checkpoint(path); !made)
            return failed(made.error());
    }
    Contender const openssl{"openssl dgst -sha256", [&] { must(run_program({"openssl", "dgst", "-sha256", path.string()}), "openssl dgst did not run"); }};
    Contender const open{"open: archive, pickle, views of all tensors", [&] {
                             auto const file = MappedFile::open(path);
                             must(file.has_value(), "the file cannot be mapped");
                             auto const checkpoint = read_checkpoint(file->shared());
                             must(checkpoint.has_value() && checkpoint->tensors.size() == tensor_count, "the checkpoint cannot be read");
                         }};
    Contender const map{"map the file alone", [&] { must(MappedFile::open(path).has_value(), "the file cannot be mapped"); }};
    Contender const digest{"digest: SHA-256 of the whole", [&] {
                               auto const file = MappedFile::open(path);
                               must(file.has_value(), "the file cannot be mapped");
                               must(Digest::of(file->bytes()).hex().size() == 64, "a digest has 64 digits");
                           }};
    Contender const chunks{"digest: SHA-256 of each 8 MiB", [&] {
                               auto const file = MappedFile::open(path);
                               must(file.has_value() && !Digest::of_chunks(file->bytes()).empty(), "the file cannot be mapped");
                           }};
    std::printf("%s, %.0f MB\n", path.c_str(), static_cast<double>(std::filesystem::file_size(path)) / 1e6);
    {
        auto const file = MappedFile::open(path);
        must(file.has_value(), "the file cannot be mapped");
        auto const checkpoint = read_checkpoint(file->shared());
        std::printf("anonymous memory of the process with the checkpoint open: %.1f MB\n", anonymous_megabytes());
    }
    measure_pair("open", open, map, rounds);
    measure_pair("digest", digest, openssl, rounds);
    measure_pair("digest by 8 MiB", chunks, openssl, rounds);
    return 0;
}
