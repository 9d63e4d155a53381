#pragma once

#include "base/digest.h"
#include "scan/scan.h"
#include "scan/walk.h"

#include <optional>
#include <string>
#include <vector>

// Files as they lie on a disk: opened, judged, and held against the other files of their folders.

struct ScannedFile {
    std::string path;
    uint64_t bytes = 0;
    std::optional<Digest> digest; // where it was asked for: of the very bytes that were judged
    ScanReport report;
};

struct FileScanOptions {
    ScanOptions scan; // but the folder, which is the file's own
    bool digest = false;
};

ScannedFile scan_walked_file(WalkedFile const& file, FileScanOptions const& options);

// What the files of one folder mean for each other: weights that a model names as its own belong to that model and are no files of their
// own; code is dangerous where a configuration names it. `files` are all that were scanned.
void settle_folders(std::vector<ScannedFile>& files);
