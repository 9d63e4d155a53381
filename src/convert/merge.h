#pragma once

#include "base/result.h"
#include "graph/builder.h"
#include "graph/heap.h"
#include "graph/value.h"

#include <memory>
#include <variant>
#include <vector>

// What two branches gave, made into one: values that are the same stay, tensors and numbers that differ become results of
// the ONNX If. Lists, tuples and dicts are merged item by item.

// A value after the If: as it was in both branches, or the If's result `output`, or items of these.
struct MergedValue {
    struct Output {
        size_t index = 0;
        enum class Kind : uint8_t { tensor,
            integer,
            boolean,
            floating } kind
            = Kind::tensor;
        std::vector<std::shared_ptr<StorageCell>> cells; // of a tensor: which it may be
    };
    struct Items {
        bool tuple = false;
        std::vector<MergedValue> items;
    };
    std::variant<Value, Output, Items> held;
};

class BranchMerger {
public:
    // Symbols below `first_inner_symbol` were there before the branches: what they say holds outside as well.
    BranchMerger(GraphBuilder& graph, Heap& heap, SymbolId first_inner_symbol)
        : graph_(graph),
          heap_(heap),
          first_inner_symbol_(first_inner_symbol)
    {
    }

    // Fails with unsupported where ONNX cannot hold both: another rank, dtype, length or kind.
    Result<MergedValue> merge(Value const& then_value, Value const& else_value);
    Result<MergedValue> merge_tensors(GraphTensor const& then_tensor, GraphTensor const& else_tensor);

    std::vector<GraphTensor> const& then_outputs() const { return then_outputs_; }
    std::vector<GraphTensor> const& else_outputs() const { return else_outputs_; }
    // The type of each result; a size that differs between the branches is left open (0 here) until the result has a name.
    std::vector<GraphType> output_types() const;
    // The If's results with their open sizes as new symbols.
    std::vector<GraphTensor> with_open_sizes(std::vector<GraphTensor> results);
    Value build(MergedValue const& merged, std::vector<GraphTensor> const& results);

private:
    MergedValue add_output(GraphTensor then_tensor, GraphTensor else_tensor, MergedValue::Output::Kind kind);
    bool holds_outside(Dim const& dim) const;

    GraphBuilder& graph_;
    Heap& heap_;
    SymbolId first_inner_symbol_;
    std::vector<GraphTensor> then_outputs_;
    std::vector<GraphTensor> else_outputs_;
};
