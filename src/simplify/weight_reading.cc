#include "simplify/weight_reading.h"

#include "onnx/structure.h"

std::optional<Tensor> tensor_of(GraphUses const& uses, std::string const& value)
{
    auto const* const weight = uses.weight(value);
    if (weight == nullptr)
        return std::nullopt;
    auto tensor = to_tensor(*weight);
    if (!tensor || tensor->dtype() == DType::string || bits_of(tensor->dtype()) < 8)
        return std::nullopt;
    return *std::move(tensor);
}

std::optional<Tensor> tensor_of_input(GraphUses const& uses, OnnxNode const& node, size_t place)
{
    return place < node.inputs.size() && !node.inputs[place].empty() ? tensor_of(uses, node.inputs[place]) : std::nullopt;
}

std::optional<std::vector<int64_t>> integers_of(GraphUses const& uses, OnnxNode const& node, size_t place)
{
    auto const tensor = tensor_of_input(uses, node, place);
    if (!tensor || (tensor->dtype() != DType::int64 && tensor->dtype() != DType::int32) || tensor->count() > 1024)
        return std::nullopt;
    std::vector<int64_t> numbers;
    for (uint64_t i = 0; i < tensor->count(); ++i)
        numbers.push_back(tensor->integer_at(i));
    return numbers;
}

std::optional<size_t> axis_of(int64_t axis, size_t rank)
{
    int64_t const counted = axis < 0 ? axis + static_cast<int64_t>(rank) : axis;
    return counted >= 0 && counted < static_cast<int64_t>(rank) ? std::optional(static_cast<size_t>(counted)) : std::nullopt;
}

uint64_t place_within(uint64_t place, Shape const& shape, Shape const& of)
{
    uint64_t result = 0;
    uint64_t stride = 1;
    for (size_t i = 0; i < of.size(); ++i) {
        auto const size = static_cast<uint64_t>(shape[shape.size() - 1 - i]);
        auto const own = static_cast<uint64_t>(of[of.size() - 1 - i]);
        result += place % size % own * stride;
        place /= size;
        stride *= own;
    }
    return result;
}

bool replace_by_weight(GraphUses& uses, OnnxNode& node, Tensor const& result, std::string const& wish)
{
    auto weight = from_tensor("", result);
    if (!weight)
        return false;
    static constexpr size_t longest_wish = 200; // chains of folded nodes have names that grow
    auto const name = uses.add_weight(*std::move(weight), wish.size() > longest_wish ? "constant" : wish);
    uses.replace(node.outputs[0], name);
    uses.empty(node);
    return true;
}
