#pragma once

#include <cstdint>
#include <string>

// Something about an archive that no honest writer does and that is known to hide things from one reader or another.
struct ArchiveFinding {
    std::string code; // a word that stays the same: "local-name", "gap", "prefix", "trailing-bytes"...
    std::string message; // what was found, and what was wanted
    std::string entry; // name of the member; empty where it is about the archive
    uint64_t offset; // of the byte it is about
};
