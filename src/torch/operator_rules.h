#pragma once

#include <optional>
#include <string>
#include <string_view>

// What an operator of PyTorch may do beside computing. Source: the operators that PyTorch registers (torch._C._jit_get_all_schemas).

struct OperatorJudgement {
    std::string_view code; // "writes-files", "custom-code"
    std::string message;
};

// `name` is "namespace::name", without overload. Nothing for operators that only compute.
std::optional<OperatorJudgement> judge_operator(std::string_view name);
