#include "http/server.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

using std::chrono::milliseconds;

// A client that sends exactly what it is told.
class RawClient {
public:
    explicit RawClient(uint16_t port)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
    }
    ~RawClient() { ::close(socket_); }
    RawClient(RawClient const&) = delete;

    bool connected() const { return connected_; }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            auto const count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0)
                return;
            bytes.remove_prefix(static_cast<size_t>(count));
        }
    }
    void half_close() { ::shutdown(socket_, SHUT_WR); }

    // All that comes until `end` has been seen (nothing: until the server closes), or five seconds have passed.
    std::string receive(std::string_view end = {})
    {
        std::string text;
        pollfd poll{socket_, POLLIN, 0};
        char buffer[4096];
        while ((end.empty() || text.find(end) == std::string::npos) && ::poll(&poll, 1, 5'000) > 0) {
            auto const count = ::recv(socket_, buffer, sizeof buffer, 0);
            if (count <= 0)
                return text + "<closed>";
            text.append(buffer, static_cast<size_t>(count));
        }
        return text;
    }

private:
    int socket_;
    bool connected_ = false;
};

// Replies that wait until they are let go.
class HeldReplies {
public:
    void hold(HttpCompletion reply)
    {
        std::lock_guard const lock(mutex_);
        held_.push_back(std::move(reply));
        changed_.notify_all();
    }
    void wait_for(size_t count)
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(5), [&] { return held_.size() >= count; });
    }
    void let_go()
    {
        std::lock_guard const lock(mutex_);
        for (auto& reply : held_)
            reply(text_reply(200, "late"));
        held_.clear();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<HttpCompletion> held_;
};

// A server of four routes that runs as long as it lives.
class RunningServer {
public:
    explicit RunningServer(HttpServerOptions options = {})
        : server_(HttpServer::listen(std::move(options), routes()).value()),
          thread_([this] { server_.run(); })
    {
    }
    ~RunningServer()
    {
        held.let_go();
        join();
    }

    uint16_t port() const { return server_.port(); }
    void stop() { server_.stop(); }
    void join()
    {
        stop();
        if (thread_.joinable())
            thread_.join();
    }

    // All that is answered to `bytes` up to the server's close.
    std::string answer(std::string_view bytes)
    {
        RawClient client(port());
        client.send(bytes);
        client.half_close();
        return client.receive();
    }

    HeldReplies held;
    std::atomic<int> handled = 0;

private:
    HttpRouteTable routes()
    {
        auto const echo = [this](HttpRequest request, HttpCompletion reply) {
            ++handled;
            reply(text_reply(200, "<" + request.body + ">"));
        };
        auto const hold = [this](HttpRequest, HttpCompletion reply) { held.hold(std::move(reply)); };
        auto const forget = [](HttpRequest, HttpCompletion) {};
        auto const full = [](HttpRequest const&) { return std::optional(text_reply(503, "full")); };
        return HttpRouteTable({
            {"GET", "/", 0, HttpAccess::anyone, false, echo},
            {"POST", "/echo", 1 << 20, HttpAccess::anyone, false, echo},
            {"POST", "/hold", 100, HttpAccess::anyone, false, hold},
            {"POST", "/forget", 100, HttpAccess::anyone, false, forget},
            {"POST", "/full", 1 << 20, HttpAccess::anyone, false, echo, full},
        });
    }

    HttpServer server_;
    std::thread thread_;
};

// The statuses and bodies of the replies in `text`, and whether the connection was closed: "200 <a> 404 {...} closed".
std::string replies_of(std::string_view text)
{
    std::string told;
    while (text.starts_with("HTTP/1.1 ")) {
        told += std::string(text.substr(9, 3)) + " ";
        auto const head = text.substr(0, text.find("\r\n\r\n") + 4);
        auto const place = head.find("content-length: ");
        size_t const length = place == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(place + 16, 10)));
        text.remove_prefix(head.size());
        told += std::string(text.substr(0, length)) + (length > 0 ? " " : "");
        text.remove_prefix(std::min(length, text.size()));
    }
    return told + std::string(text);
}

std::string const next = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct Case {
    char const* name;
    std::string bytes;
    char const* answer;
};

