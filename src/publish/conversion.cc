#include "publish/conversion.h"

#include "onnx/structure.h"
#include "publish/state.h"
#include "publish/values.h"
#include "publish/words.h"

#include <algorithm>
#include <array>

namespace {

constexpr int unknown_operator_code = 203;

// What --input says about an input takes the place of the sample's sizes; its value stays.
void refine(std::vector<InputSpecification>& specifications, std::vector<InputSpecification> const& wishes)
{
    for (auto const& wish : wishes) {
        auto const place = std::find_if(specifications.begin(), specifications.end(), [&](auto const& known) { return known.name == wish.name; });
        if (place == specifications.end()) {
            specifications.push_back(wish);
            continue;
        }
        for (size_t i = 0; i < wish.axes.size() && i < place->axes.size(); ++i) { // the sample's size is the symbol's example
            auto const example = place->axes[i].size;
            place->axes[i] = wish.axes[i];
            if (!place->axes[i].size)
                place->axes[i].size = example;
        }
    }
}

Failure unsupported_operators(size_t count)
{
    return unsupported(count_text(count, "operator") + " cannot be converted").hint("`hullmark explain G03` tells what can be done; --allow-custom keeps operators of other libraries").code(unknown_operator_code);
}

void encode(ConvertedModel& converted, ConversionRequest const& request)
{
    if (!request.external_data) {
        converted.file = encode_onnx(converted.model);
        if (converted.file.size <= onnx_single_file_limit)
            return;
    }
    converted.external_location = request.external_location.empty() ? "model.onnx.data" : request.external_location;
    auto files = encode_onnx_external(converted.model, converted.external_location);
    converted.file = std::move(files.model);
    converted.external_data = std::move(files.data);
}

void note_origin(OnnxModel& model, SourceFile const& source, ConvertOptions const& options)
{
    model.producer_version = HULLMARK_VERSION;
    OnnxProperty const origin[] = {
        {std::string(version_key), HULLMARK_VERSION},
        {std::string(source_digest_key), source.digest.hex()},
        {std::string(source_kind_key), std::string(name_of(source.kind))},
        {std::string(source_method_key), options.method},
        {std::string(opset_key), std::to_string(options.opset)},
    };
    model.metadata.insert(model.metadata.begin(), std::begin(origin), std::end(origin));
}

Result<ConvertedModel> convert_program(Program const& program, SourceFile const& source, ConversionRequest const& request, Trail& trail)
{
    ConvertOptions options = request.options;
    if (!request.samples.empty())
        options.inputs = TRY(specifications_of(
            request.samples.front(), [&](size_t count) { return input_names_of(program, options.method, count); }, options.output_names));
    refine(options.inputs, request.inputs);
    auto outcome = TRY(convert(program, options));
    if (auto* const unsupported_program = std::get_if<UnsupportedProgram>(&outcome)) {
        trail.unsupported = std::move(unsupported_program->operators);
        return unsupported_operators(trail.unsupported.size());
    }
    auto& conversion = std::get<Conversion>(outcome);
    ConvertedModel converted;
    converted.model = std::move(conversion.model);
    converted.warnings = std::move(conversion.warnings);
    converted.assumptions = std::move(conversion.assumptions);
    converted.is_converted = true;
    note_origin(converted.model, source, options);
    encode(converted, request);
    if (conversion.first_call)
        converted.first_call = encode_onnx(*conversion.first_call);
    if (converted.first_call.size > onnx_single_file_limit || (converted.first_call.size != 0 && !converted.external_location.empty()))
        return unsupported("a program that keeps state and has more weights than one file holds");
    return converted;
}

Result<ConvertedModel> take_as_it_is(OnnxSource const& source)
{
    ConvertedModel converted;
    converted.model = source.model;
    converted.file = {{source.bytes}, source.bytes.size()};
    if (source.external_files.size() > 1)
        return unsupported("external data in " + count_text(source.external_files.size(), "file") + ", wanted one file at most");
    for (auto const& file : source.external_files) {
        converted.external_location = file.location;
        converted.external_data = {{file.bytes}, file.bytes.size()};
    }
    return converted;
}

}

Result<ReadSource> read_source(SourceFile const& source, Limits const& limits)
{
    if (source.kind == Kind::onnx)
        return TRY(read_onnx_source(source, limits));
    return TRY(read_program_source(source, limits));
}

std::string receipt_of(SourceFile const& source, ReadSource const& read)
{
    std::string text(title_of(source.kind));
    if (auto const* program = std::get_if<ProgramSource>(&read)) {
        text += ", " + count_text(program->call_count, "operator call");
    } else {
        auto const& model = std::get<OnnxSource>(read).model;
        text += ", " + count_text(model.graph.nodes.size(), "node") + ", " + count_text(parameter_count(model), "parameter");
    }
    return text + ", " + bytes_text(source.file.size());
}

