#include "process/worker.h"

#include "process/ending.h"
#include "process/frame.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <span>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int64_t tick_ms = 50; // how often a stop is looked for
constexpr size_t piece_bytes = size_t{64} << 10;

// What posix_spawn is told, freed whatever happens.
class SpawnPlan {
public:
    SpawnPlan()
    {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
    }
    SpawnPlan(SpawnPlan const&) = delete;
    ~SpawnPlan()
    {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    // The errno value where it cannot be said.
    int say(int channel, std::span<int const> descriptors)
    {
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        int error = posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        for (int const step : {posix_spawnattr_setsigmask(&attributes_, &none), posix_spawnattr_setsigdefault(&attributes_, &all),
                 posix_spawn_file_actions_adddup2(&actions_, channel, worker_channel),
                 posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)})
            error = error != 0 ? error : step;
        int place = first_given_descriptor;
        for (int const descriptor : descriptors)
            if (int const step = posix_spawn_file_actions_adddup2(&actions_, descriptor, place++); error == 0)
                error = step;
        int const step = posix_spawn_file_actions_addclosefrom_np(&actions_, place);
        return error != 0 ? error : step;
    }

    int start(WorkerProgram const& program, pid_t& process)
    {
        std::vector<char*> arguments{const_cast<char*>(program.file.c_str())};
        for (auto const& argument : program.arguments)
            arguments.push_back(const_cast<char*>(argument.c_str()));
        arguments.push_back(nullptr);
        std::vector<char*> environment;
        for (auto const& variable : program.environment)
            environment.push_back(const_cast<char*>(variable.c_str()));
        environment.push_back(nullptr);
        return posix_spawn(&process, program.file.c_str(), &actions_, &attributes_, arguments.data(), environment.data());
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

// Both ends from `lowest` on: the plan writes over what is below.
int channel_pair(int (&ends)[2], int lowest)
{
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return errno;
    for (int& end : ends) {
        if (end >= lowest)
            continue;
        int const higher = ::fcntl(end, F_DUPFD_CLOEXEC, lowest);
        if (higher < 0)
            return errno;
        ::close(end);
        end = higher;
    }
    return 0;
}

// Copies of descriptors, from `lowest` on too.
class HighCopies {
public:
    HighCopies() = default;
    HighCopies(HighCopies const&) = delete;
    ~HighCopies()
    {
        for (int const copy : copies_)
            ::close(copy);
    }

    // The errno value where the system gives no more.
    int add(int descriptor, int lowest)
    {
        int const copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
        if (copy < 0)
            return errno;
        copies_.push_back(copy);
        return 0;
    }
    std::span<int const> all() const { return copies_; }

private:
    std::vector<int> copies_;
};

}

Result<Worker> Worker::start(WorkerProgram const& program)
{
    int const lowest = first_given_descriptor + static_cast<int>(program.descriptors.size());
    int ends[2] = {-1, -1};
    int error = channel_pair(ends, lowest);
    if (error != 0)
        return unavailable("cannot make a channel to another process: " + std::generic_category().message(error));
    HighCopies given;
    for (int const descriptor : program.descriptors)
        error = error != 0 ? error : given.add(descriptor, lowest);
    SpawnPlan plan;
    pid_t process = -1;
    error = error != 0 ? error : plan.say(ends[1], given.all());
    error = error != 0 ? error : plan.start(program, process);
    ::close(ends[1]);
    if (error == 0)
        return Worker(process, ends[0]);
    ::close(ends[0]);
    return unavailable("cannot start " + program.file.string() + " as a second process: " + std::generic_category().message(error));
}

Worker::Worker(Worker&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      channel_(std::exchange(other.channel_, -1)),
      received_(std::move(other.received_)),
      taken_(other.taken_)
{
}

Worker& Worker::operator=(Worker&& other) noexcept
{
    std::swap(process_, other.process_);
    std::swap(channel_, other.channel_);
    std::swap(received_, other.received_);
    std::swap(taken_, other.taken_);
    return *this;
}

Worker::~Worker() { end(); }

void Worker::end()
{
    if (process_ > 0)
        (void)end_process(process_);
    process_ = -1;
    if (channel_ >= 0)
        ::close(channel_);
    channel_ = -1;
}

// The channel is closed: why.
Failure Worker::tell_end()
{
    if (process_ <= 0)
        return unavailable("the reading process has ended before");
    int const status = status_of_ending(process_);
    process_ = -1;
    end();
    return failure_of_status(status);
}

Result<void> Worker::send(std::string_view request)
{
    auto written = write_frame(channel_, request);
    if (!written && written.error().reason != Reason::exhausted)
        return tell_end();
    return written;
}

// Nothing where the bytes that came hold no whole message yet.
Result<std::optional<std::string>> Worker::take_message()
{
    auto const left = std::string_view(received_).substr(taken_);
    if (left.size() < frame_head_bytes)
        return std::nullopt;
    uint64_t const length = TRY(frame_length(left));
    if (left.size() - frame_head_bytes < length)
        return std::nullopt;
    std::string message(left.substr(frame_head_bytes, length));
    taken_ += frame_head_bytes + length;
    if (taken_ == received_.size()) {
        received_.clear();
        taken_ = 0;
    }
    return message;
}

Result<std::string> Worker::receive(Patience const& patience)
{
    int64_t const begun = patience.elapsed_ms();
    while (true) {
        auto taken = take_message();
        if (!taken)
            end();
        if (auto message = TRY(std::move(taken)))
            return *std::move(message);
        received_.erase(0, std::exchange(taken_, 0));
        size_t const had = received_.size();
        received_.resize(had + piece_bytes);
        auto const count = ::recv(channel_, received_.data() + had, piece_bytes, MSG_DONTWAIT);
        int const error = errno;
        received_.resize(had + (count > 0 ? static_cast<size_t>(count) : 0));
        if (count == 0 || (count < 0 && error != EAGAIN && error != EINTR))
            return tell_end();
        if (patience.stop_asked && patience.stop_asked()) {
            end();
            return cancelled("stopped while a file was read");
        }
        int64_t const left = patience.milliseconds - (patience.elapsed_ms() - begun);
        if (left <= 0) {
            end();
            return timed_out("the reading process gave no answer in " + std::to_string(patience.milliseconds) + " ms");
        }
        if (count > 0)
            continue;
        pollfd wanted{channel_, POLLIN, 0};
        ::poll(&wanted, 1, static_cast<int>(std::min(left, tick_ms)));
    }
}

Result<std::string> Worker::ask(std::string_view request, Patience const& patience)
{
    TRY(send(request));
    return receive(patience);
}
