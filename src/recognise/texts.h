#pragma once

#include "recognise/recognise.h"

// UTF-8 text without control characters, and what kind of text. Nothing where the bytes are no text.
std::optional<Kind> kind_of_text(Bytes file, Limits const& limits);
