#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "recognise/recognise.h"
#include "scan/finding.h"

#include <optional>
#include <string>

// What a file would do to whoever loads it. The readers are those that load; they give inert values and findings, and the findings
// decide.
//
// Promises: nothing is executed and nothing but the file and what it names as its own data is opened; the same bytes get the same
// verdict whatever the file is called; everything that a loader would find in the bytes is looked at, archives in archives and
// pickles in constants included; a verdict other than safe or skipped comes with the findings that made it. Time is linear in the
// bytes, unpacked ones included, and memory does not grow with the file.
// `safe` is a proof by rule. What is not known, not read or beyond a limit is never safe.

enum class Verdict : uint8_t { safe,
    dangerous,
    unreadable,
    skipped };

// "safe"
std::string_view name_of(Verdict verdict);

struct ScanOptions {
    Limits limits;
    bool deep = false; // compare the CRCs of tensors too, which reads them all
    // Where the file lies: external data is looked for there, and nowhere else. Without it such data is missing.
    std::optional<std::string> folder;
    bool in_folder = false; // found in a folder that was scanned: programs beside models are noted, and run only where something names them
    // For what is unpacked and too large for memory.
    std::string temporary_folder = "/tmp";
};

struct ScanReport {
    static constexpr size_t most_findings = 1'000;

    Kind kind = Kind::unknown;
    Verdict verdict = Verdict::safe;
    std::vector<ScanFinding> findings; // in the order in which a loader would come to them, as far as one can tell
    uint64_t findings_left_out = 0;
    std::vector<std::string> external_files; // names, relative to the file's folder, of what it names as its own data
    std::vector<std::string> code_files; // names of code that a loader of this file would run: `modeling.py`

    bool is_danger() const { return verdict == Verdict::dangerous; }
};

ScanReport scan_file(SharedBytes const& file, ScanOptions const& options = {});
