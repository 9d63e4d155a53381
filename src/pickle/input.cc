#include "pickle/input.h"

#include <algorithm>
#include <cstring>

PickleInput::PickleInput(Bytes bytes, uint64_t start)
    : cursor_(bytes.data() + start),
      window_stop_(bytes.data() + bytes.size()),
      window_end_(bytes.size())
{
    CHECK(start <= bytes.size(), "a pickle starts among the bytes");
}

PickleInput::PickleInput(ByteStream& stream, Limits const& limits)
    : stream_(&stream),
      most_bytes_(limits.bytes)
{
}

Result<bool> PickleInput::pull()
{
    if (!stream_)
        return false;
    Bytes const piece = TRY(stream_->next());
    cursor_ = piece.data();
    window_stop_ = piece.data() + piece.size();
    if (piece.size() > most_bytes_ - window_end_)
        return exhausted("a stream of more than " + std::to_string(most_bytes_) + " bytes, which is the limit");
    window_end_ += piece.size();
    return !piece.empty();
}

Result<bool> PickleInput::at_end()
{
    if (window_left() != 0)
        return false;
    return !TRY(pull());
}

Result<Bytes> PickleInput::take_some(uint64_t most)
{
    if (window_left() == 0 && !TRY(pull()))
        return Bytes();
    Bytes const taken(cursor_, std::min(most, window_left()));
    cursor_ += taken.size();
    return taken;
}

Result<Bytes> PickleInput::take_across(uint64_t count)
{
    if (!stream_)
        return take_some(count);
    joined_.clear();
    while (joined_.size() < count) {
        Bytes const piece = TRY(take_some(count - joined_.size()));
        if (piece.empty())
            break;
        joined_ += text_of(piece);
    }
    return bytes_of(joined_);
}

Result<PickleInput::Line> PickleInput::take_line(uint64_t most_kept)
{
    Line line;
    joined_.clear();
    for (bool is_first = true;; is_first = false) {
        auto const* const newline = window_left() == 0 ? nullptr : static_cast<std::byte const*>(std::memchr(cursor_, '\n', window_left()));
        auto const part = text_of(Bytes(cursor_, newline ? newline : window_stop_));
        cursor_ = newline ? newline + 1 : window_stop_;
        line.length += part.size();
        line.last = part.empty() ? line.last : part.back();
        line.is_ended = newline != nullptr;
        if (is_first && (newline || !stream_)) { // it lies in one piece
            line.text = stream_ ? part.substr(0, most_kept) : part;
            return line;
        }
        joined_ += part.substr(0, most_kept - joined_.size());
        if (newline || !TRY(pull())) {
            line.text = joined_;
            return line;
        }
    }
}
