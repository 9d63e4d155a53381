#include "recognise/archives.h"

#include "files/zip.h"
#include "recognise/pickles.h"
#include "torch/old_script.h"
#include "torch/torchscript.h"

#include <algorithm>

namespace {

// Whether a member has that name, in the archive's root or, as torch writes them, in one folder of it.
bool has_below_folder(ZipArchive const& archive, std::string_view name)
{
    auto const entries = archive.entries();
    return std::any_of(entries.begin(), entries.end(), [&](ZipEntry const& entry) {
        std::string_view const whole = entry.name;
        size_t const slash = whole.find('/');
        return whole == name || (slash != whole.npos && whole.substr(slash + 1) == name);
    });
}

bool all_are_arrays(ZipArchive const& archive)
{
    auto const entries = archive.entries();
    return !entries.empty() && std::all_of(entries.begin(), entries.end(), [](ZipEntry const& entry) { return entry.name.ends_with(".npy"); });
}

// By the member data.pkl, in the root or in a folder.
void tell_checkpoints_apart(Recognised& recognised, Limits const& limits)
{
    for (auto const& entry : recognised.archive->entries()) {
        std::string_view const whole = entry.name;
        if (whole != "data.pkl" && !whole.ends_with("/data.pkl"))
            continue;
        auto const content = recognised.archive->content(entry);
        if (!content)
            return;
        auto run = std::make_shared<PickleRun const>(run_to_recognise(content->bytes(), 0, limits));
        if (is_pickled_module(*run))
            recognised.kind = Kind::torch_module;
        if (!run->error && entry.method == static_cast<uint16_t>(ZipMethod::stored))
            recognised.run = std::move(run);
        return;
    }
}

struct ArchiveRule {
    Kind kind;
    bool (*holds)(ZipArchive const&);
};

// The first that holds decides.
constexpr ArchiveRule archive_rules[] = {
    {Kind::torch_package, [](ZipArchive const& archive) { return has_below_folder(archive, ".data/extern_modules"); }},
    {Kind::torch_exported_program, [](ZipArchive const& archive) { return has_below_folder(archive, "archive_format") || has_below_folder(archive, "serialized_exported_program.json"); }},
    {Kind::torchscript, [](ZipArchive const& archive) { return is_torchscript(archive) || has_below_folder(archive, "bytecode.pkl") || has_below_folder(archive, "constants.pkl"); }},
    {Kind::torchscript, is_old_torchscript},
    {Kind::torch_checkpoint, [](ZipArchive const& archive) { return has_below_folder(archive, "data.pkl"); }},
    {Kind::keras, [](ZipArchive const& archive) { return archive.find("config.json") != nullptr && (archive.find("metadata.json") != nullptr || archive.find("model.weights.h5") != nullptr); }},
    {Kind::skops, [](ZipArchive const& archive) { return archive.find("schema.json") != nullptr; }},
    {Kind::numpy_archive, all_are_arrays},
};

}

std::optional<Recognised> read_as_archive(SharedBytes const& file, Limits const& limits)
{
    std::string_view const text = text_of(file.bytes());
    if (!text.starts_with("PK\x03\x04") && !text.starts_with("PK\x05\x06"))
        return std::nullopt;
    auto archive = ZipArchive::read(file, limits);
    if (!archive)
        return Recognised{Kind::zip, {}, {}};
    Recognised recognised{Kind::zip, std::make_shared<ZipArchive const>(*std::move(archive)), {}};
    for (auto const& rule : archive_rules)
        if (rule.holds(*recognised.archive)) {
            recognised.kind = rule.kind;
            break;
        }
    if (recognised.kind == Kind::torch_checkpoint)
        tell_checkpoints_apart(recognised, limits);
    return recognised;
}
