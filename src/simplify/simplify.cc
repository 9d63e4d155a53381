#include "simplify/simplify.h"

#include "simplify/passes.h"

#include <algorithm>

namespace {

constexpr int most_rounds = 8;

void for_each_graph_within(OnnxGraph& graph, std::function<void(OnnxGraph&)> const& visit)
{
    for (auto& node : graph.nodes)
        for (auto& attribute : node.attributes)
            if (auto* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value)) {
                for_each_graph_within(**inner, visit);
                visit(**inner);
            }
}

void note_taken(OnnxGraph& graph, std::unordered_map<std::string, uint64_t>& taken)
{
    for (auto& node : graph.nodes)
        for_each_taken(node, [&](std::string const& value) { ++taken[value]; });
    for (auto const& output : graph.outputs)
        ++taken[output.name];
}

// Nodes that nobody reads, from the last to the first; then weights.
void drop_dead(OnnxGraph& graph)
{
    std::unordered_map<std::string, uint64_t> taken;
    note_taken(graph, taken);
    for (size_t place = graph.nodes.size(); place-- > 0;) {
        auto& node = graph.nodes[place];
        bool const is_read = std::any_of(node.outputs.begin(), node.outputs.end(), [&](std::string const& output) { return taken[output] != 0; });
        if (is_read)
            continue;
        for_each_taken(node, [&](std::string const& value) { --taken[value]; });
        node = {};
    }
    GraphUses::remove_emptied(graph);
    std::unordered_map<std::string, uint64_t> inputs;
    for (auto const& input : graph.inputs)
        ++inputs[input.name];
    std::erase_if(graph.initializers, [&](OnnxTensor const& weight) { return taken[weight.name] == 0 && !inputs.contains(weight.name); });
}

constexpr uint64_t most_bytes_added = uint64_t{1} << 23; // by folding what is small

uint64_t run(OnnxGraph& graph, uint64_t (*pass)(GraphUses&), uint64_t& total, uint64_t& bytes_left)
{
    GraphUses uses(graph, bytes_left);
    uint64_t const count = pass(uses);
    if (count != 0)
        GraphUses::remove_emptied(graph);
    total += count;
    return count;
}

void simplify_graph(OnnxGraph& graph, Simplification& done, uint64_t& bytes_left)
{
    for (int round = 0; round < most_rounds; ++round) {
        uint64_t changed = run(graph, fold_constants, done.folded_constants, bytes_left);
        changed += run(graph, join_layouts, done.joined_layouts, bytes_left);
        changed += run(graph, merge_duplicates, done.merged_duplicates, bytes_left);
        changed += run(graph, fold_expansions, done.folded_constants, bytes_left);
        changed += run(graph, fold_arithmetic, done.folded_constants, bytes_left);
        changed += run(graph, fold_batch_norms, done.folded_batch_norms, bytes_left);
        if (changed == 0)
            break;
    }
}

}

Simplification simplify(OnnxModel& model)
{
    Simplification done;
    uint64_t bytes_left = most_bytes_added;
    for_each_graph_within(model.graph, [&](OnnxGraph& graph) { simplify_graph(graph, done, bytes_left); });
    simplify_graph(model.graph, done, bytes_left);
    drop_dead(model.graph);
    return done;
}
