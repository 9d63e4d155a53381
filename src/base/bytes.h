#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

static_assert(std::endian::native == std::endian::little, "formats here are little-endian and are read in place");

// Bytes that somebody else keeps alive.
using Bytes = std::span<std::byte const>;

inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<char const*>(bytes.data()), bytes.size()}; }
inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// Bytes together with what keeps them alive: a heap block, a mapped file, a part of either. Copies are cheap and share.
class SharedBytes {
public:
    SharedBytes() = default;
    SharedBytes(Bytes bytes, std::shared_ptr<void const> owner)
        : bytes_(bytes),
          owner_(std::move(owner))
    {
    }

    // Takes over any container of trivial elements (std::string, std::vector<float>, std::vector<std::byte>...).
    template <typename Container>
    static SharedBytes take(Container container)
    {
        auto owner = std::make_shared<Container const>(std::move(container));
        auto const bytes = std::as_bytes(std::span(owner->data(), owner->size()));
        return SharedBytes(bytes, std::move(owner));
    }

    Bytes bytes() const { return bytes_; }
    size_t size() const { return bytes_.size(); }
    std::shared_ptr<void const> const& owner() const { return owner_; }
    // `offset + count` must not pass size(): compare first.
    SharedBytes part(size_t offset, size_t count) const { return SharedBytes(bytes_.subspan(offset, count), owner_); }

private:
    Bytes bytes_;
    std::shared_ptr<void const> owner_;
};
