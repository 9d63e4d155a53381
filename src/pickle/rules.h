#pragma once

#include "pickle/machine.h"

#include <set>
#include <string>

// Which names a pickle may mention, and how: an allow-list (docs/allowed-names.md) of (module, name) → with which opcode it may be
// called, with what, what state it may be given, or that it may stand as a value. Everything else is a finding. No finding means:
// whichever unpickler reads these bytes, it makes values and runs nothing of the file's choosing.
//
// Calls are judged when they are made, used or not. A name as a mere argument is judged too: once an attribute is a function, other
// opcodes call it.

// Where a pickle stands: what the program that loads it would take.
enum class PickleFlavour : uint8_t {
    values, // a pickle or a joblib file by itself: values, arrays, estimators, modules; a persistent id means nothing
    torch_state, // in a torch file: and storages by persistent id
    torch_script, // in a TorchScript file, which PyTorch's C++ reads: its own names and the archive's classes (`__torch__.*`) alone
};

// Codes: "would-call", "would-import", "needs-your-code" (a class or function of a program that nobody but the file's maker is known to
// have), "misused" (a listed name used otherwise than its rule says), "persistent-id", "duplicate-key". Linear in the graph.
PickleFindings judge_pickle(Pickle const& pickle, PickleFlavour flavour);

// The names that findings are about: those that stand, are called, or get a state at their offsets ("posix.system").
std::set<std::string, std::less<>> blamed_names(Pickle const& pickle, PickleFindings const& findings);

// What a finding would be missed in: the bytes and texts of a pickle that are neither keys, names nor the elements of arrays, in the
// order of their offsets. bytes_in() of pickle/plain.h gives their bytes: where a protocol spells bytes as a call, the call is listed.
// Texts too short to hold a pickle are left out. Linear.
std::vector<NodeId> constants_to_search(Pickle const& pickle);

// Bytes that a loader would hand to torch.load: the arguments of `torch.storage._load_from_bytes`. Not among constants_to_search().
std::vector<NodeId> loaded_constants(Pickle const& pickle);
