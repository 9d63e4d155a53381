#include "base/digest.h"

// The plain functions instead of EVP: those bring in all of the library's ciphers and curves, whose tables every start of the program
// would pay for, and read its configuration from a file. What is deprecated of them is that they choose no provider, which is wanted here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

struct DigestStream::State {
    SHA256_CTX context{};
    State() { CHECK(SHA256_Init(&context) == 1, "OpenSSL has SHA-256"); }
};

DigestStream::DigestStream()
    : state_(std::make_unique<State>())
{
}
DigestStream::~DigestStream() = default;
DigestStream::DigestStream(DigestStream&&) noexcept = default;
DigestStream& DigestStream::operator=(DigestStream&&) noexcept = default;

void DigestStream::add(Bytes bytes)
{
    CHECK(SHA256_Update(&state_->context, bytes.data(), bytes.size()) == 1, "a digest takes any bytes");
}

Digest DigestStream::finish()
{
    Digest digest;
    CHECK(SHA256_Final(digest.bytes_.data(), &state_->context) == 1, "a digest ends once");
    return digest;
}

Digest Digest::of(Bytes bytes)
{
    DigestStream stream;
    stream.add(bytes);
    return stream.finish();
}

std::vector<Digest> Digest::of_chunks(Bytes bytes)
{
    std::vector<Digest> digests;
    digests.reserve((bytes.size() + chunk_bytes - 1) / chunk_bytes);
    for (size_t offset = 0; offset < bytes.size(); offset += chunk_bytes)
        digests.push_back(of(bytes.subspan(offset, std::min(chunk_bytes, bytes.size() - offset))));
    return digests;
}

std::string sha1_of(Bytes bytes)
{
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), digest.data());
    std::string hex;
    for (unsigned char const byte : digest) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
}

namespace {

int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

}

Result<Digest> Digest::parse(std::string_view hex)
{
    if (hex.size() != 64)
        return malformed("a SHA-256 digest has 64 hex digits, found " + std::to_string(hex.size()));
    Digest digest;
    for (size_t i = 0; i < 32; ++i) {
        int const high = hex_value(hex[2 * i]);
        int const low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return malformed("a SHA-256 digest has only hex digits");
        digest.bytes_[i] = static_cast<unsigned char>(high << 4 | low);
    }
    return digest;
}

std::string Digest::hex() const
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(64);
    for (unsigned char const byte : bytes_) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}
