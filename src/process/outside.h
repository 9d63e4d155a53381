#pragma once

#include "base/result.h"
#include "process/worker.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// A program of somebody else, run to its end: the user's own python3.
//
// Promises: it gets its arguments, its environment, an empty stdin and the one descriptor that it is given, and nothing else of this
// process; whatever it does, it and the processes that it started are gone when run_outside() returns. What it prints is kept as far as
// it is needed to say what went wrong.

struct OutsideProgram {
    std::filesystem::path file;
    std::vector<std::string> arguments; // without the program's own name
    std::vector<std::string> environment; // NAME=value
    std::filesystem::path folder; // where it runs
    int descriptor = -1; // open there as 3; -1: none
};

// How it ended.
struct OutsideEnd {
    int status = 0; // its exit status; of a signal, 128 and its number
    std::string text; // the end of what it printed to stdout and stderr
};

// The most that is kept of what it prints.
inline constexpr size_t outside_text_bytes = size_t{64} << 10;

// Fails with unavailable where the system does not start it, with timed_out where it takes longer than patience allows, with cancelled
// once a stop is asked for.
Result<OutsideEnd> run_outside(OutsideProgram const& program, Patience const& patience);

// The file that a command of this name is, in the folders of a PATH; empty where there is none that may be run.
std::filesystem::path find_program(std::string_view name, std::string_view search_path);
