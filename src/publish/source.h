#pragma once

#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "files/mapped.h"
#include "onnx/model.h"
#include "program/program.h"
#include "recognise/recognise.h"
#include "runtime/runtime.h"
#include "scan/scan.h"
#include "torch/checkpoint.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Model files: opened once, recognised, and read as what they are.

// A file and what it is. The digest is that of the very bytes that are parsed.
struct SourceFile {
    MappedFile file;
    Digest digest;
    Kind kind = Kind::unknown;
    std::string name() const; // without its folder
};

// Fails with refused where a file has another digest than the one that was wanted.
Result<void> check_digest(std::string const& path, Digest const& found, Digest const& wanted);

// A file that is yet to be recognised: opened and hashed, and no byte of it interpreted. Where `wanted` is given, another digest is refused.
// Fails as MappedFile::open does.
Result<SourceFile> open_file(std::filesystem::path const& path, std::optional<Digest> const& wanted = {}, Limits const& limits = {});
// The same, recognised by this process itself.
Result<SourceFile> open_source(std::filesystem::path const& path, std::optional<Digest> const& wanted = {}, Limits const& limits = {});

// A model as ONNX bytes and the files of its external data, which stand beside it and nowhere else.
struct OnnxSource {
    OnnxModel model; // weights in other files are not loaded
    SharedBytes bytes;
    std::vector<ExternalFile> external_files;
};

Result<OnnxSource> read_onnx_source(SourceFile const& source, Limits const& limits = {});

// What a TorchScript file or an exported program computes.
struct ProgramSource {
    Program program;
    uint64_t call_count = 0; // of operators, in the file
};

// Fails with unsupported for other kinds, and says by code and hint what can be done: G08 for weights without a graph, G09 for pickled modules.
Result<ProgramSource> read_program_source(SourceFile const& source, Limits const& limits = {});

// What the file would do to whoever loads it; its external data is looked for in its own folder.
ScanReport judge_source(SourceFile const& source, Limits const& limits = {});
// Fails with refused, and all findings as places, unless the file is safe.
Result<void> demand_safe(SourceFile const& source, Limits const& limits = {});

// What cannot be read as the wanted thing: why, and the next command.
Failure cannot_read(SourceFile const& source, std::string const& wanted);
