#pragma once

#include "torch/exported.h"
#include "json/json.h"

// The JSON of an exported program. Source: PyTorch torch/_export/serde/schema.py (ExportedProgram) and serialize.py.

struct ExportedDocument {
    std::string member; // where it stands in the archive
    Json json;
};

// Adds to `findings` what is said in `member` and would run, or is spelled as no exporter spells it; linear in the document.
void judge_exported_model(Json const& program, std::string const& member, Limits const& limits, std::vector<TorchFinding>& findings);

// Fills in what the program takes, gives and calls. What has not the expected form is left out: nothing depends on it.
void describe_exported_model(Json const& program, ExportedModel& model);

// The type that schema.ScalarType gives this number.
std::optional<DType> exported_dtype(int64_t number);
