#include "files/zip.h"

#include "base/check.h"

#include <cstring>
#include <random>
#include <zlib.h>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

// Mends an archive that was changed, so that changes get behind the first comparison: offsets, sizes and CRCs of stored members
// are made to fit again, each with a chance of its own.
class Mender {
public:
    Mender(uint8_t* data, size_t size, unsigned seed)
        : data_(data),
          size_(size),
          chance_(seed)
    {
    }

    void mend()
    {
        size_t const end = find("PK\5\6", 0);
        size_t const directory = find("PK\1\2", 0);
        if (end + 22 > size_ || directory >= end)
            return;
        size_t local = 0;
        uint16_t count = 0;
        size_t record = directory;
        while (record + 46 <= end && std::memcmp(data_ + record, "PK\1\2", 4) == 0) {
            local = find("PK\3\4", local);
            if (local + 30 > directory)
                break;
            mend_member(record, local, std::min(find("PK\3\4", local + 1), directory));
            ++count;
            ++local;
            record += size_t{46} + get<uint16_t>(record + 28) + get<uint16_t>(record + 30) + get<uint16_t>(record + 32);
        }
        if (likely()) {
            put<uint16_t>(end + 8, count);
            put<uint16_t>(end + 10, count);
            put<uint32_t>(end + 12, static_cast<uint32_t>(std::min(record, end) - directory));
            put<uint32_t>(end + 16, static_cast<uint32_t>(directory));
        }
    }

private:
    bool likely() { return chance_() % 8 != 0; }
    template <typename Number>
    Number get(size_t place) const
    {
        Number number;
        std::memcpy(&number, data_ + place, sizeof number);
        return number;
    }
    template <typename Number>
    void put(size_t place, Number number) { std::memcpy(data_ + place, &number, sizeof number); }
    size_t find(char const* signature, size_t from) const
    {
        auto const found = std::string_view(reinterpret_cast<char const*>(data_), size_).find(signature, from);
        return std::min(found, size_);
    }

    void mend_member(size_t record, size_t local, size_t limit)
    {
        size_t const content = local + 30 + get<uint16_t>(local + 26) + get<uint16_t>(local + 28);
        if (likely())
            put<uint32_t>(record + 42, static_cast<uint32_t>(local));
        if (content > limit || (get<uint16_t>(record + 8) & 8) != 0)
            return;
        auto const bytes = static_cast<uint32_t>(limit - content);
        bool const stored = get<uint16_t>(record + 10) == 0;
        if (likely())
            for (size_t const place : {record + 20, local + 18})
                put(place, bytes);
        if (stored && likely())
            for (size_t const place : {record + 24, local + 22})
                put(place, bytes);
        if (stored && likely())
            for (size_t const place : {record + 16, local + 14})
                put(place, static_cast<uint32_t>(crc32_z(0, data_ + content, bytes)));
        if (likely() && get<uint16_t>(record + 28) == get<uint16_t>(local + 26) && record + 46 + get<uint16_t>(record + 28) <= size_)
            std::memmove(data_ + local + 30, data_ + record + 46, get<uint16_t>(record + 28));
    }

    uint8_t* data_;
    size_t size_;
    std::minstd_rand chance_;
};

}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed)
{
    size_t const changed = LLVMFuzzerMutate(data, size, max_size);
    if (seed % 4 != 0)
        Mender(data, changed, seed).mend();
    return changed;
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
