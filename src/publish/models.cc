#include "publish/models.h"

#include "arrays/npz.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "publish/source.h"

#include <set>

namespace {

constexpr std::string_view model_file = "model.onnx";

// The inputs of the package's sample, under the model's names.
Result<std::vector<NamedTensor>> sample_inputs(Package const& package)
{
    std::vector<NamedTensor> inputs;
    auto const* const file = package.find("sample.npz");
    if (file == nullptr)
        return inputs;
    for (auto& entry : TRY(within("sample.npz", read_npz(file->bytes()))))
        for (auto const& input : package.inputs)
            if (input.name == entry.name)
                inputs.push_back(std::move(entry));
    return inputs;
}

Result<ModelAtHand> model_of(Package const& package, std::optional<Digest> const& wanted)
{
    auto const* const file = package.find(model_file);
    if (file == nullptr)
        return missing("the package has no " + std::string(model_file));
    if (wanted && *wanted != file->digest)
        return refused("SHA-256 is " + file->digest.hex() + ", wanted " + wanted->hex()).at(std::string(model_file));
    ModelAtHand model;
    model.name = package.name.empty() ? "model" : package.name;
    model.model = file->bytes();
    model.digest = file->digest;
    model.evidence = package.is_verified() ? Evidence::verified : Evidence::none;
    model.sample = TRY(sample_inputs(package));
    auto const onnx = TRY(within(std::string(model_file), read_onnx(model.model)));
    std::set<std::string> seen;
    for (auto const& external : external_tensors(onnx)) {
        auto const& location = external.tensor->external->location;
        if (!seen.insert(location).second)
            continue;
        auto const* const data = package.find(location);
        if (data == nullptr)
            return missing("the package has no file for the model's external data").at(location);
        model.external_files.push_back({location, data->bytes()});
    }
    return model;
}

Failure convert_first(SourceFile const& source)
{
    std::string const& path = source.file.path();
    if (source.kind == Kind::torchscript)
        return unsupported("a TorchScript file cannot be run as it is").at(path).hint("convert it first: `hullmark convert " + path + " -o model.onnx`, or publish it: `hullmark publish " + path + " --name NAME --sample FILE.npz`");
    return cannot_read(source, "an ONNX model, a package or models:/NAME/VERSION");
}

Result<ModelAtHand> model_at_path(std::string const& path, std::optional<Digest> const& wanted)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        if (TRY(recognise_folder(path)) != Kind::hullmark_package)
            return unsupported("a folder without " + std::string(manifest_name) + " is no package").at(path).hint("`hullmark package MODEL.onnx -o " + path + "` writes one");
        return within(path, model_of(TRY(read_package(path, PackageCheck::digests)), wanted));
    }
    auto const source = TRY(open_source(path, wanted));
    if (source.kind != Kind::onnx)
        return convert_first(source);
    auto onnx = TRY(read_onnx_source(source));
    ModelAtHand model;
    model.name = std::filesystem::path(path).stem().string();
    model.model = std::move(onnx.bytes);
    model.external_files = std::move(onnx.external_files);
    model.digest = source.digest;
    return model;
}

}

Result<Registry> open_registry(std::string const& uri, RegistryAccess access)
{
    if (uri.find("://") != uri.npos)
        return unsupported("a registry at " + uri + ": only a folder can be one yet").hint("give --registry DIR");
    return within(uri, Registry::open(uri, access));
}

Result<Package> read_version(Registry& registry, std::string const& name, int64_t number, PackageCheck check)
{
    auto const read = [&](std::string const& path, Digest const&) { return registry.read_file(name, number, path); };
    auto const manifest = TRY(registry.read_file(name, number, std::string(manifest_name)));
    return read_package(manifest, read, check);
}

Result<ModelAtHand> find_model(std::string const& address, std::string const& registry_uri, std::optional<Digest> const& wanted)
{
    auto const parsed = TRY(parse_model_address(address));
    if (auto const* path = std::get_if<ModelPath>(&parsed))
        return model_at_path(path->path, wanted);
    auto const& reference = std::get<ModelReference>(parsed);
    auto registry = TRY(open_registry(registry_uri, RegistryAccess::existing));
    int64_t const number = TRY(registry.resolve(reference));
    auto const package = TRY(within(address, read_version(registry, reference.name, number, PackageCheck::digests)));
    auto model = TRY(within(address, model_of(package, wanted)));
    model.name = reference.name;
    model.version = std::to_string(number);
    return model;
}

Result<void> demand_evidence(ModelAtHand const& model)
{
    if (model.evidence != Evidence::none)
        return {};
    std::string const what = model.version.empty() ? "package " + model.name : model.name + " version " + model.version;
    return said_no(what + " carries no evidence that its numbers are right").hint("publish it again with --sample FILE.npz, or say --allow-unverified").code(102);
}

Result<Session> open_session(Runtime const& runtime, ModelAtHand const& model, SessionOptions options)
{
    options.external_files = model.external_files;
    return within(model.name, Session::create(runtime, model.model.bytes(), options));
}
