#include "process/outside.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int given_descriptor = 3;
constexpr int tick_ms = 50; // how often a stop is looked for

std::string text_of_error(int error) { return std::generic_category().message(error); }

// A running program and all that it starts, which are one process group; ended when this is gone.
class OutsideRun {
public:
    OutsideRun(pid_t process, int output)
        : process_(process),
          output_(output)
    {
    }
    OutsideRun(OutsideRun const&) = delete;
    ~OutsideRun()
    {
        ::kill(-process_, SIGKILL);
        (void)wait();
        ::close(output_);
    }

    Result<OutsideEnd> until_end(Patience const& patience)
    {
        int64_t const begun = patience.elapsed_ms();
        while (take_output()) {
            if (patience.stop_asked && patience.stop_asked())
                return cancelled("stopped on request");
            if (patience.elapsed_ms() - begun > patience.milliseconds)
                return timed_out("no end after " + std::to_string(patience.milliseconds / 1000) + " seconds");
        }
        ::kill(-process_, SIGKILL); // who closed its output without an end, and whom it left behind
        int const status = wait();
        return OutsideEnd{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), std::move(text_)};
    }

private:
    // False once nobody can write to its output any more.
    bool take_output()
    {
        pollfd waiting{output_, POLLIN, 0};
        if (::poll(&waiting, 1, tick_ms) <= 0)
            return !has_ended();
        std::array<char, 4096> piece{};
        ssize_t const count = ::read(output_, piece.data(), piece.size());
        if (count <= 0)
            return count < 0 && errno == EINTR;
        text_.append(piece.data(), static_cast<size_t>(count));
        if (text_.size() > 2 * outside_text_bytes)
            text_.erase(0, text_.size() - outside_text_bytes);
        return true;
    }

    bool has_ended() const
    {
        siginfo_t found{};
        return ::waitid(P_PID, static_cast<id_t>(process_), &found, WEXITED | WNOHANG | WNOWAIT) == 0 && found.si_pid == process_;
    }

    int wait()
    {
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0)
            if (errno != EINTR)
                return status_;
        return status_ = status;
    }

    pid_t process_;
    int output_;
    int status_ = 0;
    std::string text_;
};

std::vector<char*> pointers_to(std::vector<std::string> const& texts, char const* first)
{
    std::vector<char*> pointers;
    if (first != nullptr)
        pointers.push_back(const_cast<char*>(first));
    for (auto const& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// The errno value where it does not come to be.
int start(OutsideProgram const& program, int output, pid_t& process)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    bool const has_descriptor = program.descriptor >= 0;
    for (int const step : {posix_spawnattr_setsigmask(&attributes, &none), posix_spawnattr_setsigdefault(&attributes, &all),
             posix_spawnattr_setpgroup(&attributes, 0),
             posix_spawn_file_actions_addchdir_np(&actions, program.folder.c_str()),
             posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
             posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO),
             posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO),
             has_descriptor ? posix_spawn_file_actions_adddup2(&actions, program.descriptor, given_descriptor) : 0,
             posix_spawn_file_actions_addclosefrom_np(&actions, has_descriptor ? given_descriptor + 1 : given_descriptor)})
        error = error != 0 ? error : step;
    if (error == 0)
        error = posix_spawn(&process, program.file.c_str(), &actions, &attributes, pointers_to(program.arguments, program.file.c_str()).data(), pointers_to(program.environment, nullptr).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

}

Result<OutsideEnd> run_outside(OutsideProgram const& program, Patience const& patience)
{
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return unavailable("cannot make a pipe: " + text_of_error(errno));
    // Beyond 3: what is put in place below must not be what is yet to be put.
    int const output = ::fcntl(ends[1], F_DUPFD_CLOEXEC, given_descriptor + 1);
    ::close(ends[1]);
    pid_t process = -1;
    int const error = output < 0 ? errno : start(program, output, process);
    ::close(output);
    if (error != 0) {
        ::close(ends[0]);
        return unavailable("cannot start " + program.file.string() + ": " + text_of_error(error));
    }
    OutsideRun run(process, ends[0]);
    return run.until_end(patience);
}

std::filesystem::path find_program(std::string_view name, std::string_view search_path)
{
    while (!search_path.empty()) {
        auto const folder = search_path.substr(0, search_path.find(':'));
        search_path.remove_prefix(std::min(folder.size() + 1, search_path.size()));
        auto const file = std::filesystem::path(folder) / name;
        std::error_code ignored;
        if (file.is_absolute() && std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0)
            return file;
    }
    return {};
}
