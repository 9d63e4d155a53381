#include "files/zip.h"

#include "base/check.h"

#include "fuzz/mutate_zip.h"

// seeds: tests/hostile/cases/zip* tests/hostile/cases/torch-zip-*

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_zip(data, size, most, dice);
}

// Members of an archive that is read are disjoint parts of it, and unpack to what they state or not at all, whole or as streams.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    Limits limits;
    limits.unpacked_bytes = 1 << 20;
    auto const archive = ZipArchive::read(SharedBytes(std::as_bytes(std::span(data, size)), nullptr), limits);
    if (!archive)
        return 0;
    uint64_t packed_bytes = 0;
    for (auto const& entry : archive->entries()) {
        packed_bytes += entry.packed_bytes;
        CHECK(archive->find(entry.name) == &entry, "a name finds its member");
        auto const content = archive->content(entry);
        CHECK(!content || content->size() == entry.unpacked_bytes, "a member unpacks to what it states");
        auto const stream = archive->open(entry, ZipCrc::ignored);
        CHECK(!content || stream, "what can be unpacked can be opened");
        std::string text;
        Result<Bytes> piece;
        while (stream && (piece = (*stream)->next()) && !piece->empty())
            text += text_of(*piece);
        CHECK(!content || text == text_of(content->bytes()), "a stream gives what is unpacked whole");
    }
    CHECK(packed_bytes <= size, "members do not overlap");
    return 0;
}
