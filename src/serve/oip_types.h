#pragma once

#include "runtime/runtime.h"
#include "tensor/dtype.h"
#include "tensor/tensor.h"

#include <optional>
#include <string>
#include <string_view>

// Element types in the words of the Open Inference Protocol: "FP32", "INT64", "BYTES".

// Nothing for types that the protocol does not have.
std::optional<std::string_view> oip_name(DType dtype);
std::optional<DType> oip_dtype(std::string_view name);

// "[-1,784]": -1 is any size. Nothing is told of a tensor of unknown rank: "[]".
std::string oip_shape(SessionValue const& value);
std::string oip_shape(Shape const& shape);
