#include "verify/judge.h"

#include <algorithm>
#include <fmt/format.h>

namespace {

std::string type_text(Tensor const& tensor) { return std::string(name_of(tensor.dtype())) + text_of(tensor.shape()); }

bool is_exact(DType dtype) { return !is_floating(dtype) && !is_complex(dtype); }

}

Judge::Judge(ModelUnderTest const& model, std::string against, VerifyOptions const& options)
    : model_(model)
{
    report_.against = std::move(against);
    report_.options = options;
    report_.model = model.digest();
    report_.runtime = model.session().runtime().version();
    report_.opset = model.opset();
    if (!model.unwatched().empty())
        note("branches were not seen: " + model.unwatched());
}

void Judge::begin_sample(Sample const& sample)
{
    report_.samples.push_back({sample.origin, digest_of(sample)});
    if (!model_.branches())
        return;
    auto const observed = model_.branches()->observe(sample.inputs, taken_);
    if (!observed)
        note("branches were not seen: " + observed.error().text());
}

OutputReport& Judge::row_of(std::string const& name)
{
    auto const found = std::find_if(report_.outputs.begin(), report_.outputs.end(), [&](auto const& output) { return output.name == name; });
    if (found != report_.outputs.end())
        return *found;
    report_.outputs.emplace_back().name = name;
    return report_.outputs.back();
}

void Judge::compare_output(std::string const& name, Tensor const& expected, Tensor const& actual)
{
    auto& row = row_of(name);
    auto const sample = report_.samples.size() - 1;
    auto const difference = compare(expected, actual, report_.options.tolerance);
    if (!difference.same_type) {
        row.allclose = row.vacuous = false;
        fail(row, fmt::format("output \"{}\", sample {}: {}, expected {}", name, sample, type_text(actual), type_text(expected)));
        return;
    }
    row.max_abs = std::max(row.max_abs, difference.max_abs);
    row.max_rel = std::max(row.max_rel, difference.max_rel);
    row.scale_error = std::max(row.scale_error, difference.scale_error);
    row.mismatched += difference.mismatched;
    row.allclose = row.allclose && difference.allclose;
    row.vacuous = row.vacuous && difference.vacuous;
    bool const by_element = report_.options.elementwise || is_exact(expected.dtype());
    double const atol = report_.options.tolerance.atol;
    if (by_element && !difference.allclose)
        fail(row, fmt::format("output \"{}\", sample {}: {} of {} elements differ", name, sample, difference.mismatched, expected.count()));
    else if (!by_element && !(difference.scale_error <= atol))
        fail(row, fmt::format("output \"{}\", sample {}: the error is {:.3g} of the output's scale, allowed {:.3g}", name, sample, difference.scale_error, atol));
}

// The first reason of an output stands for those that follow.
void Judge::fail(OutputReport& output, std::string reason)
{
    if (output.passed)
        report_.reasons.push_back(std::move(reason));
    output.passed = false;
}

void Judge::note(std::string text)
{
    if (std::find(report_.notes.begin(), report_.notes.end(), text) == report_.notes.end())
        report_.notes.push_back(std::move(text));
}

VerifyReport Judge::finish() &&
{
    std::vector<OutputReport> ordered;
    for (auto const& value : model_.session().outputs()) {
        auto const found = std::find_if(report_.outputs.begin(), report_.outputs.end(), [&](auto const& output) { return output.name == value.name; });
        if (found == report_.outputs.end())
            report_.not_compared.push_back(value.name);
        else
            ordered.push_back(std::move(*found));
    }
    report_.outputs = std::move(ordered);
    for (auto& output : report_.outputs)
        if (output.vacuous && !report_.options.allow_vacuous)
            fail(output, fmt::format("output \"{}\": every expected number is zero, which proves nothing", output.name));
    if (report_.outputs.empty())
        report_.reasons.push_back("no output was compared");
    if (model_.branches())
        report_.branches_not_taken = model_.branches()->not_taken(taken_);
    report_.passed = report_.reasons.empty();
    return std::move(report_);
}

Result<std::vector<Tensor>> answers_to(Session const& session, Sample const& sample, size_t index)
{
    return within(sample.origin.empty() ? fmt::format("sample {}", index) : fmt::format("sample {} ({})", index, sample.origin), session.run(sample.inputs));
}
