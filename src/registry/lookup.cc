#include "blobs/blobs.h"
#include "registry/registry.h"
#include "registry/rows.h"
#include "registry/text.h"

#include <map>

// What is asked of a registry. Each answer is taken from one state of the database.

namespace {

// Neither the count nor the newest version costs more with more versions: only deleted ones are counted.
constexpr std::string_view model_columns = "SELECT id, name, description, created_ms, updated_ms, "
                                           "last_version - (SELECT COUNT(*) FROM version WHERE version.model = model.id AND deleted_ms IS NOT NULL), "
                                           "(SELECT number FROM version WHERE version.model = model.id AND deleted_ms IS NULL ORDER BY number DESC LIMIT 1) FROM model ";

Result<std::vector<RegisteredModel>> read_models(Database& database, std::string const& condition, DatabaseParameters const& parameters)
{
    auto const rows = TRY((database.query<int64_t, std::string, std::string, int64_t, int64_t, int64_t, std::optional<int64_t>>(
        std::string(model_columns) + condition + " ORDER BY name", parameters)));
    std::vector<RegisteredModel> models;
    for (auto const& [id, name, description, created_ms, updated_ms, versions, latest] : rows) {
        RegisteredModel model{name, description, created_ms, updated_ms, latest.value_or(0), versions, {}};
        auto const aliases = TRY((database.query<std::string, int64_t>("SELECT name, number FROM alias WHERE model = $1 ORDER BY name", {id})));
        for (auto const& [alias, number] : aliases)
            model.aliases.emplace_back(alias, number);
        models.push_back(std::move(model));
    }
    return models;
}

Result<std::vector<ModelVersion>> read_versions(Database& database, ModelRow const& model, std::string const& condition, DatabaseParameters const& parameters)
{
    auto const rows = TRY((database.query<int64_t, std::string, std::string, std::optional<std::string>, int64_t, std::string, std::string, int64_t, std::string, std::optional<int64_t>>(
        "SELECT number, digest, kind, source_digest, verified, stage, description, created_ms, created_by, deleted_ms FROM version WHERE model = $1 " + condition + " ORDER BY number DESC", parameters)));
    auto const alias_rows = TRY((database.query<int64_t, std::string>("SELECT number, name FROM alias WHERE model = $1 ORDER BY name", {model.id})));
    std::map<int64_t, std::vector<std::string>> aliases;
    for (auto const& [number, alias] : alias_rows)
        aliases[number].push_back(alias);
    std::vector<ModelVersion> versions;
    for (auto const& [number, digest, kind, source, verified, stage, description, created_ms, created_by, deleted_ms] : rows) {
        ModelVersion version;
        version.name = model.name;
        version.number = number;
        version.digest = TRY(stored_digest(digest));
        version.kind = kind;
        if (source)
            version.source_digest = TRY(stored_digest(*source));
        version.verified = verified != 0;
        version.stage = stage;
        version.description = description;
        version.created_ms = created_ms;
        version.created_by = created_by;
        version.deleted_ms = deleted_ms;
        version.aliases = aliases[number];
        versions.push_back(std::move(version));
    }
    return versions;
}

std::string aliases_hint(std::vector<std::tuple<std::string>> const& rows)
{
    if (rows.empty())
        return "the model has no aliases yet";
    std::string names;
    for (auto const& [name] : rows)
        names += (names.empty() ? "" : ", ") + name;
    return "its aliases are: " + names;
}

Result<int64_t> resolve_alias(Database& database, ModelRow const& model, std::string const& alias)
{
    auto const number = TRY(alias_target(database, model, alias));
    if (number)
        return *number;
    auto const rows = TRY(database.query<std::string>("SELECT name FROM alias WHERE model = $1 ORDER BY name LIMIT 20", {model.id}));
    return missing("the model " + quoted_text(model.name) + " has no alias " + quoted_text(alias)).hint(aliases_hint(rows));
}

Result<int64_t> newest(Database& database, ModelRow const& model, std::string const& condition, DatabaseParameters const& parameters, std::string const& otherwise)
{
    auto const row = TRY(database.query_first<int64_t>(
        "SELECT number FROM version WHERE model = $1 AND deleted_ms IS NULL " + condition + " ORDER BY number DESC LIMIT 1", parameters));
    if (!row)
        return missing("the model " + quoted_text(model.name) + otherwise).hint("`hullmark list " + model.name + "` shows its versions");
    return std::get<0>(*row);
}

}

Result<std::vector<RegisteredModel>> Registry::models()
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    return read_models(*database_, "", {});
}

Result<RegisteredModel> Registry::model(std::string const& name)
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    ModelRow const row = TRY(find_model_row(*database_, name));
    auto models = TRY(read_models(*database_, "WHERE id = $1", {row.id}));
    if (models.size() != 1)
        return unavailable("the registry's database is damaged: a model is there " + std::to_string(models.size()) + " times").at(name);
    return std::move(models.front());
}

Result<std::vector<ModelVersion>> Registry::versions(std::string const& name)
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    ModelRow const model = TRY(find_model_row(*database_, name));
    return read_versions(*database_, model, "AND deleted_ms IS NULL", {model.id});
}

Result<VersionDetails> Registry::version(std::string const& name, int64_t number)
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    ModelRow const model = TRY(find_model_row(*database_, name));
    auto versions = TRY(read_versions(*database_, model, "AND number = $2", {model.id, number}));
    if (versions.empty())
        return missing("the model " + quoted_text(name) + " has no version " + std::to_string(number)).hint("`hullmark list " + name + "` shows its versions");
    VersionDetails details;
    details.version = std::move(versions.front());
    details.files = TRY(version_files(*database_, model.id, number));
    auto const tags = TRY((database_->query<std::string, std::string>("SELECT key, value FROM version_tag WHERE model = $1 AND number = $2 ORDER BY key", {model.id, number})));
    for (auto const& [key, value] : tags)
        details.tags.push_back({key, value});
    auto const documents = TRY((database_->query<std::string, std::string>("SELECT name, json FROM version_document WHERE model = $1 AND number = $2 ORDER BY name", {model.id, number})));
    for (auto const& [document, json] : documents)
        details.documents.push_back({document, json});
    return details;
}

Result<int64_t> Registry::resolve(ModelReference const& reference)
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    ModelRow const model = TRY(find_model_row(*database_, reference.name));
    switch (reference.by) {
    case ModelSelector::number:
        TRY(require_live_version(*database_, model, reference.number));
        return reference.number;
    case ModelSelector::alias:
        return resolve_alias(*database_, model, reference.label);
    case ModelSelector::stage:
        return newest(*database_, model, "AND stage = $2", {model.id, reference.label}, " has no version in the stage " + reference.label);
    case ModelSelector::latest:
        break;
    }
    return newest(*database_, model, "", {model.id}, " has no versions");
}
