#include "simplify/folding.h"

#include "onnx/structure.h"
#include "simplify/weight_reading.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <optional>

// Small weights that are made of others by copying elements: Gather, Slice, Concat, Expand, Tile, ConstantOfShape.

namespace {

constexpr uint64_t most_bytes = uint64_t{1} << 16; // of a result

std::optional<uint64_t> small_count(DType dtype, Shape const& shape)
{
    auto const count = element_count(shape);
    auto const bytes = count ? bytes_of_elements(dtype, *count) : std::nullopt;
    return bytes && *bytes <= most_bytes ? count : std::nullopt;
}

// The tensor of that shape whose element at a row-major place is the element of `source` at `from(place)`.
std::optional<Tensor> copied(Tensor const& source, Shape shape, std::function<uint64_t(uint64_t)> const& from)
{
    auto const count = small_count(source.dtype(), shape);
    if (!count)
        return std::nullopt;
    size_t const width = bits_of(source.dtype()) / 8;
    auto const bytes = source.bytes();
    std::vector<std::byte> elements(*count * width);
    for (uint64_t i = 0; i < *count; ++i)
        std::memcpy(elements.data() + i * width, bytes.data() + from(i) * width, width);
    auto tensor = Tensor::create(source.dtype(), std::move(shape), SharedBytes::take(std::move(elements)));
    return tensor ? std::optional(*std::move(tensor)) : std::nullopt;
}

uint64_t product(Shape const& shape, size_t begin, size_t end)
{
    uint64_t result = 1;
    for (size_t i = begin; i < end; ++i)
        result *= static_cast<uint64_t>(shape[i]);
    return result;
}

std::optional<Tensor> gather_of(GraphUses const& uses, OnnxNode const& node)
{
    auto const data = tensor_of_input(uses, node, 0);
    auto const index = tensor_of_input(uses, node, 1);
    auto const axis = data ? axis_of(integer_attribute(node, "axis", 0), data->rank()) : std::nullopt;
    if (!axis || !index || (index->dtype() != DType::int64 && index->dtype() != DType::int32))
        return std::nullopt;
    Shape shape(data->shape().begin(), data->shape().begin() + static_cast<std::ptrdiff_t>(*axis));
    shape.insert(shape.end(), index->shape().begin(), index->shape().end());
    shape.insert(shape.end(), data->shape().begin() + static_cast<std::ptrdiff_t>(*axis) + 1, data->shape().end());
    if (!small_count(data->dtype(), shape))
        return std::nullopt;
    int64_t const size = data->shape()[*axis];
    std::vector<uint64_t> chosen;
    for (uint64_t i = 0; i < index->count(); ++i) {
        int64_t const place = index->integer_at(i) < 0 ? index->integer_at(i) + size : index->integer_at(i);
        if (place < 0 || place >= size)
            return std::nullopt;
        chosen.push_back(static_cast<uint64_t>(place));
    }
    uint64_t const inner = product(data->shape(), *axis + 1, data->rank());
    return copied(*data, shape, [&](uint64_t place) {
        uint64_t const within = place % inner;
        uint64_t const outer = place / inner / chosen.size();
        return (outer * static_cast<uint64_t>(size) + chosen[place / inner % chosen.size()]) * inner + within;
    });
}

std::optional<Tensor> expand_of(GraphUses const& uses, OnnxNode const& node)
{
    auto const data = tensor_of_input(uses, node, 0);
    auto const wanted = integers_of(uses, node, 1);
    if (!data || !wanted || wanted->size() < data->rank())
        return std::nullopt;
    Shape shape = *wanted;
    for (size_t i = 0; i < data->rank(); ++i) {
        int64_t& size = shape[shape.size() - 1 - i];
        int64_t const own = data->shape()[data->rank() - 1 - i];
        if (own != 1 && size != 1 && own != size)
            return std::nullopt;
        size = size == 1 ? own : size;
    }
    return copied(*data, shape, [&](uint64_t place) { return place_within(place, shape, data->shape()); });
}

std::optional<Tensor> tile_of(GraphUses const& uses, OnnxNode const& node)
{
    auto const data = tensor_of_input(uses, node, 0);
    auto const repeats = integers_of(uses, node, 1);
    if (!data || !repeats || repeats->size() != data->rank())
        return std::nullopt;
    Shape shape = data->shape();
    for (size_t i = 0; i < shape.size(); ++i)
        if ((*repeats)[i] < 0 || __builtin_mul_overflow(shape[i], (*repeats)[i], &shape[i]))
            return std::nullopt;
    return copied(*data, shape, [&](uint64_t place) { return place_within(place, shape, data->shape()); });
}

std::optional<Tensor> filled_of(GraphUses const& uses, OnnxNode const& node)
{
    auto const sizes = integers_of(uses, node, 0);
    auto const* const attribute = find_attribute(node, "value");
    auto const* const value = attribute == nullptr ? nullptr : std::get_if<OnnxTensor>(&attribute->value);
    if (!sizes || (attribute != nullptr && value == nullptr))
        return std::nullopt;
    auto const element = value == nullptr ? Result<Tensor>(Tensor::scalar(0.0F)) : to_tensor(*value);
    if (!element || element->count() != 1 || element->dtype() == DType::string || bits_of(element->dtype()) < 8)
        return std::nullopt;
    return copied(*element, *sizes, [](uint64_t) { return uint64_t{0}; });
}

std::optional<Tensor> concat_of(GraphUses const& uses, OnnxNode const& node)
{
    std::vector<Tensor> parts;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
        auto part = tensor_of_input(uses, node, i);
        if (!part || (!parts.empty() && (part->dtype() != parts[0].dtype() || part->rank() != parts[0].rank())))
            return std::nullopt;
        parts.push_back(*std::move(part));
    }
    auto const axis = parts.empty() ? std::nullopt : axis_of(integer_attribute(node, "axis", 0), parts[0].rank());
    if (!axis)
        return std::nullopt;
    Shape shape = parts[0].shape();
    shape[*axis] = 0;
    for (auto const& part : parts) {
        for (size_t i = 0; i < shape.size(); ++i)
            if (i != *axis && part.shape()[i] != shape[i])
                return std::nullopt;
        if (__builtin_add_overflow(shape[*axis], part.shape()[*axis], &shape[*axis]))
            return std::nullopt;
    }
    auto const count = small_count(parts[0].dtype(), shape);
    if (!count)
        return std::nullopt;
    uint64_t const inner = product(shape, *axis + 1, shape.size()) * (bits_of(parts[0].dtype()) / 8);
    std::vector<std::byte> elements;
    for (uint64_t outer = 0; outer < product(shape, 0, *axis); ++outer)
        for (auto const& part : parts) {
            uint64_t const length = static_cast<uint64_t>(part.shape()[*axis]) * inner;
            auto const bytes = part.bytes().subspan(outer * length, length);
            elements.insert(elements.end(), bytes.begin(), bytes.end());
        }
    auto tensor = Tensor::create(parts[0].dtype(), shape, SharedBytes::take(std::move(elements)));
    return tensor ? std::optional(*std::move(tensor)) : std::nullopt;
}

