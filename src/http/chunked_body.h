#pragma once

#include "http/limits.h"
#include "http/refused.h"

#include <cstdint>
#include <string>
#include <string_view>

// Takes a chunked body apart as it comes in, whatever the pieces. A chunk costs constant work beside its bytes and allocates
// nothing of its own; extensions and trailers are checked and dropped.
//
// Refuses: sizes that are not 1 to 16 hex digits, extensions beyond the limit, trailers longer than a head may be, any line that
// does not end with CR LF, control characters, a body beyond the limit. Source: RFC 9112, 7.1.
class ChunkedBody {
public:
    ChunkedBody(uint64_t body_bytes, HttpLimits const& limits)
        : body_bytes_left_(body_bytes),
          extension_bytes_(limits.chunk_extension_bytes),
          trailer_bytes_left_(limits.head_bytes)
    {
    }

    // Takes from the front of `bytes` what belongs to the body, appends what it carries to `body`, and answers how many bytes it took:
    // all of them, unless the body ended before.
    HttpResult<size_t> take(std::string_view bytes, std::string& body);
    bool done() const { return state_ == State::done; }

private:
    enum class State : uint8_t {
        size,
        extension,
        size_line_feed,
        data,
        data_return,
        data_line_feed,
        trailer_start,
        trailer,
        trailer_line_feed,
        last_line_feed,
        done,
    };

    HttpResult<void> take_byte(char byte);
    HttpResult<void> take_size_byte(char byte);
    HttpResult<void> take_trailer_byte(char byte);
    HttpResult<void> end_size_line();

    State state_ = State::size;
    uint32_t digits_ = 0;
    uint32_t extension_seen_ = 0;
    uint64_t chunk_left_ = 0;
    uint64_t body_bytes_left_;
    uint32_t extension_bytes_;
    uint32_t trailer_bytes_left_;
};
