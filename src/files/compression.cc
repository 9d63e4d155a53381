#include "files/compression.h"

#include "files/codec.h"
#include "files/signatures.h"

#include <algorithm>

namespace {

constexpr size_t signature_bytes = 14; // the longest that tells what follows
constexpr size_t kept_of_left_over = 512;

std::unique_ptr<Codec> codec_for(Compression compression)
{
    switch (compression) {
    case Compression::zlib:
        return deflate_codec(DeflateFrame::zlib);
    case Compression::gzip:
        return deflate_codec(DeflateFrame::gzip);
    case Compression::bzip2:
        return bzip2_codec();
    case Compression::xz:
        return xz_codec();
    case Compression::lzma:
        return lzma_codec();
    case Compression::lz4:
        return lz4_codec();
    case Compression::zstd:
        return zstd_codec();
    }
    return nullptr;
}

// The packed bytes, from wherever they come.
class PackedBytes {
public:
    explicit PackedBytes(std::unique_ptr<ByteStream> stream)
        : stream_(std::move(stream))
    {
    }

    Bytes here() const { return here_; }
    uint64_t used() const { return used_; }
    void use(size_t count)
    {
        here_ = here_.subspan(count);
        used_ += count;
    }

    // After this there are bytes here, unless there are no more.
    Result<void> fetch()
    {
        if (here_.empty() && !ended_)
            here_ = TRY(stream_->next());
        ended_ |= here_.empty();
        return {};
    }

    // After this there are `count` bytes here, unless there are fewer.
    Result<void> gather(size_t count)
    {
        TRY(fetch());
        while (here_.size() < count && !ended_) {
            std::string joined(text_of(here_));
            Bytes const more = TRY(stream_->next());
            ended_ = more.empty();
            joined += text_of(more);
            kept_ = std::move(joined);
            here_ = bytes_of(kept_);
        }
        return {};
    }

private:
    std::unique_ptr<ByteStream> stream_;
    Bytes here_; // of the stream's last piece, or of kept_
    std::string kept_;
    bool ended_ = false;
    uint64_t used_ = 0;
};

}

struct Decompressor::State {
    State(Compression which, std::unique_ptr<ByteStream> stream, Limits const& given)
        : compression(which),
          limits(given),
          packed(std::move(stream)),
          codec(codec_for(which)),
          room(std::make_unique_for_overwrite<std::byte[]>(piece_bytes))
    {
    }

    Result<void> begin_member();
    Result<bool> another_follows();
    Result<size_t> skip_zeros();
    Result<size_t> advance(std::span<std::byte> into);
    size_t fill();
    Result<void> check_limits() const;

    Compression compression;
    Limits limits;
    PackedBytes packed;
    std::unique_ptr<Codec> codec;
    std::unique_ptr<std::byte[]> room;
    bool in_member = false;
    bool had_member = false;
    bool ended = false;
    uint64_t end = 0; // of the last member and its padding
    uint64_t member_start = 0;
    bool member_is_skipped = false;
    uint64_t unpacked = 0;
    uint64_t skipped = 0;
    uint64_t padding_left_over = 0; // zeros that turned out to be none of padding
    std::optional<Error> failed; // what every further call fails with
};

Result<size_t> Decompressor::State::skip_zeros()
{
    size_t zeros = 0;
    while (true) {
        TRY(packed.fetch());
        auto const here = packed.here();
        auto const other = std::find_if(here.begin(), here.end(), [](std::byte byte) { return byte != std::byte{0}; });
        auto const count = static_cast<size_t>(other - here.begin());
        zeros += count;
        packed.use(count);
        if (here.empty() || other != here.end())
            return zeros;
    }
}

// Whether a member begins behind the one that has ended, or only what is left over.
Result<bool> Decompressor::State::another_follows()
{
    size_t zeros = 0;
    if (compression == Compression::gzip || compression == Compression::xz)
        zeros = TRY(skip_zeros());
    TRY(packed.gather(signature_bytes));
    bool const padded = compression == Compression::gzip || zeros % 4 == 0;
    if (padded && compression != Compression::zlib && begins_as(compression, packed.here()))
        return true;
    if (!padded || (compression == Compression::xz && !packed.here().empty()))
        padding_left_over = zeros;
    end = packed.used() - padding_left_over;
    return false;
}

