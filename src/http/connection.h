#pragma once

#include "http/admission.h"
#include "http/chunked_body.h"
#include "http/head.h"
#include "http/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <atomic>
#include <cstring>
#include <ctime>
#include <mutex>
#include <unordered_set>

// One connection of a server, from its first byte to its last. A part of server.cc, which alone includes it: only that one
// translation unit pays for Asio.

namespace asio = boost::asio;
using AsioTcp = asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using AsioError = boost::system::error_code;
using std::chrono::milliseconds;

constexpr auto when_done = asio::as_tuple(asio::use_awaitable);
constexpr size_t read_bytes = 16 << 10; // beyond a head, what one read may take

class HttpConnection;

// Replies that other threads give, on their way to the loop: it is woken once for all that come before it looks.
class LateReplies {
public:
    struct Reply {
        std::weak_ptr<HttpConnection> connection;
        uint64_t exchange = 0;
        HttpReply reply;
    };

    // Answers whether the loop has to be told.
    bool add(Reply reply)
    {
        std::lock_guard const lock(mutex_);
        replies_.push_back(std::move(reply));
        return replies_.size() == 1;
    }
    std::vector<Reply> take()
    {
        std::lock_guard const lock(mutex_);
        return std::exchange(replies_, {});
    }

private:
    std::mutex mutex_;
    std::vector<Reply> replies_;
};

struct HttpLoop {
    asio::io_context context{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{asio::make_work_guard(context)};
    std::unordered_set<std::shared_ptr<HttpConnection>> connections;
    RequestIds ids;
    LateReplies late_replies;
    std::time_t date_second = 0;
    std::string date;

    // Until no work is left. `settled` is called whenever what had come has been handled, and after `most_handlers` at the latest.
    void run(std::function<void()> const& settled)
    {
        constexpr int most_handlers = 128;
        while (context.run_one() > 0) {
            for (int handlers = 1; handlers < most_handlers && context.poll_one() > 0;)
                ++handlers;
            if (settled)
                settled();
        }
    }

    std::string const& date_now()
    {
        if (auto const now = std::time(nullptr); now != date_second) {
            date_second = now;
            date = date_text(now);
        }
        return date;
    }
};

// What all connections of a server share.
struct HttpService {
    HttpServerOptions options;
    HttpRouteTable routes;
    HttpRules rules = {};
    ClientCounts clients{options.limits.connections_per_client};
    std::atomic<uint32_t> connections = 0;
    std::atomic<uint64_t> bodies_bytes = 0; // of requests in flight
    std::atomic<bool> draining = false;
    std::function<void()> last_connection_gone = nullptr;

    HttpLimits const& limits() const { return options.limits; }
    HttpReply refusal(std::string_view path, HttpRefusal refusal) const
    {
        auto reply = routes.refusal(path, refusal);
        if (refusal.status == 503)
            reply.fields.push_back({"retry-after", "1"});
        return reply;
    }
};

// The peer's address without port; the network's first 64 bits for IPv6, because one client has that many.
std::string counted_name(asio::ip::address const& address)
{
    if (!address.is_v6() || address.to_v6().is_v4_mapped())
        return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), 0);
    return asio::ip::address_v6(bytes).to_string();
}

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(HttpService& service, std::shared_ptr<HttpLoop> loop, AsioTcp::socket socket, asio::ip::address const& peer)
        : service_(service),
          loop_(std::move(loop)),
          socket_(std::move(socket)),
          timer_(loop_->context),
          replied_(loop_->context),
          client_(peer.to_string()),
          capacity_(service.limits().head_bytes + 1 + read_bytes),
          buffer_(std::make_unique_for_overwrite<char[]>(capacity_)) // an idle connection touches none of it
    {
    }

    void start()
    {
        set_deadline(milliseconds(service_.limits().head_ms));
        watch();
        asio::co_spawn(loop_->context, serve(), [self = shared_from_this()](std::exception_ptr) { self->finish(); });
    }

    // The server is stopping: leave now where nothing is in flight, else after this exchange.
    void drain()
    {
        if (idle_)
            close();
    }

    void close()
    {
        closing_ = true;
        AsioError ignored;
        socket_.close(ignored);
        replied_.cancel();
    }

    std::function<void()> on_finish;

