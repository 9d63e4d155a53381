#include "cli/options.h"
#include "cli/registry_text.h"
#include "cli/verbs.h"
#include "publish/models.h"
#include "publish/words.h"

namespace {

std::string evidence_text(VersionDetails const& details)
{
    for (auto const& text : details.documents) {
        if (text.name != "report")
            continue;
        if (auto const report = read_json(text.json); report && report->contains("rule") && report->contains("samples"))
            return std::string(details.version.verified ? "passed" : "did not pass") + ", rule " + report->value("rule", "") + ", against " + report->value("against", "");
    }
    return "none";
}

std::string text_of_version(VersionDetails const& details)
{
    auto const& version = details.version;
    std::vector<std::vector<std::string>> rows{{"model", version.name}, {"version", std::to_string(version.number) + (version.deleted_ms ? " (deleted)" : "")},
        {"aliases", aliases_text(version)}, {"stage", version.stage}, {"from", version.kind + (version.source_digest ? ", SHA-256 " + version.source_digest->hex() : "")},
        {"digest", version.digest.hex()}, {"evidence", evidence_text(details)}, {"created", time_text(version.created_ms) + " by " + version.created_by}};
    if (!version.description.empty())
        rows.push_back({"about", version.description});
    for (auto const& tag : details.tags)
        rows.push_back({"tag", tag.key + "=" + tag.value});
    std::vector<std::vector<std::string>> files;
    for (auto const& file : details.files)
        files.push_back({file.path, bytes_text(file.size), file.digest.hex().substr(0, 16)});
    return printable(table_text(rows) + "files\n" + table_text(files, 2));
}

Result<Answer> show(Invocation const& given, Desk& desk)
{
    auto const named = TRY(parse_named_model(given.argument("MODEL")));
    auto registry = TRY(open_registry(desk.registry(given), RegistryAccess::existing));
    if (named.version) {
        auto const details = TRY(registry.version(named.name, TRY(registry.resolve(*named.version))));
        return Answer{json_of(details), text_of_version(details), 0};
    }
    auto const model = TRY(registry.model(named.name));
    Answer answer{json_of(model), "", 0};
    if (model.latest > 0) {
        auto const details = TRY(registry.version(named.name, model.latest));
        answer.document["latest_version"] = json_of(details);
        answer.text = text_of_version(details);
    } else {
        answer.text = named.name + " has no version\n";
    }
    return answer;
}

}

Command show_command()
{
    return {"show", "shows a version: what it is made of, where it came from, what shows that it is right", "hullmark show models:/model@champion",
        {{"MODEL", "NAME, NAME/VERSION, NAME@ALIAS or models:/...", Wants::model}}, {registry_option()}, show};
}
