#pragma once

#include "files/codec.h"
#include "files/zip.h"

// Unpacks one member of a ZIP archive, which must give exactly what the archive states.
class ZipMemberReader {
public:
    // `packed` are the member's bytes. Unsupported for other methods than those of ZipMethod; malformed.
    static Result<ZipMemberReader> create(ZipEntry const& entry, SharedBytes packed);

    // Gives how many bytes it has put into the room, which is not empty: fewer than it holds only at the end, then none.
    Result<size_t> fill(std::span<std::byte> room);

private:
    ZipMemberReader(uint64_t unpacked_bytes, SharedBytes packed, std::unique_ptr<Codec> codec)
        : unpacked_bytes_(unpacked_bytes),
          packed_(std::move(packed)),
          left_(packed_.bytes()),
          codec_(std::move(codec))
    {
    }
    Result<void> take_lzma_header();
    Result<size_t> step(std::span<std::byte> room);

    uint64_t unpacked_bytes_;
    SharedBytes packed_;
    Bytes left_;
    std::unique_ptr<Codec> codec_;
    uint64_t done_ = 0;
    bool ended_ = false;
};