std::string post(std::string_view fields, std::string_view body = {})
{
    return "POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

// Each case is followed by a second request: a server that is unsure where the first one ends must not answer it.
Case const exchanges[] = {
    {"a body of a given length", post("Content-Length: 2\r\n", "ab"), "200 <ab> 200 <> <closed>"},
    {"a body in chunks", post("Transfer-Encoding: chunked\r\n", "1\r\na\r\n1;x\r\nb\r\n0\r\nT: u\r\n\r\n"), "200 <ab> 200 <> <closed>"},
    {"no body", post(""), "200 <> 200 <> <closed>"},
    {"an unknown path", "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "404 {\"detail\":\"Not Found\"} 200 <> <closed>"},
    {"an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "405 {\"detail\":\"Method Not Allowed\"} 200 <> <closed>"},
    {"a refused body that came whole", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", "404 {\"detail\":\"Not Found\"} 200 <> <closed>"},
    {"a gate that is shut", "POST /full HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", "503 full 200 <> <closed>"},
    {"a reply that is forgotten", "POST /forget HTTP/1.1\r\nHost: a\r\n\r\n", "500 {\"detail\":\"Internal Server Error\"} 200 <> <closed>"},
    {"Connection: close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200 <> <closed>"},
    {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "200 <> <closed>"},
    {"a length beside chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 {\"detail\":\"Content-Length beside Transfer-Encoding\"} <closed>"},
    {"two lengths", post("Content-Length: 0\r\nContent-Length: 2\r\n", "ab"), "400 {\"detail\":\"more than one Content-Length\"} <closed>"},
    {"a hidden coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), "501 {\"detail\":\"a transfer coding other than chunked\"} <closed>"},
    {"bad chunks", post("Transfer-Encoding: chunked\r\n", "x\r\n"), "400 {\"detail\":\"a chunk size that is not 1 to 16 hex digits\"} <closed>"},
    {"a chunk that lies", post("Transfer-Encoding: chunked\r\n", "1\r\nabc\r\n0\r\n\r\n"), "400 {\"detail\":\"a chunk longer than its size\"} <closed>"},
    {"a head of noise", std::string(20'000, 'a'), "414 {\"detail\":\"URI Too Long\"} <closed>"},
    {"a length beyond the route's", post("Content-Length: 1048577\r\n"), "413 {\"detail\":\"Content Too Large\"} <closed>"},
    {"chunks beyond the route's", post("Transfer-Encoding: chunked\r\n", "100001\r\n"), "413 {\"detail\":\"Content Too Large\"} <closed>"},
    {"a body for a route without", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "413 {\"detail\":\"Content Too Large\"} <closed>"},
    {"a refused body that is still to come", "POST /full HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nab", "503 full <closed>"},
};

TEST(HttpServer, answers_what_is_plain_and_closes_where_it_is_not)
{
    RunningServer server;
    for (auto const& c : exchanges) {
        auto const answer = server.answer(c.bytes + (c.bytes.find("close") == std::string::npos ? next : ""));
        EXPECT_EQ(replies_of(answer), c.answer) << c.name;
    }
}

TEST(HttpServer, writes_no_body_for_HEAD)
{
    RunningServer server;
    auto const text = server.answer("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(text.find("content-length: 2\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\n<closed>")) << text;
}

TEST(HttpServer, says_in_405_what_is_allowed)
{
    RunningServer server;
    EXPECT_NE(server.answer("PUT / HTTP/1.1\r\nHost: a\r\n\r\n").find("allow: GET, HEAD\r\n"), std::string::npos);
}

TEST(HttpServer, reads_requests_byte_by_byte)
{
    RunningServer server;
    RawClient client(server.port());
    auto const bytes = post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n") + next;
    for (char const byte : bytes)
        client.send(std::string_view(&byte, 1));
    client.half_close();
    EXPECT_EQ(replies_of(client.receive()), "200 <abc> 200 <> <closed>");
}

TEST(HttpServer, takes_large_bodies)
{
    RunningServer server;
    std::string const body(1 << 20, 'x');
    auto const answer = server.answer(post("Content-Length: " + std::to_string(body.size()) + "\r\n", body));
    EXPECT_TRUE(answer.ends_with("<" + body + "><closed>"));
}

TEST(HttpServer, continues_only_where_the_body_is_wanted)
{
    RunningServer server;
    RawClient wanted(server.port());
    wanted.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
    EXPECT_EQ(wanted.receive("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    wanted.send("ab");
    EXPECT_EQ(replies_of(wanted.receive("<ab>")), "200 <ab> ");

    for (auto const& [path, status] : {std::pair{"/x", "404"}, {"/full", "503"}, {"/", "405"}}) {
        RawClient client(server.port());
        client.send("POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        EXPECT_EQ(client.receive("\r\n\r\n").substr(9, 3), status) << path;
    }
    EXPECT_EQ(server.handled, 1);
}

HttpServerOptions with_limits(HttpLimits limits)
{
    HttpServerOptions options;
    options.limits = limits;
    return options;
}

HttpLimits quick()
{
    HttpLimits limits;
    limits.head_ms = limits.body_grace_ms = limits.idle_ms = limits.request_ms = limits.linger_ms = 100;
    return limits;
}

TEST(HttpServer, waits_for_nobody)
{
    RunningServer server(with_limits(quick()));
    struct Slow {
        char const* name;
        std::string bytes;
        char const* answer;
    };
    Slow const cases[] = {
        {"a connection that says nothing", "", "<closed>"},
        {"half a head", "GET / HTTP/1.1\r\nHo", "408 {\"detail\":\"Request Timeout\"} <closed>"},
        {"half a body", post("Content-Length: 9\r\n", "ab"), "408 {\"detail\":\"Request Timeout\"} <closed>"},
        {"half a chunk", post("Transfer-Encoding: chunked\r\n", "9\r\nab"), "408 {\"detail\":\"Request Timeout\"} <closed>"},
        {"an idle connection", next, "200 <> <closed>"},
        {"a handler that takes too long", "POST /hold HTTP/1.1\r\nHost: a\r\n\r\n", "504 {\"detail\":\"Gateway Timeout\"} <closed>"},
    };
    for (auto const& c : cases) {
        RawClient client(server.port());
        client.send(c.bytes);
        auto const start = std::chrono::steady_clock::now();
        EXPECT_EQ(replies_of(client.receive()), c.answer) << c.name;
        EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(2'000)) << c.name;
    }
}

TEST(HttpServer, drops_replies_that_come_too_late)
{
    RunningServer server(with_limits(quick()));
    RawClient client(server.port());
    client.send("POST /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(replies_of(client.receive("Timeout\"}")), "504 {\"detail\":\"Gateway Timeout\"} ");
    server.held.let_go();
    client.send(next);
    EXPECT_EQ(replies_of(client.receive("<>")), "200 <> ");
}

// One byte a moment keeps the connection busy, but not at the rate that is asked for.
TEST(HttpServer, wants_bodies_at_a_least_rate)
{
    auto limits = quick();
    limits.request_ms = 30'000;
    RunningServer server(with_limits(limits));
    RawClient client(server.port());
    client.send(post("Content-Length: 1000\r\n"));
    std::atomic<bool> done = false;
    std::thread dripping([&] {
        while (!done) {
            client.send("x");
            std::this_thread::sleep_for(milliseconds(10));
        }
    });
    EXPECT_EQ(client.receive("Timeout").substr(9, 3), "408");
    done = true;
    dripping.join();
}

TEST(HttpServer, gives_up_on_clients_that_take_nothing)
{
    HttpLimits limits;
    limits.write_stall_ms = 100;
    limits.body_bytes = 64 << 20;
    std::atomic<int> told = 0;
    auto options = with_limits(limits);
    options.observe = [&](HttpExchange const&) { ++told; };
    HttpRouteTable routes({{"GET", "/", 0, HttpAccess::anyone, false, [](HttpRequest, HttpCompletion reply) { reply(text_reply(200, std::string(64 << 20, 'x'))); }}});
    auto server = HttpServer::listen(std::move(options), std::move(routes)).value();
    std::thread running([&] { server.run(); });
    RawClient client(server.port());
    client.send(next);
    for (int round = 0; round < 300 && told == 0; ++round)
        std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(told, 1);
    server.stop();
    running.join();
}

TEST(HttpServer, bounds_all_bodies_together)
{
    HttpLimits limits;
    limits.bodies_bytes = 10;
    RunningServer server(with_limits(limits));
    EXPECT_EQ(replies_of(server.answer(post("Content-Length: 11\r\n", "01234567890"))), "503 {\"detail\":\"Service Unavailable\"} <closed>");
    EXPECT_EQ(replies_of(server.answer(post("Content-Length: 10\r\n", "0123456789"))), "200 <0123456789> <closed>");
    EXPECT_EQ(replies_of(server.answer(post("Content-Length: 10\r\n", "0123456789"))), "200 <0123456789> <closed>");
}

TEST(HttpServer, bounds_connections)
{
    HttpLimits limits;
    limits.connections = 2;
    RunningServer server(with_limits(limits));
    RawClient first(server.port());
    first.send(next);
    EXPECT_EQ(replies_of(first.receive("<>")), "200 <> ");
    RawClient second(server.port());
    second.send(next);
    EXPECT_EQ(replies_of(second.receive("<>")), "200 <> ");
    RawClient third(server.port());
    EXPECT_EQ(third.receive(), "<closed>");
}

TEST(HttpServer, serves_many_clients_on_many_loops)
{
    HttpServerOptions options;
    options.threads = 3;
    RunningServer server(std::move(options));
    std::atomic<int> right = 0;
    std::vector<std::thread> clients;
    for (int number = 0; number < 16; ++number)
        clients.emplace_back([&, number] {
            RawClient client(server.port());
            for (int round = 0; round < 50; ++round) {
                auto const body = std::to_string(number * 1'000 + round);
                client.send(post("Content-Length: " + std::to_string(body.size()) + "\r\n", body));
                if (replies_of(client.receive("<" + body + ">")) == "200 <" + body + "> ")
                    ++right;
            }
        });
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(right, 16 * 50);
}

TEST(HttpServer, finishes_what_is_in_flight_when_it_is_stopped)
{
    RunningServer server;
    RawClient idle(server.port());
    idle.send(next);
    EXPECT_EQ(replies_of(idle.receive("<>")), "200 <> ");
    RawClient busy(server.port());
    busy.send("POST /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    server.held.wait_for(1);
    RawClient reading(server.port());
    reading.send(post("Content-Length: 4\r\n", "ab"));
    std::this_thread::sleep_for(milliseconds(50));

    server.stop();
    EXPECT_EQ(idle.receive(), "<closed>");
    EXPECT_FALSE(RawClient(server.port()).connected());
    reading.send("cd");
    EXPECT_EQ(replies_of(reading.receive("<abcd>")), "200 <abcd> ");
    server.held.let_go();
    auto const text = busy.receive("late");
    EXPECT_EQ(replies_of(text), "200 late ");
    EXPECT_NE(text.find("connection: close\r\n"), std::string::npos);
}

TEST(HttpServer, does_not_wait_for_ever_when_it_is_stopped)
{
    HttpLimits limits;
    limits.drain_ms = 100;
    RunningServer server(with_limits(limits));
    RawClient client(server.port());
    client.send("POST /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    server.held.wait_for(1);
    auto const start = std::chrono::steady_clock::now();
    server.join();
    EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(2'000));
    EXPECT_EQ(client.receive(), "<closed>");
}

TEST(HttpServer, says_where_it_cannot_listen)
{
    RunningServer server;
    HttpServerOptions options;
    options.port = server.port();
    auto const taken = HttpServer::listen(options, HttpRouteTable({}));
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().reason, Reason::unavailable);
    EXPECT_EQ(taken.error().text(), "127.0.0.1 port " + std::to_string(server.port()) + " is in use by another program");
    EXPECT_EQ(taken.error().hint, "choose another port, or 0 for a free one");
    options.host = "example.org";
    EXPECT_EQ(HttpServer::listen(options, HttpRouteTable({})).error().reason, Reason::usage);
}

TEST(HttpServer, knows_loopback)
{
    for (auto const* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
        EXPECT_TRUE(is_loopback_host(host)) << host;
    for (auto const* host : {"0.0.0.0", "::", "10.0.0.1", "", "localhost.example", "127.0.0.1.example"})
        EXPECT_FALSE(is_loopback_host(host)) << host;
}

}
