#pragma once

#include "tensor/dtype.h"

#include <cstdint>
#include <string_view>

// Which dtypes the kernels of ONNX Runtime's CPU provider take (found by loading each of them in 1.31 and 1.32): ONNX allows more.

// The dtype in which an element-wise operator or reduction on `dtype` is to be computed: `dtype` itself where there is a kernel,
// else a wider one of its kind; for float64 float32, where that is all there is, which loses digits.
DType kernel_dtype(std::string_view op_type, DType dtype, int64_t opset);
