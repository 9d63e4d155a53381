#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

// One library that unpacks, one member, stream or frame after the other.

struct CodecStep {
    size_t used = 0; // of the packed bytes
    size_t made = 0; // of the room
    bool ended = false; // the member has, and `used` tells where
    std::optional<Error> error; // what is wrong behind what was made
};

class Codec {
public:
    Codec() = default;
    Codec(Codec const&) = delete;
    Codec& operator=(Codec const&) = delete;
    virtual ~Codec() = default;

    // Before each member, the first one too.
    virtual Result<void> start() = 0;
    // Uses and makes as much as it can. Neither anything used nor made: more packed bytes are wanted.
    virtual CodecStep step(Bytes packed, std::span<std::byte> room) = 0;
};

enum class DeflateFrame {
    none, // as in ZIP archives
    zlib,
    gzip,
};

// The most memory that the history of a stream may ask for.
inline constexpr uint64_t most_history_bytes = uint64_t{128} << 20;

std::unique_ptr<Codec> deflate_codec(DeflateFrame frame);
std::unique_ptr<Codec> bzip2_codec();
std::unique_ptr<Codec> xz_codec();
std::unique_ptr<Codec> lzma_codec();
std::unique_ptr<Codec> lz4_codec();
std::unique_ptr<Codec> zstd_codec();
