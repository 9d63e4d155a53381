#pragma once

#include "pickle/machine.h"
#include "pickle/rules.h"
#include "torch/checkpoint.h"

#include <map>

// Gathers what the pickles of one file would import and what is to be said about them.
class CheckpointEvidence {
public:
    explicit CheckpointEvidence(PickleFlavour flavour)
        : flavour_(flavour)
    {
    }

    // Judges one pickle; `place` is its name in findings: "data.pkl", "pickle 3".
    void add(Pickle const& pickle, std::string const& place);
    void add(CheckpointFinding finding) { findings_.push_back(std::move(finding)); }
    void move_to(Checkpoint& checkpoint);

private:
    void add(PickleFindings const& found, std::string const& place);

    PickleFlavour flavour_;
    std::vector<CheckpointImport> imports_;
    std::map<std::string, size_t> by_name_;
    std::vector<CheckpointFinding> findings_;
    uint64_t left_out_ = 0;
};
