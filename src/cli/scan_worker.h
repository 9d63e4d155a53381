#pragma once

#include "cli/scan_message.h"
#include "process/worker.h"
#include "publish/world.h"

#include <functional>
#include <optional>
#include <span>

// `scan` reads in a second process that can do nothing else: this is the first one's end of it. It opens no file that is scanned.

class ScanReader {
public:
    ScanReader(ScanTask const& task, World const& world)
        : task_(task),
          world_(world)
    {
    }

    // What came about. Starts the process where it is not there yet; fails with unavailable where it cannot be started.
    Result<Sandbox> sandbox();

    // Gives each file's report to `take`, in their order. A file at which the process fails gets a finding that says so, and another process
    // goes on with the next. Fails with cancelled, and with unavailable where no process can be started.
    Result<void> read(std::span<WalkedFile const* const> files, std::function<void(ScannedFile)> const& take);

private:
    Result<void> start();
    // How many files were done, from the first on; all of them unless the process failed and they were several.
    Result<size_t> read_together(std::span<WalkedFile const* const> files, std::function<void(ScannedFile)> const& take);
    Patience patience_for(std::span<WalkedFile const* const> files) const;

    ScanTask const& task_;
    World const& world_;
    std::optional<Worker> worker_;
    Sandbox sandbox_;
};

// Where scanning `arguments` reads: folders themselves, and of files the folder too, where the rest of a model may lie.
std::vector<std::filesystem::path> readable_places(std::vector<std::string> const& arguments);
