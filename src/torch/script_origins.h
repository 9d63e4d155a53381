#pragma once

#include "pickle/graph.h"
#include "program/program.h"

#include <string_view>

// Where the code of a TorchScript archive came from: code/....py.debug_pkl says for places of the printed code which line of whose Python it
// was. PyTorch torch/csrc/jit/serialization/source_range_serialization.cpp:
//
//   ("FORMAT_WITH_STRING_TABLE", texts, ((offset, source, tag)...))     or, before PyTorch 1.12, the last tuple alone
//   source   ((text, file, first line), start, end); with a table, the text is a list of its parts' numbers, and the file a number
//
// Notes one line of the user's for each line of the code, as far as it is said: that of the first place that stands on it. What has another
// form is passed over: nothing is computed from it, and whoever wrote the file may say there what they like.
void read_script_origins(PickleValue const& root, std::string_view code, uint32_t file, Program& into);
