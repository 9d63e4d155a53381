#include "cli/failure_details.h"
#include "cli/options.h"
#include "cli/verbs.h"

#include "base/utf8.h"
#include "cli/input_data.h"
#include "cli/safetensors_files.h"
#include "cli/weights_reading.h"
#include "files/atomic.h"
#include "publish/read_model.h"
#include "publish/state.h"
#include "publish/values.h"
#include "publish/words.h"

#include <filesystem>
#include <fmt/format.h>

namespace {

std::string converted_text(std::string const& output, ConvertedModel const& converted, std::optional<VerifyReport> const& report, std::string const& not_checked)
{
    std::vector<std::vector<std::string>> rows{{"wrote", output + (converted.external_location.empty() ? "" : " and " + converted.external_location)},
        {"ONNX", fmt::format("opset {}, IR {}, {}, {}", opset_of(converted.model), converted.model.ir_version, count_text(converted.model.graph.nodes.size(), "node"), bytes_text(converted.file.size + converted.external_data.size))}};
    for (auto const& input : converted.model.graph.inputs)
        rows.push_back({"input", input.name + ": " + type_text(input)});
    for (auto const& value : converted.model.graph.outputs)
        rows.push_back({"output", value.name + ": " + type_text(value)});
    auto const state = state_of(converted.model);
    for (size_t i = 0; i < state.inputs.size(); ++i)
        rows.push_back({"state", state.outputs[i] + " is " + state.inputs[i] + " of the next call"});
    for (auto const& operation : foreign_operators(converted.model))
        rows.push_back({"custom", operation.name + ", " + count_text(operation.count, "node") + (operation.where.empty() ? "" : ": " + *operation.where.begin())});
    for (auto const& assumption : converted.assumptions)
        rows.push_back({"assumed", assumption});
    rows.push_back({"numbers", report ? receipt_of(*report) : "not checked" + (not_checked.empty() ? "" : " (" + not_checked + ")") + ": give --sample FILE.npz with recorded answers"});
    return printable(table_text(rows));
}

void say_warnings(Screen& screen, ConvertedModel const& converted)
{
    for (auto const& warning : converted.warnings)
        screen.say(screen.painted(Paint::yellow, "warning[" + warning.code + "]:") + " " + printable(warning.message + (warning.where.empty() ? "" : " (" + warning.where + ")")));
}

// Weights first: a model whose data is not there yet must not be there either.
Result<void> write_model(std::filesystem::path const& output, ConvertedModel const& converted)
{
    if (!converted.external_location.empty())
        TRY(write_file_durably(output.parent_path() / converted.external_location, std::span<SharedBytes const>(converted.external_data.parts)));
    return write_file_durably(output, std::span<SharedBytes const>(converted.file.parts));
}

Result<Answer> convert_to_onnx(Invocation const& given, Desk& desk, std::filesystem::path const& output)
{
    auto source = TRY(open_file(given.argument("FILE"), TRY(given.digest())));
    auto const samples = TRY(read_sample_files(given.texts("--sample")));
    auto const request = TRY(conversion_request(given, samples, output.filename().string() + ".data"));
    auto const evidence = TRY(evidence_request(given, samples));
    auto progress = make_progress(given, desk, Receipts::of_slow_steps);
    progress->begin("read", source.name());
    auto const after_reading = [&](ModelReceipt const& receipt) -> Result<void> {
        progress->end(receipt.text);
        TRY(check_stop(desk.world));
        progress->begin("convert", source.name());
        return {};
    };
    Trail trail;
    auto read = read_model(desk.world, source, request, {false, true}, after_reading, trail);
    tell_trail(trail, desk);
    if (!read)
        return tl::unexpected(std::move(read).error());
    auto* const converted = &read->model;
    TRY(within(source.file.path(), prove_first_call(desk.world, *converted, samples)));
    progress->end(count_text(converted->model.graph.nodes.size(), "node"));
    TRY(check_stop(desk.world));

    std::optional<VerifyReport> report;
    std::string not_checked;
    if (foreign_operators(converted->model).empty() && TRY(has_evidence(*converted, evidence))) {
        progress->begin("verify", "");
        report = TRY(gather_evidence(desk.world, *converted, evidence));
        desk.error_details["report"] = json_of(*report);
        TRY(within(source.file.path(), demand_passed(*report)));
        progress->end(receipt_of(*report));
    } else if (evidence.is_wanted) {
        auto unasked = TRY(ask_torch(desk.world, *converted, evidence, source, read->arguments, request.options.method));
        report = std::move(unasked.report);
        if (report) {
            desk.error_details["report"] = json_of(*report);
            TRY(within(source.file.path(), demand_passed(*report)));
        }
        not_checked = unasked.reason;
    }
    TRY(check_stop(desk.world));
    progress->begin("write", output.filename().string());
    TRY(write_model(output, *converted));
    progress->end(bytes_text(converted->file.size + converted->external_data.size));
    if (!given.has("--json"))
        say_warnings(desk.screen, *converted);

    Answer answer;
    answer.document["output"] = output.string();
    answer.document.update(json_of(*converted));
    answer.document["report"] = report ? json_of(*report) : Json(nullptr);
    answer.text = converted_text(output.string(), *converted, report, not_checked);
    return answer;
}

Result<Answer> convert_to_safetensors(Invocation const& given, Desk& desk, std::filesystem::path const& output)
{
    auto const size = given.text("--max-shard-size");
    auto const most_bytes = size ? std::optional(TRY(size_in_bytes(*size))) : std::nullopt;
    auto const patterns = given.texts("--select");
    auto const source = TRY(open_file(given.argument("FILE"), TRY(given.digest())));
    auto const weights = TRY(read_weights_elsewhere(desk.world, source, patterns));
    TRY(check_stop(desk.world));
    Trail trail;
    std::vector<ConversionWarning> said;
    for (auto const& warning : weights.warnings)
        said.push_back({warning.code, warning.message, warning.where});
    auto const demanded = demand_no_warnings(said, given.has("--strict"), trail);
    tell_trail(trail, desk);
    TRY(within(source.file.path(), demanded));
    auto const written = TRY(within(source.file.path(), write_safetensors_files(output, weights.tensors, weights.metadata, most_bytes)));

    Answer answer;
    answer.document = {{"output", written.files.back()}, {"files", written.files}, {"tensors", Json::array()}, {"metadata", weights.metadata}, {"warnings", Json::array()}};
    for (auto const& [name, tensor] : weights.tensors)
        answer.document["tensors"].push_back({{"name", name}, {"dtype", name_of(tensor.dtype())}, {"shape", tensor.shape()}, {"bytes", tensor.bytes().size()}});
    for (auto const& warning : weights.warnings) {
        answer.document["warnings"].push_back({{"code", warning.code}, {"message", warning.message}, {"where", warning.where}});
        if (!given.has("--json"))
            desk.screen.say(desk.screen.painted(Paint::yellow, "warning[" + warning.code + "]:") + " " + escape_unprintable(warning.message + (warning.where.empty() ? "" : " (" + warning.where + ")")));
    }
    std::string const shards = written.files.size() > 1 ? ", " + count_text(written.files.size() - 1, "shard") : "";
    answer.text = fmt::format("wrote {}: {}, {}{}\n", written.files.back(), count_text(weights.tensors.size(), "tensor"), bytes_text(written.bytes), shards);
    return answer;
}

Result<Answer> convert_file(Invocation const& given, Desk& desk)
{
    auto const output = given.text("--output");
    if (!output)
        return bad_usage("-o is not given, wanted the file to write").hint("add -o model.onnx or -o model.safetensors");
    std::filesystem::path const path = *output;
    TRY(check_not_an_input(path, given.argument("FILE")));
    for (auto const& sample : given.texts("--sample"))
        TRY(check_not_an_input(path, sample));
    if (path.extension() == ".onnx")
        return convert_to_onnx(given, desk, path);
    if (path.extension() == ".safetensors")
        return convert_to_safetensors(given, desk, path);
    return bad_usage("-o is \"" + *output + "\", wanted a name that ends with .onnx or .safetensors").hint("add -o model.onnx or -o model.safetensors");
}

}

Command convert_command()
{
    return {"convert", "turns a model file into ONNX, or weights into safetensors", "hullmark convert model.pt -o model.onnx --sample sample.npz",
        {{"FILE", "the file that training left behind"}},
        joined({{{"--output", "OUT", "the file to write: OUT.onnx or OUT.safetensors", Times::once, Wants::file, 'o'},
                    {"--select", "NAMES", "into safetensors: only tensors with such names, 'layer4.*'", Times::any},
                    {"--max-shard-size", "SIZE", "into safetensors: several files of at most so much, 5GB, and an index"},
                    sha256_option()},
            conversion_options(), evidence_options()}),
        convert_file};
}
