#pragma once

#include "base/result.h"
#include "http/keys.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/routes.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// An HTTP/1.1 server over plain sockets.
//
// Promises: every limit of HttpLimits holds whatever clients send; a request is judged (host, route, key, gate, length) before its
// body is read, and before 100 Continue is sent; a connection whose framing is in doubt is closed; requests in flight are
// finished when the server is stopped.
// Refuses: TLS, HTTP/2, upgrades, and bodies that the route does not want.

struct HttpExchange {
    std::string method; // empty where the request could not be read
    std::string path;
    std::string client;
    std::string id;
    int status = 0;
    uint64_t request_bytes = 0; // of the body
    uint64_t reply_bytes = 0;
    std::chrono::nanoseconds taken{0};
    bool audit = false;
};

struct HttpServerOptions {
    std::string host = "127.0.0.1"; // an address, or "localhost"
    uint16_t port = 0; // 0: a free one
    uint32_t threads = 1; // event loops; handlers run on them
    HttpLimits limits;
    // Names (without port) that Host and Origin may carry, against DNS rebinding; others get 403. Empty: any.
    std::vector<std::string> allowed_hosts;
    std::optional<HttpKeys> keys; // nothing: every route is open
    // Told of every reply, on the thread of its loop; must be quick.
    std::function<void(HttpExchange const&)> observe;
    // Called on a loop's thread whenever it has handled what had come: what handlers put off is done now, once for all of them. May be empty.
    std::function<void()> settled = nullptr;
};

// What a browser on this machine may call a server on loopback: localhost, 127.0.0.1 and [::1].
std::vector<std::string> loopback_host_names();
// Whether only this machine reaches a server on that address: "localhost", 127.0.0.0/8, ::1.
bool is_loopback_host(std::string_view host);

class HttpServer {
public:
    // Binds and listens; nothing is accepted before run(). Fails with usage where `host` is no address, with unavailable where the
    // port is taken, with forbidden where it may not be used.
    static Result<HttpServer> listen(HttpServerOptions options, HttpRouteTable routes);
    HttpServer(HttpServer&&) noexcept;
    HttpServer& operator=(HttpServer&&) noexcept;
    ~HttpServer(); // run() must have returned, or never been called

    uint16_t port() const;
    std::string const& host() const;
    // Serves until stop() was called and the last connection is done, or limits.drain_ms have passed since then. Call it once.
    void run();
    // From any thread, any number of times, also before run(); not from a signal handler. Accepts no more, closes idle connections,
    // finishes requests in flight.
    void stop();

private:
    struct State;
    explicit HttpServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};
