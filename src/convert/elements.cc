#include "convert/elements.h"

#include "graph/compose.h"

namespace {

Result<Value> only_element(GraphBuilder& graph, GraphTensor const& tensor)
{
    DType const dtype = tensor.dtype();
    if (is_floating(dtype)) {
        if (auto const known = tensor.known())
            return Value{known->number_at(0)};
        return Value{UnknownFloat{TRY(cast(graph, tensor, DType::float64))}};
    }
    if (dtype == DType::boolean) {
        if (auto const known = tensor.known())
            return Value{known->number_at(0) != 0};
        return Value{UnknownBool{tensor}};
    }
    if (!is_integer(dtype))
        return unsupported("tolist() of " + std::string(name_of(dtype)));
    return Value{graph.dim_of(TRY(cast(graph, tensor, DType::int64)))};
}

Result<Value> open_list_of(GraphBuilder& graph, Heap& heap, GraphTensor const& tensor)
{
    OpenList list;
    list.kind = is_floating(tensor.dtype()) ? OpenList::Kind::floats : tensor.dtype() == DType::boolean ? OpenList::Kind::booleans
                                                                                                        : OpenList::Kind::integers;
    if (list.kind == OpenList::Kind::integers && !is_integer(tensor.dtype()))
        return unsupported("tolist() of " + std::string(name_of(tensor.dtype())));
    DType const held = list.kind == OpenList::Kind::floats ? DType::float64 : list.kind == OpenList::Kind::booleans ? DType::boolean
                                                                                                                    : DType::int64;
    list.held = TRY(cast(graph, tensor, held));
    ListValue contents;
    contents.open = std::make_shared<OpenList>(std::move(list));
    return heap.one_of_lists(std::move(contents), {});
}

}

Result<Value> elements_of(GraphBuilder& graph, Heap& heap, GraphTensor const& tensor)
{
    if (tensor.rank() == 0)
        return only_element(graph, tensor);
    if (tensor.rank() == 1 && !tensor.dims()[0].known())
        return open_list_of(graph, heap, tensor);
    auto const count = TRY(need_number(graph, tensor.dims()[0], "the size of an axis that tolist() takes apart"));
    heap.note_growth(static_cast<size_t>(std::max<int64_t>(count, 0)));
    if (heap.overfull())
        return exhausted("tolist() of a tensor of many elements");
    std::vector<Value> items;
    for (int64_t i = 0; i < count; ++i)
        items.push_back(TRY(elements_of(graph, heap, select(graph, tensor, 0, i))));
    return heap.list_of(std::move(items));
}
