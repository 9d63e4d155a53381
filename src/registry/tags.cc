#include "registry/registry.h"
#include "registry/rows.h"

Result<std::vector<RegistryTag>> Registry::model_tags(std::string const& name)
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    ModelRow const model = TRY(find_model_row(*database_, name));
    auto const rows = TRY((database_->query<std::string, std::string>("SELECT key, value FROM model_tag WHERE model = $1 ORDER BY key", {model.id})));
    std::vector<RegistryTag> tags;
    for (auto const& [key, value] : rows)
        tags.push_back({key, value});
    return tags;
}

Result<void> Registry::set_model_tag(std::string const& name, RegistryTag const& tag)
{
    TRY(check_tag(tag.key, tag.value));
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(database_->run("INSERT INTO model_tag(model, key, value) VALUES ($1, $2, $3) ON CONFLICT (model, key) DO UPDATE SET value = excluded.value", {model.id, tag.key, tag.value}));
    return transaction.commit();
}

Result<void> Registry::remove_model_tag(std::string const& name, std::string const& key)
{
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(database_->run("DELETE FROM model_tag WHERE model = $1 AND key = $2", {model.id, key}));
    return transaction.commit();
}

Result<void> Registry::set_version_tag(std::string const& name, int64_t number, RegistryTag const& tag)
{
    TRY(check_tag(tag.key, tag.value));
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(require_live_version(*database_, model, number));
    TRY(database_->run("INSERT INTO version_tag(model, number, key, value) VALUES ($1, $2, $3, $4) ON CONFLICT (model, number, key) DO UPDATE SET value = excluded.value", {model.id, number, tag.key, tag.value}));
    return transaction.commit();
}

Result<void> Registry::remove_version_tag(std::string const& name, int64_t number, std::string const& key)
{
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    TRY(require_live_version(*database_, model, number));
    TRY(database_->run("DELETE FROM version_tag WHERE model = $1 AND number = $2 AND key = $3", {model.id, number, key}));
    return transaction.commit();
}
