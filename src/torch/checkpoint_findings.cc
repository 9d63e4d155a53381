#include "torch/checkpoint_findings.h"

void CheckpointEvidence::add(PickleFindings const& found, std::string const& place)
{
    for (auto const& finding : found.list)
        findings_.push_back({std::string(finding.code), finding.message, place, finding.offset});
    left_out_ += found.left_out;
}

void CheckpointEvidence::add(Pickle const& pickle, std::string const& place)
{
    for (auto const& mention : pickle.mentions) {
        auto const name = pickle.graph.value(mention.global).qualified_name();
        auto const [known, is_new] = by_name_.emplace(name, imports_.size());
        if (is_new)
            imports_.push_back({name, 0, false, mention.offset});
        auto& import = imports_[known->second];
        ++import.count;
        import.called = import.called || mention.called;
    }
    add(pickle.findings, place);
    add(judge_pickle(pickle, PickleFlavour::torch_state), place);
}

void CheckpointEvidence::move_to(Checkpoint& checkpoint)
{
    checkpoint.imports = std::move(imports_);
    checkpoint.findings = std::move(findings_);
    checkpoint.findings_left_out = left_out_;
}
