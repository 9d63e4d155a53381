#pragma once

#include "operators/formula.h"

// Complex tensors by their parts.

struct ComplexParts {
    Formula real;
    Formula imaginary;
};

// Of a real tensor the imaginary part is 0.
ComplexParts parts_of(GraphBuilder& graph, GraphTensor const& tensor);
// Both parts are broadcast to each other.
Result<GraphTensor> complex_from(GraphBuilder& graph, ComplexParts const& parts);
// The complex conjugate.
Result<GraphTensor> conjugate(GraphBuilder& graph, GraphTensor const& tensor);
