#pragma once

#include "cli/screen.h"
#include "scan/folder.h"
#include "json/json.h"

#include <span>

// What a scan found, in the three forms in which it is told.

struct ScanSummary {
    uint64_t safe = 0;
    uint64_t dangerous = 0;
    uint64_t unreadable = 0;
    uint64_t skipped = 0;

    static ScanSummary of(std::span<ScannedFile const> files);
    // 1 where something is dangerous, else 3 where something cannot be read, else 0.
    int exit_code() const;
};

Json json_of(std::span<ScanFinding const> findings);
// An element of "files".
Json json_of(ScannedFile const& file);
Json json_of(ScanSummary const& summary);

// For people: what is wrong first said by file, then the figures. Files that are safe are named only where there are few.
std::string scan_text(Screen const& screen, std::span<ScannedFile const> files, ScanSummary const& summary);

// SARIF 2.1.0: one run, a rule for each word that was found, one result for each finding.
Json sarif_of(std::span<ScannedFile const> files);
