#include "database/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

// The one file that knows SQLite. SQLiteCpp throws; nothing leaves this file as an exception.

namespace {

Failure sqlite_failure(SQLite::Exception const& exception)
{
    std::string const said = exception.what();
    switch (exception.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return conflict("the database is locked by another process").hint("wait until the other process is done, then run the same command again");
    case SQLITE_FULL:
        return unavailable("the disk is full").hint("free some space on that disk (`df -h`), then run the same command again");
    case SQLITE_READONLY:
        return unavailable("the database cannot be written here (" + said + ")").hint("check the permissions of its folder, and whether the file system is mounted read-only");
    case SQLITE_CANTOPEN:
        return unavailable("the database cannot be opened (" + said + ")").hint("check the permissions of its folder, and whether the disk is full or mounted read-only");
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return forbidden("the database may not be used (" + said + ")");
    case SQLITE_CORRUPT:
        return unavailable("the database is damaged (" + said + ")").hint("restore it from a backup");
    case SQLITE_NOTADB:
        return unavailable("the file is no SQLite database").hint("restore it from a backup");
    case SQLITE_IOERR:
        return unavailable("the disk failed under the database (" + said + ", " + sqlite3_errstr(exception.getExtendedErrorCode()) + ")").hint("see `dmesg` for what the disk reports");
    case SQLITE_CONSTRAINT:
        return conflict("the database refuses the change (" + said + ")");
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
        return exhausted("the database has not enough memory for this (" + said + ")");
    default:
        return unavailable("the database failed (" + said + ")");
    }
}

template <typename Function>
auto caught(Function&& function) -> Result<decltype(function())>
{
    try {
        if constexpr (std::is_void_v<decltype(function())>) {
            function();
            return {};
        } else {
            return function();
        }
    } catch (SQLite::Exception const& exception) {
        return sqlite_failure(exception);
    }
}

void bind_value(SQLite::Statement& statement, std::string const& name, DatabaseValue const& value)
{
    if (auto const* number = value.integer())
        statement.bind(name, *number);
    else if (auto const* text = value.text())
        statement.bind(name, *text);
    else
        statement.bind(name);
}

DatabaseValue value_of(SQLite::Column const& column)
{
    if (column.isNull())
        return {};
    if (column.isInteger())
        return column.getInt64();
    return column.getString(); // a text; a float or a blob, which no layout of ours holds, fails where its text makes no sense
}

Result<void> flush_path(std::string const& path, int flags)
{
    int const descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0)
        return system_failure("cannot open " + path, errno);
    int const error = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (error != 0)
        return system_failure("cannot flush " + path, error);
    return {};
}

class SqliteDatabase final : public Database {
public:
    SqliteDatabase(std::string path, SQLite::Database connection)
        : path_(std::move(path)),
          connection_(std::move(connection))
    {
    }

    Result<std::vector<DatabaseRow>> run(std::string_view text, DatabaseParameters const& parameters) override
    {
        return within(path_, caught([&] {
            SQLite::Statement statement(connection_, std::string(text));
            for (size_t i = 0; i < parameters.size(); ++i)
                bind_value(statement, "$" + std::to_string(i + 1), parameters[i]);
            std::vector<DatabaseRow> rows;
            while (statement.executeStep()) {
                DatabaseRow row;
                for (int column = 0; column < statement.getColumnCount(); ++column)
                    row.push_back(value_of(statement.getColumn(column)));
                rows.push_back(std::move(row));
            }
            return rows;
        }));
    }

