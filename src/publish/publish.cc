#include "publish/publish.h"

#include "publish/models.h"
#include "publish/read_model.h"
#include "publish/state.h"
#include "publish/values.h"
#include "publish/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

// Begins a step, unless somebody asked to stop.
Result<void> begin(World const& world, Progress& progress, std::string_view step, std::string_view about)
{
    TRY(check_stop(world));
    progress.begin(step, about);
    return {};
}

std::string receipt_of(ConvertedModel const& model)
{
    return fmt::format("{}, opset {}, {}{}", model.is_converted ? "ONNX" : "ONNX as it is", opset_of(model.model), count_text(model.model.graph.nodes.size(), "node"),
        model.warnings.empty() ? "" : ", " + count_text(model.warnings.size(), "warning"));
}

// "sample.npz", "self"
std::string against_text(EvidenceRequest const& evidence)
{
    if (!evidence.against.empty() || evidence.samples.empty())
        return evidence.against;
    return evidence.samples.front().origin + (evidence.samples.size() > 1 ? fmt::format(" and {} more", evidence.samples.size() - 1) : "");
}

NewVersion version_of(PublishRequest const& request, SourceFile const& source, Package const& package)
{
    NewVersion version;
    version.name = request.name;
    version.kind = name_of(source.kind);
    version.source_digest = source.digest;
    version.verified = package.is_verified();
    version.description = request.description;
    version.tags = request.tags;
    version.aliases = request.aliases;
    for (auto const& file : package.files)
        version.files.push_back({file.path, file.bytes(), file.digest});
    if (!package.report.is_null())
        version.documents.push_back({"report", write_json(package.report)});
    if (!package.conversion.is_null())
        version.documents.push_back({"conversion", write_json(package.conversion)});
    return version;
}

uint64_t size_of(Package const& package)
{
    uint64_t size = 0;
    for (auto const& file : package.files)
        size += file.size;
    return size;
}

// What can be known to fail before anything is read should fail then.
Result<void> check_names(PublishRequest const& request)
{
    TRY(check_model_name(request.name));
    for (auto const& alias : request.aliases)
        TRY(check_alias(alias));
    for (auto const& tag : request.tags)
        TRY(check_tag(tag.key, tag.value));
    return {};
}

}

Result<Published> publish(PublishRequest const& request, World const& world, Progress& progress, Trail& trail)
{
    TRY(check_names(request));
    Published published;

    TRY(begin(world, progress, "read", std::filesystem::path(request.file).filename().string()));
    auto source = TRY(open_file(request.file, request.sha256));
    auto const after_reading = [&](ModelReceipt const& receipt) {
        progress.end(receipt.text);
        return begin(world, progress, "convert", source.name());
    };
    auto read = TRY(read_model(world, source, request.conversion, {true, false}, after_reading, trail));
    published.kind = source.kind;
    published.model = std::move(read.model);
    TRY(within(request.file, prove_first_call(world, published.model, request.conversion.samples)));
    progress.end(receipt_of(published.model));
    // What the file is was decided by its bytes, which are mapped and have the digest that will be written down. It was read and
    // converted by a process that can do nothing else, and nothing in it was run. From here on there is no pickle and no Python name.
    for (auto const& warning : published.model.warnings)
        progress.warn(warning.code, warning.message, warning.where);
    // The ONNX bytes are final: what is checked from here on is what will be served. Every operator had a rule.

    if (foreign_operators(published.model.model).empty() && TRY(has_evidence(published.model, request.evidence))) {
        TRY(begin(world, progress, "verify", against_text(request.evidence)));
        published.report = TRY(gather_evidence(world, published.model, request.evidence));
        trail.report = json_of(*published.report);
        TRY(demand_passed(*published.report));
        progress.end(receipt_of(*published.report));
    } else {
        auto unasked = TRY(ask_torch(world, published.model, request.evidence, source, read.arguments, request.conversion.options.method));
        if (unasked.report) {
            trail.report = json_of(*unasked.report);
            TRY(demand_passed(*unasked.report));
            published.report = std::move(unasked.report);
        }
    }
    if (!published.report && request.unverified == Unverified::refused) {
        return said_no("nothing shows that the model's numbers are right, so it is not published").at(request.file).code(102).hint("give --sample FILE.npz with recorded answers, or --against self --random 1, or say --allow-unverified");
    }
    // Either the numbers are those that were recorded, and a report says by which rule, or somebody said that they need not be.

    TRY(begin(world, progress, "package", request.name));
    auto const package = TRY(package_model(request.name, source, published.model, published.report, request.evidence, request.input_columns, world));
    progress.end(fmt::format("{}, {}, {}", count_text(package.files.size(), "file"), bytes_text(size_of(package)), package.digest.hex().substr(0, 12)));
    // All that is needed to use the model again is one list of files, each with its digest. Neither host nor clock is in it.

    TRY(begin(world, progress, "publish", request.registry));
    auto registry = TRY(open_registry(request.registry, RegistryAccess::create));
    RegistryActor const actor{world.user(), world.now_ms(), "publish " + source.name()};
    published.version = TRY(registry.publish(version_of(request, source, package), request.unverified, actor));
    progress.end(fmt::format("{} version {}{}", request.name, published.version.number, request.aliases.empty() ? "" : fmt::format(", @{}", fmt::join(request.aliases, ", @"))));
    // The files were on the disk before the row of the version, and the aliases moved with it: the version is there for good.
    return published;
}

Result<Package> package_model(std::string const& name, SourceFile const& source, ConvertedModel const& model, std::optional<VerifyReport> const& report, EvidenceRequest const& evidence, std::vector<std::string> const& input_columns, World const& world)
{
    PackageContents contents;
    contents.name = name;
    contents.model = model.bytes();
    contents.external_location = model.external_location;
    contents.external_data = model.external_data;
    contents.input_columns = input_columns;
    if (!evidence.samples.empty()) {
        auto sample = TRY(sample_for(evidence.samples.front(), model.model));
        contents.sample_inputs = std::move(sample.inputs);
        contents.expected_outputs = std::move(sample.expected);
    }
    if (model.is_converted)
        contents.conversion = json_of(model);
    if (report)
        contents.report = json_of(*report);
    contents.source = PackageSource{std::string(name_of(source.kind)), source.digest};
    contents.created_seconds = world.source_date_epoch.value_or(0);
    return build_package(contents);
}
