#pragma once

#include "recognise/recognise.h"

// Text, and what kind of text: UTF-8, one of the one-byte alphabets, or UTF-16 with its mark; without control characters. Of long files
// the first MiB and the last 64 KiB are looked at. A document of JSON's outer shape is json even where a strict reader finds fault with it.
// Nothing where the bytes are no text.
std::optional<Kind> kind_of_text(Bytes file, Limits const& limits);
