#include "simplify/passes.h"

#include <algorithm>
#include <array>

namespace {

constexpr std::array<std::string_view, 6> random_operators{"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"};

bool may_be_merged(OnnxNode const& node)
{
    if (node.op_type.empty() || !node.domain.empty() || node.op_type == "Dropout" || std::find(random_operators.begin(), random_operators.end(), node.op_type) != random_operators.end())
        return false;
    return std::none_of(node.attributes.begin(), node.attributes.end(), [](OnnxAttribute const& attribute) {
        return std::holds_alternative<std::shared_ptr<OnnxGraph>>(attribute.value) || std::holds_alternative<std::vector<std::shared_ptr<OnnxGraph>>>(attribute.value) || std::holds_alternative<OnnxTensor>(attribute.value) || !attribute.sparse_tensors.empty();
    });
}

// Texts are told from each other by their lengths.
void append(std::string& key, std::string_view text)
{
    key += std::to_string(text.size());
    key += ':';
    key += text;
}

template <typename Number>
void append_numbers(std::string& key, std::vector<Number> const& numbers)
{
    append(key, std::string_view(reinterpret_cast<char const*>(numbers.data()), numbers.size() * sizeof(Number)));
}

// Nothing where the attribute is of a kind that does not matter here.
bool append_attribute(std::string& key, OnnxAttribute const& attribute)
{
    append(key, attribute.name);
    key += static_cast<char>('a' + attribute.value.index());
    if (auto const* const number = std::get_if<int64_t>(&attribute.value))
        append_numbers(key, std::vector<int64_t>{*number});
    else if (auto const* const real = std::get_if<float>(&attribute.value))
        append_numbers(key, std::vector<float>{*real});
    else if (auto const* const text = std::get_if<std::string>(&attribute.value))
        append(key, *text);
    else if (auto const* const numbers = std::get_if<std::vector<int64_t>>(&attribute.value))
        append_numbers(key, *numbers);
    else if (auto const* const reals = std::get_if<std::vector<float>>(&attribute.value))
        append_numbers(key, *reals);
    else
        return false;
    return true;
}

// Equal for nodes that compute the same; empty where nothing can be said.
std::string key_of(OnnxNode const& node)
{
    std::string key;
    append(key, node.op_type);
    key += std::to_string(node.outputs.size());
    for (auto const& output : node.outputs)
        key += output.empty() ? '-' : '+';
    for (auto const& input : node.inputs)
        append(key, input);
    for (auto const& attribute : node.attributes)
        if (!append_attribute(key, attribute))
            return {};
    return key;
}

}

uint64_t merge_duplicates(GraphUses& uses)
{
    std::unordered_map<std::string, OnnxNode*> known;
    uint64_t count = 0;
    for (auto& node : uses.graph().nodes) {
        auto const key = may_be_merged(node) ? key_of(node) : std::string();
        if (key.empty())
            continue;
        auto const [place, added] = known.emplace(key, &node);
        if (added || std::any_of(node.outputs.begin(), node.outputs.end(), [&](std::string const& output) { return uses.is_output(output); }))
            continue;
        for (size_t i = 0; i < node.outputs.size(); ++i)
            if (!node.outputs[i].empty())
                uses.replace(node.outputs[i], place->second->outputs[i]);
        uses.empty(node);
        ++count;
    }
    return count;
}
