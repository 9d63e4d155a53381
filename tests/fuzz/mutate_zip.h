#pragma once

#include "fuzz/mutation.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <zlib.h>

// Changes of ZIP archives that keep one. Only stored members are changed inside.

// Mends an archive that was changed, so that changes get behind the first comparison: offsets, sizes and CRCs of stored members
// are made to fit again, each with a chance of its own.
class ZipMender {
public:
    ZipMender(uint8_t* data, size_t size, std::minstd_rand& chance)
        : data_(data),
          size_(size),
          chance_(chance)
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
    std::minstd_rand& chance_;
};

// Half of the changes are made inside a stored member by `inner`, the others anywhere; then most of the archive is made to fit.
inline size_t mutate_zip(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice, Mutation const& inner = mutate_anyhow)
{
    std::string_view const archive(reinterpret_cast<char const*>(data), size);
    std::vector<size_t> members;
    for (size_t place = archive.find("PK\3\4"); place != archive.npos; place = archive.find("PK\3\4", place + 4))
        if (place + 30 <= size)
            members.push_back(place);
    size_t changed = 0;
    if (!members.empty() && dice() % 2 == 0) {
        size_t const member = members[dice() % members.size()];
        size_t const content = member + 30 + data[member + 26] + 256U * data[member + 27] + data[member + 28] + 256U * data[member + 29];
        size_t const end = std::min({archive.find("PK\3\4", content), archive.find("PK\1\2", content), size});
        changed = content < end ? mutate_part(data, size, most, {content, end}, inner, dice) : 0;
    }
    if (changed == 0)
        changed = LLVMFuzzerMutate(data, size, most);
    if (dice() % 4 != 0)
        ZipMender(data, changed, dice).mend();
    return changed;
}
