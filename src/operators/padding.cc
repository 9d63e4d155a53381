#include "operators/families.h"
#include "operators/promotion.h"

#include <array>

// Padding: with a number, by reflection, with the outermost element, around in a circle.

namespace {

// How much is added before and after each axis; less than 0 takes away.
struct Padding {
    std::vector<Dim> before;
    std::vector<Dim> after;
};

// The list names the last axis first: [left, right, top, bottom...].
Result<Padding> padding_of(std::vector<Dim> const& list, int64_t rank)
{
    if (list.size() % 2 != 0 || static_cast<int64_t>(list.size() / 2) > rank)
        return malformed("a padding of " + std::to_string(list.size()) + " numbers for a tensor of rank " + std::to_string(rank));
    auto const axes = static_cast<size_t>(rank);
    Padding padding{std::vector<Dim>(axes, Dim(0)), std::vector<Dim>(axes, Dim(0))};
    for (size_t i = 0; i < list.size() / 2; ++i) {
        padding.before[axes - 1 - i] = list[2 * i];
        padding.after[axes - 1 - i] = list[2 * i + 1];
    }
    return padding;
}

GraphTensor pad_node(GraphBuilder& graph, GraphTensor const& x, Padding const& padding, char const* mode, GraphTensor const* value)
{
    Dims dims;
    std::vector<Dim> pads = padding.before;
    pads.insert(pads.end(), padding.after.begin(), padding.after.end());
    for (size_t i = 0; i < x.dims().size(); ++i)
        dims.push_back(x.dims()[i] + padding.before[i] + padding.after[i]);
    auto const list = GraphTensor::integers(std::move(pads));
    std::vector<GraphTensor const*> inputs{&x, &list};
    if (value != nullptr)
        inputs.push_back(value);
    return computed(graph, "Pad", std::move(inputs), {x.dtype(), std::move(dims)}, {attribute("mode", std::string(mode))});
}

// Takes away what is less than 0 on either side; the rest of the padding is what is left of it.
Result<GraphTensor> cropped(GraphBuilder& graph, GraphTensor x, Padding& padding)
{
    for (size_t i = 0; i < padding.before.size(); ++i) {
        auto const before = TRY(need_number(graph, padding.before[i], "a padding that is not of a constant"));
        auto const after = TRY(need_number(graph, padding.after[i], "a padding that is not of a constant"));
        if (before >= 0 && after >= 0)
            continue;
        Dim const start = std::max<int64_t>(-before, 0);
        x = slice(graph, x, static_cast<int64_t>(i), start, x.dims()[i] - Dim(std::max<int64_t>(-after, 0)));
        padding.before[i] = std::max<int64_t>(before, 0);
        padding.after[i] = std::max<int64_t>(after, 0);
    }
    return x;
}

bool adds_nothing(Padding const& padding)
{
    auto const is_zero = [](Dim const& dim) { return dim.is(0); };
    return std::all_of(padding.before.begin(), padding.before.end(), is_zero) && std::all_of(padding.after.begin(), padding.after.end(), is_zero);
}

Result<GraphTensor> padded_with_number(Operation& op, GraphTensor const& self, Padding const& padding, GraphTensor const& value)
{
    for (size_t i = 0; i < padding.before.size(); ++i)
        if (auto const size = (self.dims()[i] + padding.before[i] + padding.after[i]).known(); size && *size < 0)
            return malformed("a padding leaves the size " + std::to_string(*size));
    return adds_nothing(padding) ? self : pad_node(op.graph, self, padding, "constant", &value);
}

// Reflected at the outermost element, or that element repeated. What is taken away is taken after the other side was added, which
// reflects what is still there.
Result<GraphTensor> padded_from_inside(GraphBuilder& graph, GraphTensor const& self, Padding padding, char const* mode)
{
    Padding added = padding;
    for (auto* side : {&added.before, &added.after})
        for (auto& dim : *side)
            dim = graph.symbols().derived(IntegerOperation::maximum, dim, 0);
    if (std::string_view(mode) == "reflect")
        for (size_t i = 0; i < added.before.size(); ++i)
            for (Dim const& dim : {added.before[i], added.after[i]})
                if (dim.known() && self.dims()[i].known() && !dim.is(0) && *dim.known() >= *self.dims()[i].known())
                    return malformed("a size of " + std::to_string(*self.dims()[i].known()) + " is padded by reflection with " + std::to_string(*dim.known()));
    auto const wide = adds_nothing(added) ? self : pad_node(graph, self, added, mode, nullptr);
    for (size_t i = 0; i < padding.before.size(); ++i) {
        padding.before[i] = padding.before[i] - added.before[i];
        padding.after[i] = padding.after[i] - added.after[i];
    }
    return adds_nothing(padding) ? wide : cropped(graph, wide, padding);
}

Result<GraphTensor> padded_around(GraphBuilder& graph, GraphTensor const& self, Padding padding)
{
    GraphTensor result = TRY(cropped(graph, self, padding));
    for (size_t i = 0; i < padding.before.size(); ++i) {
        if (padding.before[i].is(0) && padding.after[i].is(0))
            continue;
        Dim const size = result.dims()[i];
        for (Dim const& dim : {padding.before[i], padding.after[i]})
            if (size.known() && *dim.known() > *size.known())
                return malformed("a size of " + std::to_string(*size.known()) + " is padded around with " + std::to_string(*dim.known()));
        auto const axis = static_cast<int64_t>(i);
        std::vector<GraphTensor> parts;
        if (!padding.before[i].is(0))
            parts.push_back(slice(graph, result, axis, size - padding.before[i], size));
        parts.push_back(result);
        if (!padding.after[i].is(0))
            parts.push_back(slice(graph, result, axis, 0, padding.after[i]));
        result = concat(graph, parts, axis);
    }
    return result;
}

constexpr std::array<char const*, 4> mode_names{"reflect", "replicate", "circular", "constant"};

Result<Value> padded(Operation& op, std::string_view list_name, std::string const& mode)
{
    auto const self = TRY(op.tensor("self"));
    auto const padding = TRY(padding_of(TRY(op.integers(list_name)), self.rank()));
    if (mode == "reflect")
        return op.result(TRY(padded_from_inside(op.graph, self, padding, "reflect")));
    if (mode == "replicate")
        return op.result(TRY(padded_from_inside(op.graph, self, padding, "edge")));
    if (mode == "circular")
        return op.result(TRY(padded_around(op.graph, self, padding)));
    if (mode != "constant")
        return malformed("padding of mode \"" + mode + "\"");
    auto const value = op.takes("value") && op.has("value") ? TRY(op.scalar("value", self.dtype())) : number(self.dtype(), 0.0);
    return op.result(TRY(padded_with_number(op, self, padding, value)));
}

Result<Value> pad(Operation& op) { return padded(op, "pad", TRY(op.text("mode"))); }
Result<Value> pad_by_number_of_mode(Operation& op)
{
    auto const mode = TRY(op.number("mode"));
    if (mode < 0 || mode >= static_cast<int64_t>(mode_names.size()))
        return malformed("padding of mode " + std::to_string(mode));
    return padded(op, "pad", mode_names[static_cast<size_t>(mode)]);
}
Result<Value> pad_constant(Operation& op) { return padded(op, "pad", "constant"); }
Result<Value> pad_circular(Operation& op) { return padded(op, "pad", "circular"); }
Result<Value> pad_reflect(Operation& op) { return padded(op, "padding", "reflect"); }
Result<Value> pad_replicate(Operation& op) { return padded(op, "padding", "replicate"); }

constexpr OperatorRow rows[] = {
    {"aten::pad(Tensor self, int[] pad, str mode=\"constant\", float? value=None) -> Tensor", pad},
    {"aten::_pad_enum(Tensor self, int[] pad, int mode, float? value=None) -> Tensor", pad_by_number_of_mode},
    {"aten::constant_pad_nd(Tensor self, int[] pad, Scalar value=0) -> Tensor", pad_constant},
    {"aten::_pad_circular(Tensor self, int[] pad) -> Tensor", pad_circular},
    {"aten::reflection_pad1d(Tensor self, int[2] padding) -> Tensor", pad_reflect},
    {"aten::reflection_pad2d(Tensor self, int[4] padding) -> Tensor", pad_reflect},
    {"aten::reflection_pad3d(Tensor self, int[6] padding) -> Tensor", pad_reflect},
    {"aten::replication_pad1d(Tensor self, int[2] padding) -> Tensor", pad_replicate},
    {"aten::replication_pad2d(Tensor self, int[4] padding) -> Tensor", pad_replicate},
    {"aten::replication_pad3d(Tensor self, int[6] padding) -> Tensor", pad_replicate},
};

}

std::span<OperatorRow const> padding_operators() { return rows; }
