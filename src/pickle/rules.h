#pragma once

#include "pickle/machine.h"

// Which names a pickle may mention, and how: an allow-list, one table (rules.cc) of (module, name) → how it may be called and with
// what, or that it may stand as a value. Everything else is a finding. No finding means: whichever unpickler reads these bytes,
// it makes values and runs nothing of the file's choosing.
//
// Calls are judged when they are made, used or not. A name as a mere argument is judged too: once an attribute is a function, other
// opcodes call it.

enum class PickleFlavour : uint8_t {
    plain, // Python's own values
    numpy, // and arrays
    torch_state, // and tensors, storages by persistent id: torch.save
    torch_script, // and TorchScript's classes (`__torch__.*`)
};

// Codes: "would-call", "would-import", "needs-your-code" (the file's own classes), "misused" (a listed name used otherwise than its
// rule says), "persistent-id", "duplicate-key". Linear in the graph.
PickleFindings judge_pickle(Pickle const& pickle, PickleFlavour flavour);
