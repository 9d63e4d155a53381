#pragma once

#include "recognise/recognise.h"

// ZIP archives, by their members. Nothing where the file is no ZIP archive, zip where its members say nothing or its directory
// cannot be read.
std::optional<Kind> kind_of_archive(SharedBytes const& file, Limits const& limits);
