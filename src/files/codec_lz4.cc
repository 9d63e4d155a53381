#include "files/codec.h"

#include <algorithm>
#include <lz4frame.h>

namespace {

class Lz4Codec : public Codec {
public:
    ~Lz4Codec() override { LZ4F_freeDecompressionContext(context_); }

    Result<void> start() override
    {
        if (context_ != nullptr)
            LZ4F_resetDecompressionContext(context_);
        else if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) != 0)
            return exhausted("no memory to unpack with");
        wanted_ = LZ4F_HEADER_SIZE_MIN;
        return {};
    }

    CodecStep step(Bytes packed, std::span<std::byte> room) override
    {
        CodecStep step{std::min(packed.size(), wanted_), room.size(), false, {}};
        size_t const hint = LZ4F_decompress(context_, room.data(), &step.made, packed.data(), &step.used, nullptr);
        if (LZ4F_isError(hint) != 0)
            return {0, 0, false, malformed(std::string("the compressed data is damaged: ") + LZ4F_getErrorName(hint)).value()};
        step.ended = hint == 0;
        wanted_ = hint;
        return step;
    }

private:
    LZ4F_dctx* context_ = nullptr;
    size_t wanted_ = 0; // the next block: whoever is given more loses the blocks in front of a damaged one
};

}

std::unique_ptr<Codec> lz4_codec() { return std::make_unique<Lz4Codec>(); }
