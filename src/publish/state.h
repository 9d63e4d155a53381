#pragma once

#include "onnx/model.h"
#include "publish/conversion.h"
#include "publish/world.h"
#include "verify/verify.h"

#include <string>
#include <vector>

// Models that carry what a program keeps from call to call: inputs that take what outputs of the call before gave (convert/convert.h,
// state_key_prefix). A first call begins with zeros, or with what the model itself holds for an input.

struct StateNames {
    std::vector<std::string> inputs;
    std::vector<std::string> outputs; // of the same places
};

// What the metadata of the model says, as far as it has such inputs and outputs.
StateNames state_of(OnnxModel const& model);

// The inputs that a caller of the program itself gives.
std::vector<OnnxValueInfo> own_inputs(OnnxModel const& model);
// The names of what the program itself returns.
std::vector<std::string> own_outputs(OnnxModel const& model);

// The sample of a first call: inputs that carry state are zeros, of the sizes that the sample's other inputs say. Fails with unsupported
// where those do not say them.
Result<void> begin_with_zeros(Sample& sample, OnnxModel const& model);

// Where the program's first call begins with other things than later calls do, runs both models on the samples and on random inputs: the
// first call must give what a later one gives that begins with zeros. Fails with unsupported where it does not, or where no inputs show it.
Result<void> prove_first_call(World const& world, ConvertedModel const& model, std::vector<SampleFile> const& samples);
