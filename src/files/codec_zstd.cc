#include "files/codec.h"

#include <algorithm>
#include <bit>
#include <zstd.h>
#include <zstd_errors.h>

namespace {

constexpr size_t header_start_bytes = 5; // as many as tell how long a frame's header is

class ZstdCodec : public Codec {
public:
    ~ZstdCodec() override { ZSTD_freeDCtx(context_); }

    Result<void> start() override
    {
        if (context_ == nullptr)
            context_ = ZSTD_createDCtx();
        if (context_ == nullptr)
            return exhausted("no memory to unpack with");
        ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
        ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, std::countr_zero(most_history_bytes));
        wanted_ = header_start_bytes;
        return {};
    }

    CodecStep step(Bytes packed, std::span<std::byte> room) override
    {
        ZSTD_inBuffer in{packed.data(), std::min(packed.size(), wanted_), 0};
        ZSTD_outBuffer out{room.data(), room.size(), 0};
        size_t const hint = ZSTD_decompressStream(context_, &out, &in);
        if (ZSTD_isError(hint) != 0) {
            auto const code = ZSTD_getErrorCode(hint);
            bool const too_much = code == ZSTD_error_frameParameter_windowTooLarge || code == ZSTD_error_memory_allocation;
            auto what = std::string(ZSTD_getErrorName(hint));
            auto error = too_much ? exhausted("unpacking takes more memory than the limit of " + std::to_string(most_history_bytes) + " bytes: " + what) : malformed("the compressed data is damaged: " + what);
            return {0, 0, false, std::move(error).value()};
        }
        wanted_ = hint;
        return {in.pos, out.pos, hint == 0, {}};
    }

private:
    ZSTD_DCtx* context_ = nullptr;
    size_t wanted_ = 0; // the next block: whoever is given more loses the blocks in front of a damaged one
};

}

std::unique_ptr<Codec> zstd_codec() { return std::make_unique<ZstdCodec>(); }
