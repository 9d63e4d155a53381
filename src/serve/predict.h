#pragma once

#include "base/result.h"
#include "runtime/runtime.h"
#include "serve/body_faults.h"
#include "tensor/tensor.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

// The plain dialect: {"input": ...} in, {"prediction": ...} out, as pure functions over named tensors.
//
// `input` names the only input whatever its graph name. Several inputs stand by name, beside each other or as an object under
// "input". Lists nested as deep as the input's rank are rows, and the answer keeps its batch axis; one level less is one row, and
// the answer loses it, down to a plain value where the row's answer has one element. One output is the prediction itself,
// several stand in it by name. Unknown members are ignored.
//
// Refuses: what the input's element type cannot hold, NaN and Infinity both ways, ragged and empty lists, sizes that are not the
// model's, one row beside several rows, JSON deeper than 32, keys that stand twice.

struct PredictRequest {
    std::vector<NamedTensor> inputs; // in the model's order
    bool one_row = false;
};

// What stands in Content-Type decides how FastAPI takes a body; none at all counts as JSON.
bool is_json_content(std::optional<std::string_view> content_type);

// `body` need not be UTF-8 where `json_content` is false: then it can only be refused, and is repeated as a text.
tl::expected<PredictRequest, BodyFaults> read_predict_body(std::string_view body, bool json_content, std::span<SessionValue const> inputs);
// The same without the short way of plain_numbers.h. Both come to one answer, which tests hold them to.
tl::expected<PredictRequest, BodyFaults> read_predict_document(std::string_view body, bool json_content, std::span<SessionValue const> inputs);

// {"prediction": ...}. `names` are those of `outputs`. Fails with unsupported, naming the output, where a value is not finite.
Result<std::string> predict_answer(std::span<std::string const> names, std::span<Tensor const> outputs, bool one_row);

// The body that asks for one row of `sample`, or for all of it where no axis is a row's: what the documents show as an example.
// Nothing where it cannot be written, or would be longer than `most_bytes`.
std::optional<std::string> predict_example(std::span<NamedTensor const> sample, std::span<SessionValue const> inputs, size_t most_bytes);
