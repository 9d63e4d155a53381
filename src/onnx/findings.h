#pragma once

#include "base/limits.h"
#include "onnx/model.h"

#include <string>
#include <string_view>
#include <vector>

// What is odd about a model although it can be read: reasons not to hand its bytes to another reader. Neither function judges what
// structure.h judges.

struct OnnxFinding {
    // "protobuf": readers may take the bytes differently; "external-data": a place that is no plain file beneath the model's folder;
    // "custom-domain": operators of a library; "native-code": a node that is compiled code; "limit": beyond what honest models need;
    // "malformed": an opset that ONNX does not have, a sparse tensor whose indices lie outside of it.
    std::string_view word;
    std::string message;
    std::string place; // "byte 12", "graph.node[3]"
};

// About the bytes: single fields that stand twice (the last counts, or they are joined), fields that ONNX does not have, numbers beyond
// their type, text that is not UTF-8, external data of a tensor that says its data is here. One pass over every message of the file on an
// explicit stack, at most 100 deep; stops where the bytes are no protobuf any more, which read_onnx says. At most 1,000 findings.
std::vector<OnnxFinding> findings_of_bytes(Bytes file, Limits const& limits = {});

// About the model: where external data stands, domains, nodes of compiled code, shapes that no memory holds.
std::vector<OnnxFinding> findings_of_model(OnnxModel const& model);
