#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

// ONNX Runtime, the engine that runs models: found and opened when it is asked for, and known to no other module.
//
// Promises: no failure of ONNX Runtime throws, prints or ends the program, each comes back as an error in its words; inputs are
// checked against the model before ONNX Runtime sees them; they are not copied, and neither are outputs; a session may be run by
// many threads at once; float16, bfloat16 and the smaller types pass as bits.
// Refuses: libraries older than 1.21, and values that are no dense tensors (sequences, maps, optionals).

// Where the library is looked for. The module itself does not read the environment.
struct RuntimeOptions {
    std::string library; // path of the one library to use, as the user named it; empty: search in the places below
    std::string program_folder; // folder of the running program, searched first together with ../lib; may be empty
};

class Runtime {
public:
    // Opens the library and its environment. Searched in this order: beside the program, ../lib beside it, the set-up's place
    // (known since the build), the system's own places. Fails with missing where there is none (the error lists every place and
    // why it did not serve), with unsupported where the library is older than 1.21. The library stays loaded until the program ends.
    static Result<Runtime> open(RuntimeOptions const& options = {});

    std::string version() const; // "1.31.1"
    std::string library() const; // the file that was loaded
    std::vector<std::string> providers() const; // execution providers of this build, in its order of preference: "CPUExecutionProvider"
    // The highest opset of ai.onnx that it loads, found by trying; a few milliseconds.
    int64_t highest_opset() const;

private:
    friend class Session;
    explicit Runtime(std::shared_ptr<struct OrtLibrary const> library)
        : library_(std::move(library))
    {
    }
    std::shared_ptr<OrtLibrary const> library_;
};

// A size in the type of a model's input or output: a number, or a symbol, which may be empty.
struct SessionDim {
    std::optional<int64_t> size;
    std::string symbol;
};

// Whether `shape` has as many sizes, and those that are fixed.
bool dims_fit(std::vector<SessionDim> const& dims, Shape const& shape);

// An input or output of a model.
struct SessionValue {
    std::string name;
    std::string kind; // "tensor", "sequence", "map", "optional", "sparse tensor", "opaque"
    std::optional<DType> dtype; // of a tensor's elements; nothing for other kinds
    std::optional<std::vector<SessionDim>> dims; // nothing: not a tensor, or of unknown rank
};

// "float32[batch, 3, ?]", "float32 of any shape", "sequence"
std::string text_of(SessionValue const& value);

enum class GraphOptimisation : uint8_t { none,
    basic,
    extended,
    all };

enum class NodeOrder : uint8_t { sequential,
    parallel };

// An execution provider that is wanted, with its options as ONNX Runtime names them.
struct ProviderChoice {
    std::string name; // "CUDAExecutionProvider"
    std::vector<std::pair<std::string, std::string>> options;
};

// A file that the model's external data names, given as bytes: then no file is opened.
struct ExternalFile {
    std::string location; // as in the model, relative
    SharedBytes bytes;
};

struct SessionOptions {
    int intra_threads = 0; // threads within one operator; 0: one a core
    int inter_threads = 1; // operators at the same time, with NodeOrder::parallel
    bool spinning = false; // threads that wait keep a core busy
    bool prepacking = true; // weights are laid out anew at the start for speed; without, a session opens faster and holds less
    GraphOptimisation optimisation = GraphOptimisation::all;
    NodeOrder order = NodeOrder::sequential;
    std::vector<ProviderChoice> providers; // in order of preference; empty: the processor. What is not there is passed over
    std::string external_folder; // where the model's external data stands; empty: nowhere
    std::vector<ExternalFile> external_files;
    std::vector<std::pair<std::string, std::string>> settings; // further session settings by ONNX Runtime's keys
};

// A model that is ready to run. Copies share it.
class Session {
public:
    // From the serialised model, whose bytes are not needed afterwards. Fails with malformed or unsupported where ONNX Runtime
    // does not take the model, with missing where external data is not there, with refused where external data would stand
    // outside of `external_folder`.
    static Result<Session> create(Runtime const& runtime, Bytes model, SessionOptions const& options = {});

    std::vector<SessionValue> const& inputs() const;
    std::vector<SessionValue> const& outputs() const;
    // Providers that were asked for and are not used, and why; one sentence each.
    std::vector<std::string> const& warnings() const;
    Runtime const& runtime() const;

    // One run. `inputs` are found by name, in any order; all of the model's inputs, and no others but
    // those that the model has a value for. Gives one tensor for each name in
    // `outputs`, in that order, or for each of the model's outputs where none are named. An input that is missing, unknown, given
    // twice, or of a wrong dtype, rank or size is malformed and named with both types; a name in `outputs` that the model does
    // not have is malformed; an output that is no dense tensor is unsupported. What fails within the model is malformed, with
    // ONNX Runtime's words; memory that is not there is exhausted; a run that stop() ended is cancelled. Safe to call from many threads.
    Result<std::vector<Tensor>> run(std::span<NamedTensor const> inputs, std::span<std::string const> outputs = {}) const;

    // Ends the runs that are in progress, at their next operator, and lets no other begin: a model may run for ever. For all copies
    // of the session, from any thread, for good.
    void stop() const;

private:
    explicit Session(std::shared_ptr<struct OrtModel const> model)
        : model_(std::move(model))
    {
    }
    std::shared_ptr<OrtModel const> model_;
};
