#pragma once

#include "files/zip.h"
#include "pickle/graph.h"
#include "program/program.h"
#include "torch/torch_tensor.h"

#include <map>
#include <memory>
#include <set>

// From the calls that a torch pickle holds in place of tensors to tensors. Source: PyTorch torch/_utils.py (_rebuild_*),
// torch/serialization.py (persistent ids), torch/csrc/jit/serialization/unpickler.cpp.
//
// First the call is read into a TensorRecipe, which needs no bytes and is checked in itself; then TorchStorages gives it memory.

// ('storage', class, key, location, count) and, in the legacy format, a view of another storage.
struct TorchStorageId {
    std::string key;
    std::optional<DType> dtype; // nothing for UntypedStorage
    uint64_t bytes = 0; // of the storage that `key` names
    uint64_t first_byte = 0; // of the view: all of the storage in every file since torch 1.6
    uint64_t view_bytes = 0;
    std::string location; // "cpu", "cuda:0"
};
// Fails with malformed, or unsupported for a class that is no storage that we know.
Result<TorchStorageId> read_storage_id(PickleValue persistent_id);

struct TensorRecipe {
    struct Quantisation {
        double scale = 1;
        int64_t zero_point = 0;
        std::vector<TensorRecipe> channels; // per-channel: the scales, the zero points; else empty
        int64_t axis = 0;
    };

    TorchStorageId storage;
    DType dtype = DType::float32;
    Shape shape;
    std::vector<int64_t> strides;
    int64_t offset = 0;
    bool is_conjugated = false;
    bool is_negated = false;
    bool is_parameter = false;
    bool requires_grad = false;
    std::optional<Quantisation> quantisation;
};

// Whether the value is a call that makes a tensor (dense, quantised, sparse, meta...).
bool is_tensor_call(PickleValue value);
// `_rebuild_tensor`, `_v2`, `_v3`, `_rebuild_qtensor`, each perhaps inside `_rebuild_parameter(_with_state)` or
// `_rebuild_from_type_v2`. The view is checked against the size that the storage id states.
// Fails with malformed, or with unsupported for tensors that are not dense (named).
Result<TensorRecipe> read_tensor_recipe(PickleValue value);

// The keys of all storages that a pickle refers to, whether or not a tensor of it uses them.
std::set<std::string> storage_keys(PickleGraph const& graph);

// `_rebuild_sparse_tensor` in its parts: which tensors they are, and the size of the whole.
struct SparseRecipe {
    std::string layout; // "torch.sparse_csr"
    std::vector<std::pair<std::string_view, TensorRecipe>> parts; // "crow_indices"..., in the file's order
    Shape shape;
};
bool is_sparse_call(PickleValue value);
// Fails with malformed; unsupported for layouts that are not known. Whether the indices lie within the shape is not looked at.
Result<SparseRecipe> read_sparse_recipe(PickleValue value);
// A storage that stands for itself, as the row of its elements; of bytes where it has no type. Fails as read_storage_id does.
Result<TensorRecipe> read_storage_recipe(PickleValue persistent_id);

// The element type of a class of storages, torch.FloatStorage; nothing for those without one, and for other names.
std::optional<DType> storage_class_dtype(PickleValue storage_class);

// "float32" of the global torch.float32.
std::optional<DType> torch_dtype(PickleValue global);

// The storages of one file. Numbers them in the order in which they are first asked for.
class TorchStorages {
public:
    // Members `folder` + key: "archive/data/". `first_number` is the number of the first storage: several folders of one file
    // number on from each other.
    TorchStorages(std::shared_ptr<ZipArchive const> archive, std::string folder, bool is_big_endian, uint64_t first_number = 0);
    // Those of the legacy format, by key.
    TorchStorages(std::map<std::string, SharedBytes, std::less<>> by_key, bool is_big_endian);

    // Fails with malformed where the file has no such storage, or where it is not as long as its id says.
    Result<TorchTensor> open(TensorRecipe const& recipe);
    // Tensors that a file keeps apart from its pickle, in which their keys are persistent ids.
    void add_tensor(std::string key, TorchTensor tensor) { tensors_.insert_or_assign(std::move(key), std::move(tensor)); }
    TorchTensor const* tensor(PickleValue persistent_id) const;
    uint64_t next_number() const { return first_number_ + opened_.size(); }
    // Keys of those whose CRC is wrong, of all that were opened. Reads all their bytes.
    std::vector<std::string> damaged() const;

private:
    struct Opened {
        uint64_t number;
        SharedBytes bytes;
    };
    Result<Opened> find(std::string const& key);
    Result<TorchQuantisation> open_quantisation(TensorRecipe::Quantisation const& recipe);

    std::shared_ptr<ZipArchive const> archive_;
    std::string folder_;
    std::map<std::string, SharedBytes, std::less<>> by_key_;
    bool is_big_endian_;
    uint64_t first_number_;
    std::map<std::string, Opened, std::less<>> opened_;
    std::map<std::string, TorchTensor, std::less<>> tensors_;
    uint64_t channel_values_ = 0;
};

// For a Program: the same tensor with its values read.
Result<ProgramTensor> program_tensor(TorchTensor const& tensor, Limits const& limits);
