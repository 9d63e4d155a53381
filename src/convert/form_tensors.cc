#include "convert/value_form.h"

#include "graph/compose.h"
#include "graph/open_list.h"

// The tensors of a form, and its value again: what really crosses the border of a nested graph.

namespace {

using Kind = ValueForm::Kind;

}

void types_of(ValueForm const& form, std::vector<GraphType>& types)
{
    auto const closed = [&form] {
        Dims dims;
        for (auto const& dim : form.dims)
            dims.push_back(dim.value_or(open_size));
        return dims;
    };
    switch (form.kind) {
    case Kind::known:
        return;
    case Kind::tensor:
        types.push_back({form.dtype, closed(), false});
        return;
    case Kind::integer:
        types.push_back({DType::int64, {}, false});
        return;
    case Kind::floating:
        types.push_back({DType::float64, {}, false});
        return;
    case Kind::boolean:
        types.push_back({DType::boolean, {}, false});
        return;
    case Kind::open_list:
        if (form.list_kind == OpenList::Kind::tensors)
            types.push_back({form.dtype, closed(), true});
        else
            types.push_back({dtype_of_items(form.list_kind), {open_size}, false});
        return;
    case Kind::optional:
        types.push_back({DType::boolean, {}, false});
        break;
    case Kind::items:
    case Kind::members:
        break;
    }
    for (auto const& part : form.parts)
        types_of(part, types);
}

namespace {

ListValue const& list_contents(std::shared_ptr<ListValue> const& list, Changes const* changes)
{
    if (changes != nullptr)
        for (auto const& [changed, state] : changes->lists)
            if (changed == list)
                return state;
    return *list;
}

GraphTensor zeros_of(GraphBuilder& graph, ValueForm const& form)
{
    Dims dims;
    for (auto const& dim : form.dims)
        dims.push_back(dim.value_or(Dim(1)));
    return filled(graph, number(form.dtype, int64_t{0}), std::move(dims));
}

Result<GraphTensor> emitted_list(GraphBuilder& graph, ValueForm const& form, Value const& value, Changes const* changes)
{
    auto const* list = value.as<std::shared_ptr<ListValue>>();
    ListValue const contents = list != nullptr ? list_contents(*list, changes) : ListValue{};
    if (contents.open)
        return contents.open->held;
    return held_items(graph, form.list_kind, contents.items, {form.dtype, Dims(form.dims.size()), true});
}

}

Result<void> emit_value(GraphBuilder& graph, ValueForm const& form, Value const& value, Changes const* changes, std::vector<GraphTensor>& tensors)
{
    switch (form.kind) {
    case Kind::known:
        return {};
    case Kind::tensor:
        tensors.push_back(value.is<TensorReference>() ? (*value.as<TensorReference>())->seen : zeros_of(graph, form));
        return {};
    case Kind::integer:
        tensors.push_back(GraphTensor::integer(value.is<Dim>() ? *value.as<Dim>() : Dim(0)));
        return {};
    case Kind::floating:
        tensors.push_back(value.is<UnknownFloat>() ? TRY(cast(graph, value.as<UnknownFloat>()->tensor, DType::float64)) : GraphTensor::constant(Tensor::scalar(value.is<double>() ? *value.as<double>() : 0.0)));
        return {};
    case Kind::boolean:
        tensors.push_back(value.is<UnknownBool>() ? value.as<UnknownBool>()->tensor : GraphTensor::constant(Tensor::scalar(value.is<bool>() && *value.as<bool>())));
        return {};
    case Kind::open_list:
        tensors.push_back(TRY(emitted_list(graph, form, value, changes)));
        return {};
    case Kind::optional: {
        auto const* optional = value.as<OptionalValue>();
        bool const missing = value.is<NoneValue>() || value.is<UninitialisedValue>();
        tensors.push_back(optional != nullptr ? optional->present : GraphTensor::constant(Tensor::scalar(!missing)));
        return emit_value(graph, form.parts[0], optional != nullptr ? *optional->inner : missing ? Value{UninitialisedValue{}}
                                                                                                 : value,
            changes, tensors);
    }
    case Kind::items:
    case Kind::members:
        break;
    }
    for (size_t i = 0; i < form.parts.size(); ++i) {
        Value item{UninitialisedValue{}};
        if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
            item = (*tuple)->items[i];
        else if (auto const* list = value.as<std::shared_ptr<ListValue>>())
            item = list_contents(*list, changes).items[i];
        else if (auto const* object = value.as<std::shared_ptr<ObjectValue>>())
            item = (*object)->attributes[i].second;
        else if (auto const* dict = value.as<std::shared_ptr<DictValue>>())
            item = (*dict)->items[i].second;
        TRY(emit_value(graph, form.parts[i], item, changes, tensors));
    }
    return {};
}

