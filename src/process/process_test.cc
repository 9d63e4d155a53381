#include "process/fences.h"
#include "process/message.h"
#include "process/outside.h"
#include "process/sandbox.h"
#include "process/worker.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// The workers of these tests are this program itself, which turns into one before any test runs.

namespace {

constexpr std::string_view worker_word = "--behave-as";

namespace fs = std::filesystem;

// Written to so that the compiler keeps what is computed.
size_t volatile kept = 0;

void crash()
{
    std::signal(SIGSEGV, SIG_DFL); // sanitizers would tell a story first
    ::raise(SIGSEGV);
}

void read_behind_the_end()
{
    std::signal(SIGBUS, SIG_DFL);
    std::FILE* const file = std::tmpfile();
    constexpr size_t size = 8192;
    if (::ftruncate(::fileno(file), size) != 0)
        return;
    auto const* const bytes = static_cast<char const volatile*>(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, ::fileno(file), 0));
    if (::ftruncate(::fileno(file), 0) == 0)
        kept = static_cast<size_t>(bytes[size - 1]);
}

void announce(uint32_t length, std::string_view bytes)
{
    std::string message(sizeof length, '\0');
    std::memcpy(message.data(), &length, sizeof length);
    message += bytes;
    (void)::send(0, message.data(), message.size(), 0);
}

void burn_time()
{
    std::signal(SIGXCPU, SIG_DFL);
    rlimit const second{1, 2};
    ::setrlimit(RLIMIT_CPU, &second);
    while (true)
        kept = kept + 1;
}

std::string surroundings()
{
    std::string text;
    for (char** variable = environ; *variable != nullptr; ++variable)
        text += std::string(*variable) + " ";
    for (int number = 0; number < 100; ++number)
        if (::fcntl(number, F_GETFD) >= 0)
            text += std::to_string(number) + " ";
    return text;
}

std::string content_of(int descriptor)
{
    char bytes[16];
    auto const count = ::pread(descriptor, bytes, sizeof bytes, 0);
    return {bytes, count > 0 ? static_cast<size_t>(count) : 0};
}

