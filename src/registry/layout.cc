#include "registry/layout.h"

std::vector<DatabaseMigration> const& registry_layout()
{
    // Keys are given out by our own counters and never by the database, so that all databases give the same ones.
    static std::vector<DatabaseMigration> const layout = {
        {
            "CREATE TABLE counter(name TEXT PRIMARY KEY, last BIGINT NOT NULL)",
            "INSERT INTO counter(name, last) VALUES ('model', 0)",
            "CREATE TABLE model("
            "id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL, created_ms BIGINT NOT NULL, "
            "updated_ms BIGINT NOT NULL, last_version BIGINT NOT NULL, last_move BIGINT NOT NULL)",
            "CREATE TABLE version("
            "model BIGINT NOT NULL REFERENCES model(id), number BIGINT NOT NULL CHECK (number > 0), digest TEXT NOT NULL, "
            "kind TEXT NOT NULL, source_digest TEXT, verified BIGINT NOT NULL CHECK (verified IN (0, 1)), stage TEXT NOT NULL, "
            "description TEXT NOT NULL, created_ms BIGINT NOT NULL, created_by TEXT NOT NULL, deleted_ms BIGINT, "
            "PRIMARY KEY (model, number))",
            "CREATE INDEX version_deleted ON version(model) WHERE deleted_ms IS NOT NULL",
            "CREATE INDEX version_by_stage ON version(model, stage, number) WHERE stage <> 'None'",
            "CREATE TABLE version_file("
            "model BIGINT NOT NULL, number BIGINT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL, size BIGINT NOT NULL, "
            "PRIMARY KEY (model, number, path), FOREIGN KEY (model, number) REFERENCES version(model, number))",
            "CREATE INDEX version_file_by_digest ON version_file(digest)",
            "CREATE TABLE version_document("
            "model BIGINT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL, "
            "PRIMARY KEY (model, number, name), FOREIGN KEY (model, number) REFERENCES version(model, number))",
            "CREATE TABLE version_tag("
            "model BIGINT NOT NULL, number BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, "
            "PRIMARY KEY (model, number, key), FOREIGN KEY (model, number) REFERENCES version(model, number))",
            "CREATE TABLE model_tag("
            "model BIGINT NOT NULL REFERENCES model(id), key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key))",
            "CREATE TABLE alias("
            "model BIGINT NOT NULL, name TEXT NOT NULL, number BIGINT NOT NULL, "
            "PRIMARY KEY (model, name), FOREIGN KEY (model, number) REFERENCES version(model, number))",
            "CREATE INDEX alias_by_version ON alias(model, number)",
            "CREATE TABLE history("
            "model BIGINT NOT NULL REFERENCES model(id), move BIGINT NOT NULL, at_ms BIGINT NOT NULL, who TEXT NOT NULL, "
            "why TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL, before TEXT NOT NULL, "
            "after TEXT NOT NULL, PRIMARY KEY (model, move))",
        },
    };
    return layout;
}
