#include "files/zip_member.h"

#include "base/cursor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <zlib.h>

namespace {

constexpr size_t piece_bytes = size_t{256} << 10;
constexpr size_t first_guess_bytes = size_t{64} << 10;
constexpr size_t lzma_property_bytes = 5;

Result<std::unique_ptr<Codec>> codec_for(uint16_t method)
{
    switch (static_cast<ZipMethod>(method)) {
    case ZipMethod::deflated:
        return deflate_codec(DeflateFrame::none);
    case ZipMethod::bzip2:
        return bzip2_codec();
    case ZipMethod::lzma:
        return lzma_codec();
    case ZipMethod::zstd:
        return zstd_codec();
    default:
        return unsupported("compressed by method " + std::to_string(method) + ", can be read: stored (0), deflate (8), bzip2 (12), lzma (14) and zstd (93)");
    }
}

}

Result<ZipMemberReader> ZipMemberReader::create(ZipEntry const& entry, SharedBytes packed)
{
    auto codec = TRY(codec_for(entry.method));
    TRY(codec->start());
    ZipMemberReader reader(entry.unpacked_bytes, std::move(packed), std::move(codec));
    if (entry.method == static_cast<uint16_t>(ZipMethod::lzma))
        TRY(reader.take_lzma_header());
    return reader;
}

// Two bytes of version, the length of the properties, the properties (APPNOTE 5.8.8). The format "lzma alone" has the properties
// and then the size.
Result<void> ZipMemberReader::take_lzma_header()
{
    Cursor cursor(left_);
    TRY(cursor.take_number<uint16_t>());
    if (auto const length = TRY(cursor.take_number<uint16_t>()); length != lzma_property_bytes)
        return malformed("lzma properties of " + std::to_string(length) + " bytes, wanted 5");
    auto const properties = TRY(cursor.take(lzma_property_bytes));
    std::array<std::byte, lzma_property_bytes + sizeof unpacked_bytes_> head;
    std::memcpy(head.data(), properties.data(), properties.size());
    std::memcpy(head.data() + properties.size(), &unpacked_bytes_, sizeof unpacked_bytes_);
    std::byte room; // the decoder wants some, and has nothing to put into it yet
    auto step = codec_->step(head, std::span(&room, 1));
    if (step.error)
        return tl::unexpected(*std::move(step.error));
    left_ = cursor.rest();
    return {};
}

Result<size_t> ZipMemberReader::step(std::span<std::byte> room)
{
    std::byte beyond; // room for what must not come
    bool const all_there = done_ == unpacked_bytes_;
    auto step = codec_->step(left_, all_there ? std::span(&beyond, 1) : room.first(std::min<uint64_t>(room.size(), unpacked_bytes_ - done_)));
    left_ = left_.subspan(step.used);
    if (all_there && step.made != 0)
        return malformed("unpacks to more than the " + std::to_string(unpacked_bytes_) + " bytes stated");
    done_ += step.made;
    if (step.error) {
        step.error->what += ", after " + std::to_string(done_) + " unpacked bytes";
        return tl::unexpected(*std::move(step.error));
    }
    if (!step.ended && step.used == 0 && step.made == 0)
        return malformed("the compressed data is cut short after " + std::to_string(done_) + " unpacked bytes");
    ended_ = step.ended;
    if (ended_ && done_ != unpacked_bytes_)
        return malformed("unpacks to " + std::to_string(done_) + " bytes, " + std::to_string(unpacked_bytes_) + " are stated");
    if (ended_ && !left_.empty())
        return malformed(std::to_string(left_.size()) + " bytes follow the end of the compressed data");
    return step.made;
}

Result<size_t> ZipMemberReader::fill(std::span<std::byte> room)
{
    size_t made = 0;
    while (made < room.size() && !ended_)
        made += TRY(step(room.subspan(made)));
    return made;
}

