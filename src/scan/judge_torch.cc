#include "scan/judgement.h"

#include "torch/checkpoint.h"
#include "torch/exported.h"
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

void judge_pieces(Judgement& judgement, SharedBytes const& file)
{
    if (is_legacy_checkpoint(file.bytes()))
        judge_pickles(judgement, file, PickleFlavour::torch_state);
    else
        judge_zip(judgement, file);
}

}

void judge_checkpoint(Judgement& judgement, SharedBytes const& file)
{
    CheckpointOptions options;
    options.limits = judgement.limits();
    options.check_storages = judgement.options().deep;
    options.visit_pickle = constants_into(judgement);
    auto const checkpoint = read_checkpoint(file, options);
    if (!judgement.succeeded(checkpoint))
        return judge_pieces(judgement, file);
    add_all(judgement, checkpoint->findings, checkpoint->parts);
}

void judge_torchscript(Judgement& judgement, SharedBytes const& file)
{
    auto const script = read_torchscript(file, judgement.limits(), constants_into(judgement));
    if (!judgement.succeeded(script))
        return judge_pieces(judgement, file);
    add_all(judgement, script->findings, script->parts);
}

void judge_exported_program(Judgement& judgement, SharedBytes const& file)
{
    auto const program = read_exported_program(file, judgement.limits());
    if (!judgement.succeeded(program))
        return judge_pieces(judgement, file);
    add_all(judgement, program->findings, program->parts);
}

void judge_torch_package(Judgement& judgement, SharedBytes const& file)
{
    judgement.add("not-judged-yet", "torch.package: it holds Python code that its loader runs");
    judge_zip(judgement, file);
}
