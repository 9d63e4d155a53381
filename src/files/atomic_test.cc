#include "files/atomic.h"

#include "files/test_folder.h"

#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

using Names = std::set<std::string>;

TEST(WriteFileDurably, puts_the_whole_file_under_its_name)
{
    TestFolder const folder;
    std::string const big(3'000'000, 'x');
    std::vector<Bytes> const parts{bytes_of("a"), Bytes(), bytes_of(big), bytes_of("z")};
    ASSERT_TRUE(write_file_durably(folder / "file", parts));
    EXPECT_EQ(folder.get("file"), "a" + big + "z");
    ASSERT_TRUE(write_file_durably(folder / "file", bytes_of("new")));
    EXPECT_EQ(folder.get("file"), "new");
    EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(WriteFileDurably, replaces_the_file_behind_a_link)
{
    TestFolder const folder;
    folder.put("file", "old");
    std::filesystem::create_symlink("file", folder / "link");
    ASSERT_TRUE(write_file_durably(folder / "link", bytes_of("new")));
    EXPECT_EQ(folder.get("file"), "new");
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

TEST(WriteFileDurably, refuses_what_is_no_file)
{
    TestFolder const folder;
    std::filesystem::create_directory(folder / "sub");
    EXPECT_EQ(write_file_durably(folder / "sub", bytes_of("x")).error().reason, Reason::refused);
    EXPECT_EQ(write_file_durably("/dev/null", bytes_of("x")).error().text(), "cannot write /dev/null: it exists and is no regular file");
    EXPECT_EQ(write_file_durably(folder / "none/file", bytes_of("x")).error().reason, Reason::missing);
    EXPECT_EQ(folder.names(), Names{"sub"});
}

TEST(DurableFile, leaves_nothing_unless_committed)
{
    TestFolder const folder;
    folder.put("file", "old");
    {
        auto file = DurableFile::create(folder / "file");
        ASSERT_TRUE(file.has_value());
        ASSERT_TRUE(file->add(bytes_of("new")));
        EXPECT_EQ(file->size(), 3u);
        auto const names = folder.names();
        EXPECT_EQ(names.size(), 2u);
        EXPECT_TRUE(is_temporary_name(*names.begin())) << *names.begin();
    }
    EXPECT_EQ(folder.get("file"), "old");
    EXPECT_EQ(folder.names(), Names{"file"});
}

TEST(DurableFile, may_be_named_by_its_content)
{
    TestFolder const folder;
    std::filesystem::create_directory(folder / "ab");
    auto file = DurableFile::create(folder / "unnamed");
    ASSERT_TRUE(file->add(bytes_of("content")));
    ASSERT_TRUE(file->commit_as(folder / "ab/abcd"));
    EXPECT_EQ(folder.get("ab/abcd"), "content");
    EXPECT_EQ(folder.names(), Names{"ab"});
}

TEST(DurableFile, that_cannot_be_written_leaves_the_old_one)
{
    TestFolder const folder;
    folder.put("file", "old");
    rlimit before;
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit const small{1 << 20, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::string const big(2 << 20, 'x');
    {
        auto file = DurableFile::create(folder / "file");
        auto const added = file->add(bytes_of(big));
        ASSERT_FALSE(added);
        EXPECT_EQ(added.error().text(), "cannot write " + (folder / "file").string() + ": File too large");
        EXPECT_EQ(file->add(bytes_of("x")).error().text(), added.error().text());
        EXPECT_EQ(file->commit().error().text(), added.error().text());
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(folder.get("file"), "old");
    EXPECT_EQ(folder.names(), Names{"file"});
}

// A file system of its own, mounted on a test's folder.
class SmallDisk {
public:
    explicit SmallDisk(std::filesystem::path path)
        : path_(std::move(path)),
          mounted_(::mount("none", path_.c_str(), "tmpfs", 0, "size=256k") == 0)
    {
    }
    ~SmallDisk()
    {
        if (mounted_)
            ::umount(path_.c_str());
    }
    bool mounted() const { return mounted_; }
    void make_read_only() const { ASSERT_EQ(::mount("none", path_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0); }

private:
    std::filesystem::path path_;
    bool mounted_;
};

TEST(WriteFileDurably, says_that_the_disk_is_full_and_leaves_nothing)
{
    TestFolder const folder;
    SmallDisk const disk(folder.path());
    if (!disk.mounted())
        GTEST_SKIP() << "mounting a small disk needs root";
    std::string const big(1 << 20, 'x');
    auto const written = write_file_durably(folder / "file", bytes_of(big));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().text(), "cannot write " + (folder / "file").string() + ": No space left on device");
    EXPECT_EQ(written.error().reason, Reason::unavailable);
    EXPECT_EQ(folder.names(), Names{});
}

TEST(WriteFileDurably, says_that_the_disk_is_read_only)
{
    TestFolder const folder;
    SmallDisk const disk(folder.path());
    if (!disk.mounted())
        GTEST_SKIP() << "mounting a small disk needs root";
    disk.make_read_only();
    EXPECT_EQ(write_file_durably(folder / "file", bytes_of("x")).error().text(), "cannot write " + (folder / "file").string() + ": Read-only file system");
    EXPECT_EQ(make_directories_durably(folder / "a/b").error().text(), "cannot create the folder " + (folder / "a").string() + ": Read-only file system");
}

TEST(MakeDirectoriesDurably, makes_what_is_missing)
{
    TestFolder const folder;
    ASSERT_TRUE(make_directories_durably(folder / "a/b/c"));
    EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b/c"));
    EXPECT_TRUE(make_directories_durably(folder / "a/b/c/"));
    EXPECT_TRUE(make_directories_durably("."));
    folder.put("a/file", "");
    EXPECT_EQ(make_directories_durably(folder / "a/file/x").error().reason, Reason::conflict);
}

TEST(TemporaryNames, are_told_from_all_others)
{
    EXPECT_TRUE(is_temporary_name(".hullmark-0123456789abcdef.part"));
    for (auto const* name : {"file", ".hullmark-", ".hullmark-0123456789abcdef", ".hullmark-0123456789abcdeg.part", ".hullmark-0123456789abcdef.parts"})
        EXPECT_FALSE(is_temporary_name(name)) << name;
}

}