Result<void> Decompressor::State::begin_member()
{
    TRY(packed.gather(signature_bytes));
    TRY(codec->start());
    member_start = packed.used();
    member_is_skipped = (compression == Compression::lz4 || compression == Compression::zstd) && is_skippable_frame(packed.here());
    in_member = had_member = true;
    return {};
}

// Makes a step forward, and gives how many bytes it has made.
Result<size_t> Decompressor::State::advance(std::span<std::byte> into)
{
    if (!in_member) {
        ended = had_member && !TRY(another_follows());
        if (ended)
            return 0;
        TRY(begin_member());
    }
    TRY(packed.fetch());
    bool const at_the_end = packed.here().empty();
    auto step = codec->step(packed.here(), into);
    packed.use(step.used);
    if (!step.error && !step.ended && step.used == 0 && step.made == 0)
        step.error = malformed(at_the_end ? "cut short after " + std::to_string(unpacked) + " unpacked bytes" : "the compressed data is damaged: there is no going on").value();
    if (step.error) {
        step.error->where = {"packed byte " + std::to_string(packed.used()), std::string(name_of(compression)) + " data"};
        failed = std::move(step.error);
    }
    if (step.ended) {
        in_member = false;
        skipped += member_is_skipped ? packed.used() - member_start : 0;
    }
    unpacked += step.made;
    return step.made;
}

// Fills the room as far as the data goes. A failure waits for the next call where something was made before it.
size_t Decompressor::State::fill()
{
    size_t made = 0;
    while (made < piece_bytes && !ended && !failed) {
        auto const more = advance(std::span(room.get() + made, piece_bytes - made));
        if (more)
            made += *more;
        else
            failed = more.error();
    }
    return made;
}

Result<void> Decompressor::State::check_limits() const
{
    if (unpacked > limits.unpacked_bytes)
        return exhausted("it unpacks to more than the limit of " + std::to_string(limits.unpacked_bytes) + " bytes").at("packed byte " + std::to_string(packed.used()));
    if (unpacked > bytes_free_of_ratio && unpacked / std::max<uint64_t>(packed.used(), 1) > limits.ratio)
        return exhausted(std::to_string(packed.used()) + " bytes unpack to " + std::to_string(unpacked) + " and more, the limit is " + std::to_string(limits.ratio) + " times").at("packed byte " + std::to_string(packed.used()));
    return {};
}

Decompressor::Decompressor(Compression compression, SharedBytes packed, Limits const& limits)
    : Decompressor(compression, std::make_unique<SharedByteStream>(std::move(packed)), limits)
{
}

Decompressor::Decompressor(Compression compression, std::unique_ptr<ByteStream> packed, Limits const& limits)
    : state_(std::make_unique<State>(compression, std::move(packed), limits))
{
}

Decompressor::~Decompressor() = default;

Result<Bytes> Decompressor::next()
{
    auto& state = *state_;
    size_t made = state.fill();
    if (auto const within_limits = state.check_limits(); !within_limits) {
        state.failed = within_limits.error();
        made = 0;
    }
    if (state.failed && made == 0)
        return tl::unexpected(*state.failed);
    return Bytes(state.room.get(), made);
}

uint64_t Decompressor::packed_bytes() const { return state_->ended ? state_->end : state_->packed.used(); }
uint64_t Decompressor::unpacked_bytes() const { return state_->unpacked; }
uint64_t Decompressor::skipped_bytes() const { return state_->skipped; }

Result<Decompressor::LeftOver> Decompressor::left_over()
{
    auto& state = *state_;
    CHECK(state.ended && !state.failed, "all has been unpacked");
    LeftOver left{state.padding_left_over, std::string(std::min<uint64_t>(state.padding_left_over, kept_of_left_over), '\0')};
    while (true) {
        TRY(state.packed.fetch());
        auto const here = state.packed.here();
        if (here.empty())
            break;
        left.bytes += here.size();
        left.head += text_of(here.first(std::min(here.size(), kept_of_left_over - left.head.size())));
        state.packed.use(here.size());
    }
    return left;
}
