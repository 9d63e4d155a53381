#pragma once

#include "process/sandbox.h"
#include "scan/folder.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// What `scan` and its reading processes say to each other: a task once, then files to read, and what was found in each.
//
// Promises of the parse functions: whatever the bytes are, they give values that a scan could have given (known words, kinds and
// verdicts, limited lists) or fail with malformed; they take memory in proportion to the bytes.

// What a reading process is told first. It answers with the sandbox that came about.
struct ScanTask {
    std::vector<std::filesystem::path> readable; // files, and folders with all below them
    std::filesystem::path temporary_folder;
    bool deep = false;
    bool digest = false;
};

std::string bytes_of_task(ScanTask const& task);
Result<ScanTask> parse_task(std::string_view bytes);

std::string bytes_of_sandbox(Sandbox const& sandbox);
Result<Sandbox> parse_sandbox(std::string_view bytes);

// Files that can be opened: those with an error are not sent.
std::string bytes_of_files(std::span<WalkedFile const* const> files);
Result<std::vector<WalkedFile>> parse_files(std::string_view bytes);

// Without the path, which the parent knows. Texts beyond a limit are cut short, findings beyond it counted as left out.
std::string bytes_of_scanned(ScannedFile const& scanned);
Result<ScannedFile> parse_scanned(std::string_view bytes, std::string path);
