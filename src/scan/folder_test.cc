#include "scan/folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

class Folders : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = fs::temp_directory_path() / "hullmark-folder-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root_ = name;
    }
    void TearDown() override { fs::remove_all(root_); }

    void write(std::string const& name, std::string const& content)
    {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name, std::ios::binary) << content;
    }

    // "name verdict word word; ..." in the order of the walk.
    std::string scanned()
    {
        auto const walked = walk_files({root_.string()}, {});
        EXPECT_TRUE(walked);
        std::vector<ScannedFile> files;
        for (auto const& file : *walked)
            files.push_back(scan_walked_file(file, {}));
        settle_folders(files);
        std::string said;
        for (auto const& file : files) {
            said += (said.empty() ? "" : "; ") + fs::path(file.path).lexically_relative(root_).string() + " " + std::string(name_of(file.report.verdict));
            for (auto const& finding : file.report.findings)
                said += " " + finding.word;
        }
        return said;
    }

    fs::path root_;
};

}

TEST_F(Folders, are_walked_in_order_and_links_stay_inside)
{
    write("b/text", "text\n");
    write("a", "text\n");
    fs::create_symlink("b/text", root_ / "inside");
    fs::create_symlink("/etc/passwd", root_ / "outside");
    fs::create_symlink("nowhere", root_ / "nowhere");
    fs::create_directory_symlink(".", root_ / "again");
    ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(scanned(), "a skipped; b/text skipped; inside skipped; nowhere unreadable not-a-file; outside unreadable not-a-file; pipe unreadable not-a-file");
}

TEST_F(Folders, blame_code_only_where_something_names_it)
{
    write("model/net.py", "import torch\n");
    EXPECT_EQ(scanned(), "model/net.py skipped code-file");
    write("model/config.json", R"({"auto_map": {"AutoModel": "net.Net"}})");
    EXPECT_EQ(scanned(), "model/config.json dangerous names-code; model/net.py dangerous code-file names-code");
}

TEST_F(Folders, tell_of_what_they_may_not_read)
{
    write("secret", "text\n");
    fs::permissions(root_ / "secret", fs::perms::none);
    if (::access((root_ / "secret").c_str(), R_OK) == 0)
        GTEST_SKIP() << "this user may read everything";
    EXPECT_EQ(scanned(), "secret unreadable no-permission");
}

TEST_F(Folders, must_be_there)
{
    auto const walked = walk_files({(root_ / "nothing").string()}, {});
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().reason, Reason::missing);
}
