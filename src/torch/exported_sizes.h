#pragma once

#include "base/limits.h"
#include "program/program.h"

#include <string_view>

// The sizes of an exported program: what SymPy prints, in its long form and in the short one of PyTorch before 2.5.
//
//   Add(Mul(Integer(2), Symbol('s0', positive=True, integer=True)), Integer(1))       2*s0 + 1
//
// Fails with malformed where the text is no expression, with unsupported for functions beside Add, Mul, Pow, FloorDiv, CleanDiv, Mod,
// PythonMod, Max and Min, with exhausted beyond limits.depth or 1,000 operands.
Result<ProgramSize> read_size_expression(std::string_view text, Limits const& limits);
