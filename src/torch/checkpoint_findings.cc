#include "torch/checkpoint_findings.h"

void CheckpointEvidence::add(PickleFindings const& found, std::string const& place)
{
    for (auto const& finding : found.list)
        findings_.push_back({std::string(finding.code), finding.message, place, finding.offset});
    left_out_ += found.left_out;
}

void CheckpointEvidence::add(Pickle const& pickle, std::string const& place, bool (*is_expected)(Pickle const&, PickleFinding const&))
{
    for (auto const& mention : pickle.mentions) {
        auto const name = pickle.graph.value(mention.global).qualified_name();
        auto const [known, is_new] = by_name_.emplace(name, imports_.size());
        if (is_new)
            imports_.push_back({name, 0, false, mention.offset, true});
        auto& import = imports_[known->second];
        ++import.count;
        import.called = import.called || mention.called;
    }
    add(pickle.findings, place);
    auto judged = judge_pickle(pickle, PickleFlavour::torch_state);
    if (is_expected != nullptr)
        std::erase_if(judged.list, [&](PickleFinding const& finding) { return is_expected(pickle, finding); });
    for (auto const& name : blamed_names(pickle, judged))
        if (auto const import = by_name_.find(name); import != by_name_.end())
            imports_[import->second].allowed = false;
    add(judged, place);
    if (visit_)
        visit_(pickle, place);
}

void CheckpointEvidence::move_to(Checkpoint& checkpoint)
{
    checkpoint.imports = std::move(imports_);
    checkpoint.findings = std::move(findings_);
    checkpoint.findings_left_out = left_out_;
}
