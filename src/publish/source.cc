#include "publish/source.h"

#include "files/beneath.h"
#include "files/zip.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "torch/exported_program.h"
#include "torch/torchscript.h"

#include <map>

namespace {

constexpr int other_digest_code = 107;
constexpr int not_harmless_code = 103;
constexpr int weights_alone_code = 208;
constexpr int pickled_module_code = 209;
constexpr int native_code_code = 214;

// The keys of a checkpoint that say how the model was made: what is no tensor and no optimiser's state.
std::string config_keys(Checkpoint const& checkpoint)
{
    std::string keys;
    if (auto const* dict = checkpoint.value.dict())
        for (auto const& [key, value] : dict->items)
            if (auto const* name = std::get_if<std::string>(&key.value); name && !std::holds_alternative<CheckpointTensorIndex>(value.value))
                keys += (keys.empty() ? "" : ", ") + *name;
    return keys;
}

std::string class_names(Checkpoint const& checkpoint)
{
    constexpr size_t most = 8;
    std::string names;
    size_t count = 0;
    for (auto const& import : checkpoint.imports) {
        if (!import.called || import.name.starts_with("torch._utils.") || import.name.starts_with("collections."))
            continue;
        if (++count <= most)
            names += (names.empty() ? "" : ", ") + import.name;
    }
    return count > most ? names + " and " + std::to_string(count - most) + " more" : names;
}

// The reader looks at the code's and the pickles' CRCs; what is converted must have the right weights too.
Result<void> check_members(SourceFile const& source, Limits const& limits)
{
    auto const archive = TRY(ZipArchive::read(source.file.shared(), limits));
    for (auto const& entry : archive.entries())
        TRY(within(entry.name, archive.checked_content(entry)));
    return {};
}

Failure weights_alone(SourceFile const& source, std::string const& found)
{
    return unsupported(std::string(title_of(source.kind)) + " holds weights only: there is no graph to convert" + found)
        .at(source.file.path())
        .hint("save the module itself with torch.jit.script(model).save(FILE), or keep the weights: `hullmark convert " + source.file.path() + " -o weights.safetensors`")
        .code(weights_alone_code);
}

Failure no_graph(SourceFile const& source, Limits const& limits)
{
    auto const checkpoint = read_checkpoint(source.file.shared(), {limits, false});
    if (!checkpoint)
        return Failure(checkpoint.error()).at(source.file.path());
    if (source.kind == Kind::torch_module)
        return unsupported("a pickled module: its graph is Python code of the classes that it names (" + class_names(*checkpoint) + "), which is never run")
            .at(source.file.path())
            .hint("save it with torch.jit.script(model).save(FILE), or keep the weights: `hullmark convert " + source.file.path() + " -o weights.safetensors`")
            .code(pickled_module_code);
    std::string const keys = config_keys(*checkpoint);
    return weights_alone(source, keys.empty() || checkpoint->kind == CheckpointKind::state_dict ? "" : "; beside them stand " + keys);
}

}

std::string SourceFile::name() const { return std::filesystem::path(file.path()).filename().string(); }

Result<void> check_digest(std::string const& path, Digest const& found, Digest const& wanted)
{
    if (found == wanted)
        return {};
    return refused("SHA-256 is " + found.hex() + ", wanted " + wanted.hex()).at(path).hint("this is not the file that was meant: get it again from where the digest came from").code(other_digest_code);
}

Result<SourceFile> open_file(std::filesystem::path const& path, std::optional<Digest> const& wanted, Limits const& limits)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return refused("a folder, wanted a file").at(path.string()).hint("name the model file that is in it");
    auto file = TRY(MappedFile::open(path, limits));
    Digest const digest = Digest::of(file.bytes());
    if (wanted)
        TRY(check_digest(path.string(), digest, *wanted));
    return SourceFile{std::move(file), digest, Kind::unknown};
}

Result<SourceFile> open_source(std::filesystem::path const& path, std::optional<Digest> const& wanted, Limits const& limits)
{
    auto source = TRY(open_file(path, wanted, limits));
    source.kind = recognise(source.file.shared(), limits);
    return source;
}

