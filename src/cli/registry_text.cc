#include "cli/registry_text.h"

#include <ctime>

std::string time_text(int64_t ms)
{
    std::time_t const seconds = ms / 1000;
    std::tm parts{};
    if (gmtime_r(&seconds, &parts) == nullptr)
        return "?";
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

std::string aliases_text(ModelVersion const& version)
{
    std::string text;
    for (auto const& alias : version.aliases)
        text += (text.empty() ? "@" : ", @") + alias;
    return text;
}

Json json_of(RegisteredModel const& model)
{
    Json aliases = Json::object();
    for (auto const& [alias, number] : model.aliases)
        aliases[alias] = number;
    return {{"name", model.name}, {"description", model.description}, {"latest", model.latest}, {"versions", model.versions}, {"aliases", aliases}, {"created", time_text(model.created_ms)}, {"updated", time_text(model.updated_ms)}};
}

Json json_of(ModelVersion const& version)
{
    return {{"name", version.name}, {"version", version.number}, {"digest", version.digest.hex()}, {"kind", version.kind},
        {"source_sha256", version.source_digest ? Json(version.source_digest->hex()) : Json(nullptr)}, {"verified", version.verified},
        {"stage", version.stage}, {"aliases", version.aliases}, {"description", version.description}, {"created", time_text(version.created_ms)},
        {"created_by", version.created_by}, {"deleted", version.deleted_ms.has_value()}};
}

Json json_of(VersionDetails const& details)
{
    Json document = json_of(details.version);
    document["files"] = Json::array();
    for (auto const& file : details.files)
        document["files"].push_back({{"path", file.path}, {"bytes", file.size}, {"sha256", file.digest.hex()}});
    document["tags"] = Json::object();
    for (auto const& tag : details.tags)
        document["tags"][tag.key] = tag.value;
    document["report"] = nullptr;
    for (auto const& text : details.documents)
        if (auto const value = read_json(text.json))
            document[text.name] = *value;
    return document;
}
