#pragma once

#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "files/mapped.h"
#include "onnx/model.h"
#include "program/program.h"
#include "recognise/recognise.h"
#include "runtime/runtime.h"
#include "torch/checkpoint.h"
#include "torch/torchscript.h"

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

// Where `wanted` is given, another digest is refused. Fails as MappedFile::open does.
Result<SourceFile> open_source(std::filesystem::path const& path, std::optional<Digest> const& wanted = {}, Limits const& limits = {});

// A model as ONNX bytes and the files of its external data, which stand beside it and nowhere else.
struct OnnxSource {
    OnnxModel model; // weights in other files are not loaded
    SharedBytes bytes;
    std::vector<ExternalFile> external_files;
};

Result<OnnxSource> read_onnx_source(SourceFile const& source, Limits const& limits = {});

// A TorchScript file. Fails with unsupported for other kinds, and says by code and hint what can be done: G08 for weights without a graph, G09 for
// pickled modules.
Result<TorchScriptFile> read_program_source(SourceFile const& source, Limits const& limits = {});

// The reasons not to trust a file enough to publish it; empty: proved harmless by rule.
std::vector<std::string> findings_of(SourceFile const& source, TorchScriptFile const& script);
std::vector<std::string> findings_of(OnnxModel const& model);

// What cannot be read as the wanted thing: why, and the next command.
Failure cannot_read(SourceFile const& source, std::string const& wanted);
