#include "simplify/simplify.h"

#include "simplify/passes.h"

#include <algorithm>
#include <array>
#include <optional>

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

struct Pass {
    uint64_t (*run)(GraphUses&);
    uint64_t Simplification::*total;
};
constexpr std::array<Pass, 4> passes{{{fold_constants, &Simplification::folded_constants}, {join_layouts, &Simplification::joined_layouts}, {merge_duplicates, &Simplification::merged_duplicates}, {fold_batch_norms, &Simplification::folded_batch_norms}}};

void simplify_graph(OnnxGraph& graph, Simplification& done, uint64_t& bytes_left)
{
    std::optional<GraphUses> uses; // as long as they hold
    uint64_t idle = 0; // passes in a row that changed nothing
    for (size_t i = 0; i < passes.size() * most_rounds && idle < passes.size(); ++i) {
        auto const& pass = passes[i % passes.size()];
        if (!uses)
            uses.emplace(graph, bytes_left);
        uint64_t const count = pass.run(*uses);
        done.*pass.total += count;
        idle = count == 0 ? idle + 1 : 0;
        if (count != 0) {
            uses.reset();
            GraphUses::remove_emptied(graph);
        }
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
