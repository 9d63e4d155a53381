#pragma once

#include "base/result.h"
#include "runtime/runtime.h"
#include "tensor/tensor.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

// A model that can be run by many threads at once.
struct ServedModel {
    std::string name;
    std::string version; // in its registry; empty for a bare file
    std::vector<SessionValue> inputs;
    std::vector<SessionValue> outputs;
    // One tensor for each output, in order. Failures as Session::run's.
    std::function<Result<std::vector<Tensor>>(std::span<NamedTensor const> inputs)> run;
    std::vector<NamedTensor> sample; // for the documents; may be empty
    std::function<void()> stop = {}; // ends what runs, for good; may be empty

    // As protocols that demand one name it: a bare file is version 1.
    std::string version_text() const { return version.empty() ? "1" : version; }
};

ServedModel served_model(std::string name, std::string version, Session session, std::vector<NamedTensor> sample = {});
