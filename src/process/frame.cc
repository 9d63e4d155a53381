#include "process/frame.h"

#include "process/worker.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

namespace {

// Moves `parts` on behind what was sent.
void skip_sent(msghdr& message, size_t sent)
{
    while (message.msg_iovlen > 0 && sent >= message.msg_iov->iov_len) {
        sent -= message.msg_iov->iov_len;
        ++message.msg_iov;
        --message.msg_iovlen;
    }
    if (message.msg_iovlen > 0) {
        message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + sent;
        message.msg_iov->iov_len -= sent;
    }
}

}

Result<void> write_frame(int channel, std::string_view message)
{
    if (message.size() > most_message_bytes)
        return exhausted("a message of " + std::to_string(message.size()) + " bytes, the limit is " + std::to_string(most_message_bytes));
    auto length = static_cast<uint32_t>(message.size());
    iovec parts[] = {{&length, sizeof length}, {const_cast<char*>(message.data()), message.size()}};
    msghdr header{};
    header.msg_iov = parts;
    header.msg_iovlen = message.empty() ? 1 : 2;
    while (header.msg_iovlen > 0) {
        auto const sent = ::sendmsg(channel, &header, MSG_NOSIGNAL);
        if (sent >= 0)
            skip_sent(header, static_cast<size_t>(sent));
        else if (errno != EINTR)
            return system_failure("cannot write to the channel between two processes", errno);
    }
    return {};
}

Result<uint64_t> frame_length(std::string_view bytes)
{
    uint32_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > most_message_bytes)
        return malformed("a message of " + std::to_string(length) + " bytes is announced, the limit is " + std::to_string(most_message_bytes));
    return length;
}
