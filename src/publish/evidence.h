#pragma once

#include "publish/conversion.h"
#include "publish/torch_answers.h"
#include "publish/world.h"
#include "verify/verify.h"

#include <optional>
#include <string>
#include <vector>

// Evidence that a model's numbers are right: what to hold them against, found and held against them.

struct EvidenceRequest {
    std::string against; // "self", an ONNX file, an .npz file with answers, a file that PyTorch runs; empty: the answers that the samples hold
    bool is_wanted = true; // false: --no-verify
    std::vector<SampleFile> samples;
    std::vector<uint64_t> seeds; // of random samples
    VerifyOptions options;
    std::optional<Digest> reference_digest = {}; // of the file in `against`
    std::filesystem::path python = {}; // that runs PyTorch; empty: python3 of the PATH
};

// Whether the request can give any evidence for the model: without recorded answers and anything to hold against, it cannot.
Result<bool> has_evidence(ConvertedModel const& model, EvidenceRequest const& request);

// Fails with usage where there are no samples to run, with missing where an answer, ONNX Runtime or PyTorch is missing, and as
// torch_answers() does. A difference is a report that did not pass.
Result<VerifyReport> gather_evidence(World const& world, ConvertedModel const& model, EvidenceRequest const& request);

// What PyTorch says where nothing else was asked: a report, or why there is none, which is no fault of the model's.
struct UnaskedEvidence {
    std::optional<VerifyReport> report;
    std::string reason;
};

// Holds a converted model against its own source, run by PyTorch, on the samples or else on random inputs. `method` is the one that was
// converted, `arguments` what it calls its inputs: empty for a model that was ONNX already, which nobody is asked about. Fails with cancelled alone.
Result<UnaskedEvidence> ask_torch(World const& world, ConvertedModel const& model, EvidenceRequest const& request, SourceFile const& source, ArgumentNames const& arguments, std::string const& method);

// One line for people: "passed on 1 sample, largest error 1.2e-07 (allowed 1e-05)".
std::string receipt_of(VerifyReport const& report);
// The refusal that a report asks for: reason no, with its reasons as places. Nothing where it passed.
Result<void> demand_passed(VerifyReport const& report);
