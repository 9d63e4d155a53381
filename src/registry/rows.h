#pragma once

#include "database/database.h"
#include "registry/registry.h"

// What the parts of a registry share: single rows of its tables. All run inside the transaction that the caller has begun.

struct ModelRow {
    int64_t id = 0;
    std::string name;
};

// missing, with the nearest names, where there is none.
Result<ModelRow> find_model_row(Database& database, std::string const& name);
// Fails with missing unless that version is there and not deleted.
Result<void> require_live_version(Database& database, ModelRow const& model, int64_t number);
// Adds a move to the history and sets the model's time of last change. Times and persons come from `actor`.
struct MoveRow {
    std::string_view action;
    std::string_view subject;
    std::string name;
    std::string before;
    std::string after;
};
Result<void> add_move(Database& database, ModelRow const& model, MoveRow const& move, RegistryActor const& actor);
// Points the alias to the version, with its place in the history; nothing where it points there already and `action` is "set".
Result<void> move_alias(Database& database, ModelRow const& model, std::string const& alias, int64_t number, std::string_view action, RegistryActor const& actor);
// Takes the alias away, with its place in the history.
Result<void> drop_alias(Database& database, ModelRow const& model, std::string const& alias, RegistryActor const& actor);
// The version that the alias points to.
Result<std::optional<int64_t>> alias_target(Database& database, ModelRow const& model, std::string const& alias);
Result<std::vector<VersionFile>> version_files(Database& database, int64_t model, int64_t number);

// The digest of a version: SHA-256 over one line "HEX  SIZE  PATH\n" for each file, sorted by path.
Digest digest_of_files(std::vector<VersionFile> const& sorted_files);

// A text column that must hold a digest.
Result<Digest> stored_digest(std::string const& text);
// "models:/digits/3", the place of an error.
std::string place_of(std::string const& name, int64_t number);
