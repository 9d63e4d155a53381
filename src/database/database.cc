#include "database/database.h"

DatabaseTransaction::~DatabaseTransaction()
{
    if (database_ != nullptr)
        (void)database_->run("ROLLBACK"); // after some failures the engine has rolled back by itself: nothing is left to say
}

Result<void> DatabaseTransaction::commit()
{
    CHECK(database_ != nullptr, "a transaction is committed once");
    TRY(database_->run("COMMIT"));
    database_ = nullptr;
    return {};
}

Result<DatabaseTransaction> Database::begin(DatabaseWork work)
{
    TRY(run(work == DatabaseWork::writing ? "BEGIN IMMEDIATE" : "BEGIN"));
    return DatabaseTransaction(*this);
}

namespace {

Result<size_t> layout_version(Database& database)
{
    bool const has_version = TRY(database.has_table("schema_version"));
    if (!has_version)
        return size_t{0};
    auto const rows = TRY(database.query<int64_t>("SELECT version FROM schema_version"));
    if (rows.size() != 1 || std::get<0>(rows[0]) < 1)
        return unavailable("the database is damaged: it does not say once which version its layout has");
    return static_cast<size_t>(std::get<0>(rows[0]));
}

// Whether the layout is there already. One that only a later program can read is an error.
Result<bool> is_newest(Database& database, size_t newest)
{
    size_t const version = TRY(layout_version(database));
    if (version > newest)
        return unsupported("its layout has version " + std::to_string(version) + ", this program knows versions up to " + std::to_string(newest))
            .hint("use the newer program that wrote it");
    return version == newest;
}

}

Result<void> migrate_database(Database& database, std::span<DatabaseMigration const> migrations)
{
    size_t const newest = migrations.size();
    bool const done = TRY(is_newest(database, newest));
    if (done)
        return {};
    if (database.is_read_only())
        return unavailable("its layout must be brought to version " + std::to_string(newest) + ", and it cannot be written here")
            .hint("open it once where it can be written");

    auto transaction = TRY(database.begin(DatabaseWork::writing));
    bool const done_by_another = TRY(is_newest(database, newest));
    if (done_by_another)
        return {};
    size_t const version = TRY(layout_version(database));
    if (version > 0)
        TRY(database.back_up("before-version-" + std::to_string(newest)));
    else
        TRY(database.run("CREATE TABLE schema_version(version BIGINT NOT NULL)"));
    for (auto const& migration : migrations.subspan(version))
        for (auto const statement : migration)
            TRY(database.run(statement));
    TRY(database.run("DELETE FROM schema_version"));
    TRY(database.run("INSERT INTO schema_version(version) VALUES ($1)", {static_cast<int64_t>(newest)}));
    return transaction.commit();
}
