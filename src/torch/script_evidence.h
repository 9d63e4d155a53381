#pragma once

#include "pickle/machine.h"
#include "torch/finding.h"
#include "torch/script_syntax.h"
#include "torch/torchscript.h"

#include <map>
#include <optional>
#include <set>
#include <string>

// What stands in TorchScript archives of every age and would do something where PyTorch loads them.

// A pickle of `size` bytes with what follows it: "pickle", "custom-code" and "trailing-bytes". What the machine found at one of `allowed`
// offsets is left out.
void judge_script_pickle(Pickle const& pickle, std::string const& member, uint64_t size, std::set<uint64_t> const& allowed, std::vector<TorchFinding>& findings);

// The operators that the mobile interpreter runs, which its form of the code names: tuples ("operators", ((name, overload...)...)).
// Source: PyTorch torch/csrc/jit/mobile/import.cpp.
void judge_mobile_operators(Pickle const& pickle, std::string const& member, std::vector<TorchFinding>& findings);

// "aten::add" of "torch.add", "quantized::linear" of "ops.quantized.linear"; nothing of other names.
std::optional<std::string> script_operator(std::string_view dotted_name);

// Counts the operators that a file of code calls, by name, and judges nothing. For code that is not lowered: methods of tensors and lists
// count as the operators of aten that they may be.
void count_script_operators(ScriptFile const& file, uint32_t file_index, std::map<std::string, TorchScriptOperator>& by_name);
