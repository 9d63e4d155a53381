#include "publish/publish.h"

#include "cli/failure_details.h"
#include "cli/options.h"
#include "cli/verbs.h"
#include "publish/words.h"

#include <fmt/format.h>

namespace {

Result<std::vector<RegistryTag>> tags_of(Invocation const& given)
{
    std::vector<RegistryTag> tags;
    for (auto const& text : given.texts("--tag")) {
        size_t const equals = text.find('=');
        if (equals == text.npos)
            return bad_usage("--tag is \"" + text + "\", wanted KEY=VALUE");
        tags.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return tags;
}

Result<PublishRequest> publish_request(Invocation const& given, Desk& desk)
{
    auto const name = given.text("--name");
    if (!name)
        return bad_usage("--name is not given, wanted the name of the model").hint("add --name NAME");
    auto const samples = TRY(read_sample_files(given.texts("--sample")));
    PublishRequest request;
    request.file = given.argument("FILE");
    request.sha256 = TRY(given.digest());
    request.conversion = TRY(conversion_request(given, samples, "model.onnx.data"));
    request.evidence = TRY(evidence_request(given, samples));
    request.unverified = given.has("--allow-unverified") ? Unverified::allowed : Unverified::refused;
    request.registry = desk.registry(given);
    request.name = *name;
    request.description = given.text("--description", "");
    request.aliases = given.texts("--alias");
    request.tags = TRY(tags_of(given));
    request.input_columns = given.list("--input-columns");
    return request;
}

Answer answer_of(PublishRequest const& request, Published const& published)
{
    Answer answer;
    auto const& [version, kind, model, report] = published;
    answer.document = {{"name", request.name}, {"version", version.number}, {"digest", version.digest.hex()}, {"kind", name_of(kind)}, {"aliases", request.aliases}};
    answer.document.update(json_of(model));
    answer.document["report"] = report ? json_of(*report) : Json(nullptr);
    answer.text = fmt::format("{} version {} is published{}: models:/{}/{}\n", request.name, version.number, report ? "" : ", unverified", request.name, version.number);
    return answer;
}

Result<Answer> publish_file(Invocation const& given, Desk& desk)
{
    auto const request = TRY(publish_request(given, desk));
    Trail trail;
    auto progress = make_progress(given, desk, Receipts::all);
    auto published = publish(request, desk.world, *progress, trail);
    progress.reset(); // before an error is told
    tell_trail(trail, desk);
    if (!published)
        return tl::unexpected(std::move(published).error());
    return answer_of(request, *published);
}

}

Command publish_command()
{
    return {"publish", "takes a model file all the way to a version in a registry", "hullmark publish model.pt --name model --alias champion --sample sample.npz",
        {{"FILE", "the file that training left behind, or an ONNX file"}},
        joined({{{"--name", "NAME", "the model that gets a new version"},
                    {"--alias", "ALIAS", "points this alias to the new version", Times::any},
                    {"--tag", "KEY=VALUE", "a tag of the new version", Times::any},
                    {"--description", "TEXT", "a description of the new version"},
                    {"--input-columns", "a,b,c", "names of the columns of the only input"},
                    registry_option(), allow_unverified_option(), sha256_option()},
            conversion_options(), evidence_options()}),
        publish_file};
}
