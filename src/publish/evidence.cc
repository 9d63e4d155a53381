#include "publish/evidence.h"

#include "publish/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace {

bool is_name_of_file(std::string const& against) { return !against.empty() && against != "self"; }

Result<ModelUnderTest> open_model(Runtime const& runtime, ConvertedModel const& model)
{
    SessionOptions options;
    options.external_files = model.external_files();
    return ModelUnderTest::create(runtime, model.bytes, options);
}

Result<std::vector<Sample>> gather_samples(ModelUnderTest const& tested, ConvertedModel const& model, EvidenceRequest const& request)
{
    auto samples = TRY(samples_for(request.samples, model.model));
    for (uint64_t const seed : request.seeds)
        samples.push_back(TRY(random_sample(tested.session(), seed)));
    if (samples.empty())
        return bad_usage("no inputs to run the model on").hint("give --sample FILE.npz, or --random SEED");
    return samples;
}

Failure needs_torch(SourceFile const& reference)
{
    return unsupported(std::string(title_of(reference.kind)) + " as the reference needs PyTorch in another process, which this program cannot start yet")
        .at(reference.file.path())
        .hint("record its answers once with numpy.savez(FILE, i0=INPUT, o0=ANSWER), and verify --against FILE.npz");
}

Result<VerifyReport> against_file(Runtime const& runtime, ModelUnderTest const& tested, ConvertedModel const& model, EvidenceRequest const& request)
{
    auto const reference = TRY(open_source(request.against, request.reference_digest));
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
        return needs_torch(reference);
    default:
        return cannot_read(reference, "an ONNX model or a sample with recorded answers");
    }
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
    auto const runtime = TRY(open_runtime(world));
    auto const tested = TRY(open_model(runtime, model));
    if (is_name_of_file(request.against))
        return against_file(runtime, tested, model, request);
    auto const samples = TRY(gather_samples(tested, model, request));
    return request.against == "self" ? verify_self(tested, samples, request.options) : verify_recorded(tested, samples, request.options);
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
    bool const is_vacuous_alone = std::all_of(report.outputs.begin(), report.outputs.end(), [](OutputReport const& output) { return output.passed || (output.vacuous && output.mismatched == 0); });
    if (is_vacuous_alone && !report.outputs.empty())
        return std::move(error).code(101).hint("record a sample whose answers are not all zero, or say --allow-vacuous");
    return std::move(error).code(101).hint("`hullmark explain HM0101` tells what to look at");
}