// Slices of weights that others read too; those with steps.
std::optional<Tensor> slice_of(GraphUses const& uses, OnnxNode const& node)
{
    auto const data = tensor_of_input(uses, node, 0);
    auto const starts = integers_of(uses, node, 1);
    auto const ends = integers_of(uses, node, 2);
    auto const axes = integers_of(uses, node, 3);
    auto steps = integers_of(uses, node, 4);
    if (axes && node.inputs.size() < 5)
        steps = std::vector<int64_t>(axes->size(), 1);
    if (!data || !starts || !ends || !axes || !steps || starts->size() != axes->size() || ends->size() != axes->size() || steps->size() != axes->size())
        return std::nullopt;
    Shape shape = data->shape();
    std::vector<uint64_t> first(shape.size(), 0);
    std::vector<uint64_t> step(shape.size(), 1);
    std::vector<bool> seen(shape.size(), false);
    for (size_t i = 0; i < axes->size(); ++i) {
        auto const axis = axis_of((*axes)[i], shape.size());
        if (!axis || seen[*axis] || (*steps)[i] <= 0)
            return std::nullopt;
        seen[*axis] = true;
        int64_t const size = data->shape()[*axis];
        auto const counted = [&](int64_t place) { return std::clamp<int64_t>(place < 0 ? place + size : place, 0, size); };
        int64_t const length = std::max<int64_t>(0, counted((*ends)[i]) - counted((*starts)[i]));
        first[*axis] = static_cast<uint64_t>(counted((*starts)[i]));
        step[*axis] = static_cast<uint64_t>((*steps)[i]);
        shape[*axis] = length / (*steps)[i] + (length % (*steps)[i] != 0 ? 1 : 0);
    }
    return copied(*data, shape, [&](uint64_t place) {
        uint64_t result = 0;
        uint64_t stride = 1;
        for (size_t i = shape.size(); i-- > 0;) {
            result += (first[i] + place % static_cast<uint64_t>(shape[i]) * step[i]) * stride;
            place /= static_cast<uint64_t>(shape[i]);
            stride *= static_cast<uint64_t>(data->shape()[i]);
        }
        return result;
    });
}

using Expansion = std::optional<Tensor> (*)(GraphUses const&, OnnxNode const&);
struct ExpansionRow {
    std::string_view op_type;
    Expansion expand;
};
constexpr std::array<ExpansionRow, 6> expansions{{{"Gather", gather_of}, {"Slice", slice_of}, {"Concat", concat_of}, {"Expand", expand_of}, {"Tile", tile_of}, {"ConstantOfShape", filled_of}}};

}

bool fold_expansion(GraphUses& uses, OnnxNode& node)
{
    auto const row = std::find_if(expansions.begin(), expansions.end(), [&](ExpansionRow const& one) { return node.op_type == one.op_type; });
    if (row == expansions.end() || !uses.may_add(0))
        return false;
    auto const result = row->expand(uses, node);
    return result && uses.may_add(result->bytes().size()) && replace_by_weight(uses, node, *result, "constant/" + node.op_type);
}
