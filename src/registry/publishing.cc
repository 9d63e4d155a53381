#include "blobs/blobs.h"
#include "registry/registry.h"
#include "registry/rows.h"
#include "registry/text.h"

#include <algorithm>
#include <set>

// How a version comes to be: its files first, then its row, whose COMMIT is the moment from which on it exists.

namespace {

Result<void> check_text(std::string_view what, std::string_view text)
{
    if (is_utf8_text(text) && text.find('\0') == text.npos)
        return {};
    return bad_usage(std::string(what) + " is text in UTF-8 without NUL");
}

// Paths that can all be in one folder: each once, and none of them a folder of another.
Result<void> check_paths(std::vector<NewFile> const& files)
{
    if (files.empty())
        return bad_usage("a version needs at least one file");
    std::set<std::string_view> paths;
    for (auto const& file : files) {
        TRY(check_version_path(file.path));
        if (!paths.insert(file.path).second)
            return bad_usage("the file " + quoted_text(file.path) + " stands in the version twice");
    }
    for (auto const path : paths)
        for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
            if (paths.contains(path.substr(0, slash)))
                return bad_usage("the file " + quoted_text(path.substr(0, slash)) + " would also be the folder of " + quoted_text(path));
    return {};
}

Result<void> check_new_version(NewVersion const& version, Unverified unverified)
{
    TRY(check_model_name(version.name));
    TRY(check_paths(version.files));
    TRY(check_text("the kind", version.kind));
    TRY(check_text("the description", version.description));
    for (auto const& document : version.documents) {
        TRY(check_text("the name of a document", document.name));
        TRY(check_text("a document", document.json));
    }
    for (auto const& tag : version.tags)
        TRY(check_tag(tag.key, tag.value));
    for (auto const& alias : version.aliases)
        TRY(check_alias(alias));
    if (!version.verified && unverified == Unverified::refused)
        return said_no("there is no evidence that this model computes what it should, and a version needs some")
            .hint("give a sample with recorded answers (--sample FILE.npz), or publish it as unverified (--allow-unverified)");
    return {};
}

// Writes what is not there yet. What is there is read and found right before it is relied on.
Result<void> store_files(Blobs& blobs, std::vector<NewFile> const& files)
{
    for (auto const& file : files) {
        bool const there = TRY(within(file.path, blobs.holds({file.digest, file.content.size()})));
        if (there)
            continue;
        Blob const stored = TRY(within(file.path, blobs.put_bytes(file.content.bytes())));
        if (stored.digest != file.digest)
            return refused("the file has changed while it was being published: its SHA-256 is " + stored.digest.hex() + ", wanted " + file.digest.hex()).at(file.path);
    }
    return {};
}

Result<ModelRow> find_or_make_model(Database& database, std::string const& name, RegistryActor const& actor)
{
    auto const row = TRY(database.query_first<int64_t>("SELECT id FROM model WHERE name = $1", {name}));
    if (row)
        return ModelRow{std::get<0>(*row), name};
    auto const next = TRY(database.query_first<int64_t>("UPDATE counter SET last = last + 1 WHERE name = 'model' RETURNING last"));
    if (!next)
        return unavailable("the registry's database is damaged: the counter of models is gone");
    TRY(database.run("INSERT INTO model(id, name, description, created_ms, updated_ms, last_version, last_move) VALUES ($1, $2, '', $3, $4, 0, 0)",
        {std::get<0>(*next), name, actor.at_ms, actor.at_ms}));
    return ModelRow{std::get<0>(*next), name};
}

std::vector<VersionFile> sorted_files(std::vector<NewFile> const& files)
{
    std::vector<VersionFile> sorted;
    for (auto const& file : files)
        sorted.push_back({file.path, file.digest, file.content.size()});
    std::sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.path < b.path; });
    return sorted;
}

Result<void> insert_parts(Database& database, ModelRow const& model, int64_t number, NewVersion const& version, std::vector<VersionFile> const& files)
{
    for (auto const& file : files)
        TRY(database.run("INSERT INTO version_file(model, number, path, digest, size) VALUES ($1, $2, $3, $4, $5)",
            {model.id, number, file.path, file.digest.hex(), static_cast<int64_t>(file.size)}));
    for (auto const& document : version.documents)
        TRY(database.run("INSERT INTO version_document(model, number, name, json) VALUES ($1, $2, $3, $4)", {model.id, number, document.name, document.json}));
    for (auto const& tag : version.tags)
        TRY(database.run("INSERT INTO version_tag(model, number, key, value) VALUES ($1, $2, $3, $4) ON CONFLICT (model, number, key) DO UPDATE SET value = excluded.value",
            {model.id, number, tag.key, tag.value}));
    return {};
}

Result<PublishedVersion> insert_version(Database& database, NewVersion const& version, RegistryActor const& actor)
{
    ModelRow const model = TRY(find_or_make_model(database, version.name, actor));
    auto const next = TRY(database.query_first<int64_t>(
        "UPDATE model SET last_version = last_version + 1, updated_ms = $1 WHERE id = $2 RETURNING last_version", {actor.at_ms, model.id}));
    if (!next)
        return unavailable("the model is gone").at(version.name);
    int64_t const number = std::get<0>(*next);
    auto const files = sorted_files(version.files);
    Digest const digest = digest_of_files(files);
    auto const source = version.source_digest ? std::optional(version.source_digest->hex()) : std::nullopt;
    TRY(database.run(
        "INSERT INTO version(model, number, digest, kind, source_digest, verified, stage, description, created_ms, created_by, deleted_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, 'None', $7, $8, $9, NULL)",
        {model.id, number, digest.hex(), version.kind, source, int64_t{version.verified}, version.description, actor.at_ms, actor.who}));
    TRY(insert_parts(database, model, number, version, files));
    for (auto const& alias : version.aliases)
        TRY(move_alias(database, model, alias, number, "set", actor));
    return PublishedVersion{number, digest};
}

}

Result<PublishedVersion> Registry::publish(NewVersion const& version, Unverified unverified, RegistryActor const& actor)
{
    TRY(check_new_version(version, unverified));
    TRY(check_text("the user", actor.who));
    static constexpr int attempts = 3;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        TRY(store_files(*blobs_, version.files));
        auto transaction = TRY(database_->begin(DatabaseWork::writing));
        bool all_there = true; // collect_garbage() may have taken an old object before this transaction, and cannot during it
        for (auto const& file : version.files) {
            bool const there = TRY(blobs_->has({file.digest, file.content.size()}));
            all_there = all_there && there;
        }
        if (!all_there)
            continue;
        auto const published = TRY(insert_version(*database_, version, actor));
        TRY(transaction.commit());
        return published;
    }
    return conflict("the files of the new version were removed again while it was being published").at(version.name).hint("see who removes files in " + folder_ + "/blobs, then publish again");
}
