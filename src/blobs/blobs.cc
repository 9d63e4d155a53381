#include "blobs/blobs.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace {
constexpr size_t piece_bytes = 1u << 20;
}

// Copied piece by piece, so that what is hashed is what is written, even where the bytes are a mapped file that somebody changes.
Result<Blob> Blobs::put_bytes(Bytes bytes)
{
    std::vector<std::byte> piece(std::min(piece_bytes, bytes.size()));
    return put([&]() -> Result<Bytes> {
        size_t const count = std::min(piece.size(), bytes.size());
        std::copy_n(bytes.begin(), count, piece.begin());
        bytes = bytes.subspan(count);
        return Bytes(piece).first(count);
    });
}

Result<Blob> Blobs::put_file(std::string const& path)
{
    int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return system_failure("cannot open " + path, errno);
    std::vector<std::byte> piece(piece_bytes);
    auto result = put([&]() -> Result<Bytes> {
        ssize_t count;
        do
            count = ::read(descriptor, piece.data(), piece.size());
        while (count < 0 && errno == EINTR);
        if (count < 0)
            return system_failure("cannot read " + path, errno);
        return Bytes(piece).first(static_cast<size_t>(count));
    });
    ::close(descriptor);
    return result;
}
