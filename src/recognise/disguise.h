#pragma once

#include "recognise/recognise.h"

// What a file is to a loader that does not look at how it begins: a file with the signature of one format can be a running pickle
// as well, or have a ZIP archive at its end. Such a file is the more dangerous of the two, whoever it is given to.

// Whether an unpickler that starts at the first byte would call something that the bytes name, or would come to an end and have
// imported something. Stops where the bytes are no pickle any more, which for honest files is at once.
bool runs_as_pickle(Bytes file, Limits const& limits);

// Whether Python's zipfile finds an archive at the end, whatever stands in front of it.
bool ends_as_archive(Bytes file);