void behave(std::string_view how, std::string_view request, WorkerChannel& channel)
{
    if (how == "echo")
        (void)channel.answer(request);
    else if (how == "twice") {
        (void)channel.answer(request);
        (void)channel.answer("and again");
    } else if (how == "surroundings")
        (void)channel.answer(surroundings());
    else if (how == "descriptors")
        (void)channel.answer(content_of(first_given_descriptor) + content_of(first_given_descriptor + 1) + surroundings());
    else if (how == "crash")
        crash();
    else if (how == "abort")
        std::abort();
    else if (how == "shortened")
        read_behind_the_end();
    else if (how == "killed")
        ::raise(SIGKILL);
    else if (how == "time")
        burn_time();
    else if (how == "leave")
        ::_exit(3);
    else if (how == "memory")
        std::get_new_handler()();
    else if (how == "hang")
        ::pause();
    else if (how == "dribble")
        for (announce(1'000'000, ""); true; ::usleep(10'000))
            (void)::send(0, "x", 1, 0);
    else if (how == "huge")
        announce(0xffffffff, "");
    else if (how == "cut") {
        announce(100, "not a hundred bytes");
        ::_exit(0);
    } else if (how == "deaf") {
        ::close(0);
        ::pause();
    }
}

// What a sandboxed process is told to try: "ok", or the system's word for why not.
std::string outcome(bool worked) { return worked ? "ok" : ::strerrorname_np(errno); }

struct Attempt {
    char const* name;
    bool (*run)(fs::path const& folder);
    char const* wanted;
};

int opened(fs::path const& path, int flags) { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); }

bool connects()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    int const socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    return socket >= 0 && ::connect(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
}

bool executes()
{
    char program[] = "/bin/true";
    char* arguments[] = {program, nullptr};
    return ::execve(program, arguments, nullptr) == 0;
}

bool writes_without_a_name(fs::path const& folder)
{
    int const file = opened(folder / "temporary", O_TMPFILE | O_RDWR);
    return file >= 0 && ::write(file, "text", 4) == 4 && ::mmap(nullptr, 4, PROT_READ, MAP_PRIVATE, file, 0) != MAP_FAILED;
}

Attempt const attempts[] = {
    {"reading in the folder", [](fs::path const& folder) { return opened(folder / "in/file", O_RDONLY) >= 0; }, "ok"},
    {"reading a link's target in it", [](fs::path const& folder) { return opened(folder / "in/link-in", O_RDONLY) >= 0; }, "ok"},
    {"reading outside of it", [](fs::path const& folder) { return opened(folder / "out/file", O_RDONLY) >= 0; }, "EACCES"},
    {"reading through a link", [](fs::path const& folder) { return opened(folder / "in/link-out", O_RDONLY) >= 0; }, "EACCES"},
    {"reading a file that is named", [](fs::path const& folder) { return opened(folder / "out/named", O_RDONLY) >= 0; }, "ok"},
    {"writing", [](fs::path const& folder) { return opened(folder / "in/file", O_WRONLY) >= 0; }, "EPERM"},
    {"reading and writing", [](fs::path const& folder) { return opened(folder / "in/file", O_RDWR) >= 0; }, "EPERM"},
    {"shortening", [](fs::path const& folder) { return opened(folder / "in/file", O_RDONLY | O_TRUNC) >= 0; }, "EPERM"},
    {"making a file", [](fs::path const& folder) { return opened(folder / "temporary/new", O_WRONLY | O_CREAT | O_EXCL) >= 0; }, "EPERM"},
    {"making a file without a name", writes_without_a_name, "ok"},
    {"the same elsewhere", [](fs::path const& folder) { return opened(folder / "in", O_TMPFILE | O_RDWR) >= 0; }, "EACCES"},
    {"removing", [](fs::path const& folder) { return ::unlink((folder / "in/file").c_str()) == 0; }, "EPERM"},
    {"renaming", [](fs::path const& folder) { return ::rename((folder / "in/file").c_str(), (folder / "in/other").c_str()) == 0; }, "EPERM"},
    {"linking", [](fs::path const& folder) { return ::symlink("file", (folder / "in/other").c_str()) == 0; }, "EPERM"},
    {"executing", [](fs::path const&) { return executes(); }, "EPERM"},
    {"forking", [](fs::path const&) { return ::fork() >= 0; }, "EPERM"},
    {"a socket", [](fs::path const&) { return connects(); }, "EPERM"},
    {"a signal to the parent", [](fs::path const&) { return ::kill(::getppid(), 0) == 0; }, "EPERM"},
    {"tracing", [](fs::path const&) { return ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr) == 0; }, "EPERM"},
    {"memory for code", [](fs::path const&) { return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }, "EPERM"},
    {"memory", [](fs::path const&) { return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }, "ok"},
};

std::string results_of_attempts(fs::path const& folder)
{
    auto const sandbox = enter_sandbox({.readable = {folder / "in", folder / "out/named", folder / "nowhere"}, .temporary_folder = folder / "temporary"});
    std::string text = sandbox.text() + "\n";
    for (auto const& attempt : attempts) {
        errno = 0;
        bool const worked = attempt.run(folder);
        text += outcome(worked) + "\n";
    }
    return text;
}

