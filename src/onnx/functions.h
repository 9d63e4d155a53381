#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "onnx/model.h"

// The rules on a model's own functions that check_structure promises.
Result<void> check_functions(OnnxModel const& model, Limits const& limits);

// Calls `visit(OnnxNode const&)` for each node of a list and of the subgraphs inside it. Subgraphs may be nested to any depth that
// check_structure or the reader allows.
template <typename Visit>
void each_node(std::vector<OnnxNode> const& nodes, Visit const& visit)
{
    for (auto const& node : nodes) {
        visit(node);
        for (auto const& attribute : node.attributes) {
            if (auto const* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
                each_node((*inner)->nodes, visit);
            if (auto const* const inner = std::get_if<std::vector<std::shared_ptr<OnnxGraph>>>(&attribute.value))
                for (auto const& graph : *inner)
                    each_node(graph->nodes, visit);
        }
    }
}
