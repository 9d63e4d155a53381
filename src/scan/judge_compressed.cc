#include "scan/judgement.h"

#include "files/compression.h"
#include "files/spool.h"

#include <algorithm>
#include <utility>

// One compressed stream. A pickle in it is judged as it comes out, whatever its size; anything else is unpacked as a whole first.

namespace {

constexpr size_t head_bytes = 512;

bool begins_pickle(Bytes bytes) { return bytes.size() >= 2 && bytes[0] == std::byte{0x80} && bytes[1] >= std::byte{2} && bytes[1] <= std::byte{5}; }

// A stream whose first piece was looked at already.
class Replay : public ByteStream {
public:
    Replay(Bytes head, ByteStream& rest)
        : head_(head),
          rest_(rest)
    {
    }
    Result<Bytes> next() override { return head_.empty() ? rest_.next() : Result<Bytes>(std::exchange(head_, Bytes())); }

private:
    Bytes head_;
    ByteStream& rest_;
};

// What the packed bytes tell once all was unpacked.
void judge_end(Judgement& judgement, Decompressor& stream)
{
    judgement.spend(stream.unpacked_bytes());
    auto const left_over = stream.left_over();
    if (judgement.succeeded(left_over) && left_over->bytes != 0)
        judgement.add("trailing-bytes", std::to_string(left_over->bytes) + " bytes follow the compressed data", {"byte " + std::to_string(stream.packed_bytes())});
    if (stream.skipped_bytes() != 0)
        judgement.add("trailing-bytes", std::to_string(stream.skipped_bytes()) + " bytes stand in frames that every reader skips");
}

// To the end, whatever a reader left: damage and what follows count too. A failure that was told already is told once.
bool drain(Judgement& judgement, Decompressor& stream)
{
    for (;;) {
        auto const piece = stream.next();
        if (!judgement.succeeded(piece))
            return false;
        if (piece->empty())
            return true;
    }
}

}

void judge_compressed(Judgement& judgement, SharedBytes const& file)
{
    auto const compression = compression_of(file.bytes().first(std::min(file.size(), head_bytes)));
    if (!compression)
        return judgement.add("not-judged-yet", "a compression that is named and not unpacked yet");
    Judgement::Place const inside(judgement, "unpacked from " + std::string(name_of(*compression)));
    Limits const limits = judgement.limits();
    auto const open = [&] { return std::make_unique<Decompressor>(*compression, file, limits); };

    auto const stream = open();
    auto const head = stream->next();
    if (!judgement.succeeded(head))
        return;
    Replay content(*head, *stream);
    if (begins_pickle(*head))
        judge_pickle_stream(judgement, content, open);
    else if (auto const whole = spool(content, judgement.options().temporary_folder, limits); judgement.succeeded(whole))
        judgement.judge_inside(*whole, "its content", Judgement::Role::member);
    if (drain(judgement, *stream))
        judge_end(judgement, *stream);
}
