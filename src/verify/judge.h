#pragma once

#include "verify/branches.h"
#include "verify/verify.h"

#include <string>
#include <vector>

// Gathers comparisons over samples into a report. Private to the module.
class Judge {
public:
    Judge(ModelUnderTest const& model, std::string against, VerifyOptions const& options);

    // A sample that is used: its digest goes into the report, and the branches that its inputs take are noted.
    void begin_sample(Sample const& sample);
    // One output of the sample that was begun.
    void compare_output(std::string const& name, Tensor const& expected, Tensor const& actual);
    void note(std::string text);
    // Whether it passed, and why not.
    VerifyReport finish() &&;

private:
    OutputReport& row_of(std::string const& name);
    void fail(OutputReport& output, std::string reason);

    ModelUnderTest const& model_;
    VerifyReport report_;
    TakenBranches taken_;
};

// The model's outputs on the sample's inputs, in the model's order.
Result<std::vector<Tensor>> answers_to(Session const& session, Sample const& sample, size_t index);
