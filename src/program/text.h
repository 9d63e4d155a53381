#pragma once

#include "program/program.h"

#include <string>

// Programs as text, for tests and for people who look for a fault. Not a format: nothing reads it again.
//
//   forward(%self: __torch__.M, %x: Tensor) -> Tensor:
//     %w = prim::GetAttr[w](%self)
//     %y = aten::add(%x, %w, alpha=2)
//     %z = prim::If(%c)
//       then:
//         give %y
//       else:
//         give %x
//     return %z
//
// A value has its source's name, or its number where it has none or another value of the function has that name already.
// Constants stand where they are used. Lists and the like are cut short after 16 items and below the third list.

std::string text_of(Function const&, Program const&);
// "1", "\"text\"", "float32[2, 3]", "[1, 2]", "object of __torch__.M"
std::string text_of(ProgramValue const&);
