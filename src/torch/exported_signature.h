#pragma once

#include "base/limits.h"
#include "program/program.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <vector>

// What an exported program takes and gives, beside its graph.

enum class ExportedInputKind : uint8_t { user, // given by the caller
    constant, // a number, text or None of the caller that the program was made for
    parameter,
    buffer,
    tensor_constant,
    custom_object,
    token };

struct ExportedInput {
    ExportedInputKind kind = ExportedInputKind::user;
    std::string name; // of the graph's value
    std::string path; // of a user's input: "pair.0"; of the module's: its name in the state dict
    Json const* value = nullptr; // of a constant: an Argument
};

enum class ExportedOutputKind : uint8_t { user,
    buffer_mutation,
    input_mutation,
    token,
    gradient };

struct ExportedOutput {
    ExportedOutputKind kind = ExportedOutputKind::user;
    std::string target; // of a mutation: the buffer's name in the state dict, or the graph's name of the user's input
};

struct ExportedSignature {
    std::vector<ExportedInput> inputs; // as many as the graph has, in its order
    std::vector<ExportedOutput> outputs; // the same
    std::vector<ProgramSymbol> symbols;
    std::vector<std::string> conditions; // guards, at most 1,000
};

// Of a whole ExportedProgram. Fails with malformed where a part is missing or has another form.
Result<ExportedSignature> read_exported_signature(Json const& document, Limits const& limits);

// The dtype and sizes that the graph states for a value of that name. Fails with malformed: none, a dtype that is not known, sizes
// that cannot be read.
Result<ProgramTensorType> exported_tensor_type(Json const& graph, std::string const& name, Limits const& limits);

// The member of a union, {"as_int": 3}: its key and value. Fails with malformed for anything else.
struct ExportedUnion {
    std::string kind; // "as_int"
    Json const* value = nullptr;
};
Result<ExportedUnion> exported_union(Json const& value);
