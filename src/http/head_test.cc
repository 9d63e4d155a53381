#include "http/head.h"

#include <gtest/gtest.h>

namespace {

// "METHOD path?name=value;... [name: value]... body-form" of what was read, or the refusal.
std::string answer(std::string_view bytes, HttpLimits const& limits = {})
{
    auto const length = find_head(bytes, 0, limits);
    if (!length)
        return std::to_string(length.error().status) + " " + std::string(length.error().text);
    if (*length == 0)
        return "not yet";
    auto const head = read_request_head(bytes.substr(0, *length), limits);
    if (!head)
        return std::to_string(head.error().status) + " " + std::string(head.error().text);
    std::string text = head->request.method + " " + head->request.path;
    for (auto const& parameter : head->request.query)
        text += " " + parameter.name + "=" + parameter.value;
    if (head->body == HttpBodyForm::sized)
        text += " +" + std::to_string(head->content_length);
    if (head->body == HttpBodyForm::chunked)
        text += " chunked";
    if (head->expects_continue)
        text += " expects";
    if (!head->keep_alive)
        text += " close";
    return text;
}

std::string get(std::string_view target) { return answer("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n"); }
std::string post(std::string_view fields) { return answer("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n"); }

struct Case {
    char const* name;
    std::string bytes;
    char const* answer;
};

Case const heads[] = {
    {"a plain request is read", "GET /health HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", "GET /health"},
    {"what follows the blank line is not looked at", "GET / HTTP/1.1\r\nHost: a\r\n\r\n\n\0", "GET /"},
    {"half a head is waited for", "GET / HTTP/1.1\r\nHost: a\r\n", "not yet"},
    {"HTTP/1.0 closes unless it is asked not to", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / close"},
    {"HTTP/1.0 may be kept alive", "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n", "GET /"},
    {"HTTP/1.1 may ask to close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n", "GET / close"},
    {"an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET /"},
    {"another major version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 HTTP Version Not Supported"},
    {"no version", "GET /\r\nHost: a\r\n\r\n", "400 a request line that is not METHOD TARGET HTTP/1.1"},
    {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", "400 a request line that is not METHOD TARGET HTTP/1.1"},
    {"two blanks in the request line", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400 a request target that is not a path"},
    {"a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 a request line that is not METHOD TARGET HTTP/1.1"},
    {"an empty line in front", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 an empty request line"},
    {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", "400 a line that does not end with CR LF"},
    {"bare CR", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "400 a CR without LF"},
    {"NUL", std::string("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", 28), "400 a NUL in the head"},
    {"a TLS hello", std::string("\x16\x03\x01\x00\xa5", 5), "400 a NUL in the head"},
    {"a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "400 a folded header line"},
    {"a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400 a folded header line"},
    {"a blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400 a header line without a valid name"},
    {"no colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", "400 a header line without a valid name"},
    {"no name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "400 a header line without a valid name"},
    {"a name that is no token", "GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n", "400 a header line without a valid name"},
    {"a control character in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\x01\r\n\r\n", "400 a control character in a header value"},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", "400 no Host"},
    {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400 a Host that is not a name or an address"},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "400 more than one Host"},
    {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400 a Host that is not a name or an address"},
    {"a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "400 a Host that is not a name or an address"},
};

TEST(HttpHead, is_read_strictly)
{
    for (auto const& c : heads)
        EXPECT_EQ(answer(c.bytes), c.answer) << c.name;
}

Case const targets[] = {
    {"an escape is decoded", "/a%20b/%C3%A9", "GET /a b/\xc3\xa9"},
    {"a query is decoded", "/x?a=1&b=c+d%26&e&&=f", "GET /x a=1 b=c d& e= =f"},
    {"an encoded slash", "/a%2Fb", "400 a path that is not in its plain form"},
    {"an encoded backslash", "/a%5cb", "400 a path that is not in its plain form"},
    {"a dot segment", "/a/../b", "400 a path that is not in its plain form"},
    {"an encoded dot segment", "/a/%2e%2E/b", "400 a path that is not in its plain form"},
    {"one dot", "/./b", "400 a path that is not in its plain form"},
    {"an encoded NUL", "/a%00", "400 a target that is not UTF-8 text"},
    {"an overlong slash", "/a%c0%af", "400 a target that is not UTF-8 text"},
    {"a surrogate", "/%ed%a0%80", "400 a target that is not UTF-8 text"},
    {"half an escape", "/a%2", "400 a percent sign without two hex digits"},
    {"a false escape", "/a%zz", "400 a percent sign without two hex digits"},
    {"an absolute URI", "http://a/", "400 a request target that is not a path"},
    {"an asterisk", "*", "400 a request target that is not a path"},
    {"a fragment", "/a#b", "400 a request target that is not a path"},
    {"bytes beyond ASCII", "/\xc3\xa9", "400 a request target that is not a path"},
    {"a blank", "/a b", "400 a request target that is not a path"},
};

TEST(HttpHead, takes_paths_only)
{
    for (auto const& c : targets)
        EXPECT_EQ(get(c.bytes), c.answer) << c.name;
    std::string many = "/?";
    for (int number = 0; number < 65; ++number)
        many += "a=1&";
    EXPECT_EQ(get(many), "400 too many query parameters");
}

Case const framings[] = {
    {"a length", "Content-Length: 12\r\n", "POST / +12"},
    {"no body", "Content-Length: 0\r\n", "POST /"},
    {"chunks", "Transfer-Encoding: chunked\r\n", "POST / chunked"},
    {"the client waits", "Content-Length: 1\r\nExpect: 100-Continue\r\n", "POST / +1 expects"},
    {"nothing to wait for", "Expect: 100-continue\r\n", "POST /"},
    {"another expectation", "Content-Length: 1\r\nExpect: tea\r\n", "417 an expectation other than 100-continue"},
    {"a length beside chunks", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "400 Content-Length beside Transfer-Encoding"},
    {"chunks beside a length", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "400 Content-Length beside Transfer-Encoding"},
    {"the same length twice", "Content-Length: 1\r\nContent-Length: 1\r\n", "400 more than one Content-Length"},
    {"a list of lengths", "Content-Length: 1, 1\r\n", "400 a Content-Length that is not a number"},
    {"a signed length", "Content-Length: +1\r\n", "400 a Content-Length that is not a number"},
    {"a negative length", "Content-Length: -1\r\n", "400 a Content-Length that is not a number"},
    {"a hexadecimal length", "Content-Length: 0x1\r\n", "400 a Content-Length that is not a number"},
    {"an empty length", "Content-Length:\r\n", "400 a Content-Length that is not a number"},
    {"a length that no number holds", "Content-Length: 99999999999999999999\r\n", "413 Content Too Large"},
    {"chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "400 more than one Transfer-Encoding"},
    {"a list of codings", "Transfer-Encoding: gzip, chunked\r\n", "501 a transfer coding other than chunked"},
    {"chunks and more", "Transfer-Encoding: chunked, identity\r\n", "501 a transfer coding other than chunked"},
    {"almost chunked", "Transfer-Encoding: xchunked\r\n", "501 a transfer coding other than chunked"},
    {"another spelling of chunked", "Transfer-Encoding: Chunked\r\n", "501 a transfer coding other than chunked"},
    {"a vertical tab beside chunked", "Transfer-Encoding: \x0b"
                                      "chunked\r\n",
        "400 a control character in a header value"},
    {"an empty coding", "Transfer-Encoding:\r\n", "501 a transfer coding other than chunked"},
    {"a blank before the colon of a length", "Content-Length : 1\r\n", "400 a header line without a valid name"},
};

TEST(HttpHead, frames_bodies_without_a_doubt)
{
    for (auto const& c : framings)
        EXPECT_EQ(post(c.bytes), c.answer) << c.name;
    EXPECT_EQ(answer("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), "400 Transfer-Encoding in HTTP/1.0");
}

TEST(HttpHead, is_bounded)
{
    EXPECT_EQ(get("/" + std::string(16 << 10, 'a')), "414 URI Too Long");
    EXPECT_EQ(answer(std::string(20'000, 'a')), "414 URI Too Long");
    EXPECT_EQ(post("X: " + std::string(16 << 10, 'a') + "\r\n"), "431 Request Header Fields Too Large");
    std::string fields;
    for (int number = 0; number < 63; ++number) // and Host
        fields += "X: a\r\n";
    EXPECT_EQ(post(fields), "POST /");
    EXPECT_EQ(post(fields + "X: a\r\n"), "431 Request Header Fields Too Large");
}

TEST(HttpHead, is_found_alike_in_any_pieces)
{
    std::string const bytes = "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    for (size_t piece = 1; piece < 9; ++piece) {
        size_t seen = 0;
        size_t found = 0;
        for (size_t end = piece; found == 0 && seen < bytes.size(); end = std::min(end + piece, bytes.size())) {
            auto const length = find_head(std::string_view(bytes).substr(0, end), seen, {});
            ASSERT_TRUE(length.has_value());
            found = *length;
            seen = end;
        }
        EXPECT_EQ(found, bytes.size() - 3) << piece;
    }
}

TEST(HttpHead, survives_any_byte_being_any_other)
{
    std::string const bytes = "POST /p?a=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
    for (size_t place = 0; place < bytes.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = bytes;
            changed[place] = static_cast<char>(byte);
            answer(changed);
        }
}

TEST(HttpHead, of_a_reply_is_written)
{
    auto reply = json_reply(200, "{}");
    reply.fields.push_back({"x-name", "a\r\nset-cookie: b"});
    EXPECT_EQ(reply_head(reply, {true, "D", "I"}),
        "HTTP/1.1 200 OK\r\ndate: D\r\nx-request-id: I\r\nx-content-type-options: nosniff\r\ncontent-length: 2\r\nconnection: keep-alive\r\ncontent-type: application/json\r\nx-name: a  set-cookie: b\r\n\r\n");
    EXPECT_EQ(reply_head({204, {}, {}}, {false, "D", "I"}), "HTTP/1.1 204 No Content\r\ndate: D\r\nx-request-id: I\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n");
    EXPECT_EQ(date_text(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}
