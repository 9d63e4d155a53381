#include "scan/judgement.h"

#include "files/tar.h"
#include "recognise/recognise.h"
#include "torch/checkpoint.h"
#include "torch/exported.h"
#include "torch/old_script.h"
#include "torch/torchscript.h"

#include <span>

// Files of PyTorch. Their readers judge the pickles and say what they found; a file that no reader takes is looked at piece by piece, so
// that what would run before it breaks is told.

namespace {

void add_all(Judgement& judgement, std::span<TorchFinding const> findings, std::span<TorchPart const> parts)
{
    for (auto const& finding : findings)
        judgement.add_reported(finding.code, finding.message, finding.places());
    for (auto const& part : parts)
        judgement.judge_inside(part.bytes, part.member, Judgement::Role::member);
}

TorchPickleVisitor constants_into(Judgement& judgement)
{
    return [&judgement](Pickle const& pickle, std::string const& member) {
        Judgement::Place const inside(judgement, member);
        judge_constants(judgement, pickle);
    };
}

// Source: PyTorch torch/package/package_importer.py.
bool is_package_code(std::string_view member) { return member.ends_with(".py") || member.find("/.data/ts_code/") != member.npos; }

// torch.jit.load looks for its own members, whatever else is in an archive.
void add_if_script(Judgement& judgement, SharedBytes const& file)
{
    auto const archive = ZipArchive::read(file, judgement.limits());
    if (archive && (is_torchscript(*archive) || is_old_torchscript(*archive)))
        judgement.add("two-formats", "it is TorchScript as well: torch.jit.load would run the code in it");
}

// Of torch's old tar, which could not be read as a whole: what its pickles would run; numbers stand between them.
void judge_tar_pieces(Judgement& judgement, SharedBytes const& file)
{
    TarReader reader(file, judgement.limits());
    for (;;) {
        auto const member = reader.next();
        if (!member || !*member)
            return;
        if (auto const content = reader.content_in_place())
            judgement.judge_inside(*content, (*member)->name, Judgement::Role::constant);
    }
}

void judge_pieces(Judgement& judgement, SharedBytes const& file)
{
    if (is_legacy_checkpoint(file.bytes()))
        judge_pickles(judgement, file, PickleFlavour::torch_state);
    else if (is_tar_checkpoint(file, judgement.limits()))
        judge_tar_pieces(judgement, file);
    else
        judge_zip(judgement, file);
}

}

void judge_checkpoint(Judgement& judgement, SharedBytes const& file, Recognised const& recognised)
{
    CheckpointOptions options;
    options.limits = judgement.limits();
    options.check_storages = judgement.options().deep;
    options.visit_pickle = constants_into(judgement);
    options.archive = recognised.archive;
    options.run = recognised.run;
    auto const checkpoint = read_checkpoint(file, options);
    if (!judgement.succeeded(checkpoint))
        return judge_pieces(judgement, file);
    add_all(judgement, checkpoint->findings, checkpoint->parts);
}

void judge_torchscript(Judgement& judgement, SharedBytes const& file)
{
    auto const archive = ZipArchive::read(file, judgement.limits());
    if (archive && is_old_torchscript(*archive)) {
        auto const old = read_old_torchscript(std::make_shared<ZipArchive const>(*archive), judgement.limits(), constants_into(judgement));
        if (!judgement.succeeded(old))
            return judge_pieces(judgement, file);
        return add_all(judgement, old->findings, old->parts);
    }
    bool const is_mobile = archive && is_mobile_script(*archive);
    auto const script = is_mobile ? read_mobile_script(std::make_shared<ZipArchive const>(*archive), judgement.limits(), constants_into(judgement))
                                  : read_torchscript(file, judgement.limits(), constants_into(judgement));
    if (!judgement.succeeded(script))
        return judge_pieces(judgement, file);
    add_all(judgement, script->findings, script->parts);
}

void judge_exported_program(Judgement& judgement, SharedBytes const& file)
{
    add_if_script(judgement, file);
    auto const program = read_exported_program(file, judgement.limits());
    if (!judgement.succeeded(program))
        return judge_pieces(judgement, file);
    add_all(judgement, program->findings, program->parts);
}

// Python modules and pickles, which find their classes in these modules first. Storages are bytes without a meaning of their own.
void judge_torch_package(Judgement& judgement, SharedBytes const& file)
{
    add_if_script(judgement, file);
    auto const archive = ZipArchive::read(file, judgement.limits());
    if (!judgement.succeeded(archive))
        return;
    for (auto const& finding : archive->findings())
        judgement.add_reported(finding.code, finding.message, {finding.entry.empty() ? "byte " + std::to_string(finding.offset) : finding.entry});
    for (auto const& entry : archive->entries()) {
        if (entry.is_directory() || entry.name.ends_with(".storage"))
            continue;
        auto const content = archive->content(entry);
        Judgement::Place const inside(judgement, entry.name);
        if (!judgement.succeeded(content))
            continue;
        judgement.spend(content->size());
        if (!check_crc(entry, content->bytes()))
            judgement.add("crc", "the CRC of the member is wrong");
        if (is_package_code(entry.name))
            judgement.add("package-code", "Python code, which torch.package runs when something in the archive is loaded");
        else if (recognise(*content, judgement.limits()) == Kind::pickle)
            judge_pickles(judgement, *content, PickleFlavour::torch_state);
        else
            judgement.judge(*content, Judgement::Role::member);
    }
}
