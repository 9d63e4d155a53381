#pragma once

#include "base/result.h"
#include "graph/heap.h"
#include "graph/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Operator schemas as PyTorch spells them (native_functions.yaml):
//   aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
// Calls are bound to them by position and name; what a call leaves out takes the schema's default.

struct SchemaArgument {
    std::string name;
    std::string type; // without list and optional marks: "Tensor", "int", "Scalar", "t"...
    bool is_optional = false; // Tensor?
    bool is_list = false; // int[] or int[2]
    bool items_optional = false; // Tensor?[]
    int64_t list_size = 0; // of int[2]: a single number stands for as many; 0: any
    bool keyword_only = false;
    std::optional<Value> default_value;
};

struct Schema {
    std::string name; // "aten::add"
    std::string overload; // "Tensor", or empty
    std::vector<SchemaArgument> arguments;
    size_t result_count = 1;

    // `text` is one of our own rows; a spelling error is our bug, which a test over the whole table finds.
    static Result<Schema> parse(std::string_view text);

    // The values in the schema's order, or nothing where the call does not fit it.
    std::optional<std::vector<Value>> bind(std::vector<Value> const& positional, std::vector<std::pair<std::string, Value>> const& named) const;
};
