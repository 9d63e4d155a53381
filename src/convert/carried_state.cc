#include "convert/carried_state.h"
#include "convert/value_form.h"

#include "graph/compose.h"

#include <algorithm>

namespace {

using Kind = StateForm::Kind;

constexpr int deepest_state = 20;

Failure cannot_carry(std::string const& path, std::string const& why) { return unsupported(path + ", which the program keeps from call to call, " + why); }

bool is_of_inputs(Dim const& dim, SymbolId symbols)
{
    auto const used = dim.symbols();
    return std::all_of(used.begin(), used.end(), [symbols](SymbolId const id) { return id < symbols; });
}

std::vector<Value> const* items_of(Value const& value)
{
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return (*list)->open || (*list)->uncertain ? nullptr : &(*list)->items;
    auto const* tuple = value.as<std::shared_ptr<TupleValue>>();
    return tuple == nullptr ? nullptr : &(*tuple)->items;
}

// What needs no input: known numbers, sizes of inputs, text, None.
bool is_plain(Value const& value) { return value.is<Dim>() || value.is<bool>() || value.is<double>() || value.is<std::string>() || value.is<NoneValue>() || value.is<DeviceValue>(); }

bool same_known(Value const& left, Value const& right)
{
    if (left.is<Dim>() && right.is<Dim>())
        return *left.as<Dim>() == *right.as<Dim>();
    return is_plain(left) && same_plain_value(left, right);
}

// The kind of input that holds any number of that kind.
std::optional<Kind> kind_of_number(Value const& value)
{
    if (value.is<Dim>())
        return Kind::integer;
    if (value.is<double>() || value.is<UnknownFloat>())
        return Kind::floating;
    if (value.is<bool>() || value.is<UnknownBool>())
        return Kind::boolean;
    return std::nullopt;
}

Result<StateForm> form_of(std::string const& path, Value const& left, SymbolId symbols, int depth)
{
    StateForm form;
    if (auto const* tensor = left.as<TensorReference>()) {
        auto const& seen = (*tensor)->seen;
        for (auto const& dim : seen.dims())
            if (!is_of_inputs(dim, symbols))
                return cannot_carry(path, "has a size that depends on data");
        if (!onnx_data_type(seen.dtype()))
            return cannot_carry(path, "is a tensor of " + std::string(name_of(seen.dtype())));
        form.kind = Kind::tensor;
        form.dtype = seen.dtype();
        form.dims = seen.dims();
        form.contiguous = (*tensor)->contiguous;
        return form;
    }
    if (auto const* items = items_of(left)) {
        if (depth == deepest_state)
            return exhausted(path + " nests too deep");
        form.kind = left.is<std::shared_ptr<TupleValue>>() ? Kind::tuple : Kind::list;
        for (size_t i = 0; i < items->size(); ++i)
            form.parts.push_back(TRY(form_of(path + "." + std::to_string(i), (*items)[i], symbols, depth + 1)));
        return form;
    }
    auto const* dim = left.as<Dim>();
    if (left.is<UnknownFloat>() || left.is<UnknownBool>() || (dim != nullptr && !is_of_inputs(*dim, symbols)))
        form.kind = *kind_of_number(left);
    else if (is_plain(left))
        form.known = left;
    else
        return cannot_carry(path, "is a " + kind_of(left));
    return form;
}

std::string text_of_dims(Dims const& dims)
{
    std::string text;
    for (auto const& dim : dims)
        text += (text.empty() ? "" : ", ") + (dim.known() ? std::to_string(*dim.known()) : "?");
    return "[" + text + "]";
}

}

Result<StateForm> state_form_of(std::string const& path, Value const& left, SymbolId symbols) { return form_of(path, left, symbols, 0); }

Result<bool> widen(StateForm& form, std::string const& path, Value const& left, SymbolId symbols)
{
    if (form.kind == Kind::tensor) {
        auto const* tensor = left.as<TensorReference>();
        if (tensor == nullptr || (*tensor)->seen.dtype() != form.dtype || (*tensor)->seen.rank() != static_cast<int64_t>(form.dims.size()))
            return cannot_carry(path, "is now a tensor of rank " + std::to_string(form.dims.size()) + ", now another thing");
        if ((*tensor)->seen.dims() != form.dims)
            return cannot_carry(path, "has another size after each call: " + text_of_dims(form.dims) + ", then " + text_of_dims((*tensor)->seen.dims()));
        bool const changed = form.contiguous && !(*tensor)->contiguous;
        form.contiguous = form.contiguous && (*tensor)->contiguous;
        return changed;
    }
    if (form.kind == Kind::list || form.kind == Kind::tuple) {
        auto const* items = items_of(left);
        if (items == nullptr || items->size() != form.parts.size())
            return cannot_carry(path, "holds " + std::to_string(form.parts.size()) + " things after one call, and not as many after the next");
        bool changed = false;
        for (size_t i = 0; i < items->size(); ++i)
            changed = TRY(widen(form.parts[i], path + "." + std::to_string(i), (*items)[i], symbols)) || changed;
        return changed;
    }
    auto const kind = kind_of_number(left);
    if (form.kind != Kind::known) {
        if (kind != form.kind)
            return cannot_carry(path, "is now a number, now a " + kind_of(left));
        return false;
    }
    if (same_known(form.known, left))
        return false;
    if (!kind || kind != kind_of_number(form.known))
        return cannot_carry(path, "is now a " + kind_of(form.known) + ", now a " + kind_of(left));
    form = {};
    form.kind = *kind;
    return true;
}

