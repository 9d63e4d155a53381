#pragma once

#include "graph/compose.h"

#include <optional>

// Resizing a tensor along one axis by gathering and weighting its elements, number for number as PyTorch does it
// (aten/src/ATen/native/UpSample.h and cpu/UpSampleKernel.cpp): for what ONNX Resize gives other numbers for, or has no kernel.

enum class InterpolationMode : uint8_t { nearest,
    nearest_exact,
    linear,
    cubic };

struct Interpolation {
    InterpolationMode mode = InterpolationMode::nearest;
    bool align_corners = false;
    bool antialias = false; // linear and cubic alone
};

struct ResizedAxis {
    Dim input;
    Dim output;
    // output / input as the program gave it: coordinates go by it and not by the sizes; more than 0.
    std::optional<double> factor;
};

// The element of the input that each element of the output is, where both sizes are known: in float arithmetic, as PyTorch has it.
std::vector<int64_t> nearest_places(int64_t input, int64_t output, std::optional<double> factor, bool exact);

// `tensor` (floating, or any dtype where the mode is nearest) with `axis` resized. Fails with unsupported where antialias meets a
// size that may vary.
Result<GraphTensor> resized_along(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, ResizedAxis const& resized, Interpolation const& how);
