#include "operators/operation.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace {

Failure wrong_kind(std::string_view name, Value const& value, std::string_view wanted)
{
    return unsupported("argument " + std::string(name) + " is a " + kind_of(value) + ", wanted " + std::string(wanted));
}

Failure depends_on_data(std::string_view name)
{
    return unsupported("argument " + std::string(name) + " must be known when the model is converted, and here it depends on data").code(depends_on_data_code);
}

std::vector<Value> const* items_of(Value const& value)
{
    if (auto const* list = value.as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->open && !(*list)->uncertain)
        return &(*list)->items;
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
        return &(*tuple)->items;
    return nullptr;
}

// c10/core/ScalarType.h
constexpr std::array<DType, 12> scalar_types{DType::uint8, DType::int8, DType::int16, DType::int32, DType::int64, DType::float16, DType::float32, DType::float64, DType::complex32, DType::complex64, DType::complex128, DType::boolean};
constexpr int64_t bfloat16_scalar_type = 15;

}

std::optional<DType> dtype_of_scalar_type(int64_t number)
{
    if (number == bfloat16_scalar_type)
        return DType::bfloat16;
    if (number < 0 || number >= static_cast<int64_t>(scalar_types.size()))
        return std::nullopt;
    return scalar_types[static_cast<size_t>(number)];
}

std::optional<int64_t> scalar_type_of(DType dtype)
{
    if (dtype == DType::bfloat16)
        return bfloat16_scalar_type;
    auto const place = std::find(scalar_types.begin(), scalar_types.end(), dtype);
    return place == scalar_types.end() ? std::nullopt : std::optional<int64_t>(place - scalar_types.begin());
}

Result<int64_t> wrapped_axis(int64_t axis, int64_t rank)
{
    int64_t const range = std::max<int64_t>(rank, 1);
    if (axis < -range || axis >= range)
        return malformed("axis " + std::to_string(axis) + " of a tensor of rank " + std::to_string(rank));
    return axis < 0 ? axis + range : axis;
}

Value const& Operation::argument(std::string_view name) const
{
    for (size_t i = 0; i < arguments_.size(); ++i)
        if (schema_.arguments[i].name == name)
            return arguments_[i];
    CHECK(false, "a rule asks for arguments of its schema");
}

bool Operation::has(std::string_view name) const { return !argument(name).is<NoneValue>(); }

bool Operation::takes(std::string_view name) const
{
    return std::any_of(schema_.arguments.begin(), schema_.arguments.end(), [&](SchemaArgument const& one) { return one.name == name; });
}

Result<TensorReference> Operation::reference(std::string_view name)
{
    Value const& value = argument(name);
    if (auto const* tensor = value.as<TensorReference>())
        return *tensor;
    return wrong_kind(name, value, "a Tensor");
}

Result<GraphTensor> Operation::tensor(std::string_view name)
{
    auto const found = TRY(reference(name));
    return heap.read(found);
}

Result<std::vector<GraphTensor>> Operation::tensors(std::string_view name)
{
    auto const* items = items_of(argument(name));
    if (items == nullptr)
        return wrong_kind(name, argument(name), "a list of tensors");
    std::vector<GraphTensor> result;
    for (auto const& item : *items) {
        auto const* tensor = item.as<TensorReference>();
        if (tensor == nullptr)
            return wrong_kind(name, item, "a Tensor");
        result.push_back(TRY(heap.read(*tensor)));
    }
    return result;
}

Result<Dim> Operation::integer(std::string_view name)
{
    Value const& value = argument(name);
    if (auto const* dim = value.as<Dim>())
        return *dim;
    if (auto const* boolean = value.as<bool>())
        return Dim(*boolean ? 1 : 0);
    return wrong_kind(name, value, "an int");
}

Result<int64_t> Operation::number(std::string_view name)
{
    auto const dim = TRY(integer(name));
    return need_number(graph, dim, "argument " + std::string(name));
}

Result<std::vector<Dim>> Operation::integers(std::string_view name)
{
    auto const* items = items_of(argument(name));
    if (items == nullptr)
        return wrong_kind(name, argument(name), "a list of ints");
    std::vector<Dim> result;
    for (auto const& item : *items) {
        auto const* dim = item.as<Dim>();
        if (dim == nullptr)
            return wrong_kind(name, item, "an int");
        result.push_back(*dim);
    }
    return result;
}

Result<std::vector<int64_t>> Operation::numbers(std::string_view name)
{
    auto const dims = TRY(integers(name));
    return need_numbers(graph, dims, "argument " + std::string(name));
}

Result<double> Operation::floating(std::string_view name)
{
    Value const& value = argument(name);
    if (auto const* number = value.as<double>())
        return *number;
    if (auto const* flag = value.as<bool>())
        return *flag ? 1.0 : 0.0;
    if (value.is<UnknownFloat>())
        return depends_on_data(name);
    if (!value.is<Dim>())
        return wrong_kind(name, value, "a float");
    auto const known = TRY(number(name));
    return static_cast<double>(known);
}

