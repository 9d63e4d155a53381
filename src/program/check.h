#pragma once

#include "program/program.h"

// Whether a Program keeps the promises of program.h.
//
// Everything that makes a Program is tested with this; nothing that takes one needs it. Fails with malformed, naming the function
// and the source line, where
//   - a value is set twice, used before it is set or outside of the blocks where it stands, or numbered beyond value_count;
//   - an If, a Loop or a function's body has other parameters, results or blocks than program.h says, or another call owns blocks;
//   - a call lacks the name or type that program.h wants, or names a function or class that the Program does not have;
//   - blocks nest deeper than program_depth.
// Classes below __torch__.torch.classes live in PyTorch itself and need no definition.
Result<void> check_program(Program const&);
Result<void> check_function(Function const&, Program const&);

// Whether `target` is one of the calls that program.h describes, and so no operator that somebody must know how to convert.
bool is_program_call(std::string_view target);