std::string result_of_much_memory()
{
    SandboxRules rules;
    rules.memory_bytes = uint64_t{256} << 20;
    enter_sandbox(rules);
    std::vector<std::string> blocks;
    for (int count = 0; count < 1'000; ++count)
        kept = blocks.emplace_back(size_t{1} << 20, 'x').size();
    return "enough memory";
}

__attribute__((constructor)) void turn_into_worker(int count, char** arguments, char**)
{
    if (count < 3 || arguments[1] != worker_word)
        return;
    std::string_view const how = arguments[2];
    auto channel = WorkerChannel::take();
    while (auto const request = channel.next()) {
        if (!*request)
            break;
        if (how == "attempts")
            (void)channel.answer(results_of_attempts(**request));
        else if (how == "much memory")
            (void)channel.answer(result_of_much_memory());
        else
            behave(how, **request, channel);
    }
    ::_exit(0);
}

WorkerProgram behaving(std::string how)
{
    return {"/proc/self/exe", {std::string(worker_word), std::move(how)}, {"GIVEN=yes", "ASAN_OPTIONS=detect_leaks=0"}};
}

Patience patience(int64_t milliseconds)
{
    return {milliseconds, [] { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }, {}};
}

bool is_gone(pid_t process) { return ::kill(process, 0) != 0 && errno == ESRCH; }

// A reason and a part of the text.
std::string told(Result<std::string> const& result) { return result ? "answer: " + *result : std::string(row_of(result.error().reason).name) + ": " + result.error().what; }

TEST(Worker, AnswersAndGoesWhenNobodyNeedsItAnyMore)
{
    pid_t process = 0;
    {
        auto worker = Worker::start(behaving("echo"));
        ASSERT_TRUE(worker);
        process = worker->process();
        EXPECT_EQ(told(worker->ask("hello", patience(10'000))), "answer: hello");
        EXPECT_EQ(told(worker->ask("", patience(10'000))), "answer: ");
        std::string const much(most_message_bytes, 'm');
        EXPECT_EQ(worker->ask(much, patience(10'000)).value_or(""), much);
        EXPECT_EQ(worker->send(much + "m").error().reason, Reason::exhausted);
        EXPECT_EQ(told(worker->ask("still there", patience(10'000))), "answer: still there");
        Worker moved = *std::move(worker);
        EXPECT_EQ(told(moved.ask("moved", patience(10'000))), "answer: moved");
    }
    EXPECT_TRUE(is_gone(process));
}

TEST(Worker, GivesSeveralAnswersOneByOne)
{
    auto worker = Worker::start(behaving("twice"));
    ASSERT_TRUE(worker);
    ASSERT_TRUE(worker->send("first"));
    ASSERT_TRUE(worker->send("second"));
    EXPECT_EQ(told(worker->receive(patience(10'000))), "answer: first");
    EXPECT_EQ(told(worker->receive(patience(10'000))), "answer: and again");
    EXPECT_EQ(told(worker->receive(patience(10'000))), "answer: second");
}

TEST(Worker, GetsNoDescriptorAndNoVariableThatItIsNotGiven)
{
    ::setenv("A_SECRET", "hidden", 1);
    int const secret = ::open("/dev/null", O_RDONLY); // not closed when a program is started
    auto worker = Worker::start(behaving("surroundings"));
    ASSERT_TRUE(worker);
    EXPECT_EQ(told(worker->ask("", patience(10'000))), "answer: GIVEN=yes ASAN_OPTIONS=detect_leaks=0 0 1 2 ");
    ::close(secret);
    ::unsetenv("A_SECRET");
}

struct EndCase {
    char const* how;
    char const* wanted; // what the answer begins with
};

EndCase const ends[] = {
    {"crash", "unavailable: the reading process crashed (SIGSEGV)"},
    {"abort", "unavailable: the reading process crashed (SIGABRT)"},
    {"shortened", "conflict: the file became shorter"},
    {"killed", "unavailable: the reading process was ended by the system or by somebody (SIGKILL)"},
    {"time", "exhausted: reading it takes more time"},
    {"memory", "exhausted: reading it takes more memory"},
    {"much memory", "exhausted: reading it takes more memory"},
    {"leave", "unavailable: the reading process ended by itself, with status 3"},
    {"cut", "unavailable: the reading process ended by itself, with status 0"},
    {"huge", "malformed: a message of 4294967295 bytes is announced, the limit is"},
    {"deaf", "unavailable: the reading process was ended"},
};

TEST(Worker, GetsTheDescriptorsThatItIsGivenInTheirOrder)
{
    auto program = behaving("descriptors");
    for (char const* text : {"first ", "second "}) {
        program.descriptors.push_back(::fileno(std::tmpfile()));
        ASSERT_GT(::write(program.descriptors.back(), text, std::strlen(text)), 0);
    }
    // The places that they get are taken by others.
    for (int const place : {3, 4})
        ASSERT_TRUE(::fcntl(place, F_GETFD) >= 0 || ::dup2(0, place) == place);
    std::swap(program.descriptors[0], program.descriptors[1]);
    auto worker = Worker::start(program);
    ASSERT_TRUE(worker);
    EXPECT_EQ(told(worker->ask("", patience(10'000))), "answer: second first GIVEN=yes ASAN_OPTIONS=detect_leaks=0 0 1 2 3 4 ");
}

TEST(Message, ErrorsSurviveBeingSent)
{
    Error const error{Reason::refused, "what\n\xff", {"here", ""}, "hint", 107};
    auto const bytes = bytes_of_error(error);
    auto const again = parse_error(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(bytes_of_error(*again), bytes);
    EXPECT_EQ(again->text(), error.text());
    for (size_t length = 0; length < bytes.size(); ++length)
        EXPECT_FALSE(parse_error(std::string_view(bytes).substr(0, length))) << length;
    EXPECT_FALSE(parse_error(bytes + "x"));
    EXPECT_FALSE(parse_error("\xff" + bytes.substr(1)));
}

TEST(Worker, ThatEndsIsToldApartByHow)
{
    for (auto const& [how, wanted] : ends) {
        SCOPED_TRACE(how);
        if (is_sanitized() && std::string_view(how) == "much memory")
            continue;
        auto worker = Worker::start(behaving(how));
        ASSERT_TRUE(worker);
        pid_t const process = worker->process();
        auto const answer = told(worker->ask("go", patience(20'000)));
        EXPECT_TRUE(answer.starts_with(wanted)) << answer;
        EXPECT_TRUE(is_gone(process));
        EXPECT_FALSE(worker->ask("and now", patience(1'000)));
        *worker = *Worker::start(behaving("echo"));
        EXPECT_EQ(told(worker->ask("another one", patience(10'000))), "answer: another one");
    }
}

TEST(Worker, ThatGivesNoAnswerIsEndedInTime)
{
    for (char const* const how : {"hang", "dribble"}) {
        SCOPED_TRACE(how);
        auto worker = Worker::start(behaving(how));
        ASSERT_TRUE(worker);
        pid_t const process = worker->process();
        EXPECT_EQ(told(worker->ask("go", patience(200))), "timed_out: the reading process gave no answer in 200 ms");
        EXPECT_TRUE(is_gone(process));
    }
}

TEST(Worker, IsEndedWhenSomebodyAsksToStop)
{
    auto worker = Worker::start(behaving("hang"));
    ASSERT_TRUE(worker);
    auto stopping = patience(20'000);
    stopping.stop_asked = [] { return true; };
    EXPECT_EQ(told(worker->ask("go", stopping)), "cancelled: stopped while a file was read");
}

TEST(Worker, DoesNotStartWhereThereIsNoProgram)
{
    auto const worker = Worker::start({"/nowhere/hullmark", {}, {}});
    ASSERT_FALSE(worker);
    EXPECT_EQ(worker.error().reason, Reason::unavailable);
}

class SandboxTest : public testing::Test {
protected:
    SandboxTest()
        : folder_(fs::path(testing::TempDir()) / ("hullmark-sandbox-" + std::to_string(::getpid())))
    {
        for (char const* const name : {"in", "out", "temporary"})
            fs::create_directories(folder_ / name);
        for (char const* const name : {"in/file", "out/file", "out/named"})
            std::ofstream(folder_ / name) << "text";
        fs::create_symlink("file", folder_ / "in/link-in");
        fs::create_symlink("../out/file", folder_ / "in/link-out");
    }
    ~SandboxTest() override { fs::remove_all(folder_); }

    fs::path folder_;
};

TEST_F(SandboxTest, ForbidsAllThatReadingDoesNotNeed)
{
    auto worker = Worker::start(behaving("attempts"));
    ASSERT_TRUE(worker);
    auto const results = worker->ask(folder_.string(), patience(20'000));
    ASSERT_TRUE(results) << told(results);
    std::istringstream lines(*results);
    std::string line;
    std::getline(lines, line);
    if (line != "landlock, seccomp and limits")
        GTEST_SKIP() << "this system has " << line;
    for (auto const& [name, run, wanted] : attempts) {
        std::getline(lines, line);
        EXPECT_EQ(line, wanted) << name;
    }
    EXPECT_TRUE(fs::exists(folder_ / "in/file"));
}

TEST(SandboxText, NamesWhatThereIs)
{
    EXPECT_EQ((Sandbox{true, true, true}.text()), "landlock, seccomp and limits");
    EXPECT_EQ((Sandbox{true, false, true}.text()), "seccomp and limits");
    EXPECT_EQ((Sandbox{true, false, false}.text()), "limits alone");
    EXPECT_EQ(Sandbox{}.text(), "nothing");
}

Patience patience_of(int64_t milliseconds, std::function<bool()> stop_asked = {})
{
    return {milliseconds, [] { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }, std::move(stop_asked)};
}

// Whether the process still does something, some time after it was ended.
bool is_running(long process)
{
    for (int waits = 0; waits < 200; ++waits) {
        std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
        std::string number;
        std::string name;
        std::string state;
        if (!(stat >> number >> name >> state) || state == "Z")
            return false;
        ::usleep(10'000);
    }
    return true;
}

OutsideProgram shell(std::string const& command) { return {"/bin/sh", {"-c", command}, {"WORD=value"}, "/tmp"}; }

TEST(Outside, gets_what_it_is_given_and_no_more)
{
    auto const end = run_outside(shell("pwd; echo $WORD; cat; ls /proc/self/fd | wc -l; echo error >&2; exit 7"), patience_of(10'000));
    ASSERT_TRUE(end) << end.error().text();
    EXPECT_EQ(end->status, 7);
    EXPECT_EQ(end->text, "/tmp\nvalue\n4\nerror\n"); // 0, 1, 2 and that of ls itself
}

TEST(Outside, reads_the_descriptor_as_3)
{
    auto program = shell("cat <&3");
    program.descriptor = ::open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
    auto const end = run_outside(program, patience_of(10'000));
    ::close(program.descriptor);
    ASSERT_TRUE(end) << end.error().text();
    EXPECT_EQ(end->text, "process_test\n");
}

TEST(Outside, ends_with_all_that_it_started)
{
    auto const late = run_outside(shell("sleep 100 & sleep 100"), patience_of(200));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().reason, Reason::timed_out);
    auto const stopped = run_outside(shell("sleep 100"), patience_of(10'000, [] { return true; }));
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().reason, Reason::cancelled);
    auto const left = run_outside(shell("sleep 100 & echo $!"), patience_of(10'000));
    ASSERT_TRUE(left) << left.error().text();
    EXPECT_FALSE(is_running(std::stol(left->text)));
}

TEST(Outside, tells_its_signal_and_the_end_of_long_output)
{
    auto const killed = run_outside(shell("kill -SEGV $$"), patience_of(10'000));
    ASSERT_TRUE(killed);
    EXPECT_EQ(killed->status, 128 + SIGSEGV);
    auto const long_one = run_outside(shell("seq 100000; echo last"), patience_of(10'000));
    ASSERT_TRUE(long_one);
    EXPECT_LE(long_one->text.size(), 2 * outside_text_bytes);
    EXPECT_TRUE(long_one->text.ends_with("100000\nlast\n"));
    auto const none = run_outside({"/nowhere/program", {}, {}, "/tmp"}, patience_of(10'000));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().reason, Reason::unavailable);
}

TEST(Outside, is_found_on_the_path)
{
    EXPECT_EQ(find_program("sh", "/nowhere::/usr/bin:/bin"), "/usr/bin/sh");
    EXPECT_EQ(find_program("no such program", "/usr/bin:/bin"), "");
    EXPECT_EQ(find_program("sh", ""), "");
}

}
