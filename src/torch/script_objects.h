#pragma once

#include "pickle/graph.h"
#include "torch/script_code.h"
#include "torch/storage.h"

#include <unordered_map>

// From the inert graph of a TorchScript archive's pickle to values of a Program. Source: PyTorch
// torch/csrc/jit/serialization/pickler.cpp and unpickler.cpp.
//
//   __torch__.a.B + NEWOBJ + BUILD    an object; its state as attributes, or whole as `__state__` (program.h says when)
//   __torch__.a.E + REDUCE            the member of the enumeration E that has this value
//   torch.jit._pickle.build_intlist   (and tensorlist, doublelist, boollist) a list that knows its type
//   torch.jit._pickle.restore_type_tag  a list or dict that knows its type
//   torch._utils._rebuild_...         a tensor, its memory from the archive
//   builtins.complex, torch.device
//
// Promises: what is one node is one value, and tensors of one storage share memory; recursion below `limits.depth`; lists and dicts
// in attributes know their types where the class declares them.
// Refuses: names of nothing above (refused), classes that the code does not define (malformed), values that contain themselves
// (unsupported), tensors that are not dense (unsupported).
class ScriptObjects {
public:
    // All must outlive it.
    ScriptObjects(ScriptCode const& code, TorchStorages& storages, Limits const& limits)
        : code_(code),
          storages_(storages),
          limits_(limits)
    {
    }

    Result<ProgramValue> read(PickleValue value);
    // Offsets of the members of enumerations: their arguments are no tuples, which is a finding elsewhere.
    std::set<uint64_t> const& member_offsets() const { return member_offsets_; }

private:
    Result<ProgramValue> read_new(PickleValue value);
    Result<std::vector<ProgramValue>> read_items(PickleValue value);
    Result<ProgramValue> read_dict(PickleValue value);
    Result<ProgramValue> read_call(PickleValue value);
    Result<ProgramValue> read_tagged(PickleValue value, std::string_view function);
    Result<ProgramValue> read_complex(PickleValue value);
    Result<ProgramValue> read_device(PickleValue value);
    Result<ProgramValue> read_tensor(PickleValue value);
    Result<ProgramValue> read_object(PickleValue value, std::string const& class_name);
    Result<ProgramValue> read_member(PickleValue value, ClassType const& type);
    Result<void> read_attributes(PickleValue state, ClassType const& type, ProgramObject& into);

    ScriptCode const& code_;
    TorchStorages& storages_;
    Limits const& limits_;
    std::unordered_map<NodeId, std::optional<ProgramValue>> read_; // nothing: it is being read
    std::set<uint64_t> member_offsets_;
    uint32_t depth_ = 0;
};

// Gives lists and dicts without a type the one that `type` says, inside of tuples and Optional as well.
void set_container_types(ProgramValue& value, ProgramType const& type);
