#pragma once

#include "base/result.h"
#include "runtime/runtime.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// What surrounds the program: environment, clock, user, the wish to stop. main builds one and passes it on; nothing else asks the
// system for any of this, so that a test can build a world of its own.
struct World {
    std::filesystem::path program; // file of the running program
    std::vector<std::string> worker_environment; // NAME=value: what the program itself needs where it is started again
    std::vector<std::string> environment; // NAME=value, all of it: what a program of the user's own is given
    std::function<std::string()> user; // who it runs for, which stands in the registry's history; the system looks it up
    std::string onnxruntime; // HULLMARK_ONNXRUNTIME: the library to use; empty: it is searched for
    std::string registry = "./hullmark-registry"; // HULLMARK_REGISTRY, or the folder that is the default
    std::string search_path; // PATH
    std::filesystem::path temporary_folder = "/tmp"; // TMPDIR, or the folder that is the default
    std::optional<int64_t> source_date_epoch; // SOURCE_DATE_EPOCH, in seconds since 1970
    std::function<int64_t()> now_ms; // since 1970
    std::function<int64_t()> elapsed_ms; // since some moment; never goes back
    std::function<bool()> stop_asked; // Ctrl-C or SIGTERM came
    bool reads_here = false; // models are read by this process itself instead of a second one: for tests of what is done with them
};

// Fails with cancelled once somebody asked the program to stop. Asked between the steps of what takes long.
Result<void> check_stop(World const& world);

// Opens ONNX Runtime where this world has it; a failure hints at `hullmark doctor`.
Result<Runtime> open_runtime(World const& world);
