#pragma once

#include "program/program.h"

#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// The syntax tree of TorchScript's printed form: plain values, one struct a kind of thing. What is in brackets below is `children`.

enum class ScriptExpressionKind : uint8_t {
    none,
    boolean, // number: 0 or 1 as int64
    number, // number
    text, // name: its value
    name, // name
    attribute, // [object], name
    call, // [callee, arguments...], names: one for each argument, empty by position
    subscript, // [container, index]
    slice, // [container, begin, end]; `missing` stands for an end that is not there
    list, // [items...]
    tuple, // [items...]
    dict, // [key, value, key, value...]
    annotate, // [value], type
    unchecked_cast, // [value], type
    is_instance, // [value], type (Union[...] of several)
    uninitialized, // type
    missing,
};

struct ScriptExpression {
    ScriptExpressionKind kind = ScriptExpressionKind::none;
    bool in_parentheses = false;
    uint32_t line = 0;
    uint32_t depth = 1; // of this tree; the parser keeps it and all that stands around it below limits.depth
    std::variant<int64_t, double, std::complex<double>> number{int64_t{0}};
    std::string name;
    std::vector<ScriptExpression> children;
    std::vector<std::string> names;
    ProgramType type;
};

enum class ScriptStatementKind : uint8_t {
    assign, // targets = values: as many, or one call of an operator that gives as many
    unpack, // targets, = value: the parts of one list or tuple
    set_attribute, // target_object.name = value
    expression, // value
    if_else, // value; bodies [then, else]
    for_range, // targets [variable], value is the count; bodies [body]
    while_true, // value; bodies [body]
    with, // value, targets [name] or none; bodies [body]
    define, // name: a nested function without parameters; bodies [body]
    give_back, // return value
    pass,
};

struct ScriptStatement {
    ScriptStatementKind kind = ScriptStatementKind::pass;
    uint32_t line = 0;
    std::vector<std::string> targets;
    std::vector<ScriptExpression> values; // one, but of assign
    std::optional<ScriptExpression> target_object;
    std::string name;
    std::vector<std::vector<ScriptStatement>> bodies;
};

struct ScriptParameter {
    std::string name;
    ProgramType type; // empty where it is not written
    std::optional<ScriptExpression> default_value;
};

struct ScriptFunction {
    std::string name;
    uint32_t line = 0;
    std::vector<ScriptParameter> parameters;
    ProgramType return_type;
    std::vector<ScriptStatement> body;
};

struct ScriptConstant {
    std::string name;
    ProgramType type; // of Final[...]; empty for members of an Enum
    ScriptExpression value;
};

struct ScriptClass {
    std::string name;
    uint32_t line = 0;
    std::string base; // "", "Module", "NamedTuple", "Enum", "Interface", "ModuleInterface"
    std::vector<std::string> parameters; // __parameters__
    std::vector<std::string> buffers; // __buffers__
    std::vector<std::string> forward_hooks; // __forward_hooks__ and __forward_pre_hooks__
    std::vector<std::pair<std::string, ProgramType>> attributes;
    std::vector<ScriptConstant> constants;
    std::vector<ScriptFunction> methods;
};

// One code file.
struct ScriptFile {
    std::vector<ScriptClass> classes;
    std::vector<ScriptFunction> functions;
    uint64_t nodes = 0; // expressions, statements and types in it
};
