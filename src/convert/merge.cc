#include "convert/merge.h"

namespace {

using Kind = MergedValue::Output::Kind;

std::optional<GraphTensor> as_boolean(Value const& value)
{
    if (auto const* known = value.as<bool>())
        return GraphTensor::constant(Tensor::scalar(*known));
    if (auto const* unknown = value.as<UnknownBool>())
        return unknown->tensor;
    return std::nullopt;
}

std::optional<GraphTensor> as_floating(Value const& value)
{
    if (auto const* known = value.as<double>())
        return GraphTensor::constant(Tensor::scalar(*known));
    if (auto const* unknown = value.as<UnknownFloat>())
        return unknown->tensor;
    return std::nullopt;
}

bool same_view(TensorView const& left, TensorView const& right) { return left.cell == right.cell && left.steps == right.steps; }

bool same_plain_value(Value const& left, Value const& right)
{
    if (left.held.index() != right.held.index())
        return false;
    if (auto const* flag = left.as<bool>())
        return *flag == *right.as<bool>();
    if (auto const* number = left.as<double>())
        return *number == *right.as<double>();
    if (auto const* text = left.as<std::string>())
        return *text == *right.as<std::string>();
    if (auto const* object = left.as<std::shared_ptr<ObjectValue>>())
        return *object == *right.as<std::shared_ptr<ObjectValue>>();
    if (auto const* list = left.as<std::shared_ptr<ListValue>>())
        return *list == *right.as<std::shared_ptr<ListValue>>();
    return left.is<NoneValue>() || left.is<DeviceValue>() || left.is<UninitialisedValue>();
}

std::vector<Value> const* items_of(Value const& value, bool& tuple)
{
    if (auto const* list = value.as<std::shared_ptr<ListValue>>()) {
        tuple = false;
        return &(*list)->items;
    }
    if (auto const* held = value.as<std::shared_ptr<TupleValue>>()) {
        tuple = true;
        return &(*held)->items;
    }
    return nullptr;
}

}

bool BranchMerger::holds_outside(Dim const& dim) const
{
    for (SymbolId const symbol : dim.symbols())
        if (symbol >= first_inner_symbol_ && !std::holds_alternative<DerivedInteger>(graph_.symbols()[symbol].meaning))
            return false;
    return true;
}

MergedValue BranchMerger::add_output(GraphTensor then_tensor, GraphTensor else_tensor, Kind kind)
{
    then_outputs_.push_back(std::move(then_tensor));
    else_outputs_.push_back(std::move(else_tensor));
    return {MergedValue::Output{then_outputs_.size() - 1, kind, {}}};
}

Result<MergedValue> BranchMerger::merge_tensors(GraphTensor const& then_tensor, GraphTensor const& else_tensor)
{
    if (then_tensor.dtype() != else_tensor.dtype())
        return unsupported("a branch on data gives " + std::string(name_of(then_tensor.dtype())) + " one way and " + std::string(name_of(else_tensor.dtype())) + " the other");
    if (then_tensor.rank() != else_tensor.rank())
        return unsupported("a branch on data gives rank " + std::to_string(then_tensor.rank()) + " one way and rank " + std::to_string(else_tensor.rank()) + " the other");
    return add_output(then_tensor, else_tensor, Kind::tensor);
}

