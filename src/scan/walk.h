#pragma once

#include "base/result.h"
#include "files/mapped.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

// The files that paths on a command line stand for: a file itself, all files below a folder.
//
// Promises: each file once and in the order of its path; a link named on the command line is followed, one inside a folder only while it
// stays below that folder; nothing but regular files is ever opened, so that a pipe or a device cannot hold the walk up; a folder that
// disappears or cannot be read is an entry of its own.

struct WalkedFile {
    std::string path; // the argument joined with the relative path, as the user would write it
    std::string folder; // where it lies; empty for the working folder
    bool in_folder = false; // found below a folder that was named, not named itself
    std::optional<Error> error; // it cannot be read: why
};

struct WalkOptions {
    std::function<bool()> stop_asked; // may be empty
    uint64_t most_files = 10'000'000;
    size_t deepest_folder = 200;
};

// Fails with cancelled, with exhausted beyond the limits, and with missing where an argument does not exist.
Result<std::vector<WalkedFile>> walk_files(std::vector<std::string> const& arguments, WalkOptions const& options);
