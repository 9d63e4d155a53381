#pragma once

#include "onnx/model.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Who makes and who takes the values of one graph. Holds for as long as its nodes stay where they are; what changes a node says so.

class GraphUses {
public:
    // `bytes_left` is what folding may yet add to the model; it is counted down.
    GraphUses(OnnxGraph& graph, uint64_t& bytes_left);

    OnnxGraph& graph() { return graph_; }
    // The node that makes the value in this graph; null where none does.
    OnnxNode* maker(std::string const& value);
    // How often the value is taken: by nodes, by graphs within nodes, as an output.
    uint64_t count(std::string const& value) const;
    // A weight of this graph with its elements at hand; null where it is something else.
    OnnxTensor const* weight(std::string const& value) const;

    // Whether so many bytes may still be added to the model; if so, they are counted.
    bool may_add(uint64_t bytes);
    // A new weight under a name like the wish.
    std::string add_weight(OnnxTensor tensor, std::string const& wish);
    // The node takes another value in this place.
    void take_instead(OnnxNode& node, size_t place, std::string const& value);
    // Whoever takes `old` takes `value` from now on, graphs within nodes as well. `old` must not be an output of the graph.
    void replace(std::string const& old, std::string const& value);
    bool is_output(std::string const& value) const;
    // The node is gone once remove_emptied() ran; its results must not be taken any more. Its lists stay till then.
    void empty(OnnxNode& node);
    // Whether anything was emptied. Everything else said before holds no longer.
    static bool remove_emptied(OnnxGraph& graph);

private:
    OnnxGraph& graph_;
    uint64_t& bytes_left_;
    std::unordered_map<std::string, size_t> makers_;
    std::unordered_map<std::string, uint64_t> counts_;
    std::unordered_map<std::string, std::vector<std::string*>> takers_; // may be out of date: what stands there decides
    std::unordered_map<std::string, size_t> weights_;
};

// All values that the node takes, those of graphs within it too.
void for_each_taken(OnnxNode& node, std::function<void(std::string&)> const& visit);

OnnxAttribute const* find_attribute(OnnxNode const& node, std::string_view name);
int64_t integer_attribute(OnnxNode const& node, std::string_view name, int64_t otherwise);
float float_attribute(OnnxNode const& node, std::string_view name, float otherwise);
// Null where it is not there or of another type.
std::vector<int64_t> const* integers_attribute(OnnxNode const& node, std::string_view name);
