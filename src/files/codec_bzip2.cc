#include "files/codec.h"

#include <algorithm>
#include <bzlib.h>

namespace {

unsigned portion(size_t bytes) { return static_cast<unsigned>(std::min<size_t>(bytes, 1u << 30)); }

class Bzip2Codec : public Codec {
public:
    ~Bzip2Codec() override { BZ2_bzDecompressEnd(&stream_); }

    Result<void> start() override
    {
        BZ2_bzDecompressEnd(&stream_);
        stream_ = {};
        if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK)
            return exhausted("no memory to unpack with");
        return {};
    }

    CodecStep step(Bytes packed, std::span<std::byte> room) override
    {
        stream_.next_in = reinterpret_cast<char*>(const_cast<std::byte*>(packed.data()));
        unsigned const offered = stream_.avail_in = portion(packed.size());
        stream_.next_out = reinterpret_cast<char*>(room.data());
        unsigned const free = stream_.avail_out = portion(room.size());
        int const state = BZ2_bzDecompress(&stream_);
        CodecStep step{offered - stream_.avail_in, free - stream_.avail_out, state == BZ_STREAM_END, {}};
        if (state == BZ_DATA_ERROR_MAGIC)
            step.error = malformed("no bzip2 data where it was wanted").value();
        else if (state == BZ_MEM_ERROR)
            step.error = exhausted("no memory to unpack with").value();
        else if (state != BZ_OK && state != BZ_STREAM_END)
            step.error = malformed("the compressed data is damaged: a block or its CRC is wrong").value();
        return step;
    }

private:
    bz_stream stream_{};
};

}

std::unique_ptr<Codec> bzip2_codec() { return std::make_unique<Bzip2Codec>(); }