SharedBytes ConvertedModel::bytes() const
{
    return file.parts.size() == 1 ? file.parts.front() : SharedBytes::take(file.joined());
}

std::vector<ExternalFile> ConvertedModel::external_files() const
{
    if (external_location.empty())
        return {};
    if (external_data.parts.size() == 1)
        return {{external_location, external_data.parts.front()}};
    return {{external_location, SharedBytes::take(external_data.joined())}};
}

Result<ConvertedModel> convert_source(ReadSource const& read, SourceFile const& source, ConversionRequest const& request, Trail& trail)
{
    if (auto const* onnx = std::get_if<OnnxSource>(&read))
        return take_as_it_is(*onnx);
    return convert_program(std::get<ProgramSource>(read).program, source, request, trail);
}

Json json_of(std::vector<UnsupportedOperator> const& operators)
{
    Json documents = Json::array();
    for (auto const& operation : operators) {
        Json document{{"operator", operation.name}, {"count", operation.count}, {"where", operation.where}};
        if (!operation.reason.empty())
            document["reason"] = operation.reason;
        if (!operation.nearest.empty())
            document["nearest"] = operation.nearest;
        documents.push_back(std::move(document));
    }
    return documents;
}

Json json_of(std::vector<ConversionWarning> const& warnings)
{
    Json documents = Json::array();
    for (auto const& warning : warnings)
        documents.push_back({{"code", warning.code}, {"message", warning.message}, {"where", warning.where}});
    return documents;
}

Result<void> demand_no_warnings(std::vector<ConversionWarning> const& warnings, bool is_strict, Trail& trail)
{
    if (!is_strict || warnings.empty())
        return {};
    trail.warnings = warnings;
    auto failure = unsupported(count_text(warnings.size(), "warning") + ", and --strict makes " + (warnings.size() == 1 ? "it an error" : "them errors"));
    for (auto const& warning : warnings)
        failure.value().where.push_back(warning.code + ": " + warning.message + (warning.where.empty() ? "" : " (" + warning.where + ")"));
    return std::move(failure).hint("`hullmark explain " + warnings.front().code + "` tells what to change; without --strict the model is written");
}

namespace {

void note_foreign(std::vector<OnnxNode> const& nodes, OnnxModel const& model, std::map<std::string, ForeignOperator>& found)
{
    static constexpr std::array<std::string_view, 5> known_domains{"", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc"};
    for (auto const& node : nodes) {
        bool const is_known = std::find(known_domains.begin(), known_domains.end(), node.domain) != known_domains.end() || std::any_of(model.functions.begin(), model.functions.end(), [&](OnnxFunction const& function) { return function.domain == node.domain && function.name == node.op_type; });
        if (!is_known) {
            auto& operation = found[node.domain + "::" + node.op_type];
            ++operation.count;
            if (!node.doc_string.empty())
                operation.where.insert(node.doc_string);
        }
        for (auto const& attribute : node.attributes)
            if (auto const* graph = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
                note_foreign((*graph)->nodes, model, found);
    }
}

}

std::vector<ForeignOperator> foreign_operators(OnnxModel const& model)
{
    std::map<std::string, ForeignOperator> found;
    note_foreign(model.graph.nodes, model, found);
    for (auto const& function : model.functions)
        note_foreign(function.nodes, model, found);
    std::vector<ForeignOperator> operators;
    for (auto& [name, operation] : found) {
        operation.name = name;
        operators.push_back(std::move(operation));
    }
    return operators;
}

std::string text_of(std::vector<ForeignOperator> const& operators)
{
    std::string text;
    for (auto const& operation : operators)
        text += (text.empty() ? "" : ", ") + operation.name;
    return text;
}

Json json_of(ConvertedModel const& converted)
{
    Json document;
    document["opset"] = opset_of(converted.model);
    document["ir_version"] = converted.model.ir_version;
    document["inputs"] = json_of(required_inputs(converted.model));
    document["outputs"] = json_of(converted.model.graph.outputs);
    document["warnings"] = json_of(converted.warnings);
    document["custom"] = Json::array();
    for (auto const& operation : foreign_operators(converted.model))
        document["custom"].push_back({{"operator", operation.name}, {"count", operation.count}, {"where", operation.where}});
    document["assumptions"] = converted.assumptions;
    document["state"] = Json::array();
    auto const state = state_of(converted.model);
    for (size_t i = 0; i < state.inputs.size(); ++i)
        document["state"].push_back({{"input", state.inputs[i]}, {"output", state.outputs[i]}});
    document["unsupported"] = Json::array();
    return document;
}
