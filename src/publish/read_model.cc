#include "publish/read_model.h"
#include "publish/model_message.h"

#include "onnx/read.h"
#include "onnx/structure.h"
#include "process/message.h"
#include "publish/state.h"

#include <algorithm>
#include <map>

std::string_view const model_task = "model";
std::string_view const reference_task = "reference";

namespace {

constexpr size_t most_findings = 10'000;
constexpr size_t most_warnings = 1'000'000; // one for each operator call of a large program
constexpr size_t most_names = 1'000'000; // of operators, source lines, arguments
constexpr size_t most_counts = 10'000; // of arguments that somebody asks about
constexpr char const* default_external_location = "model.onnx.data";

Failure is_onnx_already(SourceFile const& source)
{
    return unsupported("an ONNX model already, wanted something to convert").at(source.file.path()).hint("`hullmark verify` and `hullmark publish` take it as it is");
}

ModelReceipt receipt_for(SourceFile const& source, ReadSource const& read)
{
    ModelReceipt receipt{source.kind, receipt_of(source, read), {}};
    for (auto const& finding : judge_source(source).findings)
        if (finding.severity != Severity::note)
            receipt.findings.push_back(text_of(finding));
    return receipt;
}

ArgumentNames names_of(std::shared_ptr<ReadSource const> const& read, std::string const& method)
{
    auto const* const source = std::get_if<ProgramSource>(read.get());
    if (source == nullptr)
        return {};
    return [read, source, method](size_t count) { return input_names_of(source->program, method, count); };
}

// Of what PyTorch runs; it is asked for `forward`.
Result<ArgumentNames> reference_names(SourceFile const& source)
{
    if (source.kind != Kind::torchscript && source.kind != Kind::torch_exported_program)
        return ArgumentNames();
    return names_of(std::make_shared<ReadSource const>(TRY(within(source.file.path(), read_program_source(source)))), "forward");
}

// All in this process.
Result<ReadModel> read_model_here(SourceFile const& source, ConversionRequest const& request, ModelDemands const& demands, AfterReading const& after_reading, Trail& trail)
{
    if (demands.is_program && source.kind == Kind::onnx)
        return is_onnx_already(source);
    auto const read = std::make_shared<ReadSource const>(TRY(read_source(source)));
    if (demands.is_safe)
        TRY(demand_safe(source));
    auto const receipt = receipt_for(source, *read);
    TRY(after_reading(receipt));
    auto model = TRY(within(source.file.path(), convert_source(*read, source, request, trail)));
    for (size_t i = 0; i < std::min(receipt.findings.size(), most_findings); ++i)
        if (!receipt.findings[i].starts_with("custom-code")) // G03 names these
            model.warnings.push_back({"G14", "never loaded, and not proved harmless: " + receipt.findings[i], ""});
    TRY(within(source.file.path(), demand_no_warnings(model.warnings, request.is_strict, trail)));
    return ReadModel{std::move(model), names_of(read, request.options.method)};
}

// --- What is sent. ---

std::string bytes_of(ModelReceipt const& receipt)
{
    MessageWriter writer;
    writer.number(static_cast<uint8_t>(receipt.kind)).text(receipt.text);
    size_t const count = std::min(receipt.findings.size(), most_findings);
    writer.texts(std::span(receipt.findings).first(count));
    return writer.take();
}

Result<Kind> parse_kind(MessageReader& reader)
{
    auto const kind = TRY(reader.number<uint8_t>());
    return kind < kind_count ? Result<Kind>(static_cast<Kind>(kind)) : malformed("a kind that there is not");
}

}

Result<ModelReceipt> parse_receipt(std::string_view note)
{
    MessageReader reader(note);
    ModelReceipt receipt;
    receipt.kind = TRY(parse_kind(reader));
    receipt.text = TRY(reader.text());
    receipt.findings = TRY(reader.texts(most_findings));
    TRY(reader.end());
    return receipt;
}

namespace {

void write_warnings(MessageWriter& writer, std::vector<ConversionWarning> const& warnings)
{
    writer.count(warnings.size());
    for (auto const& warning : warnings)
        writer.text(warning.code).text(warning.message).text(warning.where);
}

Result<std::vector<ConversionWarning>> parse_warnings(MessageReader& reader)
{
    std::vector<ConversionWarning> warnings;
    for (size_t left = TRY(reader.count(most_warnings)); left > 0; --left) {
        auto code = TRY(reader.text());
        auto message = TRY(reader.text());
        auto where = TRY(reader.text());
        warnings.push_back({std::move(code), std::move(message), std::move(where)});
    }
    return warnings;
}

std::string bytes_of(Trail const& trail)
{
    MessageWriter writer;
    writer.count(trail.unsupported.size());
    for (auto const& operation : trail.unsupported)
        writer.text(operation.name).number(operation.count).texts(operation.where).text(operation.reason).text(operation.nearest);
    write_warnings(writer, trail.warnings);
    return writer.take();
}

}

