#pragma once

#include "package/package.h"

// What stands in the package to try the model with.
struct PackageExample {
    std::string input; // input_example.json
    std::string serving; // serving_input_example.json: a request body
    bool is_frame = false;
};

// The first rows of the sample, as many as are small; all of it where the first axis is no batch. Nothing without a sample, and
// where JSON cannot hold it: infinities, NaN, complex and packed elements, or more than a million numbers.
std::optional<PackageExample> example_of(Package const& package, std::vector<NamedTensor> const& sample_inputs);
