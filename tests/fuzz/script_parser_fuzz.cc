#include "base/check.h"
#include "files/zip.h"
#include "program/check.h"
#include "torch/torchscript.h"

#include <string>

// dictionaries: torchscript
// Any text as the code of an archive that is right otherwise: where it gives a Program, that keeps the promises of one.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    static Limits const limits = [] {
        Limits small;
        small.entries = 100'000;
        return small;
    }();
    ZipWriter writer;
    auto const add = [&](char const* name, std::string content) {
        CHECK(writer.add(name, {SharedBytes::take(std::move(content))}).has_value(), "the member is added");
    };
    add("m/code/__torch__.py", std::string(reinterpret_cast<char const*>(data), size));
    add("m/constants.pkl", std::string("\x80\x02X\x01\0\0\0aK\x01\x86.", 12));
    add("m/data.pkl", "\x80\x02"
                      "c__torch__.torch.classes.x\nC\n)\x81.");
    add("m/version", "3\n");
    std::string bytes;
    for (auto const& piece : std::move(writer).finish())
        bytes += text_of(piece.bytes());
    if (auto const file = read_torchscript(SharedBytes::take(std::move(bytes)), limits))
        CHECK(check_program(file->program).has_value(), "what is lowered keeps its promises");
    return 0;
}
