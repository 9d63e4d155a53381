#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <string_view>

// What may stand where PyTorch evaluates text of an exported program, or generates Python from it.
//
// Promises: whatever passes has no effect where Python evaluates it in PyTorch's namespaces; time is linear.
// Fails with refused, saying what stands there and at which byte; exhausted beyond limits.depth.

// The size that SymPy prints: `Add(Mul(Integer(2), Symbol('s0', positive=True, integer=True)), Integer(1))`, or, as PyTorch before 2.5
// wrote it, `2*s0 + 1`. PyTorch gives it to sympy.sympify, which evaluates it.
Result<void> check_size_expression(std::string_view text, Limits const& limits);
// A condition on the inputs: `L['x'].size()[0] >= 2`. PyTorch compiles it into a Python function.
Result<void> check_guard(std::string_view text, Limits const& limits);
// A Python identifier: nodes, arguments and inputs get their names in generated code.
bool is_identifier(std::string_view text);
// Text that ends no string literal of Python: no quotes, backslashes, line ends or other control characters.
bool is_plain_text(std::string_view text);