Failure cannot_read(SourceFile const& source, std::string const& wanted)
{
    // A cut archive is no archive any more, and its reader says so best.
    if (source.kind == Kind::zip)
        if (auto const archive = ZipArchive::read(source.file.shared()); !archive)
            return Failure(archive.error()).at(source.file.path()).hint("the file is damaged or cut short: get it again from where it came from");
    auto what = std::string(title_of(source.kind)) + ", wanted " + wanted;
    auto result = source.kind == Kind::unknown ? malformed(std::move(what)) : unsupported(std::move(what));
    return std::move(result).at(source.file.path()).hint("`hullmark inspect " + source.file.path() + "` shows what is in it");
}

Result<OnnxSource> read_onnx_source(SourceFile const& source, Limits const& limits)
{
    if (source.kind != Kind::onnx)
        return cannot_read(source, "an ONNX model");
    OnnxSource result;
    result.bytes = source.file.shared();
    result.model = TRY(within(source.file.path(), read_onnx(result.bytes, limits)));
    TRY(within(source.file.path(), check_structure(result.model, limits)));
    auto const folder = std::filesystem::path(source.file.path()).parent_path();
    std::map<std::string, uint64_t> sizes;
    for (auto const& external : external_tensors(result.model)) {
        auto const& place = *external.tensor->external;
        TRY(within(external.place, check_external_location(place.location)));
        if (!sizes.contains(place.location)) {
            auto const data = TRY(within(source.file.path(), open_beneath(folder, place.location, limits)));
            TRY(within(external.place, within(source.file.path(), check_external_checksum(place, data.bytes()))));
            result.external_files.push_back({place.location, data.shared()});
            sizes.emplace(place.location, data.size());
        }
        uint64_t const size = sizes[place.location];
        if (place.offset > size || place.length.value_or(0) > size - place.offset)
            return malformed("weights at byte " + std::to_string(place.offset) + " of " + place.location + ", which has " + std::to_string(size) + " bytes").at(external.place).at(source.file.path());
    }
    return result;
}

namespace {

Result<ProgramSource> read_script_source(SourceFile const& source, Limits const& limits)
{
    TRY(check_members(source, limits));
    auto script = TRY(read_torchscript(source.file.shared(), limits));
    ProgramSource result{std::move(script.program), 0};
    for (auto const& operation : script.operators)
        result.call_count += operation.count;
    return result;
}

Result<ProgramSource> read_exported_source(SourceFile const& source, Limits const& limits)
{
    TRY(check_members(source, limits));
    auto const file = TRY(read_exported_program(source.file.shared(), limits));
    if (file.models.empty())
        return unsupported("the archive holds compiled code and no program: compiled code is never loaded").hint("save the program itself: torch.export.save(torch.export.export(model, inputs), FILE)").code(native_code_code);
    ProgramSource result{TRY(lower_exported_program(file, limits)), 0};
    for (auto const& model : file.models)
        for (auto const& operation : model.operators)
            result.call_count += operation.count;
    return result;
}

}

Result<ProgramSource> read_program_source(SourceFile const& source, Limits const& limits)
{
    switch (source.kind) {
    case Kind::torchscript:
        return within(source.file.path(), read_script_source(source, limits));
    case Kind::torch_exported_program:
        return within(source.file.path(), read_exported_source(source, limits));
    case Kind::torch_checkpoint:
    case Kind::torch_module:
        return no_graph(source, limits);
    case Kind::safetensors:
    case Kind::safetensors_index:
    case Kind::pytorch_index:
    case Kind::numpy_archive:
        return weights_alone(source, "");
    case Kind::onnx:
        return unsupported("an ONNX model already, wanted something to convert").at(source.file.path()).hint("`hullmark verify` and `hullmark publish` take it as it is");
    default:
        return cannot_read(source, "a TorchScript file or an exported program");
    }
}

ScanReport judge_source(SourceFile const& source, Limits const& limits)
{
    ScanOptions options;
    options.limits = limits;
    options.folder = std::filesystem::path(source.file.path()).parent_path().string();
    return scan_file(source.file.shared(), options);
}

Result<void> demand_safe(SourceFile const& source, Limits const& limits)
{
    auto const report = judge_source(source, limits);
    if (report.verdict == Verdict::safe)
        return {};
    auto error = refused("the file is not proved harmless: it is " + std::string(name_of(report.verdict))).code(not_harmless_code);
    for (auto const& finding : report.findings)
        if (finding.severity != Severity::note)
            error.value().where.push_back(text_of(finding));
    return std::move(error).at(source.file.path()).hint("`hullmark scan " + source.file.path() + "` lists what was found, and `hullmark explain WORD` tells what it means");
}
