#pragma once

#include "publish/conversion.h"
#include "publish/world.h"
#include "verify/verify.h"

#include <optional>
#include <string>
#include <vector>

// Evidence that a model's numbers are right: what to hold them against, found and held against them.

struct EvidenceRequest {
    std::string against; // "self", an ONNX file, an .npz file with answers; empty: the answers that the samples hold
    bool is_wanted = true; // false: --no-verify
    std::vector<SampleFile> samples;
    std::vector<uint64_t> seeds; // of random samples
    VerifyOptions options;
    std::optional<Digest> reference_digest = {}; // of the file in `against`
};

// Whether the request can give any evidence for the model: without recorded answers and anything to hold against, it cannot.
Result<bool> has_evidence(ConvertedModel const& model, EvidenceRequest const& request);

// Fails with usage where there are no samples to run, with missing where an answer or ONNX Runtime is missing, with unsupported
// for a reference that needs PyTorch. A difference is a report that did not pass.
Result<VerifyReport> gather_evidence(World const& world, ConvertedModel const& model, EvidenceRequest const& request);

// One line for people: "passed on 1 sample, largest error 1.2e-07 (allowed 1e-05)".
std::string receipt_of(VerifyReport const& report);
// The refusal that a report asks for: reason no, with its reasons as places. Nothing where it passed.
Result<void> demand_passed(VerifyReport const& report);
