#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What can be found out against a file, in rows: a word that stays the same for scripts, a page for people (`hullmark explain`), and
// what it means for the verdict.

enum class Severity : uint8_t {
    danger, // something would run, or it cannot be shown that nothing does
    unreadable, // damaged, cut short, beyond a limit, or of no known format
    note, // worth knowing; changes no verdict
};

// "danger", "unreadable", "note"
std::string_view name_of(Severity severity);

struct FindingRow {
    std::string_view word; // "would-call"
    int page; // 301: `hullmark explain HM0301`
    Severity severity;
    bool runs; // whether it speaks of something that a loader would run: such a finding counts inside of data as well
    std::string_view title;
    std::string_view text;
};

std::span<FindingRow const> finding_table();
// Null where no row has this word.
FindingRow const* finding_row(std::string_view word);

struct ScanFinding {
    std::string word;
    Severity severity = Severity::danger;
    std::string message;
    std::vector<std::string> where; // innermost first: "byte 12", "archive/data.pkl"; the file itself is not among them
};

// One line: the word, the message, and each place from the inside out.
std::string text_of(ScanFinding const& finding);
