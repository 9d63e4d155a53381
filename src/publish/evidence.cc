#include "publish/evidence.h"

#include "publish/read_model.h"
#include "publish/state.h"
#include "publish/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace {

bool is_name_of_file(std::string const& against) { return !against.empty() && against != "self"; }

Result<ModelUnderTest> open_model(Runtime const& runtime, ConvertedModel const& model)
{
    SessionOptions options;
    options.external_files = model.external_files();
    return ModelUnderTest::create(runtime, model.bytes(), options);
}

Result<std::vector<Sample>> gather_samples(ModelUnderTest const& tested, ConvertedModel const& model, EvidenceRequest const& request)
{
    auto samples = TRY(samples_for(request.samples, model.model));
    for (uint64_t const seed : request.seeds) {
        samples.push_back(TRY(random_sample(tested.session(), seed)));
        TRY(begin_with_zeros(samples.back(), model.model));
    }
    if (samples.empty())
        return bad_usage("no inputs to run the model on").hint("give --sample FILE.npz, or --random SEED");
    return samples;
}

// The flattened arguments of one run, by the program's own names of them.
Result<std::vector<NamedTensor>> arguments_of(Sample const& sample, ArgumentNames const& names_of_program, OnnxModel const& model)
{
    size_t const count = own_inputs(model).size();
    auto const names = TRY(names_of_program(count));
    if (names.size() != count || count > sample.inputs.size())
        return bad_usage("the model has " + count_text(count, "input") + " and the program takes " + count_text(names.size(), "argument")).at(sample.origin).hint("give --sample FILE.npz with all of the program's arguments");
    std::vector<NamedTensor> arguments;
    for (size_t i = 0; i < names.size(); ++i)
        arguments.push_back({names[i], sample.inputs[i].tensor});
    return arguments;
}

Result<std::vector<NamedTensor>> arguments_of(SampleFile const& file, ArgumentNames const& names_of_program, OnnxModel const& model)
{
    std::vector<std::string> output_names;
    for (auto const& output : model.graph.outputs)
        output_names.push_back(output.name);
    std::vector<NamedTensor> arguments;
    for (auto const& specification : TRY(specifications_of(file, names_of_program, output_names)))
        arguments.push_back({specification.name, *specification.value});
    return arguments;
}

// The model's answers against those that PyTorch gives on the same inputs.
Result<VerifyReport> against_torch(World const& world, ModelUnderTest const& tested, ConvertedModel const& model, EvidenceRequest const& request, TorchReference const& reference, ArgumentNames const& names_of_program)
{
    auto samples = TRY(gather_samples(tested, model, request));
    std::vector<std::vector<NamedTensor>> runs;
    for (size_t i = 0; i < samples.size(); ++i)
        runs.push_back(i < request.samples.size() ? TRY(arguments_of(request.samples[i], names_of_program, model.model)) : TRY(arguments_of(samples[i], names_of_program, model.model)));
    auto answers = TRY(torch_answers(world, reference, runs));
    auto const outputs = own_outputs(model.model);
    for (size_t i = 0; i < samples.size(); ++i) {
        if (answers.runs[i].size() != outputs.size())
            return malformed("PyTorch gives " + count_text(answers.runs[i].size(), "result") + ", the model " + count_text(outputs.size(), "output")).at(samples[i].origin);
        samples[i].expected.clear();
        for (size_t k = 0; k < answers.runs[i].size(); ++k)
            samples[i].expected.push_back({outputs[k], std::move(answers.runs[i][k])});
    }
    auto report = TRY(verify_recorded(tested, samples, request.options));
    report.against = "PyTorch " + answers.version;
    return report;
}

Result<VerifyReport> against_file(World const& world, Runtime const& runtime, ModelUnderTest const& tested, ConvertedModel const& model, EvidenceRequest const& request)
{
    auto reference = TRY(open_file(request.against, request.reference_digest));
    auto const names_of_program = TRY(read_reference(world, reference, request.samples, model.model));
    switch (reference.kind) {
    case Kind::numpy_archive: {
        auto const sample = TRY(sample_for(TRY(read_sample_file(request.against)), model.model));
        return verify_recorded(tested, {&sample, 1}, request.options);
    }
    case Kind::onnx: {
        auto const samples = TRY(gather_samples(tested, model, request));
        auto const onnx = TRY(read_onnx_source(reference));
        SessionOptions options;
        options.external_files = onnx.external_files;
        auto const session = TRY(within(request.against, Session::create(runtime, onnx.bytes.bytes(), options)));
        return verify_against_model(tested, session, samples, request.options);
    }
    case Kind::torchscript:
    case Kind::torch_exported_program:
        return against_torch(world, tested, model, request, {reference, "forward", request.python}, names_of_program);
    default:
        return cannot_read(reference, "an ONNX model, a file that PyTorch runs, or a sample with recorded answers");
    }
}

}