Result<std::vector<double>> Operation::floatings(std::string_view name)
{
    auto const* items = items_of(argument(name));
    if (items == nullptr)
        return wrong_kind(name, argument(name), "a list of floats");
    std::vector<double> result;
    for (auto const& item : *items) {
        if (auto const* number = item.as<double>())
            result.push_back(*number);
        else if (auto const* dim = item.as<Dim>(); dim != nullptr && dim->known())
            result.push_back(static_cast<double>(*dim->known()));
        else if (item.is<UnknownFloat>() || item.is<Dim>())
            return depends_on_data(name);
        else
            return wrong_kind(name, item, "a float");
    }
    return result;
}

Result<bool> Operation::boolean(std::string_view name)
{
    Value const& value = argument(name);
    if (auto const* flag = value.as<bool>())
        return *flag;
    if (value.is<UnknownBool>())
        return depends_on_data(name);
    return wrong_kind(name, value, "a bool");
}

Result<std::string> Operation::text(std::string_view name)
{
    if (auto const* found = argument(name).as<std::string>())
        return *found;
    return wrong_kind(name, argument(name), "a str");
}

Result<GraphTensor> Operation::scalar(std::string_view name, DType dtype)
{
    Value const& value = argument(name);
    if (auto const* flag = value.as<bool>())
        return ::number(dtype, static_cast<int64_t>(*flag));
    if (auto const* floating_value = value.as<double>())
        return ::number(dtype, *floating_value);
    if (auto const* dim = value.as<Dim>())
        return cast(graph, GraphTensor::integer(*dim), dtype);
    if (auto const* unknown = value.as<UnknownFloat>())
        return cast(graph, unknown->tensor, dtype);
    if (auto const* unknown_flag = value.as<UnknownBool>())
        return cast(graph, unknown_flag->tensor, dtype);
    return wrong_kind(name, value, "a real number");
}

Result<DType> Operation::dtype(std::string_view name, DType otherwise)
{
    if (!has(name))
        return otherwise;
    auto const scalar_type = TRY(number(name));
    auto const found = dtype_of_scalar_type(scalar_type);
    if (!found)
        return unsupported("the scalar type " + std::to_string(scalar_type));
    return *found;
}

Result<int64_t> Operation::axis(std::string_view name, int64_t rank)
{
    auto const given = TRY(number(name));
    return within("argument " + std::string(name), wrapped_axis(given, rank));
}

Result<std::vector<int64_t>> Operation::axes(std::string_view name, int64_t rank)
{
    std::vector<int64_t> result;
    if (has(name)) {
        std::vector<int64_t> given;
        if (argument(name).is<Dim>())
            given.push_back(TRY(number(name)));
        else
            given = TRY(numbers(name));
        for (int64_t const each : given)
            result.push_back(TRY(within("argument " + std::string(name), wrapped_axis(each, rank))));
    }
    if (result.empty()) {
        result.resize(static_cast<size_t>(rank));
        std::iota(result.begin(), result.end(), 0);
        return result;
    }
    std::sort(result.begin(), result.end());
    if (std::adjacent_find(result.begin(), result.end()) != result.end())
        return malformed("an axis stands twice in argument " + std::string(name));
    if (rank == 0)
        result.clear();
    return result;
}

Result<Value> Operation::call(std::string_view target, std::vector<Value> arguments)
{
    CHECK(others_ != nullptr, "a composed operator is called through the table");
    return within(std::string(target), (*others_)(target, std::move(arguments)));
}

Result<GraphTensor> Operation::tensor_from(std::string_view target, std::vector<Value> arguments)
{
    auto const value = TRY(call(target, std::move(arguments)));
    auto const* tensor = value.as<TensorReference>();
    CHECK(tensor != nullptr, "the operator gives a tensor");
    return heap.read(*tensor);
}

Value Operation::results(std::vector<GraphTensor> tensors)
{
    std::vector<Value> items;
    for (auto& tensor : tensors)
        items.push_back(result(std::move(tensor)));
    return tuple_of(std::move(items));
}

Result<Value> Operation::view(TensorReference const& of, ViewStep step, bool contiguous)
{
    auto const base = TRY(heap.read(of));
    auto value = TRY(step.take(base));
    return Value{heap.view(of, std::move(step), std::move(value), contiguous)};
}

void warn_of_training(Operation& op, std::string const& what)
{
    op.warn("G07", what + " in training mode, where every run gives other numbers: converted as in eval mode. Call model.eval() before the model is scripted, traced or exported.");
}

Result<std::vector<int64_t>> for_each_axis(std::vector<int64_t> given, size_t axes, char const* what)
{
    if (given.size() == 1)
        given.resize(axes, given[0]);
    if (given.size() != axes)
        return malformed(std::string(what) + " names " + std::to_string(given.size()) + " axes of " + std::to_string(axes));
    return given;
}
