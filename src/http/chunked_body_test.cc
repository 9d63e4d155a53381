#include "http/chunked_body.h"

#include <gtest/gtest.h>

namespace {

// The body in quotes and what was left over, "more" where it has not ended, or the refusal; the same for every size of piece.
std::string answer(std::string const& bytes, uint64_t body_bytes = 1'000, HttpLimits const& limits = {})
{
    std::string first;
    for (size_t piece = bytes.size(); piece > 0; --piece) {
        ChunkedBody chunked(body_bytes, limits);
        std::string body;
        std::string told;
        size_t place = 0;
        while (told.empty() && place < bytes.size() && !chunked.done()) {
            auto const taken = chunked.take(std::string_view(bytes).substr(place, piece), body);
            if (taken)
                place += *taken;
            else
                told = std::to_string(taken.error().status) + " " + std::string(taken.error().text);
        }
        if (told.empty())
            told = chunked.done() ? "\"" + body + "\"" + bytes.substr(place) : "more";
        if (piece == bytes.size())
            first = told;
        EXPECT_EQ(told, first) << "in pieces of " << piece;
    }
    return first;
}

struct Case {
    char const* name;
    std::string bytes;
    char const* answer;
};

Case const cases[] = {
    {"an empty body", "0\r\n\r\n", "\"\""},
    {"two chunks", "3\r\nabc\r\n02\r\nde\r\n0\r\n\r\n", "\"abcde\""},
    {"what follows belongs to the next request", "1\r\na\r\n0\r\n\r\nGET /", "\"a\"GET /"},
    {"hex digits of either case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "\"01234567890123456789\""},
    {"extensions are dropped", "1;x=\"y\";z\r\na\r\n0;q\r\n\r\n", "\"a\""},
    {"trailers are dropped", "0\r\nContent-Length: 5\r\nX: y\r\n\r\n", "\"\""},
    {"half a body", "3\r\nab", "more"},
    {"16 digits", "0000000000000001\r\na\r\n0\r\n\r\n", "\"a\""},
    {"17 digits", "00000000000000001\r\na\r\n0\r\n\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"a size beyond the limit", "FFFFFFFFFFFFFFFF\r\n", "413 Content Too Large"},
    {"chunks beyond the limit together", "258\r\n" + std::string(600, 'a') + "\r\n258\r\n", "413 Content Too Large"},
    {"no size", "\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"a signed size", "+1\r\na\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"a size with 0x", "0x1\r\na\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"a blank before a size", " 1\r\na\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"a blank after a size", "1 \r\na\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"an underscore in a size", "1_0\r\na\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"bare LF after a size", "1\na\r\n", "400 a chunk size that is not 1 to 16 hex digits"},
    {"bare CR after a size", "1\rXa\r\n", "400 a CR without LF in a chunk's size line"},
    {"bare LF in an extension", "1;a\na\r\n0\r\n\r\n", "400 a control character in a chunk extension"},
    {"NUL in an extension", std::string("1;a\0\r\n", 6), "400 a control character in a chunk extension"},
    {"a chunk longer than its size", "1\r\nab\r\n", "400 a chunk longer than its size"},
    {"bare LF after a chunk", "1\r\na\n0\r\n\r\n", "400 a chunk longer than its size"},
    {"bare CR after a chunk", "1\r\na\r0\r\n\r\n", "400 a chunk longer than its size"},
    {"bare LF in a trailer", "0\r\nX: y\n\r\n", "400 a trailer that is not a header line"},
    {"a folded trailer", "0\r\n X: y\r\n\r\n", "400 a trailer that is not a header line"},
    {"bare CR at the end", "0\r\n\rX", "400 a CR without LF in a trailer"},
};

TEST(ChunkedBody, is_read_strictly_in_any_pieces)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.bytes), c.answer) << c.name;
}

TEST(ChunkedBody, is_bounded)
{
    EXPECT_EQ(answer("1;" + std::string(256, 'x') + "\r\na\r\n0\r\n\r\n"), "\"a\"");
    EXPECT_EQ(answer("1;" + std::string(257, 'x') + "\r\na\r\n0\r\n\r\n"), "400 chunk extensions beyond the limit");
    HttpLimits small;
    small.head_bytes = 16;
    EXPECT_EQ(answer("0\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\n\r\n", 1'000, small), "431 Request Header Fields Too Large");
}

}
