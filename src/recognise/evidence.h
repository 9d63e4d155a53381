#pragma once

#include "files/zip.h"
#include "pickle/machine.h"
#include "recognise/recognise.h"

#include <memory>

// A kind, and what it was recognised by where its readers need the same: reading it once is half the work of a scan. The bytes must
// outlive it.
struct Recognised {
    Kind kind = Kind::unknown;
    // Of every kind that is a ZIP archive whose directory can be read.
    std::shared_ptr<ZipArchive const> archive;
    // A run to the end: of pickles, from the first byte and as Python's unpickler reads (joblib's arrays are not taken); of a torch checkpoint
    // in a ZIP archive, of its data.pkl where that is not compressed.
    std::shared_ptr<PickleRun const> run;
};
Recognised recognise_with_evidence(SharedBytes const& file, Limits const& limits = {});
