#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// What a process gives up before it reads bytes of people who are not trusted.
//
// Promises, where the system has it all: from here on this process reads no file but those that the rules name, writes to nothing but
// what is open and to files of its own without a name, starts no program and no process, opens no socket, sends no signal, maps no
// memory as code, and takes no more memory than it was given. None of this can be undone, and new privileges cannot be gained.
// Best effort: a kernel or container without one of the means gets the others. Which ones came about is told.
// Sources: Linux Documentation/userspace-api/landlock.rst, seccomp_filter.rst.

struct SandboxRules {
    std::vector<std::filesystem::path> readable; // files, and folders with all below them; what is not there is left out
    std::filesystem::path temporary_folder = "/tmp"; // where files without a name are made
    uint64_t memory_bytes = uint64_t{1} << 30; // mapped files do not count
    uint64_t file_bytes = uint64_t{1} << 37; // of a temporary file
    uint32_t open_files = 64;
};

struct Sandbox {
    bool limits = false; // of memory, files and processes
    bool landlock = false; // which files
    bool seccomp = false; // which system calls

    bool is_whole() const { return limits && landlock && seccomp; }
    // "landlock, seccomp and limits", "limits alone", "nothing"
    std::string text() const;
};

Sandbox enter_sandbox(SandboxRules const& rules);
