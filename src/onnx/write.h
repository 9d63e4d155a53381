#pragma once

#include "base/bytes.h"
#include "onnx/model.h"

#include <cstdint>
#include <string>
#include <vector>

// OnnxModel -> bytes.
//
// Promises: the same model gives the same bytes; fields stand in the order of their numbers, unknown fields behind them as they
// were read; elements stand in raw_data (string_data for STRING), whatever form they were read from; single fields at their
// default are left out, but for those that ONNX says must be present. Nothing can fail: what an OnnxModel holds can be written.
// Memory: the parts of OnnxFile share the weights with the model, so a model beyond 2 GiB is written without a copy.
// Source: ONNX onnx.proto, protobuf "Encoding".

// What protobuf's own readers take as one message. A larger model needs external data.
inline constexpr uint64_t onnx_single_file_limit = INT32_MAX;

// A file to be written, as pieces that follow one another. They keep what they show alive.
struct OnnxFile {
    std::vector<SharedBytes> parts;
    uint64_t size = 0;

    std::string joined() const;
};

OnnxFile encode_onnx(OnnxModel const& model);
// As one text; a copy of everything.
std::string write_onnx(OnnxModel const& model);
// One TensorProto by itself.
std::string write_onnx_tensor(OnnxTensor const& tensor);

// A model whose initializers stand in a second file, for as long as that is named `location` and stands beside the first.
struct OnnxFiles {
    OnnxFile model;
    OnnxFile data;
};

// Moves the initializers of the graph and of its subgraphs that have at least `smallest` bytes of raw data into `data`, in their
// order, each at a multiple of 4096 (so that it can be mapped), zeros between. The model itself is left as it is.
OnnxFiles encode_onnx_external(OnnxModel const& model, std::string const& location, uint64_t smallest = 1024);
