#include "torch/checkpoint_findings.h"

#include <set>

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
    mark_blamed(pickle, judged);
    add(judged, place);
    if (visit_)
        visit_(pickle, place);
}

// A finding is about the name, or the call of it, that stands at its offset.
void CheckpointEvidence::mark_blamed(Pickle const& pickle, PickleFindings const& found)
{
    std::set<uint64_t> offsets;
    for (auto const& finding : found.list)
        offsets.insert(finding.offset);
    for (NodeId id = 0; id < pickle.graph.size() && !offsets.empty(); ++id) {
        auto const value = pickle.graph.value(id);
        if (!offsets.contains(value.offset()))
            continue;
        if (auto const import = by_name_.find(value.qualified_name()); import != by_name_.end())
            imports_[import->second].allowed = false;
    }
}

void CheckpointEvidence::move_to(Checkpoint& checkpoint)
{
    checkpoint.imports = std::move(imports_);
    checkpoint.findings = std::move(findings_);
    checkpoint.findings_left_out = left_out_;
}
