#include "cli/options.h"
#include "cli/registry_text.h"
#include "cli/verbs.h"
#include "publish/models.h"

namespace {

Answer list_models(std::vector<RegisteredModel> const& models)
{
    Answer answer;
    answer.document["models"] = Json::array();
    std::vector<std::vector<std::string>> rows{{"model", "latest", "versions", "aliases", "updated"}};
    for (auto const& model : models) {
        answer.document["models"].push_back(json_of(model));
        std::string aliases;
        for (auto const& [alias, number] : model.aliases)
            aliases += (aliases.empty() ? "@" : ", @") + alias + " " + std::to_string(number);
        rows.push_back({model.name, std::to_string(model.latest), std::to_string(model.versions), aliases, time_text(model.updated_ms)});
    }
    answer.text = models.empty() ? "no models yet\n" : printable(table_text(rows));
    return answer;
}

Answer list_versions(std::string const& name, std::vector<ModelVersion> const& versions)
{
    Answer answer;
    answer.document = {{"name", name}, {"versions", Json::array()}};
    std::vector<std::vector<std::string>> rows{{"version", "kind", "verified", "stage", "aliases", "created", "by"}};
    for (auto const& version : versions) {
        answer.document["versions"].push_back(json_of(version));
        rows.push_back({std::to_string(version.number), version.kind, version.verified ? "yes" : "no", version.stage, aliases_text(version), time_text(version.created_ms), version.created_by});
    }
    answer.text = printable(table_text(rows));
    return answer;
}

Result<Answer> list(Invocation const& given, Desk& desk)
{
    auto registry = TRY(open_registry(desk.registry(given), RegistryAccess::existing));
    if (auto const name = given.text("NAME")) {
        auto const named = TRY(parse_named_model(*name));
        return list_versions(named.name, TRY(registry.versions(named.name)));
    }
    return list_models(TRY(registry.models()));
}

}

Command list_command()
{
    return {"list", "lists models, or the versions of one", "hullmark list", {{"NAME", "a model", Wants::model, 0}}, {registry_option()}, list};
}
