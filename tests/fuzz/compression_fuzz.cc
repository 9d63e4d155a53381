#include "files/compression.h"

#include "base/check.h"

namespace {

// The packed bytes in pieces of a size.
class Pieces : public ByteStream {
public:
    Pieces(Bytes bytes, size_t piece)
        : bytes_(bytes),
          piece_(piece)
    {
    }
    Result<Bytes> next() override
    {
        auto const piece = bytes_.first(std::min(bytes_.size(), piece_));
        bytes_ = bytes_.subspan(piece.size());
        return piece;
    }

private:
    Bytes bytes_;
    size_t piece_;
};

struct Unpacked {
    std::string text;
    bool broken;
    uint64_t left_over;
    uint64_t packed_bytes;
};

Unpacked drained(Decompressor& decompressor)
{
    Unpacked unpacked{};
    while (true) {
        auto const piece = decompressor.next();
        unpacked.broken = !piece;
        if (!piece)
            return unpacked;
        if (piece->empty())
            break;
        unpacked.text += text_of(*piece);
    }
    auto const left = decompressor.left_over();
    CHECK(left.has_value() && left->head.size() <= left->bytes, "what is left over is told");
    unpacked.left_over = left->bytes;
    unpacked.packed_bytes = decompressor.packed_bytes();
    return unpacked;
}

}

// However the packed bytes come, the same comes out of them and the same is left over; before damage liblzma gives more or less.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    if (size == 0)
        return 0;
    auto const packed = std::as_bytes(std::span(data + 1, size - 1));
    static_cast<void>(compression_of(packed));
    auto const compression = static_cast<Compression>(data[0] % 7);
    Limits limits;
    limits.unpacked_bytes = 1 << 20;
    Decompressor whole(compression, SharedBytes(packed, nullptr), limits);
    auto const one = drained(whole);
    Decompressor pieces(compression, std::make_unique<Pieces>(packed, 1 + data[0] / 7), limits);
    auto const other = drained(pieces);
    CHECK(one.broken == other.broken && one.left_over == other.left_over && one.packed_bytes == other.packed_bytes, "pieces do not matter");
    CHECK(one.broken ? one.text.starts_with(other.text) || other.text.starts_with(one.text) : one.text == other.text, "pieces give the same text");
    return 0;
}
