#include "files/zip.h"

#include "files/zip_directory.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace {

constexpr uint64_t first_guess_bytes = 1u << 16;

// zlib counts in 32 bits.
unsigned portion(uint64_t bytes) { return static_cast<unsigned>(std::min<uint64_t>(bytes, 1u << 30)); }

// One raw deflate stream.
class Inflater {
public:
    Inflater() { ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(Inflater const&) = delete;
    Inflater& operator=(Inflater const&) = delete;

    // Unpacks `packed` to exactly `unpacked_bytes`. Memory grows with what really comes out, not with what is claimed.
    Result<std::vector<std::byte>> unpack(Bytes packed, uint64_t unpacked_bytes)
    {
        if (!ready_)
            return exhausted("no memory to unpack with");
        // At least a byte: zlib wants a place to write to even for a stream of nothing.
        std::vector<std::byte> unpacked(std::clamp<uint64_t>(unpacked_bytes, 1, first_guess_bytes));
        uint64_t done = 0;
        int state = Z_OK;
        while (state != Z_STREAM_END) {
            if (done == unpacked.size() && done < unpacked_bytes)
                unpacked.resize(std::min(unpacked_bytes, 2 * done));
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
            unsigned const offered = stream_.avail_in = portion(packed.size());
            stream_.next_out = reinterpret_cast<Bytef*>(unpacked.data() + done);
            unsigned const room = stream_.avail_out = portion(std::min(unpacked.size(), unpacked_bytes) - done);
            state = inflate(&stream_, Z_NO_FLUSH);
            packed = packed.subspan(offered - stream_.avail_in);
            done += room - stream_.avail_out;
            if (state == Z_BUF_ERROR)
                return malformed(packed.empty() ? "the compressed data is cut short after " + std::to_string(done) + " unpacked bytes"
                                                : "unpacks to more than the " + std::to_string(unpacked_bytes) + " bytes stated");
            if (state != Z_OK && state != Z_STREAM_END)
                return malformed(std::string("the compressed data is damaged: ") + (stream_.msg ? stream_.msg : "zlib cannot go on") + ", after " + std::to_string(done) + " unpacked bytes");
        }
        if (done != unpacked_bytes)
            return malformed("unpacks to " + std::to_string(done) + " bytes, " + std::to_string(unpacked_bytes) + " are stated");
        if (!packed.empty())
            return malformed(std::to_string(packed.size()) + " bytes follow the end of the compressed data");
        unpacked.resize(unpacked_bytes);
        return unpacked;
    }

private:
    z_stream stream_{};
    bool ready_ = false;
};

}

Result<ZipArchive> ZipArchive::read(SharedBytes archive, Limits const& limits) { return ZipDirectoryReader(std::move(archive), limits).read(); }

ZipEntry const* ZipArchive::find(std::string_view name) const
{
    auto const found = std::lower_bound(by_name_.begin(), by_name_.end(), name, [&](size_t index, std::string_view wanted) { return entries_[index].name < wanted; });
    return found != by_name_.end() && entries_[*found].name == name ? &entries_[*found] : nullptr;
}

Result<SharedBytes> ZipArchive::content(ZipEntry const& entry) const
{
    CHECK(entry.data_offset <= archive_.size() && entry.packed_bytes <= archive_.size() - entry.data_offset, "the member is one of this archive");
    auto const packed = archive_.part(entry.data_offset, entry.packed_bytes);
    if (packed.size() == 0) // whatever the method: Python's zipfile writes directories so
        return packed;
    switch (static_cast<ZipMethod>(entry.method)) {
    case ZipMethod::stored:
        return packed;
    case ZipMethod::deflated: {
        Inflater inflater;
        auto unpacked = TRY(within("member " + entry.name, inflater.unpack(packed.bytes(), entry.unpacked_bytes)));
        return SharedBytes::take(std::move(unpacked));
    }
    }
    return unsupported("compressed by method " + std::to_string(entry.method) + ", can be read: stored (0) and deflated (8)").at("member " + entry.name);
}

Result<SharedBytes> ZipArchive::checked_content(ZipEntry const& entry) const
{
    auto unpacked = TRY(content(entry));
    TRY(check_crc(entry, unpacked.bytes()));
    return unpacked;
}

Result<SharedBytes> ZipArchive::checked_content(std::string_view name) const
{
    auto const* const entry = find(name);
    if (entry == nullptr)
        return missing("no member " + std::string(name) + " in the archive");
    return checked_content(*entry);
}

Result<void> check_crc(ZipEntry const& entry, Bytes content)
{
    auto const crc = static_cast<uint32_t>(crc32_z(0, reinterpret_cast<Bytef const*>(content.data()), content.size()));
    if (crc != entry.crc)
        return malformed("the CRC of its content is not the one that the archive states: the member was damaged or changed").at("member " + entry.name);
    return {};
}
