#pragma once

#include "recognise/recognise.h"

// Pickles of any protocol, and what is made of them: torch's older stream, joblib, scikit-learn. Nothing where the bytes are none.
// With a PROTO opcode a pickle may be cut or damaged; without one (protocols 0 and 1, which look like text) it must be whole.
std::optional<Kind> kind_of_pickle(SharedBytes const& file, Limits const& limits);