Result<void> parse_trail(std::string_view bytes, Trail& trail)
{
    if (bytes.empty())
        return {};
    MessageReader reader(bytes);
    for (size_t left = TRY(reader.count(most_names)); left > 0; --left) {
        UnsupportedOperator operation;
        operation.name = TRY(reader.text());
        operation.count = TRY(reader.number<uint64_t>());
        operation.where = TRY(reader.texts(most_names));
        operation.reason = TRY(reader.text());
        operation.nearest = TRY(reader.text());
        trail.unsupported.push_back(std::move(operation));
    }
    trail.warnings = TRY(parse_warnings(reader));
    return reader.end();
}

namespace {

// The answers to every question that was asked: the other process will ask the same ones.
class AskedNames {
public:
    explicit AskedNames(ArgumentNames names)
        : names_(std::move(names))
    {
    }

    void ask(std::vector<SampleFile> const& samples, std::span<std::string const> output_names, size_t input_count)
    {
        if (!names_)
            return;
        ArgumentNames const asked = [this](size_t count) { return answers_.emplace(count, names_(count)).first->second; };
        (void)asked(input_count);
        for (auto const& sample : samples)
            (void)specifications_of(sample, asked, output_names);
    }

    void write_to(MessageWriter& writer) const
    {
        writer.flag(static_cast<bool>(names_)).count(answers_.size());
        for (auto const& [count, names] : answers_) {
            writer.number(static_cast<uint64_t>(count)).flag(names.has_value());
            if (names)
                writer.texts(*names);
            else
                writer.text(bytes_of_error(names.error()));
        }
    }

private:
    ArgumentNames names_;
    std::map<size_t, Result<std::vector<std::string>>> answers_;
};

Result<ArgumentNames> parse_names(MessageReader& reader)
{
    bool const is_program = TRY(reader.flag());
    auto answers = std::make_shared<std::map<uint64_t, Result<std::vector<std::string>>>>();
    for (size_t left = TRY(reader.count(most_counts)); left > 0; --left) {
        auto const count = TRY(reader.number<uint64_t>());
        if (TRY(reader.flag()))
            answers->emplace(count, TRY(reader.texts(most_names)));
        else
            answers->emplace(count, tl::unexpected(TRY(parse_error(TRY(reader.text())))));
    }
    if (!is_program)
        return ArgumentNames();
    return ArgumentNames([answers](size_t count) -> Result<std::vector<std::string>> {
        auto const found = answers->find(count);
        if (found == answers->end())
            return unavailable("the process that read the program did not say what it calls " + std::to_string(count) + " arguments");
        return found->second;
    });
}

std::vector<std::string> output_names_of(OnnxModel const& model)
{
    std::vector<std::string> names;
    for (auto const& output : model.graph.outputs)
        names.push_back(output.name);
    return names;
}

std::string bytes_of(ModelReceipt const& receipt, ReadModel const& read, std::vector<SampleFile> const& samples)
{
    MessageWriter writer;
    writer.number(static_cast<uint8_t>(receipt.kind)).flag(read.model.is_converted).flag(!read.model.external_location.empty()).flag(read.model.first_call.size != 0);
    write_warnings(writer, read.model.warnings);
    writer.texts(read.model.assumptions);
    AskedNames names(read.arguments);
    names.ask(samples, output_names_of(read.model.model), own_inputs(read.model.model).size());
    names.write_to(writer);
    return writer.take();
}

// --- What is made of it. ---

// The model's weights may stand in the one file that was written beside it, and nowhere else.
Result<void> check_external_data(ConvertedModel const& model)
{
    for (auto const& external : external_tensors(model.model)) {
        auto const& place = *external.tensor->external;
        uint64_t const size = model.external_data.size;
        if (place.location != model.external_location || place.offset > size || place.length.value_or(0) > size - place.offset)
            return malformed("weights at a place that was not written").at(external.place);
    }
    return {};
}

struct WrittenFiles {
    bool has_external_data = false;
    bool has_first_call = false;
};

Result<void> take_outputs(ConvertedModel& model, WrittenFiles const& written, ConversionRequest const& request, std::vector<SharedBytes> const& outputs)
{
    model.file = {{outputs[0]}, outputs[0].size()};
    model.model = TRY(read_onnx(outputs[0]));
    TRY(check_structure(model.model));
    if (written.has_first_call) {
        model.first_call = {{outputs[2]}, outputs[2].size()};
        TRY(within("its first call", check_structure(TRY(read_onnx(outputs[2])))));
    }
    if (written.has_external_data) {
        model.external_location = request.external_location.empty() ? default_external_location : request.external_location;
        model.external_data = {{outputs[1]}, outputs[1].size()};
    }
    return check_external_data(model);
}

}