Result<MergedValue> BranchMerger::merge(Value const& then_value, Value const& else_value)
{
    if (then_value.is<PoisonValue>() || else_value.is<PoisonValue>())
        return MergedValue{Value{PoisonValue{}}};
    if (same_plain_value(then_value, else_value))
        return MergedValue{then_value};
    auto const* then_tensor = then_value.as<TensorReference>();
    auto const* else_tensor = else_value.as<TensorReference>();
    if (then_tensor != nullptr && else_tensor != nullptr) {
        if (same_view(**then_tensor, **else_tensor)) // what the sides wrote is merged with the storage
            return MergedValue{Value{Heap::unread(*then_tensor)}};
        auto merged = TRY(merge_tensors((*then_tensor)->seen, (*else_tensor)->seen));
        std::get<MergedValue::Output>(merged.held).cells = {(*then_tensor)->cell, (*else_tensor)->cell};
        return merged;
    }
    auto const* then_dim = then_value.as<Dim>();
    auto const* else_dim = else_value.as<Dim>();
    if (then_dim != nullptr && else_dim != nullptr) {
        if (*then_dim == *else_dim && holds_outside(*then_dim))
            return MergedValue{then_value};
        return add_output(GraphTensor::integer(*then_dim), GraphTensor::integer(*else_dim), Kind::integer);
    }
    if (auto const then_flag = as_boolean(then_value), else_flag = as_boolean(else_value); then_flag && else_flag)
        return add_output(*then_flag, *else_flag, Kind::boolean);
    if (auto const then_float = as_floating(then_value), else_float = as_floating(else_value); then_float && else_float)
        return add_output(*then_float, *else_float, Kind::floating);
    bool then_tuple = false;
    bool else_tuple = false;
    auto const* then_items = items_of(then_value, then_tuple);
    auto const* else_items = items_of(else_value, else_tuple);
    if (then_items != nullptr && else_items != nullptr && then_tuple == else_tuple) {
        if (then_items->size() != else_items->size())
            return unsupported("a branch on data gives a " + kind_of(then_value) + " one way and a " + kind_of(else_value) + " the other");
        MergedValue::Items items{then_tuple, {}};
        for (size_t i = 0; i < then_items->size(); ++i)
            items.items.push_back(TRY(merge((*then_items)[i], (*else_items)[i])));
        return MergedValue{std::move(items)};
    }
    // What was never set one way is not read after it.
    if (then_value.is<UninitialisedValue>() || else_value.is<UninitialisedValue>())
        return unsupported("a branch on data sets a " + kind_of(then_value.is<UninitialisedValue>() ? else_value : then_value) + " one way and nothing the other");
    return unsupported("a branch on data gives a " + kind_of(then_value) + " one way and a " + kind_of(else_value) + " the other");
}

std::vector<GraphType> BranchMerger::output_types() const
{
    std::vector<GraphType> types;
    for (size_t i = 0; i < then_outputs_.size(); ++i) {
        Dims dims = then_outputs_[i].dims();
        for (size_t axis = 0; axis < dims.size(); ++axis)
            if (dims[axis] != else_outputs_[i].dims()[axis] || !holds_outside(dims[axis]))
                dims[axis] = 0;
        types.push_back({then_outputs_[i].dtype(), std::move(dims)});
    }
    return types;
}

std::vector<GraphTensor> BranchMerger::with_open_sizes(std::vector<GraphTensor> results)
{
    for (size_t i = 0; i < results.size(); ++i) {
        Dims dims = then_outputs_[i].dims();
        for (size_t axis = 0; axis < dims.size(); ++axis)
            if (dims[axis] != else_outputs_[i].dims()[axis] || !holds_outside(dims[axis]))
                dims[axis] = graph_.size_of(*results[i].name(), static_cast<int64_t>(axis));
        results[i] = results[i].with_dims(std::move(dims));
    }
    return results;
}

Value BranchMerger::build(MergedValue const& merged, std::vector<GraphTensor> const& results)
{
    if (auto const* value = std::get_if<Value>(&merged.held))
        return *value;
    if (auto const* items = std::get_if<MergedValue::Items>(&merged.held)) {
        std::vector<Value> values;
        for (auto const& item : items->items)
            values.push_back(build(item, results));
        return items->tuple ? tuple_of(std::move(values)) : heap_.list_of(std::move(values));
    }
    auto const& output = std::get<MergedValue::Output>(merged.held);
    GraphTensor const& tensor = results[output.index];
    switch (output.kind) {
    case Kind::tensor:
        return Value{heap_.one_of(tensor, output.cells)};
    case Kind::integer:
        return Value{graph_.dim_of(tensor)};
    case Kind::boolean:
        return Value{UnknownBool{tensor}};
    case Kind::floating:
        return Value{UnknownFloat{tensor}};
    }
    CHECK(false, "every kind of output is built");
}
