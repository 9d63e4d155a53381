#pragma once

#include "pickle/machine.h"
#include "pickle/rules.h"
#include "torch/checkpoint.h"

#include <map>

// Gathers what the pickles of one file would import and what is to be said about them.
class CheckpointEvidence {
public:
    explicit CheckpointEvidence(CheckpointOptions const& options)
        : visit_(options.visit_pickle)
    {
    }

    // Findings for which `is_expected` says so are none. Judges one pickle; `place` is its name in findings: "data.pkl", "pickle 3".
    void add(Pickle const& pickle, std::string const& place, bool (*is_expected)(Pickle const&, PickleFinding const&) = nullptr);
    std::vector<TorchFinding>& findings() { return findings_; }
    void move_to(Checkpoint& checkpoint);

private:
    void add(PickleFindings const& found, std::string const& place);

    TorchPickleVisitor const& visit_;
    std::vector<CheckpointImport> imports_;
    std::map<std::string, size_t> by_name_;
    std::vector<TorchFinding> findings_;
    uint64_t left_out_ = 0;
};
