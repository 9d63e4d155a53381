#include "torch/operator_rules.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace {

constexpr std::string_view names_text =
#include "torch/operator_names.inc"
    ;

std::string_view take_until(std::string_view& text, char end)
{
    auto const taken = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), taken.size() + 1));
    return taken;
}

std::unordered_set<std::string> names_that_compute()
{
    std::unordered_set<std::string> names;
    for (std::string_view text = names_text; !text.empty();) {
        auto line = take_until(text, '\n');
        std::string const name_space = std::string(take_until(line, ' ')) + "::";
        while (!line.empty())
            names.insert(name_space + std::string(take_until(line, ' ')));
    }
    return names;
}

// These only word the finding: what is not among the names above is never allowed.
constexpr std::array<std::string_view, 9> file_operators{"aten::save", "aten::from_file", "debugprims::load_tensor", "image::read_file", "image::write_file",
    "torchaudio::sox_io_load_audio_file", "torchaudio::sox_io_save_audio_file", "torchaudio::sox_io_get_info", "torchaudio::sox_effects_apply_effects_file"};
constexpr std::array<std::string_view, 11> process_namespaces{"c10d", "c10d_functional", "_c10d_functional", "_c10d_functional_autograd", "fsdp", "symm_mem", "_dtensor", "rpc", "dist", "collective", "nccl"};
constexpr std::array<std::string_view, 2> python_operators{"prim::PythonOp", "prim::IgnoredPythonOp"};

template <size_t Count>
bool is_one_of(std::array<std::string_view, Count> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

}

std::optional<OperatorJudgement> judge_operator(std::string_view name)
{
    static auto const known = names_that_compute();
    std::string said(name);
    if (known.contains(said))
        return std::nullopt;
    if (is_one_of(file_operators, name))
        return OperatorJudgement{"writes-files", std::move(said) + " reads or writes files that the model names"};
    if (is_one_of(process_namespaces, name.substr(0, name.find("::"))) || name.starts_with("prim::rpc_"))
        return OperatorJudgement{"custom-code", std::move(said) + ": it sends data to other processes or takes data from them"};
    if (is_one_of(python_operators, name))
        return OperatorJudgement{"custom-code", std::move(said) + ": it runs Python code that is not in the file"};
    return OperatorJudgement{"custom-code", std::move(said) + ": an operator of a library that the file does not bring along"};
}
