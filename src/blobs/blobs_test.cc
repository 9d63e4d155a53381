#include "blobs/blobs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

class BlobsTest : public testing::Test {
protected:
    void SetUp() override
    {
        std::string pattern = testing::TempDir() + "hullmark-blobs-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory = pattern;
        blobs = open_blob_directory(directory + "/blobs");
    }
    void TearDown() override { fs::remove_all(directory); }

    std::string path_of(Digest const& digest) const { return directory + "/blobs/sha256/" + digest.hex().substr(0, 2) + "/" + digest.hex(); }

    std::string opened(Blob const& blob)
    {
        auto const bytes = blobs->open(blob);
        return bytes ? std::string(text_of(bytes->bytes())) : "error: " + bytes.error().what;
    }

    void overwrite(std::string const& path, std::string const& text) const
    {
        fs::remove(path);
        std::ofstream(path, std::ios::binary) << text;
    }

    std::string directory;
    std::unique_ptr<Blobs> blobs;
};

std::string const three_pieces(size_t{5} << 19, 'h'); // 2.5 MiB

TEST_F(BlobsTest, gives_back_what_was_put)
{
    for (auto const& text : {std::string(), std::string("hull"), three_pieces}) {
        auto const blob = blobs->put_bytes(bytes_of(text));
        ASSERT_TRUE(blob) << blob.error().text();
        EXPECT_EQ(blob->digest, Digest::of(bytes_of(text)));
        EXPECT_EQ(blob->size, text.size());
        EXPECT_EQ(opened(*blob), text);
        EXPECT_TRUE(fs::exists(path_of(blob->digest)));
    }
    EXPECT_EQ(*blobs->count_unfinished(), 0u);
}

TEST_F(BlobsTest, takes_a_file_as_it_takes_bytes)
{
    overwrite(directory + "/model", three_pieces);
    auto const blob = blobs->put_file(directory + "/model");
    ASSERT_TRUE(blob) << blob.error().text();
    EXPECT_EQ(opened(*blob), three_pieces);
    EXPECT_EQ(blobs->put_file(directory + "/nothing").error().reason, Reason::missing);
    EXPECT_EQ(blobs->put_file(directory).error().reason, Reason::unavailable) << "a folder is no file";
}

TEST_F(BlobsTest, names_each_kind_of_damage_and_is_mended_by_putting_again)
{
    Blob const blob = *blobs->put_bytes(bytes_of("hull mark"));
    std::string const path = path_of(blob.digest);
    struct Damage {
        char const* name;
        std::function<void()> make;
        char const* what;
    };
    Damage const damages[] = {
        {"a changed byte", [&] { overwrite(path, "hull murk"); }, "error: a stored object is damaged: its bytes have changed, their SHA-256 is 84e65fbd"},
        {"cut short", [&] { overwrite(path, "hull"); }, "error: a stored object is damaged: it has 4 bytes, wanted 9"},
        {"grown", [&] { overwrite(path, "hull marks"); }, "error: a stored object is damaged: it has 10 bytes, wanted 9"},
        {"gone", [&] { fs::remove(path); }, "error: a stored object is damaged: its file is gone"},
        {"a folder in its place", [&] { fs::remove(path); fs::create_directory(path); }, "error: a stored object is damaged: "},
        {"a link to other bytes", [&] { overwrite(directory + "/elsewhere", "hull murk"); fs::remove(path); fs::create_symlink(directory + "/elsewhere", path); }, "error: a stored object is damaged: its bytes have changed"},
    };
    for (auto const& damage : damages) {
        damage.make();
        std::string const said = opened(blob);
        EXPECT_EQ(said.substr(0, std::string_view(damage.what).size()), damage.what) << damage.name;
        EXPECT_EQ(blobs->open(blob).error().reason, Reason::unavailable) << damage.name;
        EXPECT_FALSE(*blobs->holds(blob)) << damage.name;
        ASSERT_TRUE(blobs->put_bytes(bytes_of("hull mark"))) << damage.name;
        EXPECT_EQ(opened(blob), "hull mark") << damage.name;
        EXPECT_TRUE(*blobs->holds(blob)) << damage.name;
        EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path))) << damage.name;
    }
}

