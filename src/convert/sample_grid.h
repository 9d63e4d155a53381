#pragma once

#include "convert/convert.h"

// Samples of quantised tensors. A program does not say whether an input is one: its answers are rounded then, and those of ONNX are not.

// True where the numbers (float32) are whole multiples of one step, at least 8 different ones of at most 256, as dequantised tensors are;
// steps that are whole numbers of 1/1024 do not count, as much else lies on them.
bool looks_dequantised(Tensor const& sample);

// Warns (G11) where an input's sample looks dequantised and the program has operators that round on quantised tensors.
void warn_of_grids(std::vector<InputSpecification> const& inputs, Conversion& conversion);
