#include "files/codec.h"

#include <algorithm>
#include <zlib.h>

namespace {

// zlib counts in 32 bits.
unsigned portion(size_t bytes) { return static_cast<unsigned>(std::min<size_t>(bytes, 1u << 30)); }

class DeflateCodec : public Codec {
public:
    explicit DeflateCodec(DeflateFrame frame)
        : window_(frame == DeflateFrame::none ? -MAX_WBITS : frame == DeflateFrame::zlib ? MAX_WBITS
                                                                                         : MAX_WBITS + 16)
    {
    }
    ~DeflateCodec() override { inflateEnd(&stream_); }

    Result<void> start() override
    {
        if ((started_ ? inflateReset(&stream_) : inflateInit2(&stream_, window_)) != Z_OK)
            return exhausted("no memory to unpack with");
        started_ = true;
        return {};
    }

    CodecStep step(Bytes packed, std::span<std::byte> room) override
    {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
        unsigned const offered = stream_.avail_in = portion(packed.size());
        stream_.next_out = reinterpret_cast<Bytef*>(room.data());
        unsigned const free = stream_.avail_out = portion(room.size());
        int const state = inflate(&stream_, Z_NO_FLUSH);
        CodecStep step{offered - stream_.avail_in, free - stream_.avail_out, state == Z_STREAM_END, {}};
        if (state == Z_NEED_DICT)
            step.error = malformed("the compressed data needs a dictionary that is not in the file").value();
        else if (state == Z_MEM_ERROR)
            step.error = exhausted("no memory to unpack with").value();
        else if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            step.error = malformed(std::string("the compressed data is damaged: ") + (stream_.msg != nullptr ? stream_.msg : "zlib cannot go on")).value();
        return step;
    }

private:
    int window_;
    bool started_ = false;
    z_stream stream_{};
};

}

std::unique_ptr<Codec> deflate_codec(DeflateFrame frame) { return std::make_unique<DeflateCodec>(frame); }
