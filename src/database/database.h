#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

// A relational database behind one small door; today it is SQLite.
//
// Statements are written once, in the subset that SQLite and PostgreSQL share (RETURNING, ON CONFLICT, BIGINT and TEXT columns,
// no generated keys, nothing but integers, texts and NULL), with parameters spelled $1, $2, ... in the order of first use.
//
// Promises: a transaction whose commit() returned is on the disk (WAL with synchronous=FULL, or a rollback journal with EXTRA
// where WAL cannot be); one that did not commit leaves nothing; foreign keys hold; a column that does not hold what the caller
// expects is an error, never a guess.
// Refuses: a file that is damaged or of another kind (unavailable), one that another process keeps locked (conflict), writing
// where the disk is full or read-only (unavailable), a layout newer than this program knows (unsupported).
//
// A Database is one connection: for one thread at a time. Open another for another thread; that is cheap.

// One value of a row or a parameter: NULL, an integer, or a text.
class DatabaseValue {
public:
    DatabaseValue() = default;
    DatabaseValue(int64_t number)
        : value_(number)
    {
    }
    DatabaseValue(std::string text)
        : value_(std::move(text))
    {
    }
    DatabaseValue(std::string_view text)
        : value_(std::string(text))
    {
    }
    DatabaseValue(char const* text)
        : value_(std::string(text))
    {
    }
    template <typename Value>
    DatabaseValue(std::optional<Value> const& value)
    {
        if (value)
            value_ = *value;
    }

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    int64_t const* integer() const { return std::get_if<int64_t>(&value_); }
    std::string const* text() const { return std::get_if<std::string>(&value_); }

private:
    std::variant<std::monostate, int64_t, std::string> value_;
};

using DatabaseRow = std::vector<DatabaseValue>;
using DatabaseParameters = std::vector<DatabaseValue>;

// Puts a value where a column is expected; false where it holds something else.
inline bool read_column(DatabaseValue const& value, int64_t& into) { return value.integer() ? (into = *value.integer(), true) : false; }
inline bool read_column(DatabaseValue const& value, std::string& into) { return value.text() ? (into = *value.text(), true) : false; }
template <typename Column>
bool read_column(DatabaseValue const& value, std::optional<Column>& into)
{
    if (value.is_null())
        return true;
    return read_column(value, into.emplace());
}

// A statement that began with BEGIN: rolled back when it goes out of scope, unless commit() returned.
class DatabaseTransaction {
public:
    DatabaseTransaction(DatabaseTransaction&& other) noexcept
        : database_(std::exchange(other.database_, nullptr))
    {
    }
    DatabaseTransaction& operator=(DatabaseTransaction&&) = delete;
    ~DatabaseTransaction();

    // What was changed is durable once this has returned without an error; with an error it is rolled back.
    [[nodiscard]] Result<void> commit();

private:
    friend class Database;
    explicit DatabaseTransaction(class Database& database)
        : database_(&database)
    {
    }
    class Database* database_;
};

enum class DatabaseWork : uint8_t {
    reading, // all statements see one state
    writing, // as reading, and no other writer comes between: waits for its turn, conflict when that takes too long
};

class Database {
public:
    virtual ~Database() = default;

    // Runs one statement; all rows that it gives.
    virtual Result<std::vector<DatabaseRow>> run(std::string_view statement, DatabaseParameters const& parameters = {}) = 0;
    virtual Result<bool> has_table(std::string_view name) = 0;
    virtual bool is_read_only() const = 0;
    // Writes a durable copy of the last committed state beside the database; `label` becomes a part of its name. Answers where.
    virtual Result<std::string> back_up(std::string_view label) = 0;
    // What the engine itself finds wrong with its file; empty when all is well.
    virtual Result<std::vector<std::string>> damages() = 0;

    Result<DatabaseTransaction> begin(DatabaseWork work);

    // Runs one statement; its rows as tuples of int64_t, std::string or std::optional of these.
    template <typename... Columns>
    Result<std::vector<std::tuple<Columns...>>> query(std::string_view statement, DatabaseParameters const& parameters = {})
    {
        auto const rows = TRY(run(statement, parameters));
        std::vector<std::tuple<Columns...>> typed(rows.size());
        for (size_t i = 0; i < rows.size(); ++i)
            if (!read_columns(rows[i], typed[i], std::index_sequence_for<Columns...>{}))
                return unavailable("the database is damaged: a row does not hold the columns that belong there").at(std::string(statement));
        return typed;
    }

    // The first row, if there is one.
    template <typename... Columns>
    Result<std::optional<std::tuple<Columns...>>> query_first(std::string_view statement, DatabaseParameters const& parameters = {})
    {
        auto rows = TRY(query<Columns...>(statement, parameters));
        return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
    }

private:
    template <typename... Columns, size_t... Places>
    static bool read_columns(DatabaseRow const& row, std::tuple<Columns...>& into, std::index_sequence<Places...>)
    {
        return row.size() == sizeof...(Columns) && (read_column(row[Places], std::get<Places>(into)) && ...);
    }
};

enum class DatabaseAccess : uint8_t {
    create, // made when it is not there
    existing, // missing when it is not there; where it cannot be written (a read-only disk) it is opened for reading
};

// Opens the SQLite database in the file `path`. A writer waits `busy_timeout_ms` for the others.
// On a read-only file system a database that nobody has open is read as it stands there.
Result<std::unique_ptr<Database>> open_sqlite(std::string const& path, DatabaseAccess access, int busy_timeout_ms = 30'000);

// One step of a layout's growth: statements that lead from the version before it to this one. Never changed once released.
using DatabaseMigration = std::vector<std::string_view>;

// Brings the layout to version migrations.size(), in one transaction; does nothing where it is there already. A database that
// holds an older version is backed up first (back_up("before-version-N")). Newer than known: unsupported. Older and read-only:
// unavailable.
Result<void> migrate_database(Database& database, std::span<DatabaseMigration const> migrations);
