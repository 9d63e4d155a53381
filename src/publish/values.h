#pragma once

#include "onnx/model.h"
#include "json/json.h"

#include <string>
#include <vector>

// What a model takes and gives, as documents and as text.

// {"name", "dtype", "shape"}: sizes are numbers, symbols texts, null where neither; shape is null for unknown rank. What is no tensor
// has "kind" and no dtype.
Json json_of(OnnxValueInfo const& value);
Json json_of(std::vector<OnnxValueInfo> const& values);
// "float32[batch, 3, ?]"
std::string type_text(OnnxValueInfo const& value);
// The version of ai.onnx that the model imports; 0 where it imports none.
int64_t opset_of(OnnxModel const& model);