TEST_F(BlobsTest, keeps_bytes_readable_that_were_opened_before_the_object_was_removed)
{
    Blob const blob = *blobs->put_bytes(bytes_of("hull"));
    auto const bytes = *blobs->open(blob);
    ASSERT_TRUE(blobs->remove(blob.digest));
    EXPECT_FALSE(*blobs->has(blob));
    EXPECT_EQ(text_of(bytes.bytes()), "hull");
    EXPECT_TRUE(blobs->remove(blob.digest)) << "what is not there is removed already";
}

TEST_F(BlobsTest, lists_objects_and_passes_over_everything_else)
{
    EXPECT_TRUE(blobs->list()->empty());
    Blob const one = *blobs->put_bytes(bytes_of("one"));
    Blob const two = *blobs->put_bytes(bytes_of("two"));
    overwrite(directory + "/blobs/sha256/README", "x");
    fs::create_directories(directory + "/blobs/sha256/zz");
    overwrite(directory + "/blobs/sha256/zz/" + one.digest.hex(), "one");
    overwrite(fs::path(path_of(one.digest)).parent_path().string() + "/notes", "x");
    auto const listed = *blobs->list();
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_LT(listed[0].blob.digest, listed[1].blob.digest);
    for (auto const& entry : listed)
        EXPECT_TRUE(entry.blob.digest == one.digest || entry.blob.digest == two.digest);
}

TEST_F(BlobsTest, leaves_nothing_where_the_source_fails)
{
    int pieces = 0;
    auto const failed = blobs->put([&]() -> Result<Bytes> {
        if (pieces++ == 0)
            return bytes_of("half");
        return cancelled("stopped");
    });
    EXPECT_EQ(failed.error().reason, Reason::cancelled);
    EXPECT_EQ(*blobs->count_unfinished(), 0u);
    EXPECT_TRUE(blobs->list()->empty());
}

TEST_F(BlobsTest, sweeps_what_a_dead_writer_left_once_it_is_old_enough)
{
    if (pid_t const child = ::fork(); child == 0) {
        (void)blobs->put([pieces = 0]() mutable -> Result<Bytes> {
            if (pieces++ == 1)
                ::_exit(0);
            return bytes_of("half");
        });
        ::_exit(1);
    } else {
        ::waitpid(child, nullptr, 0);
    }
    overwrite(directory + "/blobs/unfinished/notes", "not ours");
    EXPECT_EQ(*blobs->count_unfinished(), 1u);
    EXPECT_EQ(*blobs->remove_unfinished(0), 0u) << "too young";
    EXPECT_EQ(*blobs->remove_unfinished(INT64_MAX), 1u);
    EXPECT_EQ(*blobs->count_unfinished(), 0u);
    EXPECT_TRUE(fs::exists(directory + "/blobs/unfinished/notes"));
}

TEST_F(BlobsTest, lets_many_processes_put_the_same_and_other_objects_at_once)
{
    std::vector<pid_t> children;
    for (int n = 0; n < 6; ++n)
        if (pid_t const child = ::fork(); child == 0) {
            bool good = true;
            for (int i = 0; i < 20; ++i) {
                std::string const text = "object " + std::to_string(i % 5 == 0 ? 0 : n * 100 + i);
                auto const blob = blobs->put_bytes(bytes_of(text));
                good = good && blob && opened(*blob) == text;
            }
            ::_exit(good ? 0 : 1);
        } else {
            children.push_back(child);
        }
    for (pid_t const child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(blobs->list()->size(), 6u * 16 + 1);
    EXPECT_EQ(*blobs->count_unfinished(), 0u);
}

}
