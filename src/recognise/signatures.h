#pragma once

#include "recognise/recognise.h"

// Kinds that begin with bytes that nothing else begins with.
std::optional<Kind> kind_by_signature(Bytes file);

// The kind that foreign/ names; nothing where it names none, unknown where the contract has no word for it.
std::optional<Kind> kind_of_foreign(Bytes file);
