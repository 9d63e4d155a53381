#pragma once

#include "torch/checkpoint.h"
#include "torch/torchscript.h"

// TorchScript archives as torch.jit.save wrote them in PyTorch 1.0 to 1.3. PyTorch still loads them; here they are described and judged,
// and not made a Program.
//
//   NAME/model.json       the tree of modules, the tensors' shapes, and which member holds what
//   NAME/tensors/N        storages
//   NAME/code/....py      the methods of each module, in the small language
//   NAME/libs/....py      classes and functions
//   NAME/debug/....pkl    where the code came from
//   NAME/attributes.pkl   attributes that are no tensors, since 1.0.1
//
// Promises: nothing is run; all code is read, and its operators are judged as those of torchscript.h; views of tensors lie within their
// storages; every member is read, handed on as a part, or a finding.
// Refuses: damage (malformed), documents beyond the limits.
// Source: PyTorch torch/csrc/jit/serialization/import_legacy.cpp, caffe2/proto/torch.proto.
struct OldTorchScript {
    std::string producer; // "pytorch 1.2"
    int64_t format_version = 0; // protoVersion: 1 to 5
    std::vector<CheckpointTensor> tensors; // parameters and buffers by path; others as "tensors.N"
    std::vector<std::string> left_out; // tensors of types that are not known, with the reason
    std::vector<TorchScriptCode> code;
    std::vector<TorchScriptOperator> operators; // by name; places refer to `code`
    std::vector<TorchFinding> findings; // codes as in torchscript.h
    std::vector<std::string> extra_files; // names below extra/
    std::vector<TorchPart> parts;
};

// Whether PyTorch would load the archive as one: model.json, and anything beside it that such an archive has.
bool is_old_torchscript(ZipArchive const& archive);

Result<OldTorchScript> read_old_torchscript(std::shared_ptr<ZipArchive const> archive, Limits const& limits = {}, TorchPickleVisitor const& visit_pickle = {});
