#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

// What has happened to the requests of one model since the server began.

struct TimedCount {
    uint64_t count = 0;
    std::chrono::nanoseconds time{0};

    void add(std::chrono::nanoseconds taken)
    {
        ++count;
        time += taken;
    }
};

// How many took how long. The last bucket holds what took longer than all limits.
struct LatencyHistogram {
    static constexpr std::array<std::chrono::microseconds, 15> limits{std::chrono::microseconds(100), std::chrono::microseconds(250), std::chrono::microseconds(500), std::chrono::microseconds(1'000),
        std::chrono::microseconds(2'500), std::chrono::microseconds(5'000), std::chrono::microseconds(10'000), std::chrono::microseconds(25'000), std::chrono::microseconds(50'000),
        std::chrono::microseconds(100'000), std::chrono::microseconds(250'000), std::chrono::microseconds(500'000), std::chrono::microseconds(1'000'000), std::chrono::microseconds(5'000'000),
        std::chrono::microseconds(30'000'000)};

    std::array<uint64_t, limits.size() + 1> buckets{};

    void add(std::chrono::nanoseconds taken)
    {
        size_t bucket = 0;
        while (bucket < limits.size() && taken > limits[bucket])
            ++bucket;
        ++buckets[bucket];
    }
};

struct ModelStatistics {
    TimedCount success; // requests, from their arrival to their answer
    TimedCount refused; // requests with which something was wrong
    TimedCount failed; // requests that the model failed on
    uint64_t rejected = 0; // told to come later, because too many waited
    uint64_t expired = 0; // nobody waited for them any more when their turn came
    TimedCount queue; // requests, until a thread took them
    TimedCount compute; // runs of the model
    LatencyHistogram latency; // of successful requests
    std::map<int64_t, TimedCount> batches; // runs by their rows; 1 for models without an axis of rows
    uint64_t rows = 0; // in all successful requests
    int64_t last_inference_ms = 0; // since 1970; 0 for never
};

// The same, written by many threads.
class SharedStatistics {
public:
    template <typename Change>
    void change(Change const& change)
    {
        std::lock_guard const lock(mutex_);
        change(statistics_);
    }
    ModelStatistics snapshot() const
    {
        std::lock_guard const lock(mutex_);
        return statistics_;
    }

private:
    mutable std::mutex mutex_;
    ModelStatistics statistics_;
};
