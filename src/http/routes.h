#pragma once

#include "http/message.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// The one table of what a server answers. What is not in it is 404; a path that is in it under other methods is 405 with Allow.

// Answers now or later; must not block the thread it is called on, nor throw.
using HttpHandler = std::function<void(HttpRequest request, HttpCompletion reply)>;
// Looks at a request whose body has not been read yet; a reply is final, nothing lets the request pass.
using HttpGate = std::function<std::optional<HttpReply>(HttpRequest const& head)>;

enum class HttpAccess : uint8_t {
    key_holder, // where the server has keys, the request must carry one
    anyone,
};

struct HttpRoute {
    std::string method; // "GET" answers HEAD as well
    std::string path; // "/predict/{name}": a part in braces takes any one segment that is not empty
    uint64_t body_bytes = 0; // the largest body; HttpLimits::body_bytes holds too
    HttpAccess access = HttpAccess::key_holder;
    bool audit = false; // the observer of requests shall keep this one
    HttpHandler handler;
    HttpGate gate = nullptr; // may be empty
};

struct HttpRouteMatch {
    HttpRoute const* route = nullptr; // null: refused
    HttpFields arguments;
    std::string allow; // "GET, HEAD": the methods that the path has; empty: the path is not there
};

class HttpRouteTable {
public:
    // How a refusal is told: `path` is the decoded path, or what was sent where it could not be read. Dialects differ in this.
    using RefusalForm = std::function<HttpReply(std::string_view path, HttpRefusal refusal)>;

    // Two routes of one method and path, and paths that do not start with a slash, are our own bugs (CHECK).
    explicit HttpRouteTable(std::vector<HttpRoute> routes, RefusalForm refusal_form = nullptr);

    HttpRouteMatch match(std::string_view method, std::string_view path) const;
    // {"detail": "Not Found"} unless another form was given.
    HttpReply refusal(std::string_view path, HttpRefusal refusal) const;
    std::vector<HttpRoute> const& routes() const { return routes_; }

private:
    std::vector<HttpRoute> routes_;
    RefusalForm refusal_form_;
};