Result<ReadModel> parse_model(SourceFile& source, ReadingResult const& result, ConversionRequest const& request, Trail& trail)
{
    MessageReader reader(result.payload);
    source.kind = TRY(parse_kind(reader));
    bool const is_converted = TRY(reader.flag());
    WrittenFiles written;
    written.has_external_data = TRY(reader.flag());
    written.has_first_call = TRY(reader.flag());
    ReadModel read;
    read.model.warnings = TRY(parse_warnings(reader));
    read.model.assumptions = TRY(reader.texts(most_warnings));
    read.arguments = TRY(parse_names(reader));
    TRY(reader.end());
    if (!is_converted) {
        read.model = TRY(within(source.file.path(), convert_source(ReadSource(TRY(read_onnx_source(source))), source, request, trail)));
        return read;
    }
    read.model.is_converted = true;
    TRY(within("what was made of " + source.file.path(), take_outputs(read.model, written, request, result.outputs)));
    return read;
}

namespace {

std::vector<std::filesystem::path> paths_of(std::vector<SampleFile> const& samples)
{
    std::vector<std::filesystem::path> paths;
    for (auto const& sample : samples)
        paths.push_back(sample.path);
    return paths;
}

}

Result<ReadModel> read_model(World const& world, SourceFile& source, ConversionRequest const& request, ModelDemands const& demands, AfterReading const& after_reading, Trail& trail)
{
    if (world.reads_here) {
        source.kind = recognise(source.file.shared());
        return read_model_here(source, request, demands, after_reading, trail);
    }
    MessageWriter writer;
    writer.flag(demands.is_safe).flag(demands.is_program).text(request.external_location).count(request.words.size());
    for (auto const& [option, words] : request.words)
        writer.text(option).texts(words);
    ReadingRequest const reading{std::string(model_task), writer.take(), paths_of(request.samples), {world.temporary_folder, world.temporary_folder, world.temporary_folder}};
    std::string left;
    auto const result = read_elsewhere(
        world, source, reading, [&](std::string_view note) -> Result<void> { return after_reading(TRY(parse_receipt(note))); }, left);
    TRY(parse_trail(left, trail));
    return parse_model(source, TRY(result), request, trail);
}

Result<ModelTask> parse_model_task(std::string_view payload)
{
    MessageReader reader(payload);
    ModelTask task;
    task.demands.is_safe = TRY(reader.flag());
    task.demands.is_program = TRY(reader.flag());
    task.external_location = TRY(reader.text());
    for (size_t left = TRY(reader.count(most_names)); left > 0; --left) {
        auto option = TRY(reader.text());
        task.words.emplace(std::move(option), TRY(reader.texts(most_names)));
    }
    TRY(reader.end());
    return task;
}

Result<std::string> serve_model(ReadingTask& task, ConversionRequest const& request, ModelDemands const& demands)
{
    ModelReceipt receipt;
    auto const after_reading = [&](ModelReceipt const& known) {
        receipt = known;
        return task.note(bytes_of(known));
    };
    Trail trail;
    auto const read = read_model_here(task.source, request, demands, after_reading, trail);
    task.trail = bytes_of(trail);
    if (!read)
        return tl::unexpected(read.error());
    if (read->model.is_converted) {
        TRY(write_output(task.outputs[0], read->model.file.parts));
        TRY(write_output(task.outputs[1], read->model.external_data.parts));
        TRY(write_output(task.outputs[2], read->model.first_call.parts));
    }
    return bytes_of(receipt, *read, request.samples);
}

Result<ArgumentNames> read_reference(World const& world, SourceFile& source, std::vector<SampleFile> const& samples, OnnxModel const& model)
{
    if (world.reads_here) {
        source.kind = recognise(source.file.shared());
        return reference_names(source);
    }
    auto const paths = paths_of(samples);
    MessageWriter writer;
    writer.texts(output_names_of(model)).number(static_cast<uint64_t>(own_inputs(model).size())).count(paths.size());
    for (auto const& path : paths)
        writer.text(path.native());
    std::string trail;
    auto const result = TRY(read_elsewhere(world, source, {std::string(reference_task), writer.take(), paths, {}}, {}, trail));
    MessageReader reader(result.payload);
    source.kind = TRY(parse_kind(reader));
    auto names = TRY(parse_names(reader));
    TRY(reader.end());
    return names;
}

Result<std::string> serve_reference(ReadingTask& task)
{
    MessageReader reader(task.payload);
    auto const output_names = TRY(reader.texts(most_names));
    auto const input_count = TRY(reader.number<uint64_t>());
    auto const samples = TRY(read_sample_files(TRY(reader.texts(most_names))));
    TRY(reader.end());
    AskedNames asked(TRY(reference_names(task.source)));
    asked.ask(samples, output_names, input_count);
    MessageWriter writer;
    writer.number(static_cast<uint8_t>(task.source.kind));
    asked.write_to(writer);
    return writer.take();
}
