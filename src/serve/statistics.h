#pragma once

#include <chrono>
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

struct ModelStatistics {
    TimedCount success; // requests, from their arrival to their answer
    TimedCount fail;
    TimedCount queue; // requests, until a thread took them
    TimedCount compute; // runs of the model
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
