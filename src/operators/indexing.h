#pragma once

#include "operators/operation.h"

#include <vector>

// What the families share that read or write a tensor at places which a tensor names.

// Where `mask` (any dtype, rank 1 or more) is not zero, as one int64 vector an axis.
struct PlacesOfMask {
    std::vector<GraphTensor> places;
    Dim count;
};
Result<PlacesOfMask> places_of_mask(GraphBuilder& graph, GraphTensor const& mask);

// Row indices of NonZero: [rank, count] with the count as a new symbol.
Result<GraphTensor> nonzero_places(GraphBuilder& graph, GraphTensor const& tensor);

enum class ScatterReduction : uint8_t { none,
    add,
    multiply,
    maximum,
    minimum };

// ScatterElements: `places` and `updates` have equal sizes. Fails with unsupported where the opset does not have the reduction.
Result<GraphTensor> scattered(GraphBuilder& graph, GraphTensor const& base, int64_t axis, GraphTensor const& places, GraphTensor const& updates, ScatterReduction reduction);

// ScatterND: `places` is [..., k] and names the first k axes of `base`; places count from 0 or from the end.
Result<GraphTensor> scattered_rows(GraphBuilder& graph, GraphTensor const& base, GraphTensor const& places, GraphTensor const& updates, ScatterReduction reduction);

// The axes in order, but with `axis` first: and the permutation back.
std::vector<int64_t> axis_to_front(int64_t rank, int64_t axis);
std::vector<int64_t> front_to_axis(int64_t rank, int64_t axis);

// Whole numbers as int64, for what names places.
Result<GraphTensor> as_places(GraphBuilder& graph, GraphTensor const& tensor);