namespace {

// A node's result has its open sizes as yet unsaid; an input of a nested graph says them.
Dim size_known_later(GraphBuilder& graph, GraphTensor const& tensor, size_t axis)
{
    return tensor.dims()[axis] == open_size ? graph.size_of(*tensor.name(), static_cast<int64_t>(axis)) : tensor.dims()[axis];
}

Value rebuilt_list(GraphBuilder& graph, Heap& heap, ValueForm const& form, GraphTensor held)
{
    ListValue contents;
    contents.uncertain = form.uncertain;
    if (form.list_kind != OpenList::Kind::tensors)
        held = held.with_dims({size_known_later(graph, held, 0)});
    contents.open = std::make_shared<OpenList>(OpenList{form.list_kind, std::move(held), form.dims});
    return heap.one_of_lists(std::move(contents), form.lists);
}

}

Value rebuild_value(GraphBuilder& graph, Heap& heap, ValueForm const& form, std::vector<GraphTensor> const& tensors, size_t& next)
{
    switch (form.kind) {
    case Kind::known:
        return form.known;
    case Kind::tensor: {
        GraphTensor const& tensor = tensors[next++];
        Dims dims;
        for (size_t i = 0; i < form.dims.size(); ++i)
            dims.push_back(form.dims[i] ? *form.dims[i] : size_known_later(graph, tensor, i));
        auto const view = heap.one_of(tensor.with_dims(std::move(dims)), form.cells);
        view->contiguous = form.contiguous;
        view->wrapped_number = form.wrapped_number;
        return Value{view};
    }
    case Kind::integer:
        return Value{graph.dim_of(tensors[next++], form.not_negative)};
    case Kind::floating:
        return Value{UnknownFloat{tensors[next++]}};
    case Kind::boolean:
        return Value{UnknownBool{tensors[next++]}};
    case Kind::open_list:
        return rebuilt_list(graph, heap, form, tensors[next++]);
    case Kind::optional: {
        GraphTensor const present = tensors[next++];
        return Value{OptionalValue{present, std::make_shared<Value const>(rebuild_value(graph, heap, form.parts[0], tensors, next))}};
    }
    case Kind::items:
    case Kind::members:
        break;
    }
    std::vector<Value> items;
    for (auto const& part : form.parts)
        items.push_back(rebuild_value(graph, heap, part, tensors, next));
    if (form.kind == Kind::items) {
        if (form.tuple)
            return tuple_of(std::move(items));
        ListValue contents;
        contents.items = std::move(items);
        contents.uncertain = form.uncertain;
        return heap.one_of_lists(std::move(contents), form.lists);
    }
    if (form.class_name.empty()) {
        std::vector<std::pair<Value, Value>> pairs;
        for (size_t i = 0; i < items.size(); ++i)
            pairs.emplace_back(form.keys[i], std::move(items[i]));
        return heap.dict_of(std::move(pairs));
    }
    Value const object = heap.object_of(form.class_name);
    for (size_t i = 0; i < items.size(); ++i)
        (*object.as<std::shared_ptr<ObjectValue>>())->attributes.emplace_back(form.names[i], std::move(items[i]));
    return object;
}
