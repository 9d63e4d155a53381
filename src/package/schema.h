#pragma once

#include "package/package.h"

// A model's values in the words of the manifest and of MLflow's signature.

PackageValue package_value(OnnxValueInfo const& info);

// {"name", "dtype", "shape": [number, symbol or null] or null} and back.
Json json_of(PackageValue const& value);
Result<PackageValue> package_value(Json const& json);

// MLflow's column type for elements of this dtype, empty where it has none. Floats are "double": MLflow refuses a frame whose
// columns are wider than the signature's, and frames are made of float64.
std::string column_type(std::string_view dtype);

// {"inputs", "outputs", "params"} for MLmodel, each a JSON text or null; null altogether where an input has no tensor type that
// numpy knows. Source: MLflow types/schema.py.
Json signature_of(Package const& package);
