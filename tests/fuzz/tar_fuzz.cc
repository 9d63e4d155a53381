#include "files/tar.h"

#include "base/check.h"

#include "fuzz/mutate_tar.h"

// seeds: tests/hostile/cases/tar-*

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_tar(data, size, most, dice);
}

namespace {

std::string members_of(TarReader reader, bool in_place)
{
    std::string text;
    while (true) {
        auto const member = reader.next();
        if (!member || !*member) {
            for (auto const& finding : reader.findings())
                text += finding.code + " " + finding.entry + "\n";
            return text + (member ? "" : "broken");
        }
        text += (*member)->name + "\n" + (*member)->link_name + "\n";
        if (in_place) {
            text += text_of(reader.content_in_place()->bytes());
            continue;
        }
        for (auto piece = reader.content().next(); piece && !piece->empty(); piece = reader.content().next())
            text += text_of(*piece);
    }
}

}

// A member is a part of the archive, and the same whether it is read in place or as a stream.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    auto const archive = std::as_bytes(std::span(data, size));
    static_cast<void>(is_tar(archive));
    auto const in_place = members_of(TarReader(SharedBytes(archive, nullptr)), true);
    auto const streamed = members_of(TarReader(std::make_unique<SharedByteStream>(SharedBytes(archive, nullptr))), false);
    CHECK(in_place == streamed || in_place.ends_with("broken"), "one archive has one content");
    return 0;
}
