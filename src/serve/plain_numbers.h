#pragma once

#include "runtime/runtime.h"
#include "tensor/tensor.h"

#include <optional>
#include <string_view>

// The short way for what nearly every client of /predict sends: {"input": [[0.5, 1], [2, 3]]} to a model of one input of floats. The numbers go
// straight into the tensor, and no tree of the JSON is made.

struct PlainNumbers {
    Tensor tensor; // of the input's rank
    bool one_row = false; // it had one level less: axis 0, of size 1, was put in front
};

// Nothing where the body is anything else, right or wrong; where there is an answer it is the one that read_predict_body() comes to the long way.
std::optional<PlainNumbers> read_plain_numbers(std::string_view body, SessionValue const& input);
