#pragma once

#include "base/limits.h"
#include "torch/finding.h"
#include "torch/torch_tensor.h"

#include <complex>
#include <memory>
#include <variant>

// What torch.save left behind: state dicts, checkpoint dicts, pickled modules, plain values; as zip archive (torch 1.6 and later), as the
// older stream of five pickles, or as the tar archive before that. Source: PyTorch torch/serialization.py.
//
// Promises: nothing is executed; the values are a tree (what the file shares is repeated, but for the memory of tensors, which stays
// shared); tensors stand in the file's order under dotted names ("model_state.conv1.weight"); reading takes no copy of the storages.
// What would run when Python loads the file, and what is odd about its bytes, are findings; only what cannot be read is an error.
// Refuses: TorchScript archives and torch.package (unsupported, named), values that contain themselves (unsupported).

struct CheckpointValue;

// Keys and values, in the file's order. Its special members are defined elsewhere: a std::pair of a type that holds such pairs cannot
// be completed where they would be implicit.
struct CheckpointItems : std::vector<std::pair<CheckpointValue, CheckpointValue>> {
    CheckpointItems();
    CheckpointItems(CheckpointItems const&);
    CheckpointItems(CheckpointItems&&) noexcept;
    CheckpointItems& operator=(CheckpointItems const&);
    CheckpointItems& operator=(CheckpointItems&&) noexcept;
    ~CheckpointItems();
};

struct CheckpointNone {
};
// An index into Checkpoint::tensors.
struct CheckpointTensorIndex {
    size_t index = 0;
};
// An integer beyond int64, in decimal.
struct CheckpointBigInteger {
    std::string decimal;
};
struct CheckpointBytes {
    SharedBytes bytes;
};
// What is known by its name alone: "torch.qint8", "device cuda:0".
struct CheckpointName {
    std::string name;
};
enum class SequenceKind : uint8_t { list,
    tuple,
    set };
struct CheckpointSequence {
    SequenceKind kind = SequenceKind::list;
    std::vector<CheckpointValue> items;
};
// Keys are plain values: any of them but dicts.
struct CheckpointDict {
    CheckpointItems items;
};
// An instance of a class: a module, a config object. Its attributes, or what else its state is.
struct CheckpointObject {
    std::string class_name; // "torch.nn.modules.linear.Linear"
    std::vector<CheckpointValue> arguments; // of the call that makes it
    CheckpointItems attributes;
};

struct CheckpointValue {
    std::variant<CheckpointNone, bool, int64_t, CheckpointBigInteger, double, std::complex<double>, std::string, CheckpointBytes, CheckpointTensorIndex, CheckpointName, CheckpointSequence, CheckpointDict, CheckpointObject> value;

    CheckpointDict const* dict() const { return std::get_if<CheckpointDict>(&value); }
    CheckpointObject const* object() const { return std::get_if<CheckpointObject>(&value); }
    // Of a dict: the value under this text.
    CheckpointValue const* find(std::string_view key) const;
};

struct CheckpointTensor {
    std::string name; // path of keys and indices; of modules without `_modules` and `_parameters`; "tensor" for a lone one
    TorchTensor tensor;
};

// A tensor that is there but is not dense: sparse, nested, meta. Those that are made of dense ones stand among `tensors` as their
// parts, named after what PyTorch calls them: "w.indices" and "w.values" of a sparse COO tensor; "w.crow_indices", "w.col_indices"
// and "w.values" of CSR and BSR; "w.ccol_indices", "w.row_indices" and "w.values" of CSC and BSC.
struct CheckpointOddTensor {
    std::string name;
    std::string made_by; // "torch._utils._rebuild_sparse_tensor"
    std::string layout; // "torch.sparse_coo"; empty where it is not sparse
    Shape shape; // of the dense tensor, where it is sparse
    size_t parts = 0; // how many of the tensors are its parts
};

// A name that Python would import, once a name.
struct CheckpointImport {
    std::string name; // "torch._utils._rebuild_tensor_v2"
    uint64_t count = 0; // of mentions
    bool called = false;
    uint64_t offset = 0; // of the first mention, in its pickle
    bool allowed = true; // the rules say nothing against it, nor against how it is used
};

// Source text that old files carry for a pickled class.
struct CheckpointSource {
    std::string class_name;
    std::string file;
    std::string text;
};

enum class CheckpointKind : uint8_t {
    state_dict, // a dict of tensors: weights alone
    checkpoint, // a dict that holds a state dict beside other things
    module, // an object that holds modules or parameters
    other,
};

std::string_view name_of(CheckpointKind kind);

enum class CheckpointFormat : uint8_t { zip, // PyTorch 1.6 and later
    legacy, // a stream of pickles, 0.1.10 and later
    tar }; // 0.1.1

struct Checkpoint {
    CheckpointFormat format = CheckpointFormat::zip;
    CheckpointKind kind = CheckpointKind::other;
    // Of a checkpoint: the dotted name of the state dict with the model's weights ("model_state"); else empty.
    std::string weights;
    CheckpointValue value;
    std::vector<CheckpointTensor> tensors;
    std::vector<CheckpointOddTensor> odd_tensors;
    std::vector<CheckpointImport> imports; // in the order of their first mention
    std::vector<CheckpointSource> sources;
    // None but "storage-crc": proved harmless by rule. Codes: those of pickle/machine.h and pickle/rules.h, "archive" (files/zip.h),
    // "stranger" (a member that torch does not read), "crc", "no-crc", "storage-crc", "trailing-bytes".
    std::vector<TorchFinding> findings;
    uint64_t findings_left_out = 0;
    std::vector<TorchPart> parts; // members that torch does not read ("stranger"): to be judged as what they are
};

struct PickleRun;
class ZipArchive;

struct CheckpointOptions {
    Limits limits;
    bool check_storages = false; // read all storages and compare their CRCs: a wrong one is a finding
    TorchPickleVisitor visit_pickle{};
    // Where somebody has read them already: the file as an archive, and its data.pkl, which is stored, as a pickle to its end.
    std::shared_ptr<ZipArchive const> archive{};
    std::shared_ptr<PickleRun const> run{};
};

// `file` is a whole file of either format. Fails with malformed, unsupported or exhausted.
Result<Checkpoint> read_checkpoint(SharedBytes file, CheckpointOptions const& options = {});

// Whether the file begins as the older format does.
bool is_legacy_checkpoint(Bytes file);
// Whether it is a tar archive with the members of the oldest one.
bool is_tar_checkpoint(SharedBytes const& file, Limits const& limits = {});
