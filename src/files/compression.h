#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/stream.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// Compressed streams, unpacked piece by piece: nothing is kept, whatever comes out.
//
// A file may hold several members (gzip, lzma), streams (bzip2, xz) or frames (lz4, zstd) one after the other; they are unpacked as one, as
// Python's gzip, bz2 and lzma modules and the lz4 and zstd tools do. A zlib stream stands alone, as Python reads it. Zeros may stand between
// and behind gzip members, and in groups of four between and behind xz streams. Whatever else follows is left over: Python's bz2, lzma and
// zlib ignore it, its gzip module refuses it after it has given what stands before, and other readers differ again; left_over() tells of it.
//
// Promises: what comes before damage is given before the failure; memory is about 1 MiB and what the format asks for (bzip2 4 MiB, lz4 9 MiB,
// the dictionaries of xz, lzma and zstd), all checksums are compared.
// Refuses: dictionaries beyond 128 MiB, streams that need a dictionary from elsewhere, all beyond the limits.
// Sources: RFC 1950 to 1952, the .xz and .lzma file formats, lz4 frame format 1.6, RFC 8878; CPython Lib/gzip.py, Lib/_compression.py.

enum class Compression : uint8_t {
    zlib,
    gzip,
    bzip2,
    xz,
    lzma, // the format before xz, "lzma alone"
    lz4, // frames
    zstd,
};

// "zlib", "gzip"...
std::string_view name_of(Compression compression);

// What a file that begins with `head` is compressed by; 512 bytes are enough. zlib has no signature: its two bytes must fit and, where they
// could as well begin a text, the rest of `head` must unpack.
std::optional<Compression> compression_of(Bytes head);

class Decompressor : public ByteStream {
public:
    static constexpr size_t piece_bytes = size_t{256} << 10; // the most that next() gives
    // Zeros pack to nothing with some of these formats: limits.ratio holds for what unpacks to more than this.
    static constexpr uint64_t bytes_free_of_ratio = uint64_t{64} << 20;

    Decompressor(Compression compression, SharedBytes packed, Limits const& limits = {});
    // What comes packed out of another stream.
    Decompressor(Compression compression, std::unique_ptr<ByteStream> packed, Limits const& limits = {});
    ~Decompressor() override;

    // Fails with malformed, exhausted (limits.unpacked_bytes, limits.ratio, dictionaries), or as the stream below does.
    Result<Bytes> next() override;

    // How many packed bytes have been unpacked so far, padding among them, and to how many.
    uint64_t packed_bytes() const;
    uint64_t unpacked_bytes() const;
    // Packed bytes in frames that every reader skips (lz4, zstd): they may hold anything.
    uint64_t skipped_bytes() const;

    struct LeftOver {
        uint64_t bytes = 0;
        std::string head; // the first of them, at most 512
    };
    // What follows the last member, from packed_bytes() on; only after next() has given the end (CHECK). Reads the stream below to its end.
    Result<LeftOver> left_over();

private:
    struct State;
    std::unique_ptr<State> state_;
};
