#pragma once

#include "graph/builder.h"
#include "onnx/model.h"

#include <vector>

// Whether a program that fills a cache in its module gives the same with the full cache as it gave with the empty one: it is evaluated
// twice into one graph, and the two must come to the same nodes.

// Adds an output that holds two answers side by side, or what a cache was filled with.
void add_pair(GraphBuilder& graph, GraphTensor const& first, GraphTensor const& second);
void add_cached(GraphBuilder& graph, GraphTensor const& cached);

// True where the two of each pair are one value, and nothing that was cached depends on an input. `model` is the finished graph.
bool repeats_itself(OnnxModel model);
