#include "registry/registry.h"
#include "registry/rows.h"
#include "registry/text.h"

// What is moved after publishing: aliases, stages, deletion. Each change and its place in the history are one transaction.

namespace {

Result<std::string> stage_of(Database& database, ModelRow const& model, int64_t number)
{
    auto const row = TRY(database.query_first<std::string>("SELECT stage FROM version WHERE model = $1 AND number = $2", {model.id, number}));
    if (!row)
        return missing("no such version").at(place_of(model.name, number));
    return std::get<0>(*row);
}

Result<void> move_stage(Database& database, ModelRow const& model, int64_t number, std::string const& stage, RegistryActor const& actor)
{
    std::string const before = TRY(stage_of(database, model, number));
    if (before == stage)
        return {};
    TRY(database.run("UPDATE version SET stage = $1 WHERE model = $2 AND number = $3", {stage, model.id, number}));
    return add_move(database, model, {"stage", "version", std::to_string(number), before, stage}, actor);
}

Result<void> archive_others(Database& database, ModelRow const& model, int64_t number, std::string const& stage, RegistryActor const& actor)
{
    auto const others = TRY(database.query<int64_t>("SELECT number FROM version WHERE model = $1 AND stage = $2 AND number <> $3 ORDER BY number", {model.id, stage, number}));
    for (auto const& [other] : others)
        TRY(move_stage(database, model, other, "Archived", actor));
    return {};
}

}

Result<void> Registry::set_alias(std::string const& name, std::string const& alias, int64_t number, RegistryActor const& actor)
{
    TRY(check_alias(alias));
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(require_live_version(*database_, model, number));
    TRY(move_alias(*database_, model, alias, number, "set", actor));
    return transaction.commit();
}

Result<void> Registry::remove_alias(std::string const& name, std::string const& alias, RegistryActor const& actor)
{
    TRY(check_alias(alias));
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(drop_alias(*database_, model, alias, actor));
    return transaction.commit();
}

Result<void> Registry::set_stage(std::string const& name, int64_t number, std::string const& stage, OtherVersions others, RegistryActor const& actor)
{
    std::string const canonical = TRY(canonical_stage(stage));
    if (others == OtherVersions::archive && canonical != "Staging" && canonical != "Production")
        return bad_usage("other versions are archived only for Staging or Production, not for " + canonical);
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(require_live_version(*database_, model, number));
    TRY(move_stage(*database_, model, number, canonical, actor));
    if (others == OtherVersions::archive)
        TRY(archive_others(*database_, model, number, canonical, actor));
    return transaction.commit();
}

Result<void> Registry::delete_version(std::string const& name, int64_t number, RegistryActor const& actor)
{
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(require_live_version(*database_, model, number));
    auto const aliases = TRY(database_->query<std::string>("SELECT name FROM alias WHERE model = $1 AND number = $2 ORDER BY name", {model.id, number}));
    for (auto const& [alias] : aliases)
        TRY(drop_alias(*database_, model, alias, actor));
    TRY(move_stage(*database_, model, number, "None", actor));
    TRY(database_->run("UPDATE version SET deleted_ms = $1 WHERE model = $2 AND number = $3", {actor.at_ms, model.id, number}));
    TRY(add_move(*database_, model, {"delete", "version", std::to_string(number), "live", "deleted"}, actor));
    return transaction.commit();
}

Result<void> Registry::restore_version(std::string const& name, int64_t number, RegistryActor const& actor)
{
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    auto const row = TRY(database_->query_first<std::optional<int64_t>>("SELECT deleted_ms FROM version WHERE model = $1 AND number = $2", {model.id, number}));
    if (!row)
        return missing("the model " + quoted_text(name) + " has no version " + std::to_string(number));
    if (!std::get<0>(*row))
        return conflict("the version is not deleted").at(place_of(name, number));
    TRY(database_->run("UPDATE version SET deleted_ms = NULL WHERE model = $1 AND number = $2", {model.id, number}));
    TRY(add_move(*database_, model, {"restore", "version", std::to_string(number), "deleted", "live"}, actor));
    return transaction.commit();
}
