#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <utility>

// Bytes that come one piece after the other and are not kept: what a decompressor gives.
class ByteStream {
public:
    ByteStream() = default;
    ByteStream(ByteStream const&) = delete;
    ByteStream& operator=(ByteStream const&) = delete;
    virtual ~ByteStream() = default;

    // The next bytes, valid until the next call; empty at the end, and again after it. Fails with malformed or exhausted; after a failure
    // every further call fails alike.
    virtual Result<Bytes> next() = 0;
};

// Bytes that are all there already, as a stream of one piece.
class SharedByteStream : public ByteStream {
public:
    explicit SharedByteStream(SharedBytes bytes)
        : bytes_(std::move(bytes))
    {
    }

    Result<Bytes> next() override { return std::exchange(ended_, true) ? Bytes() : bytes_.bytes(); }

private:
    SharedBytes bytes_;
    bool ended_ = false;
};
