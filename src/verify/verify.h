#pragma once

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "onnx/model.h"
#include "runtime/runtime.h"
#include "tensor/compare.h"
#include "tensor/tensor.h"
#include "json/json.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

// Whether a model's numbers are right: models and samples -> a report that says by which rule, on which samples, how far apart.
//
// Promises: a report names all that is needed to repeat it (digests of model and samples, tolerances, runtime, opset), and never
// passes on evidence that says nothing: zeros alone, or no output compared. The same model, samples and runtime give the same report.
// Refuses: samples that do not fit the model; what the model's own run refuses. An answer that differs is no error but a report
// that did not pass.
// Source of the rules and of the report's fields: contract "command line", verify.

// One set of inputs, by the model's input names, and what is known to be the answer, by the model's output names (some of them, or
// none).
struct Sample {
    std::vector<NamedTensor> inputs;
    std::vector<NamedTensor> expected;
    std::string origin; // for people and for repeating: "sample.npz", "random 7"
};

// Names as the archive has them, in its order -> a sample. Inputs are found by name where all of `input_names` are there, else as
// i0, i1, ..., else in the archive's order. Entries named as an output, and o0, o1, ... beside i0 or beside inputs found by name,
// are recorded answers; `meta` is ignored. 0-d entries beyond the inputs are numbers that became constants of the model. With no
// `output_names` (a model that is yet to be made), answers keep the names o0, o1, ....
// Anything else that is too much or missing is malformed, with both lists of names.
Result<Sample> sample_of(std::vector<NamedTensor> entries, std::span<std::string const> input_names, std::span<std::string const> output_names);

// Over names, types, shapes and elements of inputs and expected answers.
Digest digest_of(Sample const& sample);

// Inputs out of a counter-based generator: the same session, seed and sizes give the same bytes on every machine. Floats are near
// to normally distributed, uint8 and int8 take all values, other integers 0 to 9, texts are single letters. `sizes` says what a
// symbol stands for; axis 0 is else 2, and all others are the first of 4, 16, 64 and 224 with which the model runs. Fails with
// unsupported where an input is no tensor or of unknown rank, or where the model runs with none of these.
Result<Sample> random_sample(Session const& session, uint64_t seed, std::map<std::string, int64_t> const& sizes = {});

// A model that is ready to run, and can say which branches its runs took.
class ModelUnderTest {
public:
    static Result<ModelUnderTest> create(Runtime const& runtime, SharedBytes model, SessionOptions const& options = {});

    Session const& session() const { return session_; }
    Digest const& digest() const { return digest_; }
    int64_t opset() const { return opset_; } // of ai.onnx; 0 where the model names none
    // A copy of the model whose further outputs are the conditions of its If nodes; null where it has none of these, or where
    // the copy could not be made: then unwatched() says why.
    std::shared_ptr<class BranchWatch const> const& branches() const { return branches_; }
    std::string const& unwatched() const { return unwatched_; }

private:
    ModelUnderTest(Session session, Digest digest, int64_t opset)
        : session_(std::move(session)),
          digest_(digest),
          opset_(opset)
    {
    }
    Session session_;
    Digest digest_;
    int64_t opset_;
    std::shared_ptr<BranchWatch const> branches_;
    std::string unwatched_;
};

struct VerifyOptions {
    Tolerance tolerance;
    bool elementwise = false; // numpy's allclose rule decides, not the error against the output's scale
    bool allow_vacuous = false;
};

// One output, over all samples: the worst of each measure, the sum of `mismatched`.
struct OutputReport {
    std::string name;
    double max_abs = 0;
    double max_rel = 0;
    double scale_error = 0;
    uint64_t mismatched = 0;
    bool allclose = true;
    bool vacuous = true;
    bool passed = true;
};

struct SampleEvidence {
    std::string origin;
    Digest digest;
};

struct VerifyReport {
    bool passed = false;
    std::string against; // "recorded answers", "self", "another model"
    VerifyOptions options;
    std::vector<OutputReport> outputs; // those compared, in the model's order
    std::vector<std::string> not_compared; // outputs for which there was nothing to compare with
    std::vector<std::string> branches_not_taken; // "sign: else branch" of an If node, named by its name or else its first output
    std::vector<std::string> reasons; // why it did not pass, at most one for each output; empty where it passed
    std::vector<std::string> notes; // what else to know; none excuses a difference
    std::vector<SampleEvidence> samples;
    Digest model;
    std::string runtime; // version of ONNX Runtime
    int64_t opset = 0;
};

// The model's answers against the recorded ones. Fails with missing where no sample has any.
Result<VerifyReport> verify_recorded(ModelUnderTest const& model, std::span<Sample const> samples, VerifyOptions const& options = {});

// A batch of n against n runs of batch 1. The batch is the symbol on axis 0 of the first input that has one there, wherever else
// it stands; where it has no name: on axis 0 of the others, or on the first nameless axis of equal size behind a fixed one. A
// sample of one row is made into three by rotating its elements. Fails with unsupported where no input has a symbolic axis 0.
// Outputs without the batch are not compared, and a note says so.
Result<VerifyReport> verify_self(ModelUnderTest const& model, std::span<Sample const> samples, VerifyOptions const& options = {});

// The model's answers against those of `reference` on the same inputs. Inputs and outputs of the two go by name where all names
// are the same, else by position; where neither fits: malformed.
Result<VerifyReport> verify_against_model(ModelUnderTest const& model, Session const& reference,
    std::span<Sample const> samples, VerifyOptions const& options = {});

// {"passed", "rule", "samples", "outputs": [{"name", "max_abs", "max_rel", "scale_error", "mismatched", "allclose", "vacuous"}],
// "branches_not_taken", ...} with "rule" either "scale" or "elementwise". What is infinite is null.
Json json_of(VerifyReport const& report);
