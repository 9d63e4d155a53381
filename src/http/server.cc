#include "http/server.h"

#include "http/connection.h"

#include <thread>

// One loop a thread; a connection is born on one loop and stays there, so that nothing in it needs a lock. Only these cross threads:
// stop(), an accepted socket on its way to its loop, and replies that workers give to an HttpCompletion; each is posted.

namespace {

constexpr auto accept_pause = milliseconds(50); // when the process is out of descriptors

Result<AsioTcp::endpoint> endpoint_of(HttpServerOptions const& options)
{
    AsioError code;
    auto const address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, code);
    if (code)
        return bad_usage("the host \"" + options.host + "\" is not an address").hint("give an address, as 127.0.0.1, 0.0.0.0 or ::1");
    return AsioTcp::endpoint(address, options.port);
}

Failure cannot_listen(HttpServerOptions const& options, AsioError code)
{
    auto const place = options.host + " port " + std::to_string(options.port);
    if (code == asio::error::address_in_use)
        return unavailable(place + " is in use by another program").hint("choose another port, or 0 for a free one");
    return system_failure("cannot listen on " + place, code.value());
}

}

struct HttpServer::State {
    HttpService service;
    std::vector<std::shared_ptr<HttpLoop>> loops;
    AsioTcp::acceptor acceptor;
    asio::steady_timer timer; // pauses accepting; when draining, ends it
    uint16_t port = 0;
    size_t next_loop = 0;

    State(HttpServerOptions options, HttpRouteTable table, std::vector<std::shared_ptr<HttpLoop>> all_loops)
        : service{std::move(options), std::move(table)},
          loops(std::move(all_loops)),
          acceptor(loops.front()->context),
          timer(loops.front()->context)
    {
        service.rules = {service.options.allowed_hosts, service.options.keys, service.options.limits.body_bytes};
        service.last_connection_gone = [this] { asio::post(loops.front()->context, [this] { timer.cancel(); }); };
    }

    AsioError bind(AsioTcp::endpoint const& endpoint)
    {
        AsioError code;
        if (acceptor.open(endpoint.protocol(), code) || acceptor.set_option(asio::socket_base::reuse_address(true), code) || acceptor.bind(endpoint, code) || acceptor.listen(static_cast<int>(service.limits().waiting_connections), code))
            return code;
        port = acceptor.local_endpoint(code).port();
        return code;
    }

    void accept()
    {
        auto const loop = loops[next_loop++ % loops.size()];
        acceptor.async_accept(loop->context, [this, loop](AsioError code, AsioTcp::socket socket) {
            if (service.draining)
                return;
            if (!code)
                admit(loop, std::move(socket));
            if (!code || code == asio::error::connection_aborted)
                return accept();
            timer.expires_after(accept_pause);
            timer.async_wait([this](AsioError cancelled) {
                if (!cancelled && !service.draining)
                    accept();
            });
        });
    }

    // One connection too many is closed without a word.
    void admit(std::shared_ptr<HttpLoop> const& loop, AsioTcp::socket socket)
    {
        AsioError code;
        auto const peer = socket.remote_endpoint(code).address();
        if (code || service.connections >= service.limits().connections)
            return;
        auto const name = peer.is_loopback() ? std::string() : counted_name(peer);
        if (!name.empty() && !service.clients.enter(name))
            return;
        ++service.connections;
        asio::post(loop->context, [this, loop, name, peer, moved = std::move(socket)]() mutable {
            auto const connection = std::make_shared<HttpConnection>(service, loop, std::move(moved), peer);
            connection->on_finish = [this, loop = loop.get(), name, key = std::weak_ptr(connection)] {
                loop->connections.erase(key.lock());
                if (!name.empty())
                    service.clients.leave(name);
                if (--service.connections == 0 && service.draining)
                    service.last_connection_gone();
            };
            loop->connections.insert(connection);
            connection->start();
        });
    }

    // Calls `act` for each connection, on its own loop.
    void for_each_connection(void (HttpConnection::*act)())
    {
        for (auto const& loop : loops)
            asio::post(loop->context, [loop = loop.get(), act] {
                loop->work.reset();
                auto const connections = loop->connections; // acting may end them
                for (auto const& connection : connections)
                    (connection.get()->*act)();
            });
    }

    void begin_drain()
    {
        if (service.draining.exchange(true))
            return;
        AsioError ignored;
        acceptor.close(ignored);
        for_each_connection(&HttpConnection::drain);
        timer.expires_after(milliseconds(service.connections > 0 ? service.limits().drain_ms : 0));
        timer.async_wait([this](AsioError cancelled) {
            if (!cancelled)
                for_each_connection(&HttpConnection::close);
        });
    }
};

std::vector<std::string> loopback_host_names() { return {"localhost", "127.0.0.1", "[::1]"}; }

bool is_loopback_host(std::string_view host)
{
    AsioError code;
    auto const address = asio::ip::make_address(host, code);
    return host == "localhost" || (!code && address.is_loopback());
}

HttpServer::HttpServer(std::unique_ptr<State> state)
    : state_(std::move(state))
{
}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;

Result<HttpServer> HttpServer::listen(HttpServerOptions options, HttpRouteTable routes)
{
    auto const endpoint = TRY(endpoint_of(options));
    std::vector<std::shared_ptr<HttpLoop>> loops;
    for (uint32_t number = 0; number < std::max(1u, options.threads); ++number)
        loops.push_back(std::make_shared<HttpLoop>());
    auto state = std::make_unique<State>(std::move(options), std::move(routes), std::move(loops));
    if (auto const code = state->bind(endpoint))
        return cannot_listen(state->service.options, code);
    return HttpServer(std::move(state));
}

uint16_t HttpServer::port() const { return state_->port; }

std::string const& HttpServer::host() const { return state_->service.options.host; }

void HttpServer::run()
{
    state_->accept();
    std::vector<std::thread> threads;
    for (size_t number = 1; number < state_->loops.size(); ++number)
        threads.emplace_back([this, loop = state_->loops[number]] { loop->run(state_->service.options.settled); });
    state_->loops.front()->run(state_->service.options.settled);
    for (auto& thread : threads)
        thread.join();
}

void HttpServer::stop()
{
    asio::post(state_->loops.front()->context, [state = state_.get()] { state->begin_drain(); });
}
