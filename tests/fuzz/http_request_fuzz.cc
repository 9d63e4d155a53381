#include "http/chunked_body.h"
#include "http/head.h"

// A request as a server takes it: head, then body. The first byte says in what pieces it comes; pieces may not change the answer.

namespace {

struct Taken {
    bool refused = false;
    size_t head_bytes = 0;
    std::string body;
    bool operator==(Taken const&) const = default;
};

Taken take_request(std::string_view bytes, size_t piece)
{
    HttpLimits const limits;
    Taken taken;
    size_t seen = 0;
    for (size_t end = std::min(piece, bytes.size()); taken.head_bytes == 0; end = std::min(end + piece, bytes.size())) {
        auto const length = find_head(bytes.substr(0, end), seen, limits);
        if (!length)
            return {true, 0, {}};
        taken.head_bytes = *length;
        seen = end;
        if (end == bytes.size())
            break;
    }
    if (taken.head_bytes == 0)
        return taken;
    auto const head = read_request_head(bytes.substr(0, taken.head_bytes), limits);
    if (!head)
        return {true, taken.head_bytes, {}};
    if (head->body != HttpBodyForm::chunked)
        return taken;
    ChunkedBody chunked(1 << 20, limits);
    for (size_t place = taken.head_bytes; place < bytes.size() && !chunked.done();) {
        auto const step = chunked.take(bytes.substr(place, piece), taken.body);
        if (!step)
            return {true, taken.head_bytes, {}};
        place += *step;
    }
    return taken;
}

}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const bytes(reinterpret_cast<char const*>(data) + 1, size - 1);
    auto const whole = take_request(bytes, std::max<size_t>(1, bytes.size()));
    auto const pieces = take_request(bytes, size_t{data[0]} + 1);
    if (!(whole == pieces))
        __builtin_trap();
    return 0;
}
