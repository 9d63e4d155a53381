#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "serve/served_model.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A request to infer of the Open Inference Protocol, REST, with its binary tensor extension, as a pure function.
//
// Members that are not known, and parameters that only bear on scheduling (priority, timeout, sequences), are ignored.
// Refuses, naming the input: unknown, missing and repeated inputs; another datatype or shape than the model's; data that is not as long as its
// shape; bytes that belong to no input; outputs that the model has not; classification.

struct OipOutput {
    size_t number = 0; // among the model's
    bool binary = false;
};

struct OipRequest {
    std::optional<std::string> id;
    std::vector<NamedTensor> inputs; // in the model's order
    std::vector<OipOutput> outputs; // those asked for, in the order asked; all where none are named
};

// `json_bytes`: how much of `body` is JSON, as Inference-Header-Content-Length says; nothing where all of it is. 0: the body is the
// only input's bytes, and all answers come in binary form. Fails with malformed; the text is for the client.
Result<OipRequest> read_oip_request(SharedBytes body, std::optional<uint64_t> json_bytes, ServedModel const& model);

// The text of an Inference-Header-Content-Length field. Fails with malformed where it is no number or beyond `body_bytes`.
Result<uint64_t> read_oip_header_length(std::string_view text, uint64_t body_bytes);
