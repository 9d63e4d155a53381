#include "base/check.h"
#include "files/zip.h"
#include "program/check.h"
#include "program/text.h"
#include "torch/exported_program.h"

#include "fuzz/mutate_json.h"
#include "fuzz/mutate_zip.h"

#include <string>

// dictionaries: json zip
// seeds: tests/data/exported tests/hostile/cases/exported-*

namespace {

// An input that is no ZIP archive is the document of the model, with no weights beside it.
SharedBytes archive_of(std::string_view document)
{
    ZipWriter writer;
    auto const add = [&](char const* name, std::string_view content) {
        CHECK(writer.add(name, {SharedBytes::take(std::string(content))}).has_value(), "the member is added");
    };
    add("m/archive_format", "pt2");
    add("m/archive_version", "0");
    add("m/models/model.json", document);
    add("m/byteorder", "little");
    std::string bytes;
    for (auto const& piece : std::move(writer).finish())
        bytes += text_of(piece.bytes());
    return SharedBytes::take(std::move(bytes));
}

void read(SharedBytes bytes)
{
    Limits limits;
    limits.unpacked_bytes = uint64_t{1} << 24;
    limits.entries = 20'000;
    auto const file = read_exported_program(std::move(bytes), limits);
    if (!file)
        return;
    for (auto const& model : file->models)
        for (auto const* const tensors : {&model.weights, &model.constants})
            for (auto const& [name, tensor] : *tensors)
                if (auto const data = tensor.data(limits); data)
                    CHECK(data->bytes().size() <= limits.unpacked_bytes || data->bytes().data() >= tensor.storage_bytes.bytes().data(), "no tensor is larger than its storage allows");
    if (auto const program = lower_exported_program(*file, limits)) {
        CHECK(check_program(*program).has_value(), "what is made keeps its promises");
        for (auto const& [name, type] : program->classes)
            for (auto const& [method, function] : type.methods)
                CHECK(!text_of(function, *program).empty(), "a function has a text");
    }
}

}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return size > 2 && data[0] == 'P' ? mutate_zip(data, size, most, dice, mutate_json) : mutate_json(data, size, most, dice);
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    std::string const input(reinterpret_cast<char const*>(data), size);
    read(input.starts_with("PK") ? SharedBytes::take(input) : archive_of(input));
    return 0;
}
