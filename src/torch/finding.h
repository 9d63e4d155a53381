#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// What readers of this module say about a file, in one form for all of them.

// A reason not to trust a file, or something to know before its numbers are believed.
struct TorchFinding {
    std::string code; // a word that stays the same
    std::string message;
    std::string member; // "data.pkl", "archive/data/3"; empty: the file as a whole
    std::optional<uint64_t> offset; // in the member, or in the file where that is empty

    // Whether loading or running the file may do something else than compute, or cannot be shown not to.
    bool is_danger() const;
    // Innermost first: "byte 12", "data.pkl".
    std::vector<std::string> places() const;
    // "data.pkl byte 12"
    std::string where() const;
};

struct Pickle;
// Is shown each pickle of a file when it is read, for those who look for more than names in it.
using TorchPickleVisitor = std::function<void(Pickle const& pickle, std::string const& member)>;

// A file inside of the file, which a loader reads as a file of its own.
struct TorchPart {
    std::string member;
    SharedBytes bytes;
};
