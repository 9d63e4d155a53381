#include "simplify/passes.h"

#include "onnx/structure.h"

namespace {

bool is_plain(OnnxNode const& node, std::string_view op_type) { return node.op_type == op_type && node.domain.empty(); }

std::vector<int64_t> const* permutation_of(OnnxNode const* node)
{
    return node != nullptr && is_plain(*node, "Transpose") ? integers_attribute(*node, "perm") : nullptr;
}

bool is_identity(std::vector<int64_t> const& permutation)
{
    for (size_t axis = 0; axis < permutation.size(); ++axis)
        if (permutation[axis] != static_cast<int64_t>(axis))
            return false;
    return true;
}

// The node does nothing: whoever takes its result takes its input. Not possible where the result is an output of the graph.
bool pass_by(GraphUses& uses, OnnxNode& node)
{
    if (uses.is_output(node.outputs[0]))
        return false;
    auto const input = node.inputs[0];
    uses.replace(node.outputs[0], input);
    uses.empty(node);
    return true;
}

uint64_t join_transposes(GraphUses& uses, OnnxNode& node)
{
    auto const* const outer = permutation_of(&node);
    if (outer == nullptr)
        return 0;
    if (is_identity(*outer))
        return pass_by(uses, node) ? 1 : 0;
    auto* const before = uses.maker(node.inputs[0]);
    auto const* const inner = permutation_of(before);
    if (inner == nullptr || inner->size() != outer->size())
        return 0;
    std::vector<int64_t> both;
    for (int64_t const axis : *outer)
        both.push_back(inner->at(static_cast<size_t>(axis)));
    bool const undone = is_identity(both);
    if (undone && uses.is_output(node.outputs[0]))
        return 0;
    auto const source = before->inputs[0];
    uses.take_instead(node, 0, source);
    node.attributes[0].value = both;
    return undone && pass_by(uses, node) ? 1 : uses.count(before->outputs[0]) == 0 ? (uses.empty(*before), 1)
                                                                                   : 0;
}

// A shape that copies sizes of its input (0) means something else for another input.
bool stands_alone(GraphUses const& uses, OnnxNode const& reshape)
{
    if (integer_attribute(reshape, "allowzero", 0) != 0)
        return true;
    auto const* const weight = reshape.inputs.size() > 1 ? uses.weight(reshape.inputs[1]) : nullptr;
    auto const shape = weight != nullptr ? to_tensor(*weight) : Result<Tensor>(Tensor());
    if (weight == nullptr || !shape || shape->dtype() != DType::int64)
        return false;
    for (uint64_t i = 0; i < shape->count(); ++i)
        if (shape->integer_at(i) == 0)
            return false;
    return true;
}

uint64_t join_reshapes(GraphUses& uses, OnnxNode& node)
{
    if (!is_plain(node, "Reshape") || !stands_alone(uses, node))
        return 0;
    auto* const before = uses.maker(node.inputs[0]);
    if (before == nullptr || !is_plain(*before, "Reshape") || uses.count(before->outputs[0]) != 1)
        return 0;
    auto const source = before->inputs[0];
    uses.take_instead(node, 0, source);
    uses.empty(*before);
    return 1;
}

}

uint64_t join_layouts(GraphUses& uses)
{
    uint64_t count = 0;
    for (auto& node : uses.graph().nodes) {
        if (is_plain(node, "Identity"))
            count += uses.maker(node.inputs[0]) != nullptr && pass_by(uses, node) ? 1 : 0;
        else
            count += join_transposes(uses, node) + join_reshapes(uses, node);
    }
    return count;
}
