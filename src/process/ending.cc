#include "process/ending.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/wait.h>

namespace {

constexpr int most_waits = 1'000; // of a millisecond each

std::string name_of_signal(int signal)
{
    char const* const name = ::sigabbrev_np(signal);
    return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

int wait_for(pid_t process)
{
    int status = 0;
    while (::waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

}

int end_process(pid_t process)
{
    ::kill(process, SIGKILL);
    return wait_for(process);
}

// Its channel is closed a moment before it can be waited for.
int status_of_ending(pid_t process)
{
    for (int waits = 0; waits < most_waits; ++waits) {
        siginfo_t found{};
        if (::waitid(P_PID, static_cast<id_t>(process), &found, WEXITED | WNOHANG | WNOWAIT) != 0 || found.si_pid == process)
            return wait_for(process);
        ::poll(nullptr, 0, 1);
    }
    return end_process(process);
}

Failure failure_of_status(int status)
{
    if (status < 0)
        return unavailable("the reading process has ended");
    if (WIFEXITED(status) && WEXITSTATUS(status) == no_memory_status)
        return exhausted("reading it takes more memory than the reading process may have");
    if (WIFEXITED(status))
        return unavailable("the reading process ended by itself, with status " + std::to_string(WEXITSTATUS(status)));
    switch (int const signal = WTERMSIG(status)) {
    case SIGBUS:
        return conflict("the file became shorter while it was read, or the disk failed (SIGBUS)");
    case SIGXCPU:
        return exhausted("reading it takes more time than the reading process may have (SIGXCPU)");
    case SIGKILL:
        return unavailable("the reading process was ended by the system or by somebody (SIGKILL): memory may have been short");
    default:
        return unavailable("the reading process crashed (" + name_of_signal(signal) + ")");
    }
}
