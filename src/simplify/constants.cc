#include "simplify/passes.h"

#include "simplify/folding.h"
#include "simplify/weight_reading.h"
#include "tensor/strided.h"

#include <algorithm>
#include <array>
#include <optional>

namespace {

// What a folding may add to the file where the weight that it starts from stays, in bytes.
constexpr uint64_t small_bytes = uint64_t{1} << 16;

bool is_standard(OnnxNode const& node, std::string_view op_type) { return node.op_type == op_type && node.domain.empty(); }

std::optional<Tensor> with_checked_shape(Tensor const& tensor, Shape shape)
{
    return element_count(shape) == tensor.count() ? std::optional(tensor.with_shape(std::move(shape))) : std::nullopt;
}

std::optional<Tensor> transpose_of(GraphUses const&, OnnxNode const& node, Tensor const& tensor)
{
    auto const* const permutation = integers_attribute(node, "perm");
    if (permutation == nullptr || permutation->size() != tensor.rank())
        return std::nullopt;
    std::vector<bool> seen(tensor.rank(), false);
    for (int64_t const axis : *permutation) {
        if (axis < 0 || axis >= static_cast<int64_t>(tensor.rank()) || seen[static_cast<size_t>(axis)])
            return std::nullopt;
        seen[static_cast<size_t>(axis)] = true;
    }
    return transposed(tensor, *permutation);
}

std::optional<Tensor> reshape_of(GraphUses const& uses, OnnxNode const& node, Tensor const& tensor)
{
    auto sizes = integers_of(uses, node, 1);
    if (!sizes)
        return std::nullopt;
    bool const copies = integer_attribute(node, "allowzero", 0) == 0;
    uint64_t known = 1;
    std::optional<size_t> open;
    for (size_t i = 0; i < sizes->size(); ++i) {
        if ((*sizes)[i] == 0 && copies)
            (*sizes)[i] = i < tensor.rank() ? tensor.shape()[i] : -2;
        if ((*sizes)[i] == -1 && !open)
            open = i;
        else if ((*sizes)[i] < 0 || __builtin_mul_overflow(known, static_cast<uint64_t>((*sizes)[i]), &known))
            return std::nullopt;
    }
    if (open) {
        if (known == 0 || tensor.count() % known != 0)
            return std::nullopt;
        (*sizes)[*open] = static_cast<int64_t>(tensor.count() / known);
    }
    return with_checked_shape(tensor, *sizes);
}

std::optional<Tensor> unsqueeze_of(GraphUses const& uses, OnnxNode const& node, Tensor const& tensor)
{
    auto const axes = integers_of(uses, node, 1);
    if (!axes)
        return std::nullopt;
    size_t const rank = tensor.rank() + axes->size();
    std::vector<bool> added(rank, false);
    for (int64_t const axis : *axes) {
        auto const counted = axis_of(axis, rank);
        if (!counted || added[*counted])
            return std::nullopt;
        added[*counted] = true;
    }
    Shape shape;
    size_t next = 0;
    for (size_t i = 0; i < rank; ++i)
        shape.push_back(added[i] ? 1 : tensor.shape()[next++]);
    return with_checked_shape(tensor, shape);
}

std::optional<Tensor> squeeze_of(GraphUses const& uses, OnnxNode const& node, Tensor const& tensor)
{
    auto const axes = integers_of(uses, node, 1);
    if (!axes)
        return std::nullopt;
    std::vector<bool> dropped(tensor.rank(), false);
    for (int64_t const axis : *axes) {
        auto const counted = axis_of(axis, tensor.rank());
        if (!counted || tensor.shape()[*counted] != 1)
            return std::nullopt;
        dropped[*counted] = true;
    }
    Shape shape;
    for (size_t i = 0; i < tensor.rank(); ++i)
        if (!dropped[i])
            shape.push_back(tensor.shape()[i]);
    return with_checked_shape(tensor, shape);
}

// One slice after the other, each a view of the one before.
std::optional<Tensor> slice_of(GraphUses const& uses, OnnxNode const& node, Tensor const& tensor)
{
    auto const starts = integers_of(uses, node, 1);
    auto const ends = integers_of(uses, node, 2);
    auto const axes = integers_of(uses, node, 3);
    if (!starts || !ends || !axes || node.inputs.size() > 4 || starts->size() != axes->size() || ends->size() != axes->size())
        return std::nullopt; // steps are rare, and are left to the runtime
    Shape shape = tensor.shape();
    auto const strides = row_major_strides(tensor.shape());
    int64_t offset = 0;
    for (size_t i = 0; i < axes->size(); ++i) {
        auto const axis = axis_of((*axes)[i], shape.size());
        if (!axis)
            return std::nullopt;
        auto const counted = [&](int64_t place) { return std::clamp<int64_t>(place < 0 ? place + tensor.shape()[*axis] : place, 0, tensor.shape()[*axis]); };
        int64_t const start = counted((*starts)[i]);
        offset += start * strides[*axis];
        shape[*axis] = std::max<int64_t>(0, counted((*ends)[i]) - start);
    }
    return strided(tensor, shape, strides, offset);
}

using Folding = std::optional<Tensor> (*)(GraphUses const&, OnnxNode const&, Tensor const&);
struct FoldingRow {
    std::string_view op_type;
    Folding fold;
};
constexpr std::array<FoldingRow, 5> foldings{{{"Transpose", transpose_of}, {"Reshape", reshape_of}, {"Unsqueeze", unsqueeze_of}, {"Squeeze", squeeze_of}, {"Slice", slice_of}}};

}

bool fold_movement(GraphUses& uses, OnnxNode& node)
{
    auto const row = std::find_if(foldings.begin(), foldings.end(), [&](FoldingRow const& one) { return is_standard(node, one.op_type); });
    if (row == foldings.end() || node.inputs.empty())
        return false;
    auto const tensor = tensor_of(uses, node.inputs[0]);
    if (!tensor || (uses.count(node.inputs[0]) != 1 && tensor->bytes().size() > small_bytes))
        return false;
    auto const result = row->fold(uses, node, *tensor);
    if (!result)
        return false;
    return replace_by_weight(uses, node, *result, node.inputs[0] + "/" + node.op_type);
}

uint64_t fold_constants(GraphUses& uses)
{
    uint64_t count = 0;
    for (auto& node : uses.graph().nodes) { // in order: what is folded is a weight for those that follow
        bool const may_fold = node.domain.empty() && node.outputs.size() == 1 && !uses.is_output(node.outputs[0]);
        if (may_fold && (fold_movement(uses, node) || fold_expansion(uses, node) || fold_arithmetic(uses, node)))
            ++count;
    }
    return count;
}
