#include "convert/repetition.h"

#include "simplify/simplify.h"

#include <algorithm>
#include <map>
#include <set>

namespace {

// Nodes that no file ever holds.
constexpr char const* own_domain = "hullmark";
constexpr char const* pair_type = "Pair";
constexpr char const* cached_type = "Cached";

void add_marked(GraphBuilder& graph, std::string const& type, std::vector<GraphTensor const*> const& inputs)
{
    auto const marked = graph.node(type, inputs, {inputs[0]->dtype(), inputs[0]->dims()}, {}, own_domain);
    graph.add_output(*marked.name() + "_marked", marked);
}

// What the nodes of a graph take, of those within them as well.
void add_values_taken(OnnxNode const& node, std::vector<std::string>& names)
{
    names.insert(names.end(), node.inputs.begin(), node.inputs.end());
    for (auto const& attribute : node.attributes)
        if (auto const* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value)) {
            for (auto const& inner_node : (*inner)->nodes)
                add_values_taken(inner_node, names);
            for (auto const& output : (*inner)->outputs)
                names.push_back(output.name);
        }
}

bool depends_on_inputs(OnnxGraph const& graph, std::string const& name)
{
    std::set<std::string> inputs;
    for (auto const& input : graph.inputs)
        inputs.insert(input.name);
    std::map<std::string, OnnxNode const*> makers;
    for (auto const& node : graph.nodes)
        for (auto const& output : node.outputs)
            makers.emplace(output, &node);
    std::set<std::string> seen;
    std::vector<std::string> waiting{name};
    while (!waiting.empty()) {
        std::string const next = waiting.back();
        waiting.pop_back();
        if (inputs.contains(next))
            return true;
        auto const maker = makers.find(next);
        if (seen.insert(next).second && maker != makers.end())
            add_values_taken(*maker->second, waiting);
    }
    return false;
}

}

void add_pair(GraphBuilder& graph, GraphTensor const& first, GraphTensor const& second) { add_marked(graph, pair_type, {&first, &second}); }
void add_cached(GraphBuilder& graph, GraphTensor const& cached) { add_marked(graph, cached_type, {&cached}); }

bool repeats_itself(OnnxModel model)
{
    simplify(model);
    return std::all_of(model.graph.nodes.begin(), model.graph.nodes.end(), [&](OnnxNode const& node) {
        if (node.domain != own_domain)
            return true;
        return node.op_type == pair_type ? node.inputs[0] == node.inputs[1] : !depends_on_inputs(model.graph, node.inputs[0]);
    });
}
