#include "process/ending.h"
#include "process/frame.h"
#include "process/worker.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <new>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr size_t most_answers_bytes = size_t{32} << 10;
constexpr size_t piece_bytes = size_t{64} << 10; // asked for at a time, whatever a message announces

// Adds up to `count` bytes to the end of `bytes`; how many there were before the other side closed.
Result<size_t> read_some(std::string& bytes, size_t count)
{
    size_t got = 0;
    while (got < count) {
        size_t const wanted = std::min(count - got, piece_bytes);
        size_t const had = bytes.size();
        bytes.resize(had + wanted);
        auto const read = ::recv(worker_channel, bytes.data() + had, wanted, 0);
        int const error = errno;
        bytes.resize(had + (read > 0 ? static_cast<size_t>(read) : 0));
        if (read == 0)
            break;
        if (read > 0)
            got += static_cast<size_t>(read);
        else if (error != EINTR)
            return system_failure("cannot read from the channel between two processes", error);
    }
    return got;
}

}

WorkerChannel WorkerChannel::take()
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "hullmark-reader");
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow shows as a failed write
    std::set_new_handler([] { ::_exit(no_memory_status); });
    return WorkerChannel();
}

Result<std::optional<std::string>> WorkerChannel::next()
{
    TRY(send_answers());
    std::string head;
    size_t const head_bytes = TRY(read_some(head, frame_head_bytes));
    if (head_bytes == 0)
        return std::nullopt;
    if (head_bytes < frame_head_bytes)
        return malformed("a message is cut short");
    uint64_t const length = TRY(frame_length(head));
    std::string message;
    if (TRY(read_some(message, length)) < length)
        return malformed("a message is cut short");
    return message;
}

Result<void> WorkerChannel::answer(std::string_view message)
{
    TRY(append_frame(answers_, message));
    return answers_.size() < most_answers_bytes ? Result<void>() : send_answers();
}

Result<void> WorkerChannel::send_answers()
{
    TRY(write_frames(worker_channel, answers_));
    answers_.clear();
    return {};
}
