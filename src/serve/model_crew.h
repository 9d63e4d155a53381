#pragma once

#include "http/message.h"
#include "serve/dialect.h"
#include "serve/served_model.h"
#include "serve/statistics.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

// The threads that run models, and the requests that wait for them.
//
// A thread that is free takes what waits for one model and runs it together, as one request of many rows: nobody waits for company,
// and the busier the server, the fuller its batches. A request is never split. What differs in more than its rows runs apart.
//
// Promises: models whose rows have to do with each other run one request at a time. That rows do not is tried once a model, on rows of its first
// requests: answers together must be the answers alone (compare(), 1e-5 of scale); until that is known, and where it is not so, requests run alone.
// A request whose time has passed is not run; what does not fit the queue is told at once (push() fails).

struct ServeJob {
    size_t model = 0; // its number
    ServeDialect const* dialect = nullptr;
    HttpRequest request;
    HttpCompletion reply;
    std::string id = {}; // of the request, and what it accepts, once it has been read
    std::string accept_encoding = {};
    std::chrono::steady_clock::time_point arrived;
    std::chrono::steady_clock::time_point end; // the client has been told 504 by then
};

struct CrewOptions {
    uint32_t threads = 1;
    size_t waiting = 256; // jobs
    uint32_t most_rows = 64; // of one run; 1: never together
    uint64_t body_bytes = uint64_t{64} << 20; // of a request's body once its content coding is taken off
    std::chrono::microseconds delay{0}; // how long a run that could be fuller waits for more, from its first request's arrival
    std::function<void(std::string const& request_id, Error const&)> tell_failure = nullptr; // on any thread; may be empty
};

class ModelCrew {
public:
    // `models` must outlive the crew.
    ModelCrew(std::span<ServedModel const> models, CrewOptions options);
    // Jobs that run are finished; those that wait are destroyed without being run.
    ~ModelCrew();
    ModelCrew(ModelCrew const&) = delete;

    bool full() const;
    // Takes `job` from the caller and answers true, or leaves it there and answers false. Threads are told of it by wake().
    bool push(ServeJob& job);
    void wake();
    // Counts a request that was told to come later.
    void note_rejection(size_t model);
    ModelStatistics statistics(size_t model) const { return desks_[model].statistics.snapshot(); }
    uint64_t waiting(size_t model) const;

private:
    using Clock = std::chrono::steady_clock;
    enum class Rows : uint8_t {
        untried,
        being_tried,
        apart, // run alone
        independent,
    };
    // What is kept for one model.
    struct ModelDesk {
        std::atomic<Rows> rows = Rows::apart;
        std::atomic<int> trials = 0; // that told nothing
        SharedStatistics statistics;
    };
    struct Call; // a job that has been read

    void work();
    std::vector<ServeJob> take(std::unique_lock<std::mutex>& lock);
    void move_jobs_of(size_t model, size_t most, std::vector<ServeJob>& taken);
    void decide_rows(size_t model, Rows rows);
    void serve(std::vector<ServeJob> jobs);
    std::vector<Call> read(std::vector<ServeJob> jobs);
    tl::expected<std::unique_ptr<ServeCall>, HttpReply> read(ServeJob& job) const;
    void run_together(std::span<Call> calls);
    void run_alone(Call& call);
    void try_rows(Call const& call, std::span<Tensor const> outputs);
    Result<std::vector<Tensor>> run(size_t model, std::span<NamedTensor const> inputs, int64_t rows);
    void finish(Call& call, std::span<Tensor const> outputs);
    void fail(Call& call, Error const& error);

    std::span<ServedModel const> models_;
    CrewOptions options_;
    std::deque<ModelDesk> desks_; // one a model
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<ServeJob> jobs_;
    std::atomic<bool> has_news_ = false; // jobs that nobody was told of
    bool stopping_ = false;
    size_t idle_ = 0; // threads that wait for jobs
    std::vector<std::thread> threads_;
};
