#include "operators/view_steps.h"

#include <numeric>

ViewStep reshape_step(GraphBuilder& graph, Dims dims)
{
    return {
        [&graph, dims](GraphTensor const& base) -> Result<GraphTensor> { return reshape(graph, base, dims); },
        [&graph](GraphTensor const& base, GraphTensor const& changed) -> Result<GraphTensor> { return reshape(graph, changed, base.dims()); },
    };
}

ViewStep transpose_step(GraphBuilder& graph, std::vector<int64_t> permutation)
{
    std::vector<int64_t> inverse(permutation.size());
    for (size_t i = 0; i < permutation.size(); ++i)
        inverse[static_cast<size_t>(permutation[i])] = static_cast<int64_t>(i);
    return {
        [&graph, permutation](GraphTensor const& base) -> Result<GraphTensor> { return transpose(graph, base, permutation); },
        [&graph, inverse](GraphTensor const&, GraphTensor const& changed) -> Result<GraphTensor> { return transpose(graph, changed, inverse); },
    };
}

ViewStep unsqueeze_step(GraphBuilder& graph, int64_t axis)
{
    return {
        [&graph, axis](GraphTensor const& base) -> Result<GraphTensor> { return unsqueeze(graph, base, {axis}); },
        [&graph, axis](GraphTensor const&, GraphTensor const& changed) -> Result<GraphTensor> { return squeeze(graph, changed, {axis}); },
    };
}

ViewStep squeeze_step(GraphBuilder& graph, std::vector<int64_t> axes)
{
    return {
        [&graph, axes](GraphTensor const& base) -> Result<GraphTensor> { return squeeze(graph, base, axes); },
        [&graph, axes](GraphTensor const&, GraphTensor const& changed) -> Result<GraphTensor> { return unsqueeze(graph, changed, axes); },
    };
}

ViewStep expand_step(GraphBuilder& graph, Dims dims)
{
    return {
        [&graph, dims](GraphTensor const& base) -> Result<GraphTensor> { return expand(graph, base, dims); },
        [](GraphTensor const& base, GraphTensor const& changed) -> Result<GraphTensor> {
            if (base.dims() == changed.dims())
                return changed;
            return unsupported("a write into an expanded tensor, whose elements share memory").hint("clone() the tensor before it is written to");
        },
    };
}

ViewStep select_step(GraphBuilder& graph, int64_t axis, Dim index)
{
    return {
        [&graph, axis, index](GraphTensor const& base) -> Result<GraphTensor> { return select(graph, base, axis, index); },
        [&graph, axis, index](GraphTensor const& base, GraphTensor const& changed) -> Result<GraphTensor> {
            return slice_replaced(graph, base, unsqueeze(graph, changed, {axis}), axis, index, index + Dim(1), 1);
        },
    };
}

ViewStep slice_step(GraphBuilder& graph, int64_t axis, Dim start, Dim end, int64_t step)
{
    return {
        [&graph, axis, start, end, step](GraphTensor const& base) -> Result<GraphTensor> { return slice(graph, base, axis, start, end, step); },
        [&graph, axis, start, end, step](GraphTensor const& base, GraphTensor const& changed) -> Result<GraphTensor> { return slice_replaced(graph, base, changed, axis, start, end, step); },
    };
}

Result<GraphTensor> slice_replaced(GraphBuilder& graph, GraphTensor const& base, GraphTensor const& part, int64_t axis, Dim const& start, Dim const& end, int64_t step)
{
    Dim const size = base.dims()[static_cast<size_t>(axis)];
    if (step == 1) {
        std::vector<GraphTensor> parts;
        if (!start.is(0))
            parts.push_back(slice(graph, base, axis, 0, start));
        parts.push_back(part);
        if (end != size)
            parts.push_back(slice(graph, base, axis, end, size));
        return concat(graph, parts, axis).with_dims(base.dims());
    }
    // Every step-th row: with the axis in front, rows are what ScatterND replaces.
    std::vector<int64_t> to_front(static_cast<size_t>(base.rank()));
    std::iota(to_front.begin(), to_front.end(), 0);
    std::swap(to_front[0], to_front[static_cast<size_t>(axis)]); // its own inverse
    GraphTensor const rows = transpose(graph, base, to_front);
    GraphTensor const new_rows = transpose(graph, part, to_front);
    GraphTensor const places = unsqueeze(graph, counted(graph, start, new_rows.dims()[0], step), {1});
    GraphTensor const replaced = graph.node("ScatterND", {rows, places, new_rows}, {base.dtype(), rows.dims()});
    return transpose(graph, replaced, to_front);
}
