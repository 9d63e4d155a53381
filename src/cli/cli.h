#pragma once

#include "publish/world.h"

#include <cstdio>
#include <span>
#include <string>

// The command line: `hullmark VERB ...`.
//
// Promises what contract "command line" says: stdout carries the answer alone, stderr all else; with --json stdout is one document,
// also on failure; the exit code follows from the reason of the failure.

// Where the program's words go. main says what these are.
struct Streams {
    std::FILE* out = stdout;
    std::FILE* err = stderr;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool colours = false; // wanted and possible
};

extern char const* const hullmark_version; // "0.1.0"

// The exit code. `arguments` do not hold the program's name.
int run_command_line(std::span<std::string const> arguments, World const& world, Streams const& streams);

// The processes that read files for `scan` and for all other commands, started by these with this one argument. No verbs for people: they
// talk over their standard input.
extern char const* const scan_worker_verb;
int run_scan_worker();
int run_reader(); // publish/reading.h
