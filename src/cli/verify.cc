#include "cli/options.h"
#include "cli/report_text.h"
#include "cli/verbs.h"

#include "onnx/read.h"
#include "publish/models.h"

namespace {

// A model at hand as the stages after conversion take it.
Result<ConvertedModel> model_to_verify(Invocation const& given, Desk& desk)
{
    std::string const address = given.argument("MODEL");
    std::error_code ignored;
    if (!address.starts_with("models:") && !std::filesystem::is_directory(address, ignored)) {
        auto const source = TRY(open_source(address, TRY(given.digest())));
        Trail trail;
        return convert_source(ReadSource(TRY(read_onnx_source(source))), source, {}, trail);
    }
    auto const found = TRY(find_model(address, desk.registry(given), TRY(given.digest())));
    ConvertedModel model;
    model.file = {{found.model}, found.model.size()};
    model.model = TRY(within(address, read_onnx(found.model)));
    for (auto const& file : found.external_files) {
        model.external_location = file.location;
        model.external_data = {{file.bytes}, file.bytes.size()};
    }
    return model;
}

Result<Answer> verify(Invocation const& given, Desk& desk)
{
    auto const model = TRY(model_to_verify(given, desk));
    auto const samples = TRY(read_sample_files(given.texts("--sample")));
    auto const request = TRY(evidence_request(given, samples));
    if (!TRY(has_evidence(model, request)))
        return bad_usage("there is nothing to hold the model against").hint("add --against recorded.npz, --against other.onnx, or --against self --random 1");
    TRY(check_stop(desk.world));
    auto const progress = make_progress(given, desk, Receipts::of_slow_steps);
    progress->begin("verify", given.argument("MODEL"));
    auto const report = TRY(gather_evidence(desk.world, model, request));
    progress->end(receipt_of(report));
    return Answer{json_of(report), report_text(desk.screen, report), report.passed ? 0 : row_of(Reason::no).exit_code};
}

}

Command verify_command()
{
    return {"verify", "checks that a model's numbers are right", "hullmark verify model.onnx --against sample.npz",
        {{"MODEL", "an ONNX file, a package or models:/NAME/VERSION", Wants::model}},
        joined({{sha256_option(), registry_option()}, evidence_options()}),
        verify};
}
