#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

// A second process of this program that does what may go wrong: it reads bytes of people who are not trusted. The two talk over one
// channel, in messages of a stated length.
//
// Promises: the worker gets the channel, stderr, and the environment and descriptors that it is given, and nothing else; it ends when its parent does,
// however that ends; whatever it does, its parent gets an answer or a failure in the time that it allows; nothing of a worker
// is left when its Worker is gone.
// What a worker says is as untrusted as the bytes that it reads: the length of its messages is limited, their contents are for the
// caller to check.

struct WorkerProgram {
    std::filesystem::path file;
    std::vector<std::string> arguments; // without the program's own name
    std::vector<std::string> environment; // NAME=value
    std::vector<int> descriptors = {}; // open there as first_given_descriptor and up, and nothing else beside the channel; they stay the caller's
};
inline constexpr int first_given_descriptor = 3;

// How long somebody waits for an answer.
struct Patience {
    int64_t milliseconds = 0;
    std::function<int64_t()> elapsed_ms; // a clock that never goes back
    std::function<bool()> stop_asked; // may be empty
};

// Of a message, either way.
inline constexpr uint64_t most_message_bytes = uint64_t{16} << 20;

// The parent's side. A worker that has failed once answers no more: another one takes its place.
class Worker {
public:
    // Fails with unavailable where the system starts no process.
    static Result<Worker> start(WorkerProgram const& program);

    Worker(Worker&& other) noexcept;
    Worker& operator=(Worker&& other) noexcept;
    ~Worker(); // ends the process

    // Requests are read one after the other; each may be answered by several messages. Fails as receive() does.
    Result<void> send(std::string_view request);
    // The next message. Fails with timed_out where none comes in time, with cancelled once a stop is asked for, with malformed where the
    // message is longer than allowed, with conflict where a file became shorter while the worker read it, with exhausted where the worker
    // needed more memory than it may have or took more of another limit, and with unavailable where it ended in another way: the text then
    // names the signal.
    Result<std::string> receive(Patience const& patience);
    Result<std::string> ask(std::string_view request, Patience const& patience);

    pid_t process() const { return process_; }

private:
    Worker(pid_t process, int channel)
        : process_(process),
          channel_(channel)
    {
    }

    void end();
    Failure tell_end();
    Result<std::optional<std::string>> take_message();

    pid_t process_;
    int channel_;
    std::string received_; // and not yet taken
    size_t taken_ = 0; // of received_
};

// The worker's side: made once, first thing in the process.
class WorkerChannel {
public:
    // From here on the process ends with its parent, leaves signals of the terminal to it, and ends in a way that the parent understands when
    // it runs out of memory.
    static WorkerChannel take();

    // The next request; nothing once the parent has no more. Fails with malformed, or as the system says.
    Result<std::optional<std::string>> next();
    // Answers are sent together: once they are many, and before the next request is waited for.
    Result<void> answer(std::string_view message);
    Result<void> send_answers();

private:
    WorkerChannel() = default;

    std::string answers_; // not yet sent
};
