#pragma once

#include "base/result.h"
#include "http/message.h"
#include "serve/served_model.h"

#include <memory>
#include <span>
#include <tl/expected.hpp>
#include <vector>

// What the protocols that clients speak have in common: a request is named tensors for one model, and its answer is that model's outputs.

// One request, read.
class ServeCall {
public:
    virtual ~ServeCall() = default;
    // In the order of the model's inputs.
    virtual std::span<NamedTensor const> inputs() const = 0;
    // `outputs` in the order of the model's. Fails with unsupported where the dialect has no word for a value.
    virtual Result<HttpReply> answer(std::span<Tensor const> outputs) const = 0;
};

// One protocol. Its objects are shared by all threads.
class ServeDialect {
public:
    virtual ~ServeDialect() = default;
    // The call, or the refusal that names what is wrong with the request. Must not throw, whatever the request holds.
    virtual tl::expected<std::unique_ptr<ServeCall>, HttpReply> read(HttpRequest request, ServedModel const& model) const = 0;
    // A refusal as the dialect tells it; `text` is fixed, and holds nothing of the request and nothing of ours.
    virtual HttpReply refusal(int status, std::string_view text) const = 0;
    // What is told of a model that could not process the values of a request, without any of its own words.
    virtual HttpReply values_refused() const = 0;
};
