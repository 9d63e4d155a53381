#include "scan/judgement.h"

#include "files/beneath.h"
#include "onnx/findings.h"
#include "onnx/read.h"
#include "onnx/structure.h"

#include <algorithm>
#include <map>

// ONNX models: their bytes, what they are built of, and the files that hold their weights.

namespace {

// How long each file is that the model names; nothing where it could not be opened, which was told.
using ExternalSizes = std::map<std::string, std::optional<uint64_t>, std::less<>>;

std::optional<uint64_t> judge_external_file(Judgement& judgement, OnnxExternalData const& about, std::string const& place)
{
    auto const& location = about.location;
    auto const& folder = judgement.options().folder;
    if (!folder) {
        judgement.add("missing-file", "weights in \"" + location + "\", and nobody said where that file is", {place});
        return std::nullopt;
    }
    auto const data = open_beneath(*folder, location, judgement.options().limits);
    if (!data) {
        if (data.error().reason == Reason::refused)
            judgement.add("external-data", data.error().what, {place});
        else
            judgement.add(data.error());
        return std::nullopt;
    }
    judgement.report().external_files.push_back(location);
    if (judgement.options().deep)
        if (auto const checked = check_external_checksum(about, data->bytes()); !checked)
            judgement.add("storage-crc", checked.error().what, {place});
    judgement.judge_inside(data->shared(), location, Judgement::Role::constant); // named as weights, it may be a pickle that somebody else loads
    return data->size();
}

void judge_external(Judgement& judgement, OnnxModel const& model)
{
    ExternalSizes sizes;
    for (auto const& external : external_tensors(model)) {
        auto const& data = *external.tensor->external;
        if (!check_external_location(data.location)) // told among the model's findings
            continue;
        auto entry = sizes.find(data.location);
        if (entry == sizes.end())
            entry = sizes.emplace(data.location, judge_external_file(judgement, data, external.place)).first;
        if (!entry->second)
            continue;
        uint64_t const size = *entry->second;
        if (data.offset > size || data.length.value_or(0) > size - data.offset)
            judgement.add("malformed", std::to_string(data.length.value_or(0)) + " bytes at byte " + std::to_string(data.offset) + " of \"" + data.location + "\", which has " + std::to_string(size), {external.place});
    }
}

}

void judge_onnx(Judgement& judgement, SharedBytes const& file)
{
    auto const add = [&](std::vector<OnnxFinding> const& findings) {
        for (auto const& finding : findings)
            judgement.add(finding.word, finding.message, {finding.place});
    };
    Limits const limits = judgement.limits();
    add(findings_of_bytes(file.bytes(), limits));
    auto model = read_onnx(file, limits);
    if (!judgement.succeeded(model))
        return;
    judgement.succeeded(check_structure(*model, limits));
    auto const about_model = findings_of_model(*model);
    add(about_model);
    if (std::ranges::none_of(about_model, [](OnnxFinding const& finding) { return finding.word == "external-data"; }))
        judgement.succeeded(check_external_ranges(*model));
    if (!judgement.is_inside()) // beside a member of an archive stand other members, which are judged by themselves
        judge_external(judgement, *model);
}