private:
    // Counts a body's bytes among those in flight as long as it lives.
    struct BodyBytes {
        explicit BodyBytes(std::atomic<uint64_t>& total)
            : total_(total)
        {
        }
        ~BodyBytes() { total_ -= counted_; }
        bool add(uint64_t bytes, uint64_t most)
        {
            counted_ += bytes;
            return (total_ += bytes) <= most;
        }
        std::atomic<uint64_t>& total_;
        uint64_t counted_ = 0;
    };

    // A step that did not come to its end: the refusal that the client is told, or nobody to tell it to.
    using Step = HttpResult<void>;
    static constexpr HttpRefusal gone{0, "the client has gone"};

    void finish()
    {
        closing_ = finished_ = true;
        timer_.cancel();
        AsioError ignored;
        socket_.close(ignored);
        if (on_finish)
            on_finish();
    }

    // Deadlines. One timer a connection; it is moved only where a deadline comes nearer, and else looks again when it fires.

    void set_deadline(SteadyClock::duration from_now) { set_deadline(SteadyClock::now() + from_now); }
    void set_deadline(SteadyClock::time_point deadline)
    {
        deadline_ = deadline;
        expired_ = false;
        if (deadline_ < armed_)
            timer_.cancel();
    }

    void watch()
    {
        armed_ = deadline_;
        timer_.expires_at(armed_);
        timer_.async_wait([self = shared_from_this()](AsioError) {
            if (self->finished_)
                return;
            if (SteadyClock::now() >= self->deadline_)
                self->expire();
            self->watch();
        });
    }

    void expire()
    {
        deadline_ = SteadyClock::now() + std::chrono::hours(1);
        expired_ = true;
        AsioError ignored;
        socket_.cancel(ignored);
        replied_.cancel();
    }

    // Reading.

    std::string_view buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }
    void consume(size_t count) { begin_ += count; }

    // Reads what there is; false where the deadline passed or the client has gone.
    asio::awaitable<bool> read_more()
    {
        if (begin_ > 0) {
            std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (expired_ || closing_)
            co_return false;
        auto const [code, count] = co_await socket_.async_read_some(asio::buffer(buffer_.get() + end_, capacity_ - end_), when_done);
        end_ += count;
        co_return !code && !closing_;
    }

    asio::awaitable<HttpResult<HttpRequestHead>> read_head()
    {
        for (size_t seen = 0;;) {
            auto const length = find_head(buffered(), seen, service_.limits());
            if (!length)
                co_return tl::unexpected(length.error());
            if (*length > 0) {
                auto const text = buffered().substr(0, *length);
                auto head = read_request_head(text, service_.limits());
                if (!head)
                    refused_target_ = target_as_sent(text);
                consume(*length);
                co_return head;
            }
            seen = buffered().size();
            idle_ = seen == 0;
            if (idle_ && service_.draining)
                co_return tl::unexpected(gone);
            bool const more = co_await read_more();
            if (!more)
                co_return tl::unexpected(expired_ && !idle_ ? HttpRefusal{408, phrase_of(408)} : gone);
            if (idle_)
                set_deadline(milliseconds(service_.limits().head_ms));
            idle_ = false;
        }
    }

    // Reads the body that `head` announces. The client must keep the least rate, and be done before `end`.
    asio::awaitable<Step> read_body(HttpRequestHead& head, uint64_t most, BodyBytes& counted, SteadyClock::time_point end)
    {
        auto& body = head.request.body;
        ChunkedBody chunked(most, service_.limits());
        auto const start = SteadyClock::now();
        uint64_t received = 0;
        for (;;) {
            auto const before = body.size();
            size_t taken = 0;
            if (head.body == HttpBodyForm::chunked) {
                auto const step = chunked.take(buffered(), body);
                if (!step)
                    co_return tl::unexpected(step.error());
                taken = *step;
            } else {
                taken = std::min<uint64_t>(buffered().size(), head.content_length - body.size());
                body.append(buffered().substr(0, taken));
            }
            consume(taken);
            received += taken;
            if (!counted.add(body.size() - before, service_.limits().bodies_bytes))
                co_return refuse_with(503, phrase_of(503));
            if (head.body == HttpBodyForm::chunked ? chunked.done() : body.size() == head.content_length)
                co_return Step();
            auto const slowest = milliseconds(service_.limits().body_grace_ms + received * 1'000 / service_.limits().body_bytes_per_second);
            set_deadline(std::min(end, start + slowest));
            bool const more = co_await read_more();
            if (!more)
                co_return tl::unexpected(expired_ ? HttpRefusal{408, phrase_of(408)} : gone);
        }
    }

    // Writing.

    asio::awaitable<bool> write(std::string_view head, std::string_view body)
    {
        std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
        size_t left = head.size() + body.size();
        while (left > 0) {
            AsioError code;
            size_t count = socket_.write_some(parts, code);
            if (code == asio::error::would_block) {
                set_deadline(milliseconds(service_.limits().write_stall_ms));
                std::tie(code, count) = co_await socket_.async_write_some(parts, when_done);
            }
            if (code || closing_)
                co_return false;
            left -= count;
            for (auto& part : parts) {
                auto const written = std::min(count, part.size());
                part += written;
                count -= written;
            }
        }
        co_return true;
    }

    // After a refusal the client may still be sending; closing at once would throw the reply away with what it sends.
    asio::awaitable<void> linger()
    {
        AsioError ignored;
        socket_.shutdown(AsioTcp::socket::shutdown_send, ignored);
        set_deadline(milliseconds(service_.limits().linger_ms));
        bool more = true;
        while (more) {
            consume(buffered().size());
            more = co_await read_more();
        }
    }

    // Exchanges.

    asio::awaitable<void> serve()
    {
        AsioError ignored;
        socket_.non_blocking(true, ignored);
        socket_.set_option(AsioTcp::no_delay(true), ignored);
        bool more = true;
        while (more && !closing_)
            more = co_await exchange();
    }

    // One request and its reply; answers whether another may follow.
    asio::awaitable<bool> exchange()
    {
        auto head = co_await read_head();
        started_ = SteadyClock::now();
        HttpExchange told;
        told.client = client_;
        told.id = loop_->ids.next();
        if (!head) {
            if (head.error().status != gone.status)
                co_await refuse(head.error(), refused_target_, told);
            co_return false;
        }
        auto& request = head->request;
        request.client = client_;
        request.id = told.id;
        told.method = request.method;
        told.path = request.path;
        bool const bodiless = request.method == "HEAD";

        auto judgement = judge_request(*head, service_.routes, service_.rules);
        told.audit = judgement.route && judgement.route->audit;
        if (judgement.refusal) {
            bool const whole = head->body != HttpBodyForm::chunked && buffered().size() >= head->content_length;
            if (whole)
                consume(head->content_length);
            co_return co_await reply(*judgement.refusal, bodiless, whole && head->keep_alive, told) && whole;
        }

        auto const end = started_ + milliseconds(service_.limits().request_ms);
        BodyBytes counted(service_.bodies_bytes);
        if (head->body != HttpBodyForm::none) {
            if (head->expects_continue && buffered().empty() && !co_await write("HTTP/1.1 100 Continue\r\n\r\n", {}))
                co_return false;
            auto const most = std::min(judgement.route->body_bytes, service_.limits().body_bytes);
            auto const read = co_await read_body(*head, most, counted, end);
            if (!read) {
                if (read.error().status != gone.status)
                    co_await refuse(read.error(), request.path, told);
                co_return false;
            }
        }
        told.request_bytes = request.body.size();
        bool const keep_alive = head->keep_alive;
        auto const answer = co_await handled(*judgement.route, std::move(request), end);
        co_return co_await reply(answer, bodiless, keep_alive, told);
    }

    asio::awaitable<HttpReply> handled(HttpRoute const& route, HttpRequest request, SteadyClock::time_point end)
    {
        auto const number = ++exchange_number_;
        reply_.reset();
        auto const path = request.path;
        route.handler(std::move(request), HttpCompletion([loop = loop_, weak = weak_from_this(), number](HttpReply reply) {
            LateReplies::Reply late{weak, number, std::move(reply)};
            if (loop->context.get_executor().running_in_this_thread())
                return give(late);
            if (loop->late_replies.add(std::move(late)))
                asio::post(loop->context, [loop = loop.get()] {
                    for (auto& each : loop->late_replies.take())
                        give(each);
                });
        }));
        if (!reply_) {
            set_deadline(end);
            replied_.expires_at(SteadyClock::time_point::max());
            co_await replied_.async_wait(when_done);
        }
        ++exchange_number_; // what comes from here on is late
        co_return reply_ ? std::move(*reply_) : service_.refusal(path, {504, phrase_of(504)});
    }

    static void give(LateReplies::Reply& late)
    {
        if (auto const self = late.connection.lock())
            self->take_reply(late.exchange, std::move(late.reply));
    }

    void take_reply(uint64_t number, HttpReply reply)
    {
        if (number != exchange_number_)
            return;
        reply_ = std::move(reply);
        replied_.cancel();
    }

    // Tells a refusal after which the connection's framing is in doubt or its body unread.
    asio::awaitable<void> refuse(HttpRefusal refusal, std::string_view path, HttpExchange& told)
    {
        auto const answer = service_.refusal(path, refusal);
        co_await reply(answer, false, false, told);
    }

    // Answers whether another request may follow.
    asio::awaitable<bool> reply(HttpReply const& answer, bool bodiless, bool keep_alive, HttpExchange& told)
    {
        keep_alive = keep_alive && !service_.draining;
        auto const head = reply_head(answer, {keep_alive, loop_->date_now(), told.id});
        bool const written = co_await write(head, bodiless ? std::string_view() : answer.body);
        told.status = answer.status;
        told.reply_bytes = bodiless ? 0 : answer.body.size();
        told.taken = SteadyClock::now() - started_;
        if (service_.options.observe)
            service_.options.observe(told);
        if (!written)
            co_return false;
        if (!keep_alive)
            co_await linger();
        set_deadline(milliseconds(service_.limits().idle_ms));
        co_return keep_alive;
    }

    HttpService& service_;
    std::shared_ptr<HttpLoop> loop_; // before all that lives on it
    AsioTcp::socket socket_;
    asio::steady_timer timer_;
    asio::steady_timer replied_; // never fires; cancelled when reply_ is there or will not come
    std::string client_;
    size_t capacity_;
    std::unique_ptr<char[]> buffer_;
    size_t begin_ = 0;
    size_t end_ = 0;
    SteadyClock::time_point started_;
    SteadyClock::time_point deadline_;
    SteadyClock::time_point armed_;
    std::string refused_target_; // of a head that was refused
    std::optional<HttpReply> reply_;
    uint64_t exchange_number_ = 0;
    bool expired_ = false; // the deadline has passed
    bool idle_ = true; // between two requests
    bool closing_ = false; // nothing more is begun
    bool finished_ = false; // serve() has ended
};
