#include "registry/rows.h"

#include "registry/nearest.h"
#include "registry/text.h"

std::string place_of(std::string const& name, int64_t number) { return "models:/" + name + "/" + std::to_string(number); }

Result<Digest> stored_digest(std::string const& text)
{
    auto digest = Digest::parse(text);
    if (!digest)
        return unavailable("the registry's database is damaged: " + digest.error().what).hint("restore registry.db from a backup");
    return digest;
}

Digest digest_of_files(std::vector<VersionFile> const& sorted_files)
{
    DigestStream stream;
    for (auto const& file : sorted_files)
        stream.add(bytes_of(file.digest.hex() + "  " + std::to_string(file.size) + "  " + file.path + "\n"));
    return stream.finish();
}

Result<ModelRow> find_model_row(Database& database, std::string const& name)
{
    TRY(check_model_name(name));
    auto const row = TRY(database.query_first<int64_t>("SELECT id FROM model WHERE name = $1", {name}));
    if (row)
        return ModelRow{std::get<0>(*row), name};

    auto const rows = TRY(database.query<std::string>("SELECT name FROM model ORDER BY name LIMIT 10000"));
    std::vector<std::string> names;
    for (auto const& [known] : rows)
        names.push_back(known);
    std::string meant;
    for (auto const& near : nearest_names(name, names))
        meant += (meant.empty() ? "" : ", ") + quoted_text(near);
    std::string const hint = names.empty() ? "the registry has no models yet; `hullmark publish FILE --name NAME` puts one there"
        : meant.empty()                    ? "`hullmark list` shows the models"
                                           : "did you mean " + meant + "?";
    return missing("there is no model " + quoted_text(name)).hint(hint);
}

Result<void> require_live_version(Database& database, ModelRow const& model, int64_t number)
{
    auto const row = TRY(database.query_first<std::optional<int64_t>>("SELECT deleted_ms FROM version WHERE model = $1 AND number = $2", {model.id, number}));
    std::string const hint = "`hullmark list " + model.name + "` shows its versions";
    if (!row)
        return missing("the model " + quoted_text(model.name) + " has no version " + std::to_string(number)).hint(hint);
    if (std::get<0>(*row))
        return missing("version " + std::to_string(number) + " of the model " + quoted_text(model.name) + " is deleted").hint(hint);
    return {};
}

Result<void> add_move(Database& database, ModelRow const& model, MoveRow const& move, RegistryActor const& actor)
{
    for (auto const* text : {&actor.who, &actor.why})
        if (!is_utf8_text(*text) || text->find('\0') != text->npos || text->size() > 100'000)
            return bad_usage("who and why are text in UTF-8 without NUL, of at most 100000 bytes");
    auto const last = TRY(database.query_first<int64_t>(
        "UPDATE model SET last_move = last_move + 1, updated_ms = $1 WHERE id = $2 RETURNING last_move", {actor.at_ms, model.id}));
    if (!last)
        return unavailable("the model is gone").at(model.name);
    TRY(database.run("INSERT INTO history(model, move, at_ms, who, why, action, subject, name, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        {model.id, std::get<0>(*last), actor.at_ms, actor.who, actor.why, move.action, move.subject, move.name, move.before, move.after}));
    return {};
}

Result<std::optional<int64_t>> alias_target(Database& database, ModelRow const& model, std::string const& alias)
{
    auto const row = TRY(database.query_first<int64_t>("SELECT number FROM alias WHERE model = $1 AND name = $2", {model.id, alias}));
    return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

Result<void> move_alias(Database& database, ModelRow const& model, std::string const& alias, int64_t number, std::string_view action, RegistryActor const& actor)
{
    auto const before = TRY(alias_target(database, model, alias));
    if (before == number && action == "set")
        return {};
    TRY(database.run("INSERT INTO alias(model, name, number) VALUES ($1, $2, $3) ON CONFLICT (model, name) DO UPDATE SET number = excluded.number", {model.id, alias, number}));
    return add_move(database, model, {action, "alias", alias, before ? std::to_string(*before) : "", std::to_string(number)}, actor);
}

Result<void> drop_alias(Database& database, ModelRow const& model, std::string const& alias, RegistryActor const& actor)
{
    auto const before = TRY(alias_target(database, model, alias));
    if (!before)
        return {};
    TRY(database.run("DELETE FROM alias WHERE model = $1 AND name = $2", {model.id, alias}));
    return add_move(database, model, {"remove", "alias", alias, std::to_string(*before), ""}, actor);
}

Result<std::vector<VersionFile>> version_files(Database& database, int64_t model, int64_t number)
{
    auto const rows = TRY((database.query<std::string, std::string, int64_t>(
        "SELECT path, digest, size FROM version_file WHERE model = $1 AND number = $2 ORDER BY path", {model, number})));
    std::vector<VersionFile> files;
    for (auto const& [path, hex, size] : rows) {
        Digest const digest = TRY(stored_digest(hex));
        if (size < 0 || !check_version_path(path))
            return unavailable("the registry's database is damaged: it holds a file that cannot be").at(quoted_text(path)).hint("restore registry.db from a backup");
        files.push_back({path, digest, static_cast<uint64_t>(size)});
    }
    return files;
}
