#include "files/codec.h"

#include <lzma.h>

namespace {

std::string_view words_for(lzma_ret state)
{
    switch (state) {
    case LZMA_FORMAT_ERROR:
        return "it does not begin as it must";
    case LZMA_OPTIONS_ERROR:
        return "it asks for something that this format does not have";
    case LZMA_DATA_ERROR:
        return "its content or a checksum is wrong";
    default:
        return "liblzma cannot go on";
    }
}

class LzmaCodec : public Codec {
public:
    explicit LzmaCodec(bool alone)
        : alone_(alone)
    {
    }
    ~LzmaCodec() override { lzma_end(&stream_); }

    Result<void> start() override
    {
        auto const state = alone_ ? lzma_alone_decoder(&stream_, most_history_bytes) : lzma_stream_decoder(&stream_, most_history_bytes, 0);
        if (state != LZMA_OK)
            return exhausted("no memory to unpack with");
        return {};
    }

    CodecStep step(Bytes packed, std::span<std::byte> room) override
    {
        stream_.next_in = reinterpret_cast<uint8_t const*>(packed.data());
        stream_.avail_in = packed.size();
        stream_.next_out = reinterpret_cast<uint8_t*>(room.data());
        stream_.avail_out = room.size();
        auto const state = lzma_code(&stream_, LZMA_RUN);
        CodecStep step{packed.size() - stream_.avail_in, room.size() - stream_.avail_out, state == LZMA_STREAM_END, {}};
        if (state == LZMA_MEMLIMIT_ERROR)
            step.error = exhausted("unpacking takes " + std::to_string(lzma_memusage(&stream_)) + " bytes of memory, the limit is " + std::to_string(most_history_bytes)).value();
        else if (state == LZMA_MEM_ERROR)
            step.error = exhausted("no memory to unpack with").value();
        else if (state != LZMA_OK && state != LZMA_STREAM_END && state != LZMA_BUF_ERROR)
            step.error = malformed("the compressed data is damaged: " + std::string(words_for(state))).value();
        return step;
    }

private:
    bool alone_;
    lzma_stream stream_ = LZMA_STREAM_INIT;
};

}

std::unique_ptr<Codec> xz_codec() { return std::make_unique<LzmaCodec>(false); }
std::unique_ptr<Codec> lzma_codec() { return std::make_unique<LzmaCodec>(true); }