namespace {

uint32_t crc_with(uint32_t crc, Bytes bytes) { return bytes.empty() ? crc : static_cast<uint32_t>(crc32_z(crc, reinterpret_cast<Bytef const*>(bytes.data()), bytes.size())); }

Failure wrong_crc(std::string const& name)
{
    return malformed("the CRC of its content is not the one that the archive states: the member was damaged or changed").at("member " + name);
}

// Compares the CRC of what another stream gives.
class CheckedStream : public ByteStream {
public:
    CheckedStream(std::unique_ptr<ByteStream> stream, ZipEntry const& entry)
        : stream_(std::move(stream)),
          name_(entry.name),
          wanted_(entry.crc)
    {
    }

    Result<Bytes> next() override
    {
        Bytes const piece = TRY(stream_->next());
        crc_ = crc_with(crc_, piece);
        if (piece.empty() && crc_ != wanted_)
            return wrong_crc(name_);
        return piece;
    }

private:
    std::unique_ptr<ByteStream> stream_;
    std::string name_;
    uint32_t wanted_;
    uint32_t crc_ = 0;
};

class UnpackedStream : public ByteStream {
public:
    UnpackedStream(ZipMemberReader reader, std::string place)
        : reader_(std::move(reader)),
          place_(std::move(place)),
          room_(std::make_unique_for_overwrite<std::byte[]>(piece_bytes))
    {
    }

    Result<Bytes> next() override
    {
        if (failed_)
            return tl::unexpected(*failed_);
        auto const made = within(place_, reader_.fill(std::span(room_.get(), piece_bytes)));
        if (made)
            return Bytes(room_.get(), *made);
        failed_ = made.error();
        return tl::unexpected(*failed_);
    }

private:
    ZipMemberReader reader_;
    std::string place_;
    std::unique_ptr<std::byte[]> room_;
    std::optional<Error> failed_;
};

// Memory grows with what really comes out, not with what is claimed.
Result<std::vector<std::byte>> unpack_all(ZipMemberReader& reader, uint64_t unpacked_bytes)
{
    std::vector<std::byte> unpacked;
    uint64_t done = 0;
    while (true) {
        // A byte more than is wanted at the end: the stream must end there.
        unpacked.resize(std::min<uint64_t>(unpacked_bytes + 1, std::max<uint64_t>(first_guess_bytes, 2 * done)));
        done += TRY(reader.fill(std::span(unpacked).subspan(done)));
        if (done < unpacked.size())
            break;
    }
    unpacked.resize(done);
    return unpacked;
}

}

SharedBytes ZipArchive::packed_content(ZipEntry const& entry) const
{
    CHECK(entry.data_offset <= archive_.size() && entry.packed_bytes <= archive_.size() - entry.data_offset, "the member is one of this archive");
    return archive_.part(entry.data_offset, entry.packed_bytes);
}

Result<SharedBytes> ZipArchive::content(ZipEntry const& entry) const
{
    auto packed = packed_content(entry);
    // Nothing is nothing, whatever the method: Python's zipfile writes directories so.
    if (packed.size() == 0 || entry.method == static_cast<uint16_t>(ZipMethod::stored))
        return packed;
    auto const place = "member " + entry.name;
    auto reader = TRY(within(place, ZipMemberReader::create(entry, std::move(packed))));
    auto unpacked = TRY(within(place, unpack_all(reader, entry.unpacked_bytes)));
    return SharedBytes::take(std::move(unpacked));
}

Result<std::unique_ptr<ByteStream>> ZipArchive::open(ZipEntry const& entry, ZipCrc crc) const
{
    auto packed = packed_content(entry);
    std::unique_ptr<ByteStream> stream;
    if (packed.size() == 0 || entry.method == static_cast<uint16_t>(ZipMethod::stored)) {
        stream = std::make_unique<SharedByteStream>(std::move(packed));
    } else {
        auto const place = "member " + entry.name;
        auto reader = TRY(within(place, ZipMemberReader::create(entry, std::move(packed))));
        stream = std::make_unique<UnpackedStream>(std::move(reader), place);
    }
    if (crc == ZipCrc::compared)
        stream = std::make_unique<CheckedStream>(std::move(stream), entry);
    return stream;
}

Result<void> check_crc(ZipEntry const& entry, Bytes content)
{
    if (crc_with(0, content) != entry.crc)
        return wrong_crc(entry.name);
    return {};
}
