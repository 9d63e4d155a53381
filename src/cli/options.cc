#include "cli/options.h"

#include "cli/input_option.h"

OptionRow sha256_option() { return {"--sha256", "HEX", "the digest that the file must have"}; }
OptionRow registry_option() { return {"--registry", "DIR", "where the registry is (default: $HULLMARK_REGISTRY, else ./hullmark-registry)", Times::once, Wants::folder}; }
OptionRow allow_unverified_option() { return {"--allow-unverified", "", "also without evidence that the numbers are right"}; }

std::vector<OptionRow> conversion_options()
{
    return {
        {"--opset", "N", "version of ONNX's operators to write (default: 17)"},
        {"--input", "NAME:DTYPE[batch,3,?]", "what an input looks like", Times::any},
        {"--input-names", "a,b", "names of the graph's inputs"},
        {"--output-names", "y", "names of the graph's outputs"},
        {"--dynamic", "auto|none|all|NAME:AXIS[=SYMBOL]", "which sizes may vary (default: auto, axis 0)", Times::any},
        {"--method", "NAME", "the method to convert (default: forward)"},
        {"--number-inputs", "", "numbers among the arguments become inputs instead of constants"},
        {"--allow-custom", "", "operators of other libraries become nodes of domains of their own"},
        {"--custom-result", "NAME:DTYPE[batch,3,?]", "what an operator of another library gives", Times::any},
        {"--strict", "", "warnings are errors"},
        {"--external-data", "", "weights in a file of their own (by itself above 2 GiB)"},
    };
}

std::vector<OptionRow> evidence_options()
{
    return {
        {"--sample", "FILE.npz", "inputs, and the answers to them where they are known", Times::any, Wants::file},
        {"--against", "WHAT", "self, another ONNX file, a file that PyTorch runs, or an .npz file with recorded answers", Times::once, Wants::file},
        {"--random", "SEED", "random inputs", Times::any},
        {"--python", "PATH", "the Python whose PyTorch is asked (default: python3)", Times::once, Wants::file},
        {"--atol", "X", "largest error that is allowed (default: 1e-5)"},
        {"--rtol", "X", "relative part of --elementwise (default: 1e-5)"},
        {"--elementwise", "", "numpy's allclose rule decides, element by element"},
        {"--allow-vacuous", "", "answers that are zero throughout count as evidence"},
        {"--no-verify", "", "do not run the model, whatever answers the samples hold"},
    };
}

std::vector<OptionRow> joined(std::initializer_list<std::vector<OptionRow>> groups)
{
    std::vector<OptionRow> all;
    for (auto const& group : groups)
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

Result<ConversionRequest> conversion_request(Invocation const& given, std::vector<SampleFile> samples, std::string external_location)
{
    ConversionRequest request;
    request.options.opset = TRY(given.integer("--opset", request.options.opset, oldest_opset, newest_opset));
    request.options.method = given.text("--method", request.options.method);
    request.options.input_names = given.list("--input-names");
    request.options.output_names = given.list("--output-names");
    request.options.number_inputs = given.has("--number-inputs");
    request.options.allow_custom = given.has("--allow-custom");
    request.is_strict = given.has("--strict");
    for (auto const& text : given.texts("--custom-result"))
        request.options.custom_results.push_back(TRY(parse_input_option(text, "--custom-result")));
    if (!request.options.custom_results.empty() && !request.options.allow_custom)
        return bad_usage("--custom-result without --allow-custom");
    for (auto const& text : given.texts("--dynamic"))
        TRY(parse_dynamic_option(text, request.options));
    for (auto const& text : given.texts("--input"))
        request.inputs.push_back(TRY(parse_input_option(text)));
    for (auto const& row : joined({conversion_options(), {{"--sample", "", ""}}}))
        if (auto const words = given.values.find(row.name); words != given.values.end())
            request.words.insert(*words);
    request.samples = std::move(samples);
    request.external_location = std::move(external_location);
    request.external_data = given.has("--external-data");
    return request;
}

Result<EvidenceRequest> evidence_request(Invocation const& given, std::vector<SampleFile> samples)
{
    EvidenceRequest request;
    request.against = given.text("--against", "");
    request.is_wanted = !given.has("--no-verify");
    request.samples = std::move(samples);
    for (auto const& seed : given.texts("--random")) {
        Invocation one;
        one.values["--random"] = {seed};
        request.seeds.push_back(static_cast<uint64_t>(TRY(one.integer("--random", 0, 0, INT64_MAX))));
    }
    request.python = given.text("--python", "");
    request.options.tolerance.atol = TRY(given.number("--atol", request.options.tolerance.atol));
    request.options.tolerance.rtol = TRY(given.number("--rtol", request.options.tolerance.rtol));
    request.options.elementwise = given.has("--elementwise");
    request.options.allow_vacuous = given.has("--allow-vacuous");
    return request;
}
