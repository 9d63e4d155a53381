#include "database/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

class DatabaseTest : public testing::Test {
protected:
    void SetUp() override
    {
        std::string pattern = testing::TempDir() + "hullmark-database-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory = pattern;
        path = directory + "/a?b#c%20.db"; // a name that means something else in a URI
    }
    void TearDown() override { std::filesystem::remove_all(directory); }

    std::unique_ptr<Database> open(DatabaseAccess access = DatabaseAccess::create, int busy_timeout_ms = 30'000)
    {
        auto database = open_sqlite(path, access, busy_timeout_ms);
        EXPECT_TRUE(database) << database.error().text();
        return database ? std::move(*database) : nullptr;
    }

    std::string directory;
    std::string path;
};

std::vector<DatabaseMigration> const first_layout = {{"CREATE TABLE counter(name TEXT PRIMARY KEY, last BIGINT NOT NULL)", "INSERT INTO counter VALUES ('a', 0)"}};
std::vector<DatabaseMigration> const second_layout = {first_layout[0], {"ALTER TABLE counter ADD COLUMN note TEXT"}};

template <typename Value>
std::string failure_text(Result<Value> const& result)
{
    return result ? "no failure" : std::string(row_of(result.error().reason).name) + ": " + result.error().text();
}

// Runs `work` in `count` processes at once; true where all of them said true.
bool in_processes(int count, auto work)
{
    std::vector<pid_t> children;
    for (int i = 0; i < count; ++i)
        if (pid_t const child = ::fork(); child == 0)
            ::_exit(work(i) ? 0 : 1);
        else
            children.push_back(child);
    bool all = true;
    for (pid_t const child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        all = all && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return all;
}

TEST_F(DatabaseTest, gives_back_what_it_was_given)
{
    auto database = open();
    ASSERT_TRUE(database->run("CREATE TABLE t(n BIGINT, s TEXT)"));
    std::string const odd = std::string("it's \"odd\"; DROP TABLE t; ") + '\0' + " \xF0\x9F\x9A\xA2";
    ASSERT_TRUE(database->run("INSERT INTO t VALUES ($1, $2), ($3, $4)", {INT64_MIN, odd, std::optional<int64_t>(), std::optional<std::string>()}));
    auto const rows = database->query<std::optional<int64_t>, std::optional<std::string>>("SELECT n, s FROM t ORDER BY n DESC");
    ASSERT_TRUE(rows) << rows.error().text();
    ASSERT_EQ(rows->size(), 2u);
    EXPECT_EQ(std::get<0>((*rows)[0]), INT64_MIN);
    EXPECT_EQ(std::get<1>((*rows)[0]), odd);
    EXPECT_EQ(std::get<0>((*rows)[1]), std::nullopt);
    EXPECT_EQ(std::get<1>((*rows)[1]), std::nullopt);
}

TEST_F(DatabaseTest, says_when_a_column_holds_something_else)
{
    auto database = open();
    ASSERT_TRUE(database->run("CREATE TABLE t(n BIGINT)"));
    ASSERT_TRUE(database->run("INSERT INTO t VALUES ('many')"));
    EXPECT_EQ(failure_text(database->query<int64_t>("SELECT n FROM t")), "unavailable: the database is damaged: a row does not hold the columns that belong there, SELECT n FROM t");
}

TEST_F(DatabaseTest, forgets_what_was_not_committed_and_keeps_what_was)
{
    auto database = open();
    ASSERT_TRUE(database->run("CREATE TABLE t(n BIGINT)"));
    {
        auto const transaction = database->begin(DatabaseWork::writing);
        ASSERT_TRUE(transaction);
        ASSERT_TRUE(database->run("INSERT INTO t VALUES (1)"));
    }
    auto transaction = database->begin(DatabaseWork::writing);
    ASSERT_TRUE(database->run("INSERT INTO t VALUES (2)"));
    ASSERT_TRUE(transaction->commit());
    auto const rows = open()->query<int64_t>("SELECT n FROM t");
    ASSERT_EQ(rows->size(), 1u);
    EXPECT_EQ(std::get<0>((*rows)[0]), 2);
}

TEST_F(DatabaseTest, keeps_foreign_keys)
{
    auto database = open();
    ASSERT_TRUE(database->run("CREATE TABLE a(n BIGINT PRIMARY KEY)"));
    ASSERT_TRUE(database->run("CREATE TABLE b(n BIGINT REFERENCES a(n))"));
    EXPECT_EQ(database->run("INSERT INTO b VALUES (1)").error().reason, Reason::conflict);
}

TEST_F(DatabaseTest, opens_only_what_is_there_unless_told_to_make_it)
{
    EXPECT_EQ(open_sqlite(path, DatabaseAccess::existing).error().reason, Reason::missing);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(DatabaseTest, names_a_lock_that_another_keeps)
{
    auto one = open();
    auto other = open(DatabaseAccess::existing, 50);
    ASSERT_TRUE(one->run("CREATE TABLE t(n BIGINT)"));
    auto const kept = one->begin(DatabaseWork::writing);
    auto const refused = other->begin(DatabaseWork::writing);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::conflict);
    EXPECT_TRUE(refused.error().what.starts_with("the database is locked by another process")) << refused.error().text();
    EXPECT_TRUE(other->query<int64_t>("SELECT n FROM t")) << "readers do not wait for a writer";
}

TEST_F(DatabaseTest, tells_damage_from_everything_else)
{
    std::ofstream(path) << std::string(8192, 'x');
    EXPECT_EQ(failure_text(open_sqlite(path, DatabaseAccess::existing)), "unavailable: the file is no SQLite database, " + path);

    std::filesystem::remove(path);
    {
        auto database = open();
        ASSERT_TRUE(migrate_database(*database, first_layout));
        for (int64_t i = 0; i < 500; ++i)
            ASSERT_TRUE(database->run("INSERT INTO counter VALUES ($1, $2)", {"name " + std::to_string(i), i}));
    }
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(std::filesystem::file_size(path) - 4096, '\xA5');
    file.close();
    auto database = open(DatabaseAccess::existing);
    auto const rows = database->query<std::string>("SELECT name FROM counter");
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().reason, Reason::unavailable);
    EXPECT_TRUE(rows.error().what.starts_with("the database is damaged")) << rows.error().text();
}

TEST_F(DatabaseTest, any_changed_byte_gives_rows_or_a_failure)
{
    {
        auto database = open();
        ASSERT_TRUE(migrate_database(*database, first_layout));
    }
    std::ifstream in(path, std::ios::binary);
    std::string const good((std::istreambuf_iterator<char>(in)), {});
    for (size_t place = 0; place < good.size(); place += place < 200 ? 1 : 31) {
        std::string changed = good;
        changed[place] = static_cast<char>(changed[place] ^ 0x55);
        std::ofstream(path, std::ios::binary) << changed;
        if (auto const database = open_sqlite(path, DatabaseAccess::existing, 10)) {
            (void)migrate_database(**database, first_layout);
            (void)(*database)->query<std::string, int64_t>("SELECT name, last FROM counter");
        }
        std::filesystem::remove(path + "-wal");
        std::filesystem::remove(path + "-shm");
    }
}

TEST_F(DatabaseTest, grows_its_layout_with_a_backup)
{
    ASSERT_TRUE(migrate_database(*open(), first_layout));
    auto database = open();
    ASSERT_TRUE(database->run("UPDATE counter SET last = 7"));
    auto const grown = migrate_database(*database, second_layout);
    ASSERT_TRUE(grown) << grown.error().text();
    EXPECT_EQ(std::get<0>(**database->query_first<int64_t, std::optional<std::string>>("SELECT last, note FROM counter")), 7);

    EXPECT_EQ(failure_text(migrate_database(*database, first_layout)), "unsupported: its layout has version 2, this program knows versions up to 1");
    path += ".before-version-2";
    auto const backup = open(DatabaseAccess::existing);
    EXPECT_TRUE(migrate_database(*backup, first_layout));
    EXPECT_EQ(std::get<0>(**backup->query_first<int64_t>("SELECT last FROM counter")), 7);
}

TEST_F(DatabaseTest, a_migration_that_fails_changes_nothing)
{
    auto database = open();
    ASSERT_TRUE(migrate_database(*database, first_layout));
    std::vector<DatabaseMigration> const broken = {first_layout[0], {"ALTER TABLE counter ADD COLUMN note TEXT", "ALTER TABLE nothing ADD COLUMN note TEXT"}};
    EXPECT_FALSE(migrate_database(*database, broken));
    EXPECT_TRUE(migrate_database(*database, first_layout));
    EXPECT_FALSE(database->run("SELECT note FROM counter"));
}

TEST_F(DatabaseTest, is_made_once_by_many_at_once_and_loses_no_write)
{
    constexpr int processes = 6;
    constexpr int writes = 25;
    EXPECT_TRUE(in_processes(processes, [&](int) {
        auto const database = open_sqlite(path, DatabaseAccess::create);
        if (!database || !migrate_database(**database, first_layout))
            return false;
        for (int i = 0; i < writes; ++i) {
            auto transaction = (*database)->begin(DatabaseWork::writing);
            if (!transaction || !(*database)->run("UPDATE counter SET last = last + 1") || !transaction->commit())
                return false;
        }
        return true;
    }));
    EXPECT_EQ(std::get<0>(**open()->query_first<int64_t>("SELECT last FROM counter")), processes * writes);
}

}