    Result<bool> has_table(std::string_view name) override
    {
        auto const rows = TRY(run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", {name}));
        return !rows.empty();
    }

    bool is_read_only() const override { return sqlite3_db_readonly(connection_.getHandle(), "main") == 1; }

    // A second connection copies, so that it also works while this one holds a transaction that has not changed anything yet.
    Result<std::string> back_up(std::string_view label) override
    {
        std::string const target = path_ + "." + std::string(label);
        std::string const temporary = target + ".partial";
        ::unlink(temporary.c_str());
        TRY(within(path_, caught([&] {
            SQLite::Database source(path_, SQLite::OPEN_READWRITE);
            source.backup(temporary.c_str(), SQLite::Database::Save);
        })));
        TRY(flush_path(temporary, O_RDONLY));
        if (::rename(temporary.c_str(), target.c_str()) != 0)
            return system_failure("cannot rename " + temporary, errno);
        TRY(flush_path(std::filesystem::absolute(target).parent_path(), O_RDONLY | O_DIRECTORY));
        return target;
    }

    Result<std::vector<std::string>> damages() override
    {
        std::vector<std::string> found;
        auto const checked = TRY(run("PRAGMA integrity_check", {}));
        for (auto const& row : checked)
            if (auto const* text = row.front().text(); text != nullptr && *text != "ok")
                found.push_back(*text);
        auto const dangling = TRY(run("PRAGMA foreign_key_check", {}));
        for (auto const& row : dangling)
            found.push_back("a row of " + (row.front().text() ? *row.front().text() : std::string("a table")) + " points to nothing");
        return found;
    }

private:
    std::string path_;
    SQLite::Database connection_;
};

bool file_exists(std::string const& path)
{
    struct stat status;
    return ::stat(path.c_str(), &status) == 0;
}

// Nobody has it open, nor did its last writer die, and the disk under it cannot be written: its bytes are all there is.
bool stands_still(std::string const& path)
{
    struct statvfs disk;
    struct stat wal;
    bool const has_wal = ::stat((path + "-wal").c_str(), &wal) == 0 && wal.st_size > 0;
    return !has_wal && ::statvfs(path.c_str(), &disk) == 0 && (disk.f_flag & ST_RDONLY) != 0;
}

// As SQLite's URI form wants it: what means something else there is spelled with %.
std::string uri_of(std::string const& path)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (unsigned char const c : std::filesystem::absolute(path).string())
        if (c == '%' || c == '?' || c == '#')
            uri += {'%', digits[c >> 4], digits[c & 15]};
        else
            uri += static_cast<char>(c);
    return uri + "?immutable=1";
}

// Changing to WAL wants the file alone and does not ask the busy handler everywhere, so whoever comes second tries again.
void set_wal(SQLite::Database& connection, int busy_timeout_ms)
{
    static constexpr int pause_ms = 10;
    for (int waited_ms = 0;; waited_ms += pause_ms) {
        try {
            SQLite::Statement mode(connection, "PRAGMA journal_mode = WAL");
            mode.executeStep();
            return;
        } catch (SQLite::Exception const& exception) {
            bool const busy = exception.getErrorCode() == SQLITE_BUSY || exception.getErrorCode() == SQLITE_LOCKED;
            if (!busy || waited_ms >= busy_timeout_ms)
                throw;
        }
        sqlite3_sleep(pause_ms);
    }
}

SQLite::Database connect(std::string const& path, DatabaseAccess access, int busy_timeout_ms)
{
    if (access == DatabaseAccess::existing && stands_still(path))
        return SQLite::Database(uri_of(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy_timeout_ms);
    int const create = access == DatabaseAccess::create ? SQLite::OPEN_CREATE : 0;
    SQLite::Database connection(path, SQLite::OPEN_READWRITE | create, busy_timeout_ms);
    connection.exec("PRAGMA synchronous = EXTRA"); // FULL in WAL; more where a disk does not let the file become WAL
    connection.exec("PRAGMA foreign_keys = ON");
    if (connection.execAndGet("PRAGMA journal_mode").getString() != "wal" && sqlite3_db_readonly(connection.getHandle(), "main") == 0)
        set_wal(connection, busy_timeout_ms);
    return connection;
}

// The file may come from anywhere: what it brings along (triggers, views) may not call functions with effects.
void distrust(SQLite::Database& connection)
{
    connection.exec("PRAGMA trusted_schema = OFF");
    connection.exec("PRAGMA cell_size_check = ON");
    sqlite3_db_config(connection.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

}

Result<std::unique_ptr<Database>> open_sqlite(std::string const& path, DatabaseAccess access, int busy_timeout_ms)
{
    if (access == DatabaseAccess::existing && !file_exists(path))
        return missing("no database here").at(path);
    auto connection = TRY(within(path, caught([&] {
        SQLite::Database opened = connect(path, access, busy_timeout_ms);
        distrust(opened);
        return opened;
    })));
    if (access == DatabaseAccess::create)
        TRY(flush_path(std::filesystem::absolute(path).parent_path(), O_RDONLY | O_DIRECTORY));
    return std::make_unique<SqliteDatabase>(path, std::move(connection));
}
