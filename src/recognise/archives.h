#pragma once

#include "recognise/evidence.h"

// ZIP archives, by their members. Nothing where the file is no ZIP archive, zip where its members say nothing or its directory
// cannot be read.
std::optional<Recognised> read_as_archive(SharedBytes const& file, Limits const& limits);
