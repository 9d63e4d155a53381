#pragma once

#include "base/limits.h"
#include "torch/script_syntax.h"

// TorchScript's printed form → syntax tree. Source of the grammar: PyTorch torch/csrc/jit/serialization/python_print.cpp, which
// writes it: no operators but a minus before numbers, no comprehensions, no early exits.
//
// Promises: linear in the text; recursion, and the depth of the tree given, stay below `limits.depth`; no more than `limits.entries`
// nodes. Literals are values already: escapes resolved, -inf and 1.+2.j are one number.
// Refuses with malformed whatever the printer cannot have written, with exhausted what passes a limit. Errors name the line; the
// caller adds the file.
Result<ScriptFile> parse_script(std::string_view source, Limits const& limits = {});

// A type alone: "Dict[str, List[Tensor]]".
Result<ProgramType> parse_script_type(std::string_view text, Limits const& limits = {});
