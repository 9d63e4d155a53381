#include "files/zip.h"

#include "base/check.h"

// Members of an archive that is read are disjoint parts of it, and unpack to what they state or not at all.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    Limits limits;
    limits.unpacked_bytes = 1 << 24;
    auto const archive = ZipArchive::read(SharedBytes(std::as_bytes(std::span(data, size)), nullptr), limits);
    if (!archive)
        return 0;
    uint64_t packed_bytes = 0;
    for (auto const& entry : archive->entries()) {
        packed_bytes += entry.packed_bytes;
        CHECK(archive->find(entry.name) == &entry, "a name finds its member");
        if (auto const content = archive->content(entry))
            CHECK(content->size() == entry.unpacked_bytes, "a member unpacks to what it states");
    }
    CHECK(packed_bytes <= size, "members do not overlap");
    return 0;
}
