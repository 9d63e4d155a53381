#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <array>
#include <compare>
#include <memory>
#include <string>
#include <vector>

// A SHA-256 digest: 32 bytes, spelled as 64 lower-case hex digits.
class Digest {
public:
    static constexpr size_t chunk_bytes = 8u << 20; // what "per 8 MiB" means

    static Digest of(Bytes bytes);
    // One digest for each 8 MiB of `bytes`, the last one shorter; empty for no bytes.
    static std::vector<Digest> of_chunks(Bytes bytes);
    // 64 hex digits, either case; anything else is malformed.
    static Result<Digest> parse(std::string_view hex);

    std::string hex() const;
    auto operator<=>(Digest const&) const = default;

private:
    friend class DigestStream;
    std::array<unsigned char, 32> bytes_{};
};

// The SHA-1 of the bytes, 40 lower-case hex digits: for formats that state it. It tells damage, and is no proof against forgery.
std::string sha1_of(Bytes bytes);

// A digest of bytes that come in pieces.
class DigestStream {
public:
    DigestStream();
    ~DigestStream();
    DigestStream(DigestStream&&) noexcept;
    DigestStream& operator=(DigestStream&&) noexcept;

    void add(Bytes bytes);
    // Ends the stream; it may not be added to afterwards.
    Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};
