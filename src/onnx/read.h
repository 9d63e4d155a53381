#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "onnx/model.h"

#include <functional>
#include <string_view>
#include <vector>

// Bytes -> OnnxModel.
//
// Promises: weights are views into the bytes that were given (typed data fields are decoded into raw little-endian elements);
// every field that onnx.proto does not name, or that OnnxModel does not spell out, is kept verbatim and in order. Repeated
// numbers read packed or not, the last occurrence of a single field wins, occurrences of a single message are joined.
// Refuses: malformed wire format, groups, known fields of a wrong wire type, a tensor with data in two places or in a field
// that is not its type's, numbers that do not fit the element type, an attribute of two values, a file without a graph. Each
// failure carries the byte offset and the path ("graph.node[3].attribute[1]"). Messages nested deeper than 100 (protobuf's own
// bound), and nodes, tensors, attributes, values, decoded bytes and declared elements beyond `limits`, are exhausted.
// It does not judge the graph: structure.h does. Source: ONNX onnx.proto (1.12 to 1.22), protobuf "Encoding".

// Limits used: bytes; entries (nodes, tensors, attributes and values, each); steps (fields); unpacked_bytes (decoded numbers, and
// elements that dims declare); depth.
Result<OnnxModel> read_onnx(SharedBytes file, Limits const& limits = {});

// One TensorProto by itself, as ONNX's test data has them (input_0.pb).
Result<OnnxTensor> read_onnx_tensor(SharedBytes file, Limits const& limits = {});

// A tensor of the model whose bytes stand elsewhere.
struct OnnxExternalTensor {
    std::string place; // "graph.initializer[4] \"weight\""
    OnnxTensor const* tensor; // its `external` is set
};

// All of them, wherever they stand: initializers, attributes, subgraphs, functions, training graphs, and the values and indices
// of sparse tensors. In the file's order.
std::vector<OnnxExternalTensor> external_tensors(OnnxModel const& model);

// A location is one or more plain names joined by "/": relative, without "." or "..", backslash, NUL, "*" or empty names; else refused.
// Links are for whoever opens the file to refuse.
Result<void> check_external_location(std::string_view location);

// Whether each external tensor has the length that its type and dims need, and no two overlap without being the same bytes. Fails with
// refused or malformed; how long the files are is for whoever opens them to hold against it.
Result<void> check_external_ranges(OnnxModel const& model);

// Whether the file has the SHA-1 that the model states of it, if it states one; malformed where it has another. Reads all of the file.
Result<void> check_external_checksum(OnnxExternalData const& place, Bytes file);

// Gives the bytes of one place. `length` is always set: what the tensor's type and dims need. It must return exactly that many.
using ExternalLoader = std::function<Result<SharedBytes>(OnnxExternalData const&)>;

// Loads every external tensor, which is then like any other: `raw` is set and `external` is not. Fails, before anything is
// loaded, where a location is refused, where a length is not what type and dims need (malformed), where the lengths together
// pass `limits.unpacked_bytes` (exhausted), or where two tensors overlap without being the same bytes (refused). Failures of
// `load` pass through. After a failure in `load` the tensors before it are loaded.
Result<void> load_external_data(OnnxModel& model, ExternalLoader const& load, Limits const& limits = {});
