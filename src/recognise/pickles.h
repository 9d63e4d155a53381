#pragma once

#include "recognise/evidence.h"

// What a file is to an unpickler that starts at its first byte, whatever it looks like to others.
struct PickleReading {
    std::optional<Kind> kind; // where it is a pickle: with a PROTO opcode it may be cut or damaged; without one (protocols 0 and 1, which look like text) it must be whole
    std::shared_ptr<PickleRun const> run; // from the first byte, where it came to an end before its opcodes were too many
    bool runs = false; // something that the bytes name would be called, or imported by a pickle that comes to its end
};

// Reads no further than the bytes are a pickle, which for other files is at once, and no more opcodes than tell which kind it is.
PickleReading read_as_pickle(Bytes file, Limits const& limits);

// A pickle that begins at `start`, no further than tells what it is.
PickleRun run_to_recognise(Bytes file, uint64_t start, Limits const& limits);
// Whether the value is a module of torch.nn with its parameters, as torch.save writes one: an object with a state of "_modules" or
// "_parameters".
bool is_pickled_module(PickleRun const& run);
