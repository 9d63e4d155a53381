#pragma once

#include "files/compression.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string>
#include <vector>
#include <zlib.h>
#include <zstd.h>

// Packs for tests, with each format's own library.

inline std::string deflated(std::string const& text, int window_bits, int level = 6)
{
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

inline std::string packed_by_lzma(std::string const& text, bool alone, unsigned preset = 1)
{
    lzma_options_lzma options;
    lzma_lzma_preset(&options, preset);
    lzma_stream stream = LZMA_STREAM_INIT;
    EXPECT_EQ(alone ? lzma_alone_encoder(&stream, &options) : lzma_easy_encoder(&stream, preset, LZMA_CHECK_CRC64), LZMA_OK);
    std::string packed(lzma_stream_buffer_bound(text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<uint8_t const*>(text.data());
    stream.avail_in = text.size();
    stream.next_out = reinterpret_cast<uint8_t*>(packed.data());
    stream.avail_out = packed.size();
    EXPECT_EQ(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
    packed.resize(stream.total_out);
    lzma_end(&stream);
    return packed;
}

inline std::string packed_by(Compression compression, std::string const& text)
{
    switch (compression) {
    case Compression::zlib:
        return deflated(text, MAX_WBITS);
    case Compression::gzip:
        return deflated(text, MAX_WBITS + 16);
    case Compression::bzip2: {
        std::string packed(text.size() + text.size() / 50 + 1000, '\0');
        auto length = static_cast<unsigned>(packed.size());
        EXPECT_EQ(BZ2_bzBuffToBuffCompress(packed.data(), &length, const_cast<char*>(text.data()), static_cast<unsigned>(text.size()), 1, 0, 0), BZ_OK);
        return packed.substr(0, length);
    }
    case Compression::xz:
    case Compression::lzma:
        return packed_by_lzma(text, compression == Compression::lzma);
    case Compression::lz4: {
        LZ4F_preferences_t preferences{};
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
        std::string packed(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
        packed.resize(LZ4F_compressFrame(packed.data(), packed.size(), text.data(), text.size(), &preferences));
        return packed;
    }
    case Compression::zstd: {
        auto* const context = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
        std::string packed(ZSTD_compressBound(text.size()), '\0');
        packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
        ZSTD_freeCCtx(context);
        return packed;
    }
    }
    return {};
}

inline constexpr Compression all_compressions[] = {Compression::zlib, Compression::gzip, Compression::bzip2, Compression::xz, Compression::lzma, Compression::lz4, Compression::zstd};

// Bytes that come in pieces of a size.
class PiecewiseStream : public ByteStream {
public:
    PiecewiseStream(std::string text, size_t piece)
        : text_(std::move(text)),
          piece_(piece)
    {
    }
    Result<Bytes> next() override
    {
        auto const piece = std::string_view(text_).substr(place_, piece_);
        place_ += piece.size();
        last_ = std::make_unique<std::string>(piece); // as short-lived as a stream's pieces are
        return bytes_of(*last_);
    }

private:
    std::string text_;
    size_t piece_;
    size_t place_ = 0;
    std::unique_ptr<std::string> last_;
};
