#pragma once

#include "operators/operation.h"

#include <span>

// The families of operators, a file each. A new operator is a row in its family, a function, and a row in the test table.

std::span<OperatorRow const> scalar_operators(); // numbers, text, lists and dicts of the program
std::span<OperatorRow const> pointwise_operators(); // element by element
std::span<OperatorRow const> shape_operators(); // views, reshapes, joins and splits
std::span<OperatorRow const> creation_operators(); // tensors from numbers; conversions of dtype
std::span<OperatorRow const> matrix_operators();
std::span<OperatorRow const> convolution_operators();
std::span<OperatorRow const> pooling_operators();
std::span<OperatorRow const> normalisation_operators();
std::span<OperatorRow const> reduction_operators(); // sums, extremes, norms, softmax
