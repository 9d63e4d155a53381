#include "http/chunked_body.h"

#include <algorithm>

namespace {

constexpr uint32_t most_size_digits = 16;

tl::unexpected<HttpRefusal> bad_chunk(std::string_view text) { return refuse_with(400, text); }

bool is_line_byte(char byte) { return byte == '\t' || (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f); }

int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    char const lower = static_cast<char>(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}

HttpResult<size_t> ChunkedBody::take(std::string_view bytes, std::string& body)
{
    size_t taken = 0;
    while (taken < bytes.size() && state_ != State::done) {
        if (state_ != State::data) {
            TRY(take_byte(bytes[taken++]));
            continue;
        }
        auto const piece = bytes.substr(taken, std::min<uint64_t>(chunk_left_, bytes.size() - taken));
        body.append(piece);
        taken += piece.size();
        chunk_left_ -= piece.size();
        if (chunk_left_ == 0)
            state_ = State::data_return;
    }
    return taken;
}

HttpResult<void> ChunkedBody::take_byte(char byte)
{
    switch (state_) {
    case State::size:
    case State::extension:
        return take_size_byte(byte);
    case State::size_line_feed:
        if (byte != '\n')
            return bad_chunk("a CR without LF in a chunk's size line");
        return end_size_line();
    case State::data_return:
        if (byte != '\r')
            return bad_chunk("a chunk longer than its size");
        state_ = State::data_line_feed;
        return {};
    case State::data_line_feed:
        if (byte != '\n')
            return bad_chunk("a chunk longer than its size");
        state_ = State::size;
        return {};
    default:
        return take_trailer_byte(byte);
    }
}

HttpResult<void> ChunkedBody::take_size_byte(char byte)
{
    if (byte == '\r' && digits_ > 0) {
        state_ = State::size_line_feed;
        return {};
    }
    if (state_ == State::extension) {
        if (!is_line_byte(byte))
            return bad_chunk("a control character in a chunk extension");
        if (++extension_seen_ > extension_bytes_)
            return bad_chunk("chunk extensions beyond the limit");
        return {};
    }
    if (byte == ';' && digits_ > 0) {
        state_ = State::extension;
        return {};
    }
    int const value = hex_digit(byte);
    if (value < 0 || digits_ == most_size_digits)
        return bad_chunk("a chunk size that is not 1 to 16 hex digits");
    chunk_left_ = chunk_left_ * 16 + static_cast<uint64_t>(value);
    ++digits_;
    return {};
}

HttpResult<void> ChunkedBody::end_size_line()
{
    if (chunk_left_ > body_bytes_left_)
        return refuse_with(413, phrase_of(413));
    body_bytes_left_ -= chunk_left_;
    state_ = chunk_left_ == 0 ? State::trailer_start : State::data;
    digits_ = 0;
    extension_seen_ = 0;
    return {};
}

HttpResult<void> ChunkedBody::take_trailer_byte(char byte)
{
    if (state_ == State::trailer_line_feed || state_ == State::last_line_feed) {
        if (byte != '\n')
            return bad_chunk("a CR without LF in a trailer");
        state_ = state_ == State::last_line_feed ? State::done : State::trailer_start;
        return {};
    }
    if (trailer_bytes_left_-- == 0)
        return refuse_with(431, phrase_of(431));
    if (byte == '\r')
        state_ = state_ == State::trailer_start ? State::last_line_feed : State::trailer_line_feed;
    else if (!is_line_byte(byte) || (state_ == State::trailer_start && (byte == ' ' || byte == '\t')))
        return bad_chunk("a trailer that is not a header line");
    else
        state_ = State::trailer;
    return {};
}
