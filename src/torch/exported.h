#pragma once

#include "base/limits.h"
#include "torch/checkpoint.h"

#include <map>

// Exported programs (.pt2), as torch.export.save writes them: read to judge and to describe them, and for exported_program.h to make a Program of them.
//
//   since PyTorch 2.8, below one folder      2.1 to 2.7, at the top
//     archive_format, archive_version          version
//     models/NAME.json                         serialized_exported_program.json
//     data/weights/NAME_weights_config.json    serialized_state_dict.pt (or .json, with the same content)
//       with weight_N: whole storages, or a
//       file of torch.save; or NAME.pt
//     data/constants/..., the same             serialized_constants.pt
//     data/sample_inputs/NAME.pt               serialized_example_inputs.pt
//     data/aotinductor/NAME/...: native code
//     extra/...                                extra_files/...
//
// Promises: nothing is run; every member is read, handed on as a part, or a finding; views of weights lie within their storages.
// What PyTorch would evaluate, generate code from or import while it loads or runs the program is held against grammars: sizes
// against what SymPy prints, guards against comparisons of sizes, names that come to stand in generated Python against identifiers.
// Refuses: damage (malformed).
// Source: PyTorch torch/export/pt2_archive/_package.py, torch/_export/serde/schema.py and serialize.py, torch/export/_unlift.py.

struct ExportedSize {
    std::string text; // "3", "s0", "2*s0"; as the file spells it where it is no number or symbol
};
struct ExportedValue {
    std::string name;
    std::optional<DType> dtype; // nothing: no tensor, or an element type that is not known
    std::vector<ExportedSize> shape;
    std::string kind; // "tensor", "int"...
};
struct ExportedOperator {
    std::string name; // "torch.ops.aten.conv2d.default"
    uint64_t count = 0;
};
// What a symbol of the shapes may be.
struct ExportedRange {
    std::string symbol;
    std::optional<int64_t> least;
    std::optional<int64_t> most;
};

struct ExportedDocument;

struct ExportedModel {
    std::string name; // "model"
    std::string torch_version; // empty where the file does not say
    std::string schema_version; // "8.2"
    std::vector<ExportedValue> inputs; // of the user: no weights
    std::vector<ExportedValue> outputs;
    std::vector<ExportedOperator> operators; // by name
    std::vector<ExportedRange> ranges;
    std::vector<CheckpointTensor> weights; // under the names of the state dict
    std::vector<CheckpointTensor> constants; // tensors and buffers that are not saved with the state dict
    std::vector<std::string> left_out; // weights and constants that are no plain tensors, with the reason
    std::shared_ptr<ExportedDocument const> document; // the JSON; for exported_program.h
};

struct ExportedProgramFile {
    bool is_old = false; // the form of 2.1 to 2.7
    std::vector<ExportedModel> models;
    std::vector<std::string> extra_files;
    // Codes: those of read_checkpoint and "archive"; "expression" (what PyTorch would evaluate or generate code from and no exporter
    // writes), "would-import" and "would-call" (names outside of PyTorch's operators), "writes-files", "custom-code", "native-code",
    // "pickle-inside" (a part that is loaded as a pickle whatever it holds), "version", "crc", "no-crc", "stranger".
    std::vector<TorchFinding> findings;
    // Files inside, to be judged as what they are: checkpoints and pickles that PyTorch loads with all they may call.
    std::vector<TorchPart> parts;
};

// Fails with malformed, refused, unsupported or exhausted.
Result<ExportedProgramFile> read_exported_program(SharedBytes file, Limits const& limits = {});
