#include "cli/options.h"
#include "cli/verbs.h"
#include "publish/models.h"
#include "publish/words.h"

#include <fmt/format.h>

namespace {

Result<Answer> pull(Invocation const& given, Desk& desk)
{
    auto const output = given.text("--output");
    if (!output)
        return bad_usage("-o is not given, wanted the folder to write").hint("add -o DIR");
    auto const reference = TRY(parse_model_reference(given.argument("REF")));
    auto registry = TRY(open_registry(desk.registry(given), RegistryAccess::existing));
    int64_t const number = TRY(registry.resolve(reference));
    auto const files = TRY(registry.pull(reference.name, number, *output));

    Answer answer;
    answer.document = {{"name", reference.name}, {"version", number}, {"output", *output}, {"files", Json::array()}};
    uint64_t bytes = 0;
    for (auto const& file : files) {
        answer.document["files"].push_back({{"path", file.path}, {"bytes", file.size}, {"sha256", file.digest.hex()}});
        bytes += file.size;
    }
    answer.text = fmt::format("wrote {}: {} version {}, {}, {}\n", *output, reference.name, number, count_text(files.size(), "file"), bytes_text(bytes));
    return answer;
}

}

Command pull_command()
{
    return {"pull", "copies a version's files into a folder", "hullmark pull models:/model/3 -o model-3",
        {{"REF", "models:/NAME/VERSION or models:/NAME@ALIAS", Wants::model}},
        {{"--output", "DIR", "the folder to write", Times::once, Wants::folder, 'o'}, registry_option()}, pull};
}