bool holds(StateForm const& form, Value const& value)
{
    switch (form.kind) {
    case Kind::known:
        return same_known(form.known, value);
    case Kind::tensor: {
        auto const* tensor = value.as<TensorReference>();
        return tensor != nullptr && (*tensor)->seen.dtype() == form.dtype && (*tensor)->seen.dims() == form.dims;
    }
    case Kind::integer:
    case Kind::floating:
    case Kind::boolean:
        return kind_of_number(value) == form.kind;
    case Kind::list:
    case Kind::tuple:
        break;
    }
    auto const* items = items_of(value);
    if (items == nullptr || items->size() != form.parts.size() || value.is<std::shared_ptr<TupleValue>>() != (form.kind == Kind::tuple))
        return false;
    for (size_t i = 0; i < items->size(); ++i)
        if (!holds(form.parts[i], (*items)[i]))
            return false;
    return true;
}

Value begin_with(StateForm const& form, std::string const& path, GraphBuilder& graph, Heap& heap, std::vector<CarriedTensor>& carried)
{
    auto const input = [&](DType dtype, Dims dims) {
        auto tensor = graph.add_input(path, dtype, std::move(dims));
        carried.push_back({*tensor.name(), ""});
        return tensor;
    };
    switch (form.kind) {
    case Kind::known:
        return form.known;
    case Kind::tensor: {
        auto const tensor = heap.tensor(input(form.dtype, form.dims));
        tensor->contiguous = form.contiguous;
        return Value{tensor};
    }
    case Kind::integer:
        return Value{graph.dim_of(input(DType::int64, {}))};
    case Kind::floating:
        return Value{UnknownFloat{input(DType::float64, {})}};
    case Kind::boolean:
        return Value{UnknownBool{input(DType::boolean, {})}};
    case Kind::list:
    case Kind::tuple:
        break;
    }
    std::vector<Value> items;
    for (size_t i = 0; i < form.parts.size(); ++i)
        items.push_back(begin_with(form.parts[i], path + "." + std::to_string(i), graph, heap, carried));
    return form.kind == Kind::tuple ? tuple_of(std::move(items)) : heap.list_of(std::move(items));
}

Result<void> tensors_of(StateForm const& form, Value const& left, GraphBuilder& graph, Heap& heap, std::vector<GraphTensor>& tensors)
{
    switch (form.kind) {
    case Kind::known:
        return {};
    case Kind::tensor:
        tensors.push_back(TRY(heap.read(*left.as<TensorReference>())));
        return {};
    case Kind::integer:
        tensors.push_back(GraphTensor::integer(*left.as<Dim>()));
        return {};
    case Kind::floating:
        tensors.push_back(left.is<double>() ? GraphTensor::constant(Tensor::scalar(*left.as<double>())) : TRY(cast(graph, left.as<UnknownFloat>()->tensor, DType::float64)));
        return {};
    case Kind::boolean:
        tensors.push_back(left.is<bool>() ? GraphTensor::constant(Tensor::scalar(*left.as<bool>())) : left.as<UnknownBool>()->tensor);
        return {};
    case Kind::list:
    case Kind::tuple:
        break;
    }
    auto const& items = *items_of(left);
    for (size_t i = 0; i < items.size(); ++i)
        TRY(tensors_of(form.parts[i], items[i], graph, heap, tensors));
    return {};
}

namespace {

std::optional<Tensor> initial_number(Value const& value)
{
    if (auto const* dim = value.as<Dim>())
        return dim->known() ? std::optional(Tensor::scalar(*dim->known())) : std::nullopt;
    if (auto const* number = value.as<double>())
        return Tensor::scalar(*number);
    auto const* flag = value.as<bool>();
    return flag == nullptr ? std::nullopt : std::optional(Tensor::scalar(*flag));
}

}

void add_carried(StateForm const& form, std::string const& path, Value const* begun, std::vector<CarriedTensor>& carried)
{
    switch (form.kind) {
    case Kind::known:
        return;
    case Kind::tensor:
        carried.push_back({path, "", begun == nullptr ? std::nullopt : (*begun->as<TensorReference>())->seen.known()});
        return;
    case Kind::integer:
    case Kind::floating:
    case Kind::boolean:
        carried.push_back({path, "", begun == nullptr ? std::nullopt : initial_number(*begun)});
        return;
    case Kind::list:
    case Kind::tuple:
        break;
    }
    auto const* items = begun == nullptr ? nullptr : items_of(*begun);
    for (size_t i = 0; i < form.parts.size(); ++i)
        add_carried(form.parts[i], path + "." + std::to_string(i), items == nullptr ? nullptr : &(*items)[i], carried);
}

Value const* part_of(Value const& module, std::string_view path)
{
    if (path.empty())
        return &module;
    auto const within = [path](std::string_view name, Value const& part) -> Value const* {
        if (!path.starts_with(name) || (path.size() > name.size() && path[name.size()] != '.'))
            return nullptr;
        return part_of(part, path.substr(std::min(path.size(), name.size() + 1)));
    };
    if (auto const* object = module.as<std::shared_ptr<ObjectValue>>())
        for (auto const& [name, value] : (*object)->attributes)
            if (auto const* found = within(name, value))
                return found;
    if (auto const* items = items_of(module))
        for (size_t i = 0; i < items->size(); ++i)
            if (auto const* found = within(std::to_string(i), (*items)[i]))
                return found;
    return nullptr;
}