namespace {

Result<void> demand_no_foreign(ConvertedModel const& model)
{
    auto const operators = foreign_operators(model.model);
    if (operators.empty())
        return {};
    return unsupported("ONNX Runtime cannot run the model: it does not have " + text_of(operators)).code(203).hint("run it where the library with these operators is loaded");
}

}

Result<bool> has_evidence(ConvertedModel const& model, EvidenceRequest const& request)
{
    if (!request.is_wanted)
        return false;
    if (!request.against.empty())
        return true;
    auto const samples = TRY(samples_for(request.samples, model.model));
    return std::any_of(samples.begin(), samples.end(), [](Sample const& sample) { return !sample.expected.empty(); });
}

Result<VerifyReport> gather_evidence(World const& world, ConvertedModel const& model, EvidenceRequest const& request)
{
    TRY(demand_no_foreign(model));
    auto const runtime = TRY(open_runtime(world));
    auto const tested = TRY(open_model(runtime, model));
    if (is_name_of_file(request.against))
        return against_file(world, runtime, tested, model, request);
    auto const samples = TRY(gather_samples(tested, model, request));
    return request.against == "self" ? verify_self(tested, samples, request.options) : verify_recorded(tested, samples, request.options);
}

namespace {

// Nothing was wrong but that all answers were zero.
bool is_vacuous_alone(VerifyReport const& report)
{
    return !report.outputs.empty() && std::all_of(report.outputs.begin(), report.outputs.end(), [](OutputReport const& output) { return output.passed || (output.vacuous && output.mismatched == 0); });
}

// Why a difference says nothing against the model; empty where it does.
std::string excuse_of(VerifyReport const& report, ConvertedModel const& model, EvidenceRequest const& request)
{
    if (report.passed)
        return "";
    if (request.samples.empty() && is_vacuous_alone(report))
        return "all answers to random inputs are zero";
    for (auto const& warning : model.warnings)
        if (warning.code == "G07" || warning.code == "G10" || warning.code == "G11")
            return "the numbers differ from PyTorch's, as warning " + warning.code + " says they may";
    return "";
}

}

Result<UnaskedEvidence> ask_torch(World const& world, ConvertedModel const& model, EvidenceRequest const& request, SourceFile const& source, ArgumentNames const& arguments, std::string const& method)
{
    if (!arguments || !request.is_wanted)
        return UnaskedEvidence{{}, ""};
    if (auto const known = demand_no_foreign(model); !known)
        return UnaskedEvidence{{}, known.error().what};
    auto const ask = [&]() -> Result<VerifyReport> {
        TRY(find_torch(world, request.python)); // the cheapest first: most often there is none
        auto const runtime = TRY(open_runtime(world));
        auto const tested = TRY(open_model(runtime, model));
        EvidenceRequest complete = request;
        if (complete.samples.empty() && complete.seeds.empty())
            complete.seeds = {1};
        return against_torch(world, tested, model, complete, {source, method, request.python}, arguments);
    };
    auto report = ask();
    if (report) {
        auto excuse = excuse_of(*report, model, request);
        return excuse.empty() ? UnaskedEvidence{*std::move(report), ""} : UnaskedEvidence{{}, std::move(excuse)};
    }
    if (report.error().reason == Reason::cancelled)
        return tl::unexpected(std::move(report).error());
    return UnaskedEvidence{{}, report.error().text()};
}

std::string receipt_of(VerifyReport const& report)
{
    double worst = 0;
    for (auto const& output : report.outputs)
        worst = std::max(worst, report.options.elementwise ? output.max_abs : output.scale_error);
    return fmt::format("{} against {} on {}, largest error {} (allowed {})", report.passed ? "passed" : "did not pass", report.against, count_text(report.samples.size(), "sample"), error_text(worst), error_text(report.options.tolerance.atol));
}

Result<void> demand_passed(VerifyReport const& report)
{
    if (report.passed)
        return {};
    auto error = said_no("the model's numbers are not those of " + report.against);
    error.value().where = report.reasons;
    if (is_vacuous_alone(report))
        return std::move(error).code(101).hint("record a sample whose answers are not all zero, or say --allow-vacuous");
    return std::move(error).code(101).hint("`hullmark explain HM0101` tells what to look at");
}
