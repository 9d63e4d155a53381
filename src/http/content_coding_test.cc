#include "http/content_coding.h"

#include <gtest/gtest.h>

#include <optional>

namespace {

constexpr uint64_t most = 100'000;

std::string encoded(std::string const& text, std::string_view accept)
{
    HttpReply reply{200, {}, text};
    encode_reply(reply, accept);
    return reply.body;
}

TEST(ContentCoding, gives_back_what_it_encoded)
{
    std::string const text(5'000, 'a');
    for (std::string const coding : {"gzip", "deflate"}) {
        HttpReply reply{200, {}, text};
        encode_reply(reply, coding);
        EXPECT_LT(reply.body.size(), 200u);
        EXPECT_EQ(field_of(reply.fields, "content-encoding"), coding);
        EXPECT_EQ(decoded_body(reply.body, coding, most).value_or(""), text);
    }
    EXPECT_EQ(decoded_body("plain", "identity", most).value_or(""), "plain");
    EXPECT_EQ(decoded_body("plain", "", most).value_or(""), "plain");
}

TEST(ContentCoding, encodes_what_is_asked_for_by_name)
{
    std::string const text(5'000, 'a');
    struct Case {
        char const* accept;
        bool encoded;
    };
    for (auto const& c : {Case{"gzip", true}, Case{"GZIP", true}, Case{"br, gzip;q=0.5", true}, Case{" deflate ", true}, Case{"gzip;q=0", false}, Case{"gzip;q=0.0, br", false}, Case{"gzip;q=0.01", true},
             Case{"", false}, Case{"identity", false}, Case{"*", false}, Case{"br", false}, Case{",,", false}})
        EXPECT_EQ(encoded(text, c.accept) != text, c.encoded) << c.accept;
    EXPECT_EQ(encoded("short", "gzip"), "short");
}

TEST(ContentCoding, refuses_what_is_broken_or_too_long)
{
    auto const packed = encoded(std::string(5'000, 'a'), "gzip");
    auto const status = [](HttpResult<std::string> const& result) { return result ? 200 : result.error().status; };
    EXPECT_EQ(status(decoded_body(packed, "gzip", 5'000)), 200);
    EXPECT_EQ(status(decoded_body(packed, "gzip", 4'999)), 413);
    EXPECT_EQ(status(decoded_body(packed.substr(0, packed.size() - 1), "gzip", most)), 400);
    EXPECT_EQ(status(decoded_body(packed + "x", "gzip", most)), 400);
    EXPECT_EQ(status(decoded_body("{}", "gzip", most)), 400);
    EXPECT_EQ(status(decoded_body("", "gzip", most)), 400);
    EXPECT_EQ(status(decoded_body(packed, "deflate", most)), 400);
    EXPECT_EQ(status(decoded_body(packed, "br", most)), 415);
    EXPECT_FALSE(is_known_coding("br"));
    EXPECT_TRUE(is_known_coding("x-gzip"));
    auto const bomb = encoded(std::string(50'000'000, 'a'), "gzip");
    EXPECT_EQ(status(decoded_body(bomb, "gzip", most)), 413);
}

}
