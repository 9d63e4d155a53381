#pragma once

#include "program/program.h"
#include "tensor/tensor.h"

#include <string>
#include <utility>
#include <vector>

// The tables of small programs with PyTorch's own answers, tests/data/operators/cases_*.txt (make.py beside them says what they hold).
// For tests alone: a file that is not as it should be ends the test.

struct OperatorCaseSet {
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
};

struct OperatorCase {
    std::string name;
    int64_t least_opset = 17;
    int64_t greatest_opset = 26;
    bool dynamic_all = false;
    bool fixed = false; // the program fixes axis 0
    std::string refused; // what the refusal says; empty: it is converted
    double tolerance = 1e-5;
    std::string code; // of code/__torch__.py
    std::vector<NamedTensor> attributes;
    std::vector<NamedTensor> constants; // "c0"...
    std::vector<OperatorCaseSet> sets;
};

std::vector<OperatorCase> read_operator_cases(); // of all tables, in the order of their names

// "float32[2, 3]: 1 2 3 4 5 6"
Tensor tensor_from_text(std::string const& text);

// The program of a TorchScript archive with this code, whose module is __torch__.M with these attributes.
Result<Program> program_of_code(std::string const& code, std::vector<NamedTensor> const& attributes = {}, std::vector<NamedTensor> const& constants = {});
