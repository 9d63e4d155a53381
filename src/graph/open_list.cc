#include "graph/open_list.h"

#include "graph/compose.h"
#include "graph/heap.h"

DType dtype_of_items(OpenList::Kind kind)
{
    switch (kind) {
    case OpenList::Kind::integers:
        return DType::int64;
    case OpenList::Kind::booleans:
        return DType::boolean;
    case OpenList::Kind::floats:
    case OpenList::Kind::tensors:
        break;
    }
    return DType::float64;
}

Result<GraphTensor> held_number(GraphBuilder& graph, OpenList::Kind kind, Value const& item)
{
    if (kind == OpenList::Kind::integers && item.is<Dim>())
        return GraphTensor::integer(*item.as<Dim>());
    if (kind == OpenList::Kind::floats && item.is<double>())
        return GraphTensor::constant(Tensor::scalar(*item.as<double>()));
    if (kind == OpenList::Kind::floats && item.is<UnknownFloat>())
        return cast(graph, item.as<UnknownFloat>()->tensor, DType::float64);
    if (kind == OpenList::Kind::booleans && item.is<bool>())
        return GraphTensor::constant(Tensor::scalar(*item.as<bool>()));
    if (kind == OpenList::Kind::booleans && item.is<UnknownBool>())
        return item.as<UnknownBool>()->tensor;
    return unsupported("a list whose length depends on data takes a " + kind_of(item) + " among its items");
}

Result<GraphTensor> held_items(GraphBuilder& graph, OpenList::Kind kind, std::vector<Value> const& items, GraphType const& item)
{
    GraphType const sequence{item.dtype, item.dims, true};
    if (kind == OpenList::Kind::tensors && items.empty())
        return graph.node("SequenceEmpty", std::vector<GraphTensor>(), sequence, {attribute("dtype", int64_t{onnx_data_type(item.dtype).value_or(0)})});
    std::vector<GraphTensor> parts;
    std::vector<Dim> integers;
    for (auto const& each : items) {
        auto const* tensor = each.as<TensorReference>();
        if (kind == OpenList::Kind::tensors && tensor != nullptr) {
            parts.push_back((*tensor)->seen);
            (*tensor)->cell->frozen = frozen_by_open_list;
        } else if (kind == OpenList::Kind::integers && each.is<Dim>()) {
            integers.push_back(*each.as<Dim>());
        } else {
            parts.push_back(unsqueeze(graph, TRY(held_number(graph, kind, each)), {0}));
        }
    }
    if (kind == OpenList::Kind::tensors)
        return graph.node("SequenceConstruct", parts, sequence);
    if (kind == OpenList::Kind::integers)
        return GraphTensor::integers(std::move(integers));
    if (parts.empty())
        return GraphTensor::constant(TRY(Tensor::create(dtype_of_items(kind), {0}, {})));
    return concat(graph, parts, 0);
}
