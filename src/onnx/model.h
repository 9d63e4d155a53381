#pragma once

#include "base/bytes.h"
#include "tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// An ONNX model in memory, as the ModelProto of onnx.proto names things. Weights are views into the bytes that were read (or
// into mapped external data), never copies. What a message carries beyond the fields named here is kept in `unknown_fields`,
// in protobuf wire format, and written back.

struct OnnxGraph;

// Where a tensor's bytes stand when they are not in the model file itself.
struct OnnxExternalData {
    std::string location; // relative to the model's folder
    uint64_t offset = 0;
    std::optional<uint64_t> length;
    std::vector<std::pair<std::string, std::string>> others{}; // "checksum" and keys we do not know, in the file's order
};

// TensorProto. `data_type` is onnx.proto's number. Elements are in `raw` (little-endian, row-major) whatever form the file had;
// for STRING they are in `strings`. With `external` set and not loaded, `raw` is empty.
struct OnnxTensor {
    std::string name;
    int32_t data_type = 0;
    std::vector<int64_t> dims;
    SharedBytes raw;
    std::vector<std::string> strings;
    std::optional<OnnxExternalData> external;
    std::string doc_string;
    std::string unknown_fields;
};

// SparseTensorProto. The name stands in `values`.
struct OnnxSparseTensor {
    OnnxTensor values;
    OnnxTensor indices;
    std::vector<int64_t> dims;
    std::string unknown_fields;
};

// A size in a value's type: a number, a name, or neither.
struct OnnxDim {
    std::optional<int64_t> value;
    std::string parameter;
    std::string unknown_fields;
};

// TypeProto. Tensor types are spelled out; sequence, map, optional and sparse types keep their serialised form.
struct OnnxType {
    int32_t element_type = 0; // 0 where the type is not a tensor
    std::optional<std::vector<OnnxDim>> shape; // nothing: unknown rank
    std::string other; // serialised TypeProto where it is not a dense tensor type, else empty
    std::string unknown_fields;
    std::string tensor_unknown_fields{}; // of TypeProto.Tensor
    std::string shape_unknown_fields{}; // of TensorShapeProto
};

// ValueInfoProto
struct OnnxValueInfo {
    std::string name;
    OnnxType type;
    std::string doc_string;
    std::string unknown_fields;
};

// AttributeProto: the value decides the type. `reference` (ref_attr_name) stands for a function's attribute.
struct OnnxAttribute {
    std::string name;
    std::variant<std::monostate, float, int64_t, std::string, OnnxTensor, std::shared_ptr<OnnxGraph>, std::vector<float>, std::vector<int64_t>, std::vector<std::string>, std::vector<OnnxTensor>, std::vector<std::shared_ptr<OnnxGraph>>> value;
    std::string reference;
    int32_t type = 0; // AttributeProto.AttributeType as it stood in the file; 0: follows from the value when written
    std::string doc_string;
    std::string unknown_fields; // also holds type protos
    // SPARSE_TENSOR (`type` is 11, one of them) or SPARSE_TENSORS (`type` is 12); `value` is std::monostate then.
    std::vector<OnnxSparseTensor> sparse_tensors{};
};

// NodeProto
struct OnnxNode {
    std::string op_type;
    std::string domain; // empty: ai.onnx
    std::string name;
    std::vector<std::string> inputs; // "" for an optional input left out
    std::vector<std::string> outputs;
    std::vector<OnnxAttribute> attributes;
    std::string doc_string;
    std::string unknown_fields;
};

// GraphProto
struct OnnxGraph {
    std::string name;
    std::vector<OnnxNode> nodes;
    std::vector<OnnxTensor> initializers;
    std::vector<OnnxValueInfo> inputs;
    std::vector<OnnxValueInfo> outputs;
    std::vector<OnnxValueInfo> value_info;
    std::string doc_string;
    std::string unknown_fields; // also holds quantization_annotation
    std::vector<OnnxSparseTensor> sparse_initializers{};
};

struct OnnxOpset {
    std::string domain; // empty: ai.onnx
    int64_t version = 0;
    std::string unknown_fields{};
};

// FunctionProto: an operator that the model brings with it.
struct OnnxFunction {
    std::string name;
    std::string domain;
    std::string overload;
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    std::vector<std::string> attributes; // names that a caller must give
    std::vector<OnnxAttribute> defaults; // attributes that a caller may leave out
    std::vector<OnnxNode> nodes;
    std::vector<OnnxOpset> opsets;
    std::vector<OnnxValueInfo> value_info;
    std::string doc_string;
    std::string unknown_fields;
};

// TrainingInfoProto
struct OnnxTraining {
    std::optional<OnnxGraph> initialization;
    std::optional<OnnxGraph> algorithm;
    std::string unknown_fields; // also holds the bindings
};

struct OnnxProperty {
    std::string key;
    std::string value;
    std::string unknown_fields{};
};

// ModelProto
struct OnnxModel {
    int64_t ir_version = 0;
    std::string producer_name;
    std::string producer_version;
    std::string domain;
    int64_t model_version = 0;
    std::string doc_string;
    std::vector<OnnxOpset> opsets;
    std::vector<OnnxProperty> metadata;
    OnnxGraph graph;
    std::string unknown_fields;
    std::vector<OnnxFunction> functions{};
    std::vector<OnnxTraining> training{};
};

// onnx.proto's TensorProto.DataType of a dtype and back; nothing where the other side has no such type.
std::optional<int32_t> onnx_data_type(DType dtype);
std::optional<DType> dtype_of_onnx(int32_t data_type);
