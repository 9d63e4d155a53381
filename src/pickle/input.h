#pragma once

#include "base/limits.h"
#include "base/stream.h"

#include <string>

// Where a pickle's bytes come from: bytes in memory, which are read in place, or a stream of pieces, of which nothing is kept. Pickles
// may stand in it one after the other: each run begins where the one before ended.
//
// Promises: memory in proportion to the largest `count` that is asked for and is really there; skipped bytes cost nothing but the
// stream's own time. Offsets count from the first byte of all.
class PickleInput {
public:
    // `bytes` must outlive the input and all that was made of it. Begins at `start`, at most their end.
    explicit PickleInput(Bytes bytes, uint64_t start = 0);
    // `stream` must outlive the input. Fails with exhausted beyond `limits.bytes`.
    explicit PickleInput(ByteStream& stream, Limits const& limits = {});
    PickleInput(PickleInput const&) = delete;
    PickleInput& operator=(PickleInput const&) = delete;

    // Offset of the next byte.
    uint64_t position() const { return window_end_ - window_left(); }
    // Whether taken bytes stay where they are; else they are valid until the next call of anything below.
    bool stays() const { return stream_ == nullptr; }
    // Whether no byte is left: where a pickle ended and this is false, something follows it.
    Result<bool> at_end();

    // The next `count` bytes, in one piece; fewer only where the input ends.
    Result<Bytes> take(uint64_t count)
    {
        if (count > window_left())
            return take_across(count);
        Bytes const taken(cursor_, count);
        cursor_ += count;
        return taken;
    }
    // Between one byte and `most` bytes, as they lie there; none at the end only.
    Result<Bytes> take_some(uint64_t most);

    struct Line {
        std::string_view text; // without its newline; the first part where it is longer than what was to be kept
        uint64_t length = 0; // of the line, without its newline
        char last = 0; // its last character
        bool is_ended = false; // by a newline, not by the end of the input
    };
    // Of a stream at most `most_kept` bytes are kept.
    Result<Line> take_line(uint64_t most_kept);

private:
    uint64_t window_left() const { return static_cast<uint64_t>(window_stop_ - cursor_); }
    Result<Bytes> take_across(uint64_t count);
    // Makes the next piece the window, which must be used up. False at the end.
    Result<bool> pull();

    ByteStream* stream_ = nullptr;
    uint64_t most_bytes_ = 0;
    std::byte const* cursor_ = nullptr;
    std::byte const* window_stop_ = nullptr;
    uint64_t window_end_ = 0; // offset of window_stop_
    std::string joined_; // what lay across pieces
};
