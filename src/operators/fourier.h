#pragma once

#include "graph/compose.h"

// Discrete Fourier transforms as nodes. ONNX Runtime's kernel is exact to float32 for powers of 2 alone; other sizes are
// computed in float64.

enum class FourierScale : uint8_t { none,
    by_root, // divided by the root of the count of elements
    by_count };

// The dtype in which a transform over that size is computed.
DType fourier_dtype(DType real, Dim const& size);

// Of a complex tensor, along axes counted from 0.
Result<GraphTensor> complex_transform(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> const& axes, bool inverse, FourierScale scale);
// Of a real tensor: along the last of `axes` the first size / 2 + 1 frequencies, or all of them.
Result<GraphTensor> transform_of_real(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> const& axes, bool one_sided, FourierScale scale);
// The real tensor of size `size` along the last of `axes`, of which a complex one holds the first size / 2 + 1 frequencies.
Result<GraphTensor> inverse_to_real(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> const& axes, Dim const& size, FourierScale scale);
