#pragma once

#include "torch/checkpoint.h"
#include "json/json.h"

#include <optional>

// A checkpoint's values as JSON, its tensors left out, and whatever held nothing but tensors with them. Keys that are no text are
// spelled as text; what JSON cannot say (complex numbers, bytes, names) becomes a text. Nothing where nothing is left.
std::optional<Json> json_without_tensors(CheckpointValue const& value);
