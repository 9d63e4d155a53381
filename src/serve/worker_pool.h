#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

// Threads that work jobs off a queue of bounded length. A job is given to `work` on one of the threads; `work` must not throw.
//
// The queue's length is the server's promise about waiting: what does not fit is told so at once (push() fails), and full() says the
// same before a job has even been made.
template <typename Job>
class WorkerPool {
public:
    template <typename Work>
    WorkerPool(uint32_t threads, size_t most_waiting, Work work)
        : most_waiting_(most_waiting)
    {
        for (uint32_t number = 0; number < threads; ++number)
            threads_.emplace_back([this, work] { run(work); });
    }

    // Jobs that run are finished; those that wait are destroyed without being run.
    ~WorkerPool()
    {
        std::deque<Job> dropped;
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
            dropped.swap(jobs_);
        }
        changed_.notify_all();
        for (auto& thread : threads_)
            thread.join();
    }
    WorkerPool(WorkerPool const&) = delete;
    WorkerPool& operator=(WorkerPool const&) = delete;

    bool full() const
    {
        std::lock_guard const lock(mutex_);
        return jobs_.size() >= most_waiting_;
    }

    // Takes `job` from the caller and answers true, or leaves it there and answers false.
    bool push(Job& job)
    {
        {
            std::lock_guard const lock(mutex_);
            if (stopping_ || jobs_.size() >= most_waiting_)
                return false;
            jobs_.push_back(std::move(job));
        }
        changed_.notify_one();
        return true;
    }

private:
    template <typename Work>
    void run(Work const& work)
    {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (stopping_)
                return;
            {
                Job job = std::move(jobs_.front());
                jobs_.pop_front();
                lock.unlock();
                work(job);
            }
            lock.lock();
        }
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    size_t most_waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};
