#include "torch/operator_rules.h"

#include <algorithm>
#include <array>

namespace {

// What PyTorch itself and the libraries that come with it register. Anything else is code that a file cannot bring along, but that
// it can call where it is there.
constexpr std::array<std::string_view, 16> known_namespaces{"aten", "prim", "prims", "quantized", "_quantized", "quantized_decomposed", "sparse", "mkldnn", "mkldnn_prepacked", "onednn", "prepacked", "xnnpack", "profiler", "inductor", "torchvision", "torchaudio"};
constexpr std::array<std::string_view, 2> file_operators{"aten::save", "aten::from_file"};
// Python code that is not in the file, and calls to other machines.
constexpr std::array<std::string_view, 5> foreign_operators{"prim::PythonOp", "prim::IgnoredPythonOp", "prim::rpc_async", "prim::rpc_remote", "prim::rpc_sync"};

template <size_t Count>
bool is_one_of(std::array<std::string_view, Count> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

}

std::optional<OperatorJudgement> judge_operator(std::string_view name)
{
    if (is_one_of(file_operators, name))
        return OperatorJudgement{"writes-files", std::string(name) + " reads or writes files that the model names"};
    if (is_one_of(foreign_operators, name))
        return OperatorJudgement{"custom-code", std::string(name) + ": it runs code that is not in the file"};
    if (!is_one_of(known_namespaces, name.substr(0, name.find("::"))))
        return OperatorJudgement{"custom-code", std::string(name) + ": an operator of a library that the file does not bring along"};
    return std::nullopt;
}
