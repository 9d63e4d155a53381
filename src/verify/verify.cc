#include "verify/verify.h"

#include "onnx/read.h"
#include "verify/judge.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace {

NamedTensor const* tensor_named(std::span<NamedTensor const> tensors, std::string_view name)
{
    auto const found = std::find_if(tensors.begin(), tensors.end(), [&](auto const& tensor) { return tensor.name == name; });
    return found == tensors.end() ? nullptr : &*found;
}

std::vector<std::string> names_of(std::vector<SessionValue> const& values)
{
    std::vector<std::string> names;
    for (auto const& value : values)
        names.push_back(value.name);
    return names;
}

// For each of `values`, the place of its counterpart in `theirs`.
Result<std::vector<size_t>> counterparts(std::vector<SessionValue> const& values, std::vector<SessionValue> const& theirs, std::string_view what)
{
    if (values.size() != theirs.size())
        return malformed(fmt::format("the model has {} {}, the one it is held against {}", values.size(), what, theirs.size()));
    auto const their_names = names_of(theirs);
    std::vector<size_t> by_name;
    std::vector<size_t> by_position;
    for (auto const& value : values) {
        auto const found = std::find(their_names.begin(), their_names.end(), value.name);
        if (found != their_names.end())
            by_name.push_back(static_cast<size_t>(found - their_names.begin()));
        by_position.push_back(by_position.size());
    }
    return by_name.size() == values.size() ? by_name : by_position;
}

Sample with_input_names(Sample const& sample, std::vector<SessionValue> const& values,
    std::vector<SessionValue> const& theirs, std::vector<size_t> const& places)
{
    Sample renamed;
    renamed.origin = sample.origin;
    for (size_t i = 0; i < values.size(); ++i)
        if (auto const* input = tensor_named(sample.inputs, values[i].name))
            renamed.inputs.push_back({theirs[places[i]].name, input->tensor});
    return renamed;
}

std::optional<int64_t> standard_opset(OnnxModel const& model)
{
    for (auto const& opset : model.opsets)
        if (opset.domain.empty() || opset.domain == "ai.onnx")
            return opset.version;
    return std::nullopt;
}

Json number_or_null(double number) { return std::isfinite(number) ? Json(number) : Json(nullptr); }

Json json_of(OutputReport const& output)
{
    Json json;
    json["name"] = output.name;
    json["max_abs"] = number_or_null(output.max_abs);
    json["max_rel"] = number_or_null(output.max_rel);
    json["scale_error"] = number_or_null(output.scale_error);
    json["mismatched"] = output.mismatched;
    json["allclose"] = output.allclose;
    json["vacuous"] = output.vacuous;
    return json;
}

}

Result<ModelUnderTest> ModelUnderTest::create(Runtime const& runtime, SharedBytes model, SessionOptions const& options)
{
    auto const read = TRY(read_onnx(model));
    auto session = TRY(Session::create(runtime, model.bytes(), options));
    ModelUnderTest made(std::move(session), Digest::of(model.bytes()), standard_opset(read).value_or(0));
    auto branches = BranchWatch::create(runtime, read, options);
    if (branches)
        made.branches_ = *std::move(branches);
    else
        made.unwatched_ = branches.error().text();
    return made;
}

Result<VerifyReport> verify_recorded(ModelUnderTest const& model, std::span<Sample const> samples, VerifyOptions const& options)
{
    if (std::all_of(samples.begin(), samples.end(), [](auto const& sample) { return sample.expected.empty(); }))
        return missing("no sample holds a recorded answer").hint("add answers to the sample as o0, o1, ..., or verify --against self");
    auto const outputs = names_of(model.session().outputs());
    Judge judge(model, "recorded answers", options);
    for (size_t index = 0; index < samples.size(); ++index) {
        auto const& sample = samples[index];
        auto const answers = TRY(answers_to(model.session(), sample, index));
        judge.begin_sample(sample);
        for (auto const& expected : sample.expected) {
            auto const found = std::find(outputs.begin(), outputs.end(), expected.name);
            if (found == outputs.end())
                return malformed(fmt::format("the sample holds an answer for \"{}\", which the model does not give", expected.name)).at(sample.origin);
            judge.compare_output(expected.name, expected.tensor, answers[static_cast<size_t>(found - outputs.begin())]);
        }
    }
    return std::move(judge).finish();
}

Result<VerifyReport> verify_against_model(ModelUnderTest const& model, Session const& reference,
    std::span<Sample const> samples, VerifyOptions const& options)
{
    auto const& session = model.session();
    auto const input_places = TRY(counterparts(session.inputs(), reference.inputs(), "inputs"));
    auto const output_places = TRY(counterparts(session.outputs(), reference.outputs(), "outputs"));
    Judge judge(model, "another model", options);
    for (size_t index = 0; index < samples.size(); ++index) {
        auto const& sample = samples[index];
        auto const answers = TRY(answers_to(session, sample, index));
        auto const renamed = with_input_names(sample, session.inputs(), reference.inputs(), input_places);
        auto const expected = TRY(within("the model it is held against", answers_to(reference, renamed, index)));
        judge.begin_sample(sample);
        for (size_t output = 0; output < answers.size(); ++output)
            judge.compare_output(session.outputs()[output].name, expected[output_places[output]], answers[output]);
    }
    return std::move(judge).finish();
}

Json json_of(VerifyReport const& report)
{
    Json json;
    json["passed"] = report.passed;
    json["rule"] = report.options.elementwise ? "elementwise" : "scale";
    json["atol"] = report.options.tolerance.atol;
    json["rtol"] = report.options.tolerance.rtol;
    json["allow_vacuous"] = report.options.allow_vacuous;
    json["against"] = report.against;
    json["samples"] = report.samples.size();
    json["outputs"] = Json::array();
    for (auto const& output : report.outputs)
        json["outputs"].push_back(json_of(output));
    json["branches_not_taken"] = report.branches_not_taken;
    json["not_compared"] = report.not_compared;
    json["reasons"] = report.reasons;
    json["notes"] = report.notes;
    json["evidence"] = Json::array();
    for (auto const& sample : report.samples)
        json["evidence"].push_back({{"origin", sample.origin}, {"sha256", sample.digest.hex()}});
    json["model_sha256"] = report.model.hex();
    json["runtime"] = "ONNX Runtime " + report.runtime;
    json["opset"] = report.opset;
    return json;
}
