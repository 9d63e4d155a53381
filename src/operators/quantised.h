#pragma once

#include "operators/operation.h"

// Quantised tensors: what their grids do in calls of operators.

// Whether the zero point is added before a number is rounded, which tells where it lies in the middle of two steps: quantisation does so
// (aten/src/ATen/native/quantized/AffineQuantizer.cpp), and operators with fewer elements than a vector of the processor; others do not.
enum class QuantisedRounding : uint8_t { with_zero_point,
    as_operators_do };

// The nearest places of the grid: float32, held within the ends of its integers.
Result<GraphTensor> put_on_grid(GraphBuilder& graph, GraphTensor const& real, QuantisedGrid const& grid, QuantisedRounding rounding);

// The same storage seen with that grid (null: as the real numbers that it stands for).
TensorReference seen_on_grid(TensorReference const& tensor, std::shared_ptr<QuantisedGrid const> grid);

// What an operator on real numbers gives where it takes quantised tensors instead.
enum class QuantisedEffect : uint8_t { none, // it does not take them
    any, // it knows of them itself, or its result has no elements of theirs
    same_elements, // elements on the grid stay on it
    own_grid, // real numbers, put on the grid of the first argument
    unit_grid, // on the grid of [0, 1)
    both_sides_grid }; // on the grid of [-1, 1)
QuantisedEffect effect_on_quantised(std::string_view name);

// The result of an operator with that effect, called with what tensors on `grid` stand for.
Result<Value> quantised_result(QuantisedEffect effect, std::shared_ptr<QuantisedGrid const> const& grid, Value const& result, GraphBuilder& graph, Heap& heap);
