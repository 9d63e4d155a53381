#include "package/package.h"

#include "cli/options.h"
#include "cli/verbs.h"
#include "publish/models.h"
#include "publish/words.h"

#include <fmt/format.h>

namespace {

Result<SourceFile> open_onnx(Invocation const& given)
{
    std::string const path = given.argument("MODEL");
    auto source = TRY(open_source(path, TRY(given.digest())));
    if (source.kind == Kind::torchscript)
        return unsupported("a TorchScript file, wanted an ONNX model").at(path).hint("convert it first: `hullmark convert " + path + " -o model.onnx --sample FILE.npz`");
    return source;
}

Json digests_of(Package const& package)
{
    Json files = Json::array();
    for (auto const& file : package.files)
        files.push_back({{"path", file.path}, {"bytes", file.size}, {"sha256", file.digest.hex()}});
    return files;
}

Result<Answer> package(Invocation const& given, Desk& desk)
{
    auto const output = given.text("--output");
    if (!output)
        return bad_usage("-o is not given, wanted the folder to write").hint("add -o DIR");
    auto const source = TRY(open_onnx(given));
    auto const evidence = TRY(evidence_request(given, TRY(read_sample_files(given.texts("--sample")))));
    auto const read = ReadSource(TRY(read_onnx_source(source)));
    TRY(demand_safe(source));
    Trail trail;
    auto const model = TRY(convert_source(read, source, {}, trail));
    std::optional<VerifyReport> report;
    if (TRY(has_evidence(model, evidence))) {
        report = TRY(gather_evidence(desk.world, model, evidence));
        desk.error_details["report"] = json_of(*report);
        TRY(within(source.file.path(), demand_passed(*report)));
    }
    TRY(check_stop(desk.world));
    auto const built = TRY(package_model(given.text("--name", ""), source, model, report, evidence, given.list("--input-columns"), desk.world));
    TRY(write_package(built, *output));

    Answer answer;
    answer.document = {{"output", *output}, {"name", built.name}, {"digest", built.digest.hex()}, {"files", digests_of(built)}, {"report", built.report}};
    std::vector<std::vector<std::string>> rows;
    for (auto const& file : built.files)
        rows.push_back({file.path, bytes_text(file.size)});
    answer.text = fmt::format("wrote {}: {}, {}\n{}", *output, report ? "verified" : "unverified", built.digest.hex(), table_text(rows, 2));
    return answer;
}

}

Command package_command()
{
    return {"package", "writes a folder that MLflow loads, with the evidence in it", "hullmark package model.onnx -o model-package --name model --sample sample.npz",
        {{"MODEL", "an ONNX file"}},
        joined({{{"--output", "DIR", "the folder to write", Times::once, Wants::folder, 'o'},
                    {"--name", "NAME", "what the package says it is"},
                    {"--input-columns", "a,b,c", "names of the columns of the only input"},
                    sha256_option()},
            evidence_options()}),
        package};
}
