#include "simplify/graph_uses.h"

#include <algorithm>

void for_each_taken(OnnxNode& node, std::function<void(std::string&)> const& visit)
{
    for (auto& input : node.inputs)
        if (!input.empty())
            visit(input);
    auto const within = [&](OnnxGraph& graph) {
        for (auto& inner : graph.nodes)
            for_each_taken(inner, visit);
        for (auto& output : graph.outputs)
            visit(output.name);
    };
    for (auto& attribute : node.attributes) {
        if (auto* const graph = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
            within(**graph);
        else if (auto* const graphs = std::get_if<std::vector<std::shared_ptr<OnnxGraph>>>(&attribute.value))
            for (auto& graph_of : *graphs)
                within(*graph_of);
    }
}

OnnxAttribute const* find_attribute(OnnxNode const& node, std::string_view name)
{
    auto const place = std::find_if(node.attributes.begin(), node.attributes.end(), [&](OnnxAttribute const& one) { return one.name == name; });
    return place == node.attributes.end() ? nullptr : &*place;
}

int64_t integer_attribute(OnnxNode const& node, std::string_view name, int64_t otherwise)
{
    auto const* const found = find_attribute(node, name);
    auto const* const value = found == nullptr ? nullptr : std::get_if<int64_t>(&found->value);
    return value == nullptr ? otherwise : *value;
}

float float_attribute(OnnxNode const& node, std::string_view name, float otherwise)
{
    auto const* const found = find_attribute(node, name);
    auto const* const value = found == nullptr ? nullptr : std::get_if<float>(&found->value);
    return value == nullptr ? otherwise : *value;
}

std::vector<int64_t> const* integers_attribute(OnnxNode const& node, std::string_view name)
{
    auto const* const found = find_attribute(node, name);
    return found == nullptr ? nullptr : std::get_if<std::vector<int64_t>>(&found->value);
}

bool GraphUses::may_add(uint64_t bytes)
{
    if (bytes > bytes_left_)
        return false;
    bytes_left_ -= bytes;
    return true;
}

GraphUses::GraphUses(OnnxGraph& graph, uint64_t& bytes_left)
    : graph_(graph),
      bytes_left_(bytes_left)
{
    for (size_t place = 0; place < graph.nodes.size(); ++place) {
        for (auto const& output : graph.nodes[place].outputs)
            makers_.emplace(output, place);
        for_each_taken(graph.nodes[place], [&](std::string& value) {
            ++counts_[value];
            takers_[value].push_back(&value);
        });
    }
    for (auto const& output : graph.outputs)
        ++counts_[output.name];
    for (size_t place = 0; place < graph.initializers.size(); ++place)
        weights_.emplace(graph.initializers[place].name, place);
    for (auto const& input : graph.inputs) // a caller may give another value for it
        weights_.erase(input.name);
}

OnnxNode* GraphUses::maker(std::string const& value)
{
    auto const place = makers_.find(value);
    return place == makers_.end() ? nullptr : &graph_.nodes[place->second];
}

uint64_t GraphUses::count(std::string const& value) const
{
    auto const place = counts_.find(value);
    return place == counts_.end() ? 0 : place->second;
}

OnnxTensor const* GraphUses::weight(std::string const& value) const
{
    auto const place = weights_.find(value);
    if (place == weights_.end())
        return nullptr;
    auto const& tensor = graph_.initializers[place->second];
    return tensor.external || !tensor.strings.empty() ? nullptr : &tensor;
}

std::string GraphUses::add_weight(OnnxTensor tensor, std::string const& wish)
{
    std::string name = wish;
    for (uint64_t number = 1; weights_.contains(name) || makers_.contains(name) || counts_.contains(name); ++number)
        name = wish + "_" + std::to_string(number);
    tensor.name = name;
    weights_.emplace(name, graph_.initializers.size());
    graph_.initializers.push_back(std::move(tensor));
    return name;
}

void GraphUses::take_instead(OnnxNode& node, size_t place, std::string const& value)
{
    --counts_[node.inputs[place]];
    ++counts_[value];
    node.inputs[place] = value;
    takers_[value].push_back(&node.inputs[place]);
}

void GraphUses::replace(std::string const& old, std::string const& value)
{
    auto const takers = std::move(takers_[old]);
    auto& now = takers_[value];
    for (auto* const taken : takers)
        if (*taken == old) {
            *taken = value;
            now.push_back(taken);
        }
    counts_[value] += counts_[old];
    counts_[old] = 0;
}

bool GraphUses::is_output(std::string const& value) const
{
    return std::any_of(graph_.outputs.begin(), graph_.outputs.end(), [&](OnnxValueInfo const& output) { return output.name == value; });
}

void GraphUses::empty(OnnxNode& node)
{
    for_each_taken(node, [&](std::string const& value) { --counts_[value]; });
    for (auto const& output : node.outputs)
        makers_.erase(output);
    node.op_type.clear();
}

bool GraphUses::remove_emptied(OnnxGraph& graph)
{
    return std::erase_if(graph.nodes, [](OnnxNode const& node) { return node.op_type.empty(); }) != 0;
}
