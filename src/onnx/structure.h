#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "onnx/model.h"
#include "tensor/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

// What can be said about a model without knowing its operators.

// Whether the model holds together. Promises, where it succeeds:
// - every name is defined once in its graph and before it is used (nodes stand in topological order), a subgraph seeing what
//   stands before its node in the graphs around it; graph outputs are defined;
// - there is one opset import for each domain that a node uses, and none stands twice ("ai.onnx" is "");
// - elements fit type and dims, for tensors here and for the stated length of external ones;
// - attributes of a node have different names, and only functions refer to attributes of a caller;
// - functions of the model have unique names outside ONNX's own domains, do not call themselves by any way round, and unfold
//   to no more than `limits.entries` nodes.
// Fails with malformed (refused for a function that takes the place of a standard operator; exhausted for nesting beyond 100
// graphs and for functions that unfold too far) and the path of the place: "graph.node[3]". Operators, their types and their
// attributes are not judged: the runtime does. Source: ONNX "IR" document.
Result<void> check_structure(OnnxModel const& model, Limits const& limits = {});

// The inputs that a caller must give: those of the graph that are not initializers as well, in order.
std::vector<OnnxValueInfo> required_inputs(OnnxModel const& model);

struct OnnxOperatorCount {
    std::string domain; // "" for ai.onnx
    std::string op_type;
    uint64_t count = 0;

    bool operator==(OnnxOperatorCount const&) const = default;
};

// Over the graph, its subgraphs and the bodies of functions; in the order of domain and name.
std::vector<OnnxOperatorCount> operator_counts(OnnxModel const& model);

// Elements of all initializers of the graph and its subgraphs, for sparse ones the stored values. Sizes that overflow count as 0.
uint64_t parameter_count(OnnxModel const& model);

// Domains of nodes that are neither ONNX's own, nor built into ONNX Runtime, nor defined by the model's functions:
// they would need a library of custom operators. Sorted.
std::vector<std::string> custom_domains(OnnxModel const& model);

// The elements as a tensor that shares their bytes. Fails with unsupported where DType lacks the type, with malformed where the
// elements do not fit the dims, with missing where the data is external and not loaded.
Result<Tensor> to_tensor(OnnxTensor const& tensor);
// The reverse; unsupported for element types that ONNX lacks.
Result<OnnxTensor> from_tensor(std::string name, Tensor const& tensor);
