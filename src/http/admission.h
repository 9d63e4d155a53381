#pragma once

#include "http/head.h"
#include "http/keys.h"
#include "http/routes.h"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is decided about a request before its body is read, and about a connection before its request is.

// What a request is judged by.
struct HttpRules {
    std::vector<std::string> allowed_hosts; // empty: any
    std::optional<HttpKeys> keys;
    uint64_t body_bytes = 0;
};

// A request that may go on, or the reply that ends it.
struct HttpJudgement {
    HttpRoute const* route = nullptr; // null where the request matched none
    std::optional<HttpReply> refusal;
};

// Asks in this order: Host and Origin (403), path (404), method (405), key (401), body length (413), the route's gate. Fills the request's arguments.
HttpJudgement judge_request(HttpRequestHead& head, HttpRouteTable const& routes, HttpRules const& rules);

// How many connections each client has. Safe to use from many threads.
class ClientCounts {
public:
    explicit ClientCounts(uint32_t most)
        : most_(most)
    {
    }
    // Whether `client` may have one more; then it has. Each success wants one leave().
    bool enter(std::string const& client);
    void leave(std::string const& client);

private:
    std::mutex mutex_;
    std::map<std::string, uint32_t> counts_;
    uint32_t most_;
};

// Request ids: 64 random bits each, as 16 hex digits. Not for secrets.
class RequestIds {
public:
    std::string next();

private:
    std::array<uint64_t, 64> numbers_{};
    size_t used_ = 64;
};
