#pragma once

#include "base/result.h"
#include "graph/builder.h"
#include "graph/heap.h"
#include "graph/value.h"

// The elements of a tensor as numbers of the program, in lists within lists for its axes: what tolist() gives. A tensor of rank 1 whose
// size varies becomes a list whose length depends on data. Fails with unsupported where another axis varies, and where there are more
// than a program may pile up.
Result<Value> elements_of(GraphBuilder& graph, Heap& heap, GraphTensor const& tensor);
