#pragma once

#include "recognise/recognise.h"

#include <string>
#include <vector>

// What a file is besides what it was recognised as. A file with the signature of one format can be a running pickle as well, or have a
// ZIP archive at its end, and is then to each loader what that loader looks for: such a file is made so on purpose.
//
// Promises: linear in the file, and of honest files no more is read than their two ends (of JPEG, its markers).

struct Disguise {
    std::string reading; // "a pickle", "a ZIP archive", "a GIF picture"
    std::string message; // what stands where
    uint64_t offset = 0; // where that reading begins
};

// Every other reading of these bytes that a loader would take; empty for honest files. `kind` is what recognise() said.
std::vector<Disguise> disguises_of(SharedBytes const& file, Kind kind, Limits const& limits = {});
