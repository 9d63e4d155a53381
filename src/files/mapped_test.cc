#include "files/mapped.h"

#include "files/beneath.h"
#include "files/descriptor.h"
#include "files/map.h"
#include "files/test_folder.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace {

std::string said(Result<MappedFile> const& file, TestFolder const& folder)
{
    if (file)
        return std::string(text_of(file->bytes()));
    auto text = file.error().text();
    auto const at = text.find(folder.path().string());
    return "error: " + (at == std::string::npos ? text : text.replace(at, folder.path().string().size(), "DIR"));
}

TEST(MappedFile, gives_the_bytes_of_regular_files_and_refuses_all_else)
{
    TestFolder const folder;
    folder.put("file", "hello");
    folder.put("empty", "");
    ::mkfifo((folder / "pipe").c_str(), 0600);
    std::filesystem::create_symlink("file", folder / "link");
    std::filesystem::create_symlink("pipe", folder / "link-to-pipe");
    struct Case {
        char const* name;
        char const* answer;
    };
    for (auto const& c : {
             Case{"file", "hello"},
             Case{"empty", ""},
             Case{"link", "hello"},
             Case{"none", "error: cannot open DIR/none: No such file or directory"},
             Case{"file/x", "error: cannot open DIR/file/x: Not a directory"},
             Case{".", "error: DIR/. is a directory, wanted a regular file"},
             Case{"pipe", "error: DIR/pipe is a pipe (FIFO), wanted a regular file"},
             Case{"link-to-pipe", "error: DIR/link-to-pipe is a pipe (FIFO), wanted a regular file"},
         })
        EXPECT_EQ(said(MappedFile::open(folder / c.name), folder), c.answer);
    EXPECT_EQ(MappedFile::open("/dev/null").error().text(), "/dev/null is a device, wanted a regular file");
    EXPECT_EQ(MappedFile::open(folder / "none").error().reason, Reason::missing);
    EXPECT_EQ(said(MappedFile::open(folder / "file", {.bytes = 4}), folder), "error: DIR/file has 5 bytes, the limit is 4");
}

