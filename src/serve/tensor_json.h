#pragma once

#include "runtime/runtime.h"
#include "serve/body_faults.h"
#include "tensor/tensor.h"
#include "json/json.h"

#include <optional>
#include <string>

// Tensors as nested JSON lists, row-major.

// Whether a tensor of that dtype can be read from and written to JSON: real numbers of 16 bits or more, integers of 8 bits or more,
// booleans and strings.
bool has_json_form(DType dtype);

// What a list in a request was taken for.
struct ReadTensor {
    Tensor tensor;
    bool one_row = false; // it had one level less than the model's input: axis 0, of size 1, was put in front
};

// Reads `value` as `wanted` says: lists nested as deep as the input's rank, or one level less for one row. Numbers are read as
// pydantic reads them (1, true and "1.5" are floats; 1.0 and "1" are integers; 1.5 is none), but for booleans, which are true or
// false, and but for what the dtype cannot hold, which is refused. Rows must be of equal length, and none may be empty; sizes are held against
// those of `wanted`. Nothing where anything is wrong; then `faults` says what, at `location` and below.
std::optional<ReadTensor> read_json_tensor(Json const& value, SessionValue const& wanted, Json const& location, BodyFaults& faults);

// Nested lists; a tensor of rank 0 is a plain value. Floats are written as the double they are equal to, as
// PyTorch's item() and tolist() give them; integers and booleans are exact, strings that are not UTF-8 have U+FFFD in them. Nothing where a float is not
// finite, for JSON has no word for it.
std::optional<std::string> json_tensor_text(Tensor const& tensor);

// The same elements as one flat list, appended to `text`: floats in the fewest digits that name them in their own type, and NaN, Infinity and
// -Infinity bare, as Python's json and the servers of the Open Inference Protocol write them.
void append_flat_json(Tensor const& tensor, std::string& text);
