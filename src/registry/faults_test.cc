#include "database/database.h"
#include "registry/test_registry.h"

#include <cstring>
#include <sys/mount.h>

namespace {

namespace fs = std::filesystem;

// What others do to a registry: at once, to its files, to its disk.

TEST_F(RegistryTest, two_processes_that_publish_one_name_get_numbers_without_gap_and_double)
{
    constexpr int processes = 4;
    constexpr int versions = 12;
    EXPECT_TRUE(in_processes(processes, [&](int process) {
        auto registry = Registry::open(folder, RegistryAccess::create); // they also make it at once
        int64_t last = 0;
        for (int i = 0; registry && i < versions; ++i) {
            std::string const content = i % 4 == 0 ? "shared " + std::to_string(i) : std::to_string(process) + " " + std::to_string(i);
            auto const published = registry->publish(new_version("digits", content, {"newest"}), Unverified::refused, at(i));
            // What was acknowledged is there at once, for this and every other process.
            if (!published || published->number <= last || text_of(registry->read_file("digits", published->number, "model.onnx")->bytes()) != content)
                return false;
            last = published->number;
        }
        return last > 0;
    }));
    auto registry = open();
    EXPECT_EQ(registry.versions("digits")->size(), static_cast<size_t>(processes * versions));
    EXPECT_EQ(*registry.resolve(*parse_model_reference("models:/digits@newest")), processes * versions);
    EXPECT_EQ(registry.check(CheckDepth::sizes)->unfinished, 0u);
    EXPECT_EQ(faults(), "");
}

TEST_F(RegistryTest, garbage_collection_never_takes_a_file_from_a_publisher)
{
    open();
    EXPECT_TRUE(in_processes(4, [&](int process) {
        auto registry = Registry::open(folder, RegistryAccess::existing);
        if (process == 0) { // collects without any grace all the time
            for (int i = 0; i < 150; ++i)
                if (auto const report = registry->collect_garbage(INT64_MAX); !report)
                    return false;
            return true;
        }
        for (int i = 0; i < 15; ++i) {
            auto const published = registry->publish(new_version("digits", "round " + std::to_string(i)), Unverified::refused, at(i));
            // A collector without grace may take a file three times in a row, or one that is being written: then nothing is acknowledged.
            if (!published && published.error().reason != Reason::conflict && published.error().reason != Reason::missing)
                return false;
            if (published && !registry->read_file("digits", published->number, "model.onnx"))
                return false;
        }
        return true;
    }));
    EXPECT_EQ(faults(), "");
}

TEST_F(RegistryTest, garbage_is_what_no_version_points_to_and_old)
{
    auto registry = open();
    publish_some(registry, 2);
    std::string const stray = object_of("stray");
    fs::create_directories(fs::path(stray).parent_path());
    overwrite(stray, "stray");
    fs::create_directories(folder + "/blobs/unfinished");
    overwrite(folder + "/blobs/unfinished/.hullmark-0123456789abcdef.part", "half");
    auto const before = *registry.check(CheckDepth::digests);
    EXPECT_TRUE(before.faults.empty());
    EXPECT_EQ(before.unreferenced, 1u);
    EXPECT_EQ(before.unfinished, 1u);
    EXPECT_EQ(registry.collect_garbage(1000)->objects, 0u) << "too young";
    auto const report = *registry.collect_garbage(INT64_MAX);
    EXPECT_EQ(report.objects, 1u);
    EXPECT_EQ(report.bytes, 5u);
    EXPECT_EQ(report.unfinished, 1u);
    EXPECT_FALSE(fs::exists(stray));
    EXPECT_EQ(faults(), "");
}

TEST_F(RegistryTest, a_damaged_object_is_named_and_never_given_out)
{
    auto registry = open();
    publish_some(registry, 2);
    std::string const path = object_of("model 2");
    struct Damage {
        char const* name;
        std::function<void()> make;
        std::string said;
    };
    Damage const damages[] = {
        {"a flipped byte", [&] { overwrite(path, "model 3"); }, "its bytes have changed, their SHA-256 is " + Digest::of(bytes_of("model 3")).hex()},
        {"cut short", [&] { overwrite(path, "model"); }, "it has 5 bytes, wanted 7"},
        {"gone", [&] { fs::remove(path); }, "its file is gone"},
    };
    for (auto const& damage : damages) {
        damage.make();
        std::string const text = "unavailable: a stored object is damaged: " + damage.said + ", object sha256:" + Digest::of(bytes_of("model 2")).hex() + ", file \"model.onnx\", models:/digits/2";
        EXPECT_EQ(failure_text(registry.read_file("digits", 2, "model.onnx")), text) << damage.name;
        EXPECT_EQ(failure_text(registry.pull("digits", 2, directory + "/out")), text) << damage.name;
        EXPECT_FALSE(fs::exists(directory + "/out")) << damage.name;
        EXPECT_EQ(faults().substr(0, 48), "I1 models:/digits/2, file \"model.onnx\": a stored") << damage.name;
        EXPECT_TRUE(registry.read_file("digits", 1, "model.onnx")) << damage.name << ": the others are as good as before";
        // Publishing the same bytes again mends the old version too.
        ASSERT_TRUE(registry.publish(new_version("digits", "model 2"), Unverified::refused, at(9))) << damage.name;
        EXPECT_EQ(faults(), "") << damage.name;
    }
}

TEST_F(RegistryTest, check_finds_rows_that_contradict_each_other)
{
    std::pair<char const*, char const*> const cases[] = {
        {"UPDATE version SET number = 7 WHERE number = 3", "I3 models:/digits/7 follows version 2\nI3 the model \"digits\" counts 3 versions, the last one is 7\n"},
        {"UPDATE model SET last_version = 2", "I3 the model \"digits\" counts 2 versions, the last one is 3\n"},
        {"UPDATE alias SET number = 2", "I4 alias \"champion\" of \"digits\" points to version 2, its history says \"1\"\n"},
        {"UPDATE version SET deleted_ms = 1 WHERE number = 1", "I4 alias \"champion\" of \"digits\": version 1 of the model \"digits\" is deleted\n"},
        {"UPDATE version SET stage = 'Live' WHERE number = 1", "I4 models:/digits/1 is in no known stage, \"Live\"\n"},
        {"UPDATE version_file SET path = '../x' WHERE path = 'model.onnx' AND number = 1", "I2 models:/digits/1: the registry's database is damaged: it holds a file that cannot be, \"../x\"\n"},
        {"UPDATE version_file SET path = 'x' WHERE path = 'model.onnx' AND number = 1", "I2 models:/digits/1: its list of files does not have its digest\n"},
    };
    for (auto const& [statement, answer] : cases) {
        fs::remove_all(folder);
        {
            auto registry = open();
            publish_some(registry, 3);
            ASSERT_TRUE(registry.set_alias("digits", "champion", 1, at(1)));
            auto const database = open_sqlite(folder + "/registry.db", DatabaseAccess::existing);
            ASSERT_TRUE((*database)->run("PRAGMA foreign_keys = OFF"));
            ASSERT_TRUE((*database)->run(statement));
            ASSERT_TRUE((*database)->run("UPDATE version_file SET number = 7 WHERE number = 3 AND NOT EXISTS (SELECT 1 FROM version WHERE number = 3)"));
        }
        EXPECT_EQ(faults(), answer) << statement;
    }
}

TEST_F(RegistryTest, a_changed_byte_of_its_database_gives_answers_or_failures)
{
    {
        auto registry = open();
        publish_some(registry, 2);
    }
    std::string const good = text_in(folder + "/registry.db");
    for (size_t place = 0; place < good.size(); place += place < 120 ? 3 : 1009) {
        std::string changed = good;
        changed[place] = static_cast<char>(changed[place] ^ 0x41);
        fs::remove(folder + "/registry.db-wal");
        fs::remove(folder + "/registry.db-shm");
        overwrite(folder + "/registry.db", changed);
        auto registry = Registry::open(folder, RegistryAccess::existing);
        if (!registry)
            continue;
        (void)registry->models();
        (void)registry->version("digits", 2);
        (void)registry->read_file("digits", 1, "model.onnx");
        (void)registry->check(CheckDepth::sizes);
    }
}

// A mount that is undone with the test.
class Mount {
public:
    Mount(std::string source, std::string target, std::string const& kind, unsigned long flags, std::string const& options)
        : target_(std::move(target)),
          mounted_(::mount(source.c_str(), target_.c_str(), kind.c_str(), flags, options.c_str()) == 0)
    {
    }
    Mount(Mount const&) = delete;
    Mount& operator=(Mount const&) = delete;
    ~Mount()
    {
        if (mounted_)
            ::umount2(target_.c_str(), MNT_DETACH);
    }
    bool is_there() const { return mounted_; }
    bool make_read_only() const { return mounted_ && ::mount("none", target_.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0; }

private:
    std::string target_;
    bool mounted_;
};

std::string const big_content(size_t{2200} << 10, 'b');

TEST_F(RegistryTest, a_full_disk_refuses_a_version_and_keeps_the_others)
{
    std::string const disk = directory + "/disk";
    fs::create_directory(disk);
    Mount const mount("tmpfs", disk, "tmpfs", 0, "size=8m");
    if (!mount.is_there())
        GTEST_SKIP() << "a small tmpfs cannot be mounted here: " << std::strerror(errno);
    folder = disk + "/registry";
    auto registry = open();
    int64_t published = 0;
    std::string said;
    for (int i = 0; i < 8 && said.empty(); ++i) {
        auto const result = registry.publish(new_version("digits", big_content + std::to_string(i)), Unverified::refused, at(i));
        if (result)
            published = result->number;
        else
            said = advice_text(result);
    }
    EXPECT_GE(published, 1);
    EXPECT_TRUE(said.starts_with("unavailable: ")) << said;
    EXPECT_NE(said.find("df -h"), said.npos) << said;
    EXPECT_EQ(registry.check(CheckDepth::digests)->unfinished, 0u);
    // And where not even the row fits: filled up to every page that is left.
    for (size_t const left : {0, 4, 8, 16, 32, 64, 128, 256}) {
        std::ofstream(disk + "/filler") << std::string(size_t{8} << 20, 'f');
        std::error_code ignored;
        fs::resize_file(disk + "/filler", fs::file_size(disk + "/filler") - std::min<size_t>(fs::file_size(disk + "/filler"), left << 10), ignored);
        auto const result = registry.publish(new_version("digits", "small " + std::to_string(left)), Unverified::refused, at(1));
        if (result)
            published = result->number;
        else
            EXPECT_EQ(result.error().reason, Reason::unavailable) << failure_text(result);
        fs::remove(disk + "/filler");
    }
    EXPECT_EQ(registry.versions("digits")->size(), static_cast<size_t>(published));
    EXPECT_EQ(faults(), "");
    auto const later = registry.publish(new_version("digits", "small"), Unverified::refused, at(9));
    ASSERT_TRUE(later) << "once there is space again: " << later.error().text();
    EXPECT_EQ(later->number, published + 1);
}

TEST_F(RegistryTest, a_read_only_disk_is_read_and_not_written)
{
    {
        auto registry = open();
        publish_some(registry, 2);
    }
    std::string const inside = folder;
    folder = directory + "/view";
    fs::create_directory(folder);
    Mount const mount(inside, folder, "", MS_BIND, "");
    if (!mount.make_read_only())
        GTEST_SKIP() << "a read-only bind mount cannot be made here: " << std::strerror(errno);
    auto registry = open(RegistryAccess::existing);
    EXPECT_EQ(registry.versions("digits")->size(), 2u);
    EXPECT_TRUE(registry.pull("digits", 2, directory + "/out"));
    EXPECT_EQ(registry.resolve(*parse_model_reference("models:/digits/latest")), 2);
    auto const published = registry.publish(new_version("digits", "model 3"), Unverified::refused, at(3));
    EXPECT_EQ(published.error().reason, Reason::unavailable) << failure_text(published);
    EXPECT_NE(published.error().hint.find("read-only"), std::string::npos) << advice_text(published);
    auto const known = registry.publish(new_version("digits", "model 1"), Unverified::refused, at(3));
    EXPECT_EQ(known.error().reason, Reason::unavailable) << failure_text(known);
    EXPECT_EQ(registry.set_alias("digits", "champion", 1, at(3)).error().reason, Reason::unavailable);
    EXPECT_EQ(Registry::open(folder + "/new", RegistryAccess::create).error().reason, Reason::unavailable);
    EXPECT_EQ(registry.pull("digits", 2, folder + "/out").error().reason, Reason::unavailable);
    EXPECT_EQ(faults(), "");
}

}