TEST(MappedFile, says_what_the_system_says_of_descriptors)
{
    TestFolder const folder;
    folder.put("small", "hello");
    folder.put("large", std::string(100'000, 'x'));
    auto const answer = [](int descriptor) {
        Descriptor const own(descriptor); // closed behind the test
        auto const bytes = map_descriptor(descriptor, "it", Links::any, {});
        return bytes ? std::string(text_of(bytes->bytes())) : "error: " + bytes.error().text();
    };
    EXPECT_EQ(answer(-1), "error: cannot read it: Bad file descriptor");
    EXPECT_EQ(answer(::open((folder / "small").c_str(), O_PATH)), "error: cannot read it: Bad file descriptor");
    EXPECT_EQ(answer(::open((folder / "large").c_str(), O_PATH)), "error: cannot map it: Bad file descriptor");
    EXPECT_EQ(answer(::socket(AF_UNIX, SOCK_STREAM, 0)), "error: it is a socket, wanted a regular file");
    EXPECT_FALSE(file_stamp(-1));
}

TEST(MappedFile, is_as_short_as_what_can_be_read)
{
    std::filesystem::path const page = "/sys/devices/system/cpu/online"; // a page, says its status
    std::ifstream file(page);
    std::string line;
    if (!std::getline(file, line))
        GTEST_SKIP() << "no " << page;
    EXPECT_EQ(text_of(MappedFile::open(page)->bytes()), line + "\n");
}

TEST(MappedFile, is_looked_at_beside_its_mapping)
{
    TestFolder const folder;
    folder.put("file", std::string(100'000, 'x') + "end");
    auto const bytes = MappedFile::open(folder / "file")->shared();
    std::string read(3, ' ');
    std::span<std::byte> const into(reinterpret_cast<std::byte*>(read.data()), read.size());
    EXPECT_TRUE(read_beside_mapping(bytes, 100'000, into));
    EXPECT_EQ(read, "end");
    EXPECT_TRUE(read_beside_mapping(bytes.part(99'999, 4), 1, into));
    EXPECT_FALSE(read_beside_mapping(bytes, 100'001, into));
    EXPECT_FALSE(read_beside_mapping(bytes, 100'004, into));
    EXPECT_FALSE(read_beside_mapping(SharedBytes::take(std::string(10, 'x')), 0, into));
}

TEST(MappedFile, cannot_be_handed_on_without_a_descriptor_left)
{
    TestFolder const folder;
    folder.put("small", "hello");
    folder.put("large", std::string(100'000, 'x'));
    auto const small = MappedFile::open(folder / "small");
    auto const large = MappedFile::open(folder / "large");
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit const none{0, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    auto const of_small = small->descriptor_for_others();
    auto const of_large = large->descriptor_for_others();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(of_small.error().text(), "cannot hand on " + (folder / "small").string() + ": Too many open files");
    EXPECT_FALSE(of_large);
}

TEST(MappedFile, cannot_be_handed_on_where_no_file_may_be_so_long)
{
    TestFolder const folder;
    folder.put("small", "hello");
    auto const small = MappedFile::open(folder / "small");
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit const little{3, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
    auto const handed = small->descriptor_for_others();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    EXPECT_FALSE(handed);
}

TEST(MappedFile, says_that_it_changed_while_it_was_opened)
{
    TestFolder const folder;
    folder.put("file", std::string(1'000, 'x'));
    std::atomic<bool> is_seen = false;
    std::thread writer([&] {
        Descriptor const file(::open((folder / "file").c_str(), O_WRONLY));
        for (off_t size = 1'000; !is_seen; size = 3'000 - size) // 1,000 and 2,000 bytes in turn
            EXPECT_EQ(::ftruncate(file.number(), size), 0);
    });
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!is_seen && std::chrono::steady_clock::now() < end)
        is_seen = MappedFile::open(folder / "file")->has_changed();
    bool const has_changed = is_seen.exchange(true);
    writer.join();
    EXPECT_TRUE(has_changed);
}

TEST(MappedFile, has_changed_when_it_is_gone)
{
    TestFolder const folder;
    folder.put("file", std::string(100'000, 'x'));
    auto const file = MappedFile::open(folder / "file");
    EXPECT_FALSE(file->has_changed());
    std::filesystem::remove(folder / "file");
    EXPECT_TRUE(file->has_changed());
}

TEST(Descriptors, are_opened_when_a_signal_came_between)
{
    TestFolder const folder;
    auto const pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    static std::atomic<int> signals;
    signals = 0;
    struct sigaction before {};
    struct sigaction counting {};
    counting.sa_handler = [](int) { ++signals; }; // without SA_RESTART: the call fails with EINTR
    ASSERT_EQ(::sigaction(SIGUSR1, &counting, &before), 0);
    auto const opener = ::pthread_self();
    std::thread other([&] {
        while (signals == 0) { // the opener waits for somebody who writes
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            ::pthread_kill(opener, SIGUSR1);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ::close(::open(pipe.c_str(), O_WRONLY));
    });
    auto const opened = open_descriptor(AT_FDCWD, pipe.string(), O_RDONLY);
    other.join();
    ::sigaction(SIGUSR1, &before, nullptr);
    EXPECT_TRUE(opened.has_value());
    EXPECT_GE(signals, 1);
}

TEST(MappedFile, keeps_its_bytes_when_the_name_is_given_away_and_it_is_itself_gone)
{
    TestFolder const folder;
    folder.put("file", "hello");
    SharedBytes bytes;
    {
        auto const file = MappedFile::open(folder / "file");
        folder.put("other", "HELLO");
        std::filesystem::rename(folder / "other", folder / "file");
        bytes = file->shared();
    }
    EXPECT_EQ(text_of(bytes.bytes()), "hello");
}

TEST(MappedFile, is_handed_on_as_it_was_opened)
{
    TestFolder const folder;
    for (size_t const size : {size_t{0}, size_t{5}, size_t{100'000}}) {
        std::string const text(size, 'x');
        folder.put("file", text);
        auto const file = MappedFile::open(folder / "file");
        folder.put("other", "something else");
        std::filesystem::rename(folder / "other", folder / "file");
        auto const descriptor = file->descriptor_for_others();
        ASSERT_TRUE(descriptor.has_value());
        EXPECT_EQ(::write(*descriptor, "y", 1), -1);
        auto const adopted = MappedFile::adopt(*descriptor, "said");
        EXPECT_TRUE(adopted && text_of(adopted->bytes()) == text) << size;
        EXPECT_EQ(adopted->path(), "said");
        EXPECT_TRUE(text_of(file->bytes()) == text) << size;
    }
    EXPECT_EQ(MappedFile::adopt(::open("/", O_RDONLY | O_CLOEXEC), "a root").error().text(), "a root is a directory, wanted a regular file");
}

TEST(MappedFile, tells_that_somebody_wrote_to_it)
{
    TestFolder const folder;
    folder.put("file", std::string(100'000, 'x'));
    auto const file = MappedFile::open(folder / "file");
    EXPECT_FALSE(file->has_changed());
    folder.put("file", std::string(100'001, 'x'));
    EXPECT_TRUE(file->has_changed());
    folder.put("small", "x");
    auto const small = MappedFile::open(folder / "small"); // is read, and done with
    folder.put("small", "y");
    EXPECT_FALSE(small->has_changed());
    EXPECT_EQ(text_of(small->bytes()), "x");
}

TEST(MappedFile, gives_parts_that_are_within)
{
    TestFolder const folder;
    folder.put("file", "hello");
    auto const file = MappedFile::open(folder / "file");
    EXPECT_EQ(text_of(part_of(*file, 1, 3)->bytes()), "ell");
    EXPECT_EQ(part_of(*file, 5, 0)->size(), 0u);
    EXPECT_FALSE(part_of(*file, 3, 3));
    EXPECT_FALSE(part_of(*file, 6, 0));
    EXPECT_FALSE(part_of(*file, 2, ~uint64_t{0}));
    EXPECT_FALSE(part_of(*file, ~uint64_t{0}, 2));
}

// Where names within a model's folder lead, links and all.
void expect_that_nothing_leaves_the_folder()
{
    TestFolder const outside;
    outside.put("secret", "secret");
    std::filesystem::create_directories(outside / "model/sub");
    outside.put("model/data", "weights");
    outside.put("model/sub/data", "more");
    outside.put("model/twice", "x");
    std::filesystem::create_hard_link(outside / "secret", outside / "model/hard");
    std::filesystem::create_symlink("../secret", outside / "model/link");
    std::filesystem::create_symlink("data", outside / "model/link-inside");
    std::filesystem::create_symlink("..", outside / "model/up");
    std::filesystem::create_symlink("sub", outside / "model/sub-link");
    std::filesystem::create_symlink("model", outside / "model-link");
    ::mkfifo((outside / "model/pipe").c_str(), 0600);
    struct Case {
        std::string name;
        char const* answer;
    };
    std::vector<Case> const cases{
        {"data", "weights"},
        {"sub/data", "more"},
        {"none", "error: cannot open DIR/model/none: No such file or directory"},
        {"", "error: an empty file name, wanted one relative to the model's folder"},
        {"../secret", "error: the file name \"../secret\" has the component \"..\""},
        {"sub/../../secret", "error: the file name \"sub/../../secret\" has the component \"..\""},
        {"sub/../data", "error: the file name \"sub/../data\" has the component \"..\""},
        {"./data", "error: the file name \"./data\" has the component \".\""},
        {"sub//data", "error: the file name \"sub//data\" has the component \"\""},
        {"sub/", "error: the file name \"sub/\" has the component \"\""},
        {"/etc/passwd", "error: the file name \"/etc/passwd\" is not one relative to the model's folder"},
        {"sub\\data", "error: the file name \"sub\\data\" is not one relative to the model's folder"},
        {std::string("data\0x", 6), "error: a file name that holds a NUL byte"},
        {"link", "error: DIR/model/link is reached through a link, wanted a file that lies in the folder itself"},
        {"link-inside", "error: DIR/model/link-inside is reached through a link, wanted a file that lies in the folder itself"},
        {"up/secret", "error: DIR/model/up/secret is reached through a link, wanted a file that lies in the folder itself"},
        {"sub-link/data", "error: DIR/model/sub-link/data is reached through a link, wanted a file that lies in the folder itself"},
        {"hard", "error: DIR/model/hard has 2 names (hard links), wanted a file of its own"},
        {"sub/none/data", "error: cannot open DIR/model/sub/none/data: No such file or directory"},
        {"data/x/y", "error: cannot open DIR/model/data/x/y: Not a directory"},
        {"sub", "error: DIR/model/sub is a directory, wanted a regular file"},
        {"pipe", "error: DIR/model/pipe is a pipe (FIFO), wanted a regular file"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(said(open_beneath(outside / "model", c.name), outside), c.answer);
    EXPECT_EQ(said(open_beneath(outside / "model-link", "data"), outside), "weights");
    EXPECT_EQ(said(open_beneath(outside / "none", "data"), outside), "error: cannot open the folder DIR/none: No such file or directory");
}

TEST(OpenBeneath, never_leaves_the_folder) { expect_that_nothing_leaves_the_folder(); }

TEST(OpenBeneath, takes_no_folder_for_the_working_directory)
{
    TestFolder const folder;
    folder.put("data", "weights");
    auto const before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    auto const file = open_beneath("", "data");
    std::filesystem::current_path(before);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(text_of(file->bytes()), "weights");
}

// As a kernel without openat2 answers, or a sandbox that does not know it.
void forbid_openat2(unsigned error)
{
    sock_filter const program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog const filter{std::size(program), const_cast<sock_filter*>(program)};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        std::exit(77);
}

TEST(OpenBeneath, never_leaves_the_folder_without_openat2_either)
{
    for (unsigned const error : {ENOSYS, EPERM})
        EXPECT_EXIT({
            forbid_openat2(error);
            expect_that_nothing_leaves_the_folder();
            std::exit(testing::Test::HasFailure() ? 1 : 0); }, testing::ExitedWithCode(0), "");
}

}
