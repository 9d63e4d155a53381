#include "torch/checkpoint.h"

#include "pickle/machine.h"
#include "torch/checkpoint_findings.h"
#include "torch/checkpoint_values.h"
#include "torch/legacy.h"

namespace {

// torch puts all members into one folder: the file's stem, or "archive".
Result<std::string> archive_folder(ZipArchive const& archive)
{
    std::string folder;
    for (auto const& entry : archive.entries()) {
        auto const slash = entry.name.find('/');
        if (slash == entry.name.npos || entry.name.substr(slash + 1) != "data.pkl")
            continue;
        if (!folder.empty())
            return refused("two data.pkl, in \"" + folder + "\" and in \"" + entry.name.substr(0, slash + 1) + "\"");
        folder = entry.name.substr(0, slash + 1);
    }
    if (folder.empty())
        return unsupported("a ZIP archive without FOLDER/data.pkl: no torch checkpoint");
    return folder;
}

// Programs are read by others.
Result<void> refuse_programs(ZipArchive const& archive, std::string const& folder)
{
    if (archive.find(folder + "constants.pkl") || archive.find(folder + "bytecode.pkl"))
        return unsupported("a TorchScript archive, wanted a checkpoint");
    if (archive.find(folder + ".data/extern_modules"))
        return unsupported("a torch.package archive: it holds Python code that would run");
    return {};
}

// A small member. torch can be told to write no CRCs, so a wrong one is no error.
Result<SharedBytes> read_member(ZipArchive const& archive, std::string const& name, CheckpointEvidence& evidence)
{
    auto bytes = TRY(within(name, archive.content(*archive.find(name))));
    if (!check_crc(*archive.find(name), bytes.bytes()))
        evidence.add({"crc", "the CRC of the member is wrong", name});
    return bytes;
}

Result<bool> is_big_endian(ZipArchive const& archive, std::string const& folder, CheckpointEvidence& evidence)
{
    std::string const name = folder + "byteorder";
    if (!archive.find(name))
        return false; // before torch 2.0
    auto const order = TRY(read_member(archive, name, evidence));
    auto const text = text_of(order.bytes());
    if (text != "little" && text != "big")
        return malformed("byteorder is \"" + std::string(text.substr(0, 20)) + "\", wanted little or big").at(name);
    return text == "big";
}

// torch.save leaves these beside the pickle and the storages; anything else is nothing that torch reads.
bool is_expected(std::string_view name)
{
    return name == "data.pkl" || name == "version" || name == "byteorder" || name == ".format_version" || name == ".storage_alignment" || name == ".data/serialization_id" || name.starts_with("data/");
}

void find_strangers(ZipArchive const& archive, std::string const& folder, CheckpointEvidence& evidence)
{
    for (auto const& found : archive.findings())
        evidence.add({found.code, found.message, found.entry.empty() ? "byte " + std::to_string(found.offset) : found.entry});
    for (auto const& entry : archive.entries())
        if (!entry.is_directory() && (!entry.name.starts_with(folder) || !is_expected(std::string_view(entry.name).substr(folder.size()))))
            evidence.add({"stranger", "a member that no checkpoint has", entry.name});
}

Result<Checkpoint> read_zip_checkpoint(SharedBytes file, CheckpointOptions const& options)
{
    auto const archive = std::make_shared<ZipArchive const>(TRY(ZipArchive::read(std::move(file), options.limits)));
    auto const folder = TRY(archive_folder(*archive));
    TRY(refuse_programs(*archive, folder));
    std::string const place = folder + "data.pkl";

    CheckpointEvidence evidence(PickleFlavour::torch_state);
    find_strangers(*archive, folder, evidence);
    auto const bytes = TRY(read_member(*archive, place, evidence));
    PickleOptions pickle_options;
    pickle_options.limits = options.limits;
    auto const pickle = TRY(within(place, read_pickle(bytes.bytes(), pickle_options)));
    evidence.add(pickle, place);
    if (pickle.end != bytes.size())
        evidence.add({"trailing-bytes", std::to_string(bytes.size() - pickle.end) + " bytes follow the pickle", place + " byte " + std::to_string(pickle.end)});

    Checkpoint checkpoint;
    TorchStorages storages(archive, folder + "data/", TRY(is_big_endian(*archive, folder, evidence)));
    TRY(within(place, read_checkpoint_values(pickle.root(), bytes, storages, options.limits, checkpoint)));
    classify_checkpoint(checkpoint);
    if (options.check_storages)
        for (auto const& key : storages.damaged())
            evidence.add({"storage-crc", "the CRC of a storage is wrong: its bytes changed, or torch was told to write none", folder + "data/" + key});
    evidence.move_to(checkpoint);
    return checkpoint;
}

}

Result<Checkpoint> read_checkpoint(SharedBytes file, CheckpointOptions const& options)
{
    if (is_legacy_checkpoint(file.bytes()))
        return read_legacy_checkpoint(file, options);
    return read_zip_checkpoint(std::move(file), options);
}
