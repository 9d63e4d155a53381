#include "torch/checkpoint.h"

#include "pickle/machine.h"
#include "torch/checkpoint_findings.h"
#include "torch/checkpoint_values.h"
#include "torch/legacy.h"
#include "torch/legacy_tar.h"
#include "torch/members.h"

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
Result<void> refuse_programs(TorchMembers const& members)
{
    if (members.has("constants.pkl") || members.has("bytecode.pkl"))
        return unsupported("a TorchScript archive, wanted a checkpoint");
    if (members.has(".data/extern_modules"))
        return unsupported("a torch.package archive: it holds Python code that would run");
    return {};
}

// torch.save leaves these beside the pickle and the storages; anything else is nothing that torch reads.
bool is_expected(std::string_view name)
{
    return name == "version" || name == "byteorder" || name == ".format_version" || name == ".storage_alignment" || name == ".data/serialization_id";
}

Result<std::shared_ptr<PickleRun const>> run_to_the_end(Bytes bytes, std::string const& place, Limits const& limits)
{
    PickleOptions options;
    options.limits = limits;
    auto run = std::make_shared<PickleRun>(run_pickle(bytes, options));
    if (run->error)
        return within(place, Result<std::shared_ptr<PickleRun const>>(tl::unexpected(*std::move(run->error))));
    return run;
}

Result<Checkpoint> read_zip_checkpoint(SharedBytes file, CheckpointOptions const& options)
{
    auto const archive = options.archive ? options.archive : std::make_shared<ZipArchive const>(TRY(ZipArchive::read(std::move(file), options.limits)));
    CheckpointEvidence evidence(options);
    TorchMembers members(archive, TRY(archive_folder(*archive)), evidence.findings());
    TRY(refuse_programs(members));
    std::string const place = members.folder() + "data.pkl";

    members.add_archive_findings();
    auto const bytes = TRY(members.read("data.pkl"));
    auto const run = options.run ? options.run : TRY(run_to_the_end(bytes.bytes(), place, options.limits));
    auto const& pickle = run->pickle;
    evidence.add(pickle, place);
    if (pickle.end != bytes.size())
        evidence.findings().push_back({"trailing-bytes", std::to_string(bytes.size() - pickle.end) + " bytes follow the pickle", place, pickle.end});

    Checkpoint checkpoint;
    TorchStorages storages(archive, members.folder() + "data/", TRY(members.is_big_endian()));
    TRY(within(place, read_checkpoint_values(pickle.root(), bytes, storages, options.limits, checkpoint)));
    classify_checkpoint(checkpoint);
    for (auto const& key : storage_keys(pickle.graph))
        members.mark_read("data/" + key);
    TRY(members.add_strangers(is_expected, checkpoint.parts));
    if (options.check_storages && !members.states_no_crc())
        for (auto const& key : storages.damaged())
            evidence.findings().push_back({"storage-crc", "the CRC of a storage is wrong: its bytes changed since they were written", members.folder() + "data/" + key, std::nullopt});
    evidence.move_to(checkpoint);
    return checkpoint;
}

}

Result<Checkpoint> read_checkpoint(SharedBytes file, CheckpointOptions const& options)
{
    if (is_legacy_checkpoint(file.bytes()))
        return read_legacy_checkpoint(file, options);
    if (is_tar_checkpoint(file, options.limits))
        return read_tar_checkpoint(file, options);
    return read_zip_checkpoint(std::move(file), options);
}
