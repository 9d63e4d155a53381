#include "cli/weights_reading.h"

#include "arrays/safetensors.h"
#include "process/message.h"

#include <algorithm>

std::string_view const weights_task = "weights";

namespace {

constexpr size_t most_patterns = 100'000;
constexpr size_t most_tensors = 1'000'000;
constexpr size_t most_warnings = 1'000'000;

std::vector<WeightWarning> warnings_of(SourceFile const& source)
{
    std::vector<WeightWarning> warnings;
    for (auto const& finding : judge_source(source).findings) {
        if (finding.severity == Severity::note)
            continue;
        std::string where;
        for (auto const& place : finding.where)
            where += (where.empty() ? "" : ", ") + place;
        warnings.push_back({finding.word, finding.message, std::move(where)});
    }
    return warnings;
}

// safetensors has an order of its own; `names` are in the file's.
Result<void> put_in_order(std::vector<NamedTensor>& tensors, std::vector<std::string> const& names)
{
    std::map<std::string_view, size_t> places;
    for (size_t place = 0; place < names.size(); ++place)
        places.emplace(names[place], place);
    if (places.size() != tensors.size() || names.size() != tensors.size())
        return malformed("other tensors were written than was said");
    std::vector<NamedTensor> ordered(tensors.size());
    for (auto& tensor : tensors) {
        auto const place = places.find(tensor.name);
        if (place == places.end())
            return malformed("other tensors were written than was said");
        ordered[place->second] = std::move(tensor);
    }
    tensors = std::move(ordered);
    return {};
}

}

Result<Weights> take_weights(ReadingResult const& result)
{
    MessageReader reader(result.payload);
    auto const names = TRY(reader.texts(most_tensors));
    Weights weights;
    for (size_t left = TRY(reader.count(most_warnings)); left > 0; --left) {
        auto code = TRY(reader.text());
        auto message = TRY(reader.text());
        auto where = TRY(reader.text());
        weights.warnings.push_back({std::move(code), std::move(message), std::move(where)});
    }
    TRY(reader.end());
    auto written = TRY(read_safetensors(result.outputs[0]));
    TRY(put_in_order(written.tensors, names));
    weights.tensors = std::move(written.tensors);
    weights.metadata = std::move(written.metadata);
    return weights;
}

Result<Weights> read_weights_elsewhere(World const& world, SourceFile const& source, std::vector<std::string> const& patterns)
{
    std::string trail;
    auto const result = TRY(read_elsewhere(world, source, {std::string(weights_task), MessageWriter().texts(patterns).take(), {}, {world.temporary_folder}}, {}, trail));
    return within("what was made of " + source.file.path(), take_weights(result));
}

Result<std::string> serve_weights(ReadingTask& task)
{
    MessageReader reader(task.payload);
    auto const patterns = TRY(reader.texts(most_patterns));
    TRY(reader.end());
    auto const& path = task.source.file.path();
    auto weights = TRY(within(path, read_weights(task.source, patterns)));
    if (weights.tensors.empty())
        return unsupported(patterns.empty() ? "the file holds no tensors that could be written" : "no tensor has a name that --select chooses").at(path);
    auto const parts = TRY(within(path, write_safetensors(weights.tensors, weights.metadata)));
    TRY(write_output(task.outputs[0], parts));
    for (auto& warning : warnings_of(task.source))
        weights.warnings.push_back(std::move(warning));

    MessageWriter writer;
    writer.count(weights.tensors.size());
    for (auto const& tensor : weights.tensors)
        writer.text(tensor.name);
    writer.count(weights.warnings.size());
    for (auto const& warning : weights.warnings)
        writer.text(warning.code).text(warning.message).text(warning.where);
    return writer.take();
}
