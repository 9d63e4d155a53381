#pragma once

#include "program/program.h"

#include <string_view>

// Conditions on its inputs under which a program was exported, in Python's words: "L['x'].size()[0] == L['y'].size()[0]".

// Whether the condition follows from what the function states about the sizes of its inputs: it holds for small, large and odd sizes of
// every symbol, within the symbols' ranges. False where it has another form, or more than four symbols.
bool follows_from_sizes(std::string_view condition, Function const& method);
