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

std::string drained(Decompressor& decompressor)
{
    std::string text;
    while (true) {
        auto const piece = decompressor.next();
        if (!piece)
            return text + "\nerror " + std::to_string(static_cast<int>(piece.error().reason));
        if (piece->empty())
            break;
        text += text_of(*piece);
    }
    auto const left = decompressor.left_over();
    CHECK(left.has_value() && left->head.size() <= left->bytes, "what is left over is told");
    return text + "\nleft over " + std::to_string(left->bytes) + " from " + std::to_string(decompressor.packed_bytes());
}

}

// However the packed bytes come, the same comes out of them and the same is left over.
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
    auto const text = drained(whole);
    Decompressor pieces(compression, std::make_unique<Pieces>(packed, 1 + data[0] / 7), limits);
    auto const again = drained(pieces);
    // Where a limit is passed in the midst of a piece that is all lost, the pieces tell.
    CHECK(text == again || text.find("\nerror 9") != std::string::npos, "pieces do not matter");
    return 0;
}
