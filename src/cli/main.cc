#include "cli/cli.h"

#include "publish/reading.h"

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <locale.h>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <vector>

// The program: builds its World and its Streams out of what the system says, and runs one command.

namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the handler below may do nothing else");

extern "C" void ask_to_stop(int) { stop_asked = true; }

// Somebody made a file shorter while it was mapped: the pages behind its end are gone, and nothing can be done but to say so.
extern "C" void tell_of_lost_bytes(int)
{
    static constexpr char text[] = "error[HM0008]: a file became shorter while it was read\nhint: run the command again when nobody writes to it\n";
    [[maybe_unused]] auto const written = write(STDERR_FILENO, text, sizeof text - 1);
    _exit(6);
}

// The first signal asks politely; a second one ends the program at once.
void watch_signals()
{
    struct sigaction action {};
    action.sa_handler = ask_to_stop;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a reader that left shows as a failed write
    std::signal(SIGCHLD, SIG_DFL); // whoever ignores it loses how processes ended
    std::signal(SIGXFSZ, SIG_IGN); // and so does a file that may not grow further
    std::signal(SIGBUS, tell_of_lost_bytes);
}

std::string variable(char const* name)
{
    char const* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

// Where libraries lie, and what those that look for mistakes in memory or count lines are told.
std::vector<std::string> worker_environment()
{
    std::vector<std::string> environment;
    for (char const* const name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE"})
        if (char const* const value = std::getenv(name))
            environment.push_back(std::string(name) + "=" + value);
    return environment;
}

std::filesystem::path program_path()
{
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

std::string user_name()
{
    auto const* const entry = getpwuid(geteuid());
    return entry != nullptr ? entry->pw_name : std::to_string(geteuid());
}

std::optional<int64_t> integer(std::string const& text)
{
    int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

template <typename Clock>
int64_t milliseconds_of() { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count(); }

World make_world()
{
    World world;
    world.program = program_path();
    world.worker_environment = worker_environment();
    for (char** variable = environ; *variable != nullptr; ++variable)
        world.environment.emplace_back(*variable);
    world.user = user_name;
    world.onnxruntime = variable("HULLMARK_ONNXRUNTIME");
    if (auto const registry = variable("HULLMARK_REGISTRY"); !registry.empty())
        world.registry = registry;
    world.search_path = variable("PATH");
    if (auto const folder = variable("TMPDIR"); !folder.empty())
        world.temporary_folder = folder;
    world.source_date_epoch = integer(variable("SOURCE_DATE_EPOCH"));
    world.now_ms = milliseconds_of<std::chrono::system_clock>;
    world.elapsed_ms = milliseconds_of<std::chrono::steady_clock>;
    world.stop_asked = [] { return stop_asked.load(); };
    return world;
}

Streams make_streams()
{
    Streams streams;
    streams.out_is_terminal = isatty(STDOUT_FILENO) == 1;
    streams.err_is_terminal = isatty(STDERR_FILENO) == 1;
    streams.colours = variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    return streams;
}

}

int main(int count, char** arguments)
{
    if (count == 2 && std::strcmp(arguments[1], scan_worker_verb) == 0)
        return run_scan_worker();
    if (count == 2 && std::strcmp(arguments[1], reading_verb) == 0)
        return run_reader();
    watch_signals();
    return run_command_line(std::vector<std::string>(arguments + (count > 0 ? 1 : 0), arguments + count), make_world(), make_streams());
}
