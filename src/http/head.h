#pragma once

#include "http/limits.h"
#include "http/refused.h"

#include <cstdint>
#include <string>
#include <string_view>

// The heads of HTTP/1 messages as pure functions: a request's is read strictly, a reply's is written.
//
// Refuses, where RFC 9112 lets a server choose, what two servers in a row could understand differently: bare CR, LF and NUL,
// folded lines, blanks before a colon, more or less than one Host, a Content-Length that is not digits alone or stands twice,
// Content-Length beside Transfer-Encoding, any transfer coding but `chunked` on HTTP/1.1, targets that are not paths.

enum class HttpBodyForm : uint8_t {
    none,
    sized, // content_length bytes follow
    chunked, // chunked_body.h
};

struct HttpRequestHead {
    HttpRequest request; // without body, client and id
    HttpBodyForm body = HttpBodyForm::none;
    uint64_t content_length = 0;
    bool keep_alive = true;
    bool expects_continue = false; // the client waits for 100 before it sends the body
};

// The length of the head at the front of `bytes`, its blank line included; 0 while the blank line is not there yet. `seen` bytes
// were looked at by an earlier call. Refuses at once what no later byte can mend.
HttpResult<size_t> find_head(std::string_view bytes, size_t seen, HttpLimits const& limits);

// Reads a head that find_head() measured.
HttpResult<HttpRequestHead> read_request_head(std::string_view head, HttpLimits const& limits);

// What stands where a request's target belongs, whatever the rest: for telling a refusal in the form that those expect who ask there.
std::string target_as_sent(std::string_view head);

struct HttpReplyFrame {
    bool keep_alive = true;
    std::string_view date; // as in the Date field: date_text()
    std::string_view id;
};

// Status line and fields up to the blank line. Control characters in field values become blanks, so that a value can never start a
// field of its own.
std::string reply_head(HttpReply const& reply, HttpReplyFrame const& frame);

// "Sun, 06 Nov 1994 08:49:37 GMT" for seconds since 1970. Source: RFC 9110, 5.6.7.
std::string date_text(int64_t unix_seconds);
