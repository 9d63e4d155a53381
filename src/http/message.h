#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// HTTP requests and replies as plain values, without sockets.
//
// Promises: a request that a handler sees has passed every rule of the strict reader (head.h); its path is decoded, is valid UTF-8
// without NUL, and holds no "." or ".." segment and no encoded slash.
// Refuses: nothing itself; what is refused on the way here ends as an HttpRefusal.

struct HttpField {
    std::string name;
    std::string value;
};

using HttpFields = std::vector<HttpField>;

// The first field of that name, letters compared without case; nothing where there is none.
std::optional<std::string_view> field_of(HttpFields const& fields, std::string_view name);
// ASCII letters compared without case.
bool equal_without_case(std::string_view a, std::string_view b);

struct HttpRequest {
    std::string method; // as sent: "GET"
    std::string target; // as sent: "/predict/a%20b?x=1"
    std::string path; // decoded: "/predict/a b"
    HttpFields query; // decoded, in the order sent
    HttpFields arguments; // what stood at the {names} of the route's pattern, decoded
    HttpFields fields; // header fields in the order sent, values without surrounding blanks
    std::string body; // transfer coding removed, content coding as sent
    std::string client; // the peer's address, without port
    std::string id; // 16 random hex digits; the reply carries it as x-request-id
};

struct HttpReply {
    int status = 200;
    HttpFields fields; // without content-length, connection, date and x-request-id: the server writes those
    std::string body;
};

HttpReply json_reply(int status, std::string body);
HttpReply text_reply(int status, std::string body);

// A request that is turned away: the status, and a fixed text that holds nothing of the request and nothing of ours.
struct HttpRefusal {
    int status;
    std::string_view text;
};

// "Not Found" for 404; "Unknown" for a number without a registered phrase. Source: RFC 9110, 15.
std::string_view phrase_of(int status);

// What a handler gives its reply to: once, from any thread, at any time. One that is destroyed without a reply answers 500; a reply
// that comes after the request's deadline, or after its connection has gone, is dropped.
class HttpCompletion {
public:
    explicit HttpCompletion(std::function<void(HttpReply)> take)
        : take_(std::move(take))
    {
    }
    HttpCompletion(HttpCompletion&& other) noexcept
        : take_(std::exchange(other.take_, nullptr))
    {
    }
    HttpCompletion& operator=(HttpCompletion&& other) noexcept
    {
        std::swap(take_, other.take_); // what stood here is told when `other` goes
        return *this;
    }
    ~HttpCompletion();

    // The second call and later ones do nothing.
    void operator()(HttpReply reply);

private:
    std::function<void(HttpReply)> take_;
};
