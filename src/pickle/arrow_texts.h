#pragma once

#include "pickle/graph.h"

// Whether `parts`, what `pyarrow.lib._restore_array` is given, is an array of texts whose offsets stay inside of its characters: Arrow
// takes buffers as they are, and what they say is never checked when a pickle is loaded. `bytes_left` is how many bytes of offsets may be
// looked at, and is lowered. Source: pyarrow array.pxi; the columnar format of Apache Arrow. Not a door.
bool are_arrow_texts(PickleValue parts, uint64_t& bytes_left);
