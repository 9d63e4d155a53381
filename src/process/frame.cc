#include "process/frame.h"

#include "process/worker.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

Result<void> append_frame(std::string& frames, std::string_view message)
{
    if (message.size() > most_message_bytes)
        return exhausted("a message of " + std::to_string(message.size()) + " bytes, the limit is " + std::to_string(most_message_bytes));
    auto const length = static_cast<uint32_t>(message.size());
    frames.append(reinterpret_cast<char const*>(&length), sizeof length);
    frames += message;
    return {};
}

Result<void> write_frames(int channel, std::string_view frames)
{
    while (!frames.empty()) {
        auto const sent = ::send(channel, frames.data(), frames.size(), MSG_NOSIGNAL);
        if (sent >= 0)
            frames.remove_prefix(static_cast<size_t>(sent));
        else if (errno != EINTR)
            return system_failure("cannot write to the channel between two processes", errno);
    }
    return {};
}

Result<void> write_frame(int channel, std::string_view message)
{
    std::string frame;
    TRY(append_frame(frame, message));
    return write_frames(channel, frame);
}

Result<uint64_t> frame_length(std::string_view bytes)
{
    uint32_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > most_message_bytes)
        return malformed("a message of " + std::to_string(length) + " bytes is announced, the limit is " + std::to_string(most_message_bytes));
    return length;
}
