#pragma once

#include "operators/operation.h"

#include <span>

// The families of operators, a file each. A new operator is a row in its family, a function, and a row in the test table.

std::span<OperatorRow const> number_operators(); // numbers of the program
std::span<OperatorRow const> comparison_operators(); // of numbers, texts and lists of the program
std::span<OperatorRow const> container_operators(); // lists, dicts and texts of the program
std::span<OperatorRow const> fact_operators(); // sizes, dtypes and devices of tensors
std::span<OperatorRow const> arithmetic_operators(); // element by element, as the next two
std::span<OperatorRow const> logic_operators(); // comparisons, bits and choice
std::span<OperatorRow const> activation_operators();
std::span<OperatorRow const> shape_operators(); // views, reshapes, joins and splits
std::span<OperatorRow const> creation_operators(); // tensors from numbers; conversions of dtype
std::span<OperatorRow const> matrix_operators();
std::span<OperatorRow const> convolution_operators();
std::span<OperatorRow const> pooling_operators();
std::span<OperatorRow const> normalisation_operators();
std::span<OperatorRow const> reduction_operators(); // sums, extremes, norms, softmax
