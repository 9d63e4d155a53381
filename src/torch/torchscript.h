#pragma once

#include "files/zip.h"
#include "program/program.h"
#include "torch/finding.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// TorchScript archives, as torch.jit.save writes them since PyTorch 1.4 → Program.
//
//   NAME/data.pkl             the tree of modules; its tensors lie in NAME/data/
//   NAME/constants.pkl        a tuple of what the code calls CONSTANTS.c0...; its tensors lie in NAME/constants/
//   NAME/code/....py          classes and functions in a small language that looks like Python
//   NAME/version              or NAME/.data/version: what some operators mean
//   NAME/byteorder            "little" or "big"; little where it is missing
//   NAME/traced_inputs.pkl    of traced modules: the shapes and types of the example
//   NAME/extra/...            whatever the author put there
//
// Promises: nothing is run; the Program passes check_program(); all code files are read, also those that nothing calls. Errors name
// the member, and in code the line. CRCs of tensors are not looked at, all others are.
// Refuses: damage (malformed); pickles that call what no TorchScript file calls (refused); values that contain themselves, sparse
// tensors, Python functions, archives of PyTorch before 1.4, of torch.package and for the mobile interpreter alone (unsupported).
// Source: PyTorch torch/csrc/jit/serialization/ (python_print.cpp, import.cpp, import_source.cpp, pickler.cpp, unpickler.cpp).

struct TorchScriptCode {
    std::string name; // "code/__torch__/net.py"
    SharedBytes text;
};

struct TorchScriptOperator {
    static constexpr size_t places_kept = 8;

    std::string name; // "aten::conv2d"
    uint64_t count = 0; // calls of it in the code
    std::vector<SourcePlace> places; // the first of them
};

struct TorchScriptFile {
    Program program;
    std::vector<TorchScriptCode> code; // in the order of Program::files
    std::vector<TorchScriptOperator> operators; // by name; those of prim:: that only shape the program are left out
    // Codes: "hooks" and "version" are about numbers; "pickle", "trailing-bytes" and "stranger" about bytes that no torch.jit.save
    // leaves; "writes-files" and "custom-code" about what the code would do where PyTorch loads or runs it.
    std::vector<TorchFinding> findings;
    std::vector<std::string> extra_files; // names below extra/
    std::vector<TorchPart> parts; // extra files, and members that nothing reads ("stranger"): to be judged as what they are
};

// Whether the archive looks like one: data.pkl, constants.pkl and code/ below one folder.
bool is_torchscript(ZipArchive const& archive);

// Whether it is one for the mobile interpreter alone: bytecode.pkl and data.pkl, and no code/ below their folder.
bool is_mobile_script(ZipArchive const& archive);
// What such an archive's pickles would do; there is no program in it. Source: PyTorch torch/csrc/jit/mobile/import.cpp.
Result<TorchScriptFile> read_mobile_script(std::shared_ptr<ZipArchive const> archive, Limits const& limits = {}, TorchPickleVisitor const& visit_pickle = {});

Result<TorchScriptFile> read_torchscript(std::shared_ptr<ZipArchive const> archive, Limits const& limits = {}, TorchPickleVisitor const& visit_pickle = {});
Result<TorchScriptFile> read_torchscript(SharedBytes bytes, Limits const& limits = {}, TorchPickleVisitor const& visit_pickle = {});
