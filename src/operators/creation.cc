#include "operators/families.h"
#include "operators/promotion.h"

// Tensors made from numbers, and conversions between dtypes.

namespace {

DType dtype_of_number(Value const& value)
{
    if (value.is<bool>() || value.is<UnknownBool>())
        return DType::boolean;
    return value.is<Dim>() ? DType::int64 : DType::float32;
}

Result<Value> filled_with(Operation& op, std::string_view size_name, double value, DType otherwise)
{
    DType const dtype = TRY(op.dtype("dtype", otherwise));
    return op.result(filled(op.graph, number(dtype, value), TRY(op.integers(size_name))));
}

Result<Value> zeros(Operation& op) { return filled_with(op, "size", 0, DType::float32); }
Result<Value> ones(Operation& op) { return filled_with(op, "size", 1, DType::float32); }

Result<Value> full(Operation& op)
{
    // Before version 5 of the operators the default was float whatever the number (PyTorch upgraders: full_0_4).
    DType const otherwise = op.operator_version < 5 ? DType::float32 : dtype_of_number(op.argument("fill_value"));
    DType const dtype = TRY(op.dtype("dtype", otherwise));
    return op.result(filled(op.graph, TRY(op.scalar("fill_value", dtype)), TRY(op.integers("size"))));
}

template <int value>
Result<Value> constant_like(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(filled(op.graph, number(TRY(op.dtype("dtype", self.dtype())), static_cast<double>(value)), self.dims()));
}

template <int value>
Result<Value> new_constant(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return filled_with(op, "size", value, self.dtype());
}

Result<Value> full_like(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    DType const dtype = TRY(op.dtype("dtype", self.dtype()));
    return op.result(filled(op.graph, TRY(op.scalar("fill_value", dtype)), self.dims()));
}

Result<Value> new_full(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    DType const dtype = TRY(op.dtype("dtype", self.dtype()));
    return op.result(filled(op.graph, TRY(op.scalar("fill_value", dtype)), TRY(op.integers("size"))));
}

Result<Value> filled_self(Operation& op) // fill, zero: what their in-place forms write
{
    auto const self = TRY(op.tensor("self"));
    return op.result(filled(op.graph, TRY(operand(op, "value", self.dtype())), self.dims()));
}

Result<Value> zeroed_self(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(filled(op.graph, number(self.dtype(), 0.0), self.dims()));
}

Result<Value> copied_source(Operation& op) // copy: the source in self's dtype and sizes
{
    auto const self = TRY(op.tensor("self"));
    auto const source = TRY(cast(op.graph, TRY(op.tensor("src")), self.dtype()));
    Dims const both = TRY(broadcast(op.graph, self.dims(), source.dims()));
    return op.result(expand(op.graph, source, both));
}

// ---- from numbers and lists -------------------------------------------------------------------------------------------------------

Result<GraphTensor> tensor_of_value(Operation& op, Value const& value, DType dtype)
{
    if (auto const* reference = value.as<TensorReference>())
        return cast(op.graph, TRY(op.heap.read(*reference)), dtype);
    if (auto const* list = value.as<std::shared_ptr<ListValue>>()) {
        if ((*list)->uncertain || ((*list)->open && (*list)->open->kind == OpenList::Kind::tensors))
            return unsupported("a tensor made from a " + kind_of(value));
        if ((*list)->open)
            return cast(op.graph, (*list)->open->held, dtype);
        std::vector<GraphTensor> parts;
        for (auto const& item : (*list)->items)
            parts.push_back(unsqueeze(op.graph, TRY(tensor_of_value(op, item, dtype)), {0}));
        if (parts.empty())
            return GraphTensor::constant(TRY(Tensor::create(dtype, {0}, {})));
        return concat(op.graph, parts, 0);
    }
    if (auto const* flag = value.as<bool>())
        return number(dtype, static_cast<int64_t>(*flag));
    if (auto const* floating = value.as<double>())
        return number(dtype, *floating);
    if (auto const* dim = value.as<Dim>())
        return cast(op.graph, GraphTensor::integer(*dim), dtype);
    if (auto const* unknown = value.as<UnknownFloat>())
        return cast(op.graph, unknown->tensor, dtype);
    if (auto const* unknown_flag = value.as<UnknownBool>())
        return cast(op.graph, unknown_flag->tensor, dtype);
    return unsupported("a tensor made from a " + kind_of(value));
}

std::optional<DType> inferred(Operation& op, Value const& value)
{
    if (auto const* reference = value.as<TensorReference>()) {
        auto const tensor = op.heap.read(*reference);
        return tensor ? std::optional(tensor->dtype()) : std::nullopt;
    }
    auto const* list = value.as<std::shared_ptr<ListValue>>();
    if (list == nullptr)
        return dtype_of_number(value);
    if ((*list)->open)
        return (*list)->open->kind == OpenList::Kind::floats ? DType::float32 : (*list)->open->held.dtype();
    std::optional<DType> dtype;
    for (auto const& item : (*list)->items)
        if (auto const one = inferred(op, item))
            dtype = dtype ? promoted(*dtype, *one) : *one;
    return dtype;
}

Result<Value> tensor(Operation& op)
{
    DType const dtype = TRY(op.dtype("dtype", inferred(op, op.argument("data")).value_or(DType::float32)));
    return op.result(TRY(tensor_of_value(op, op.argument("data"), dtype)));
}

Result<Value> as_tensor(Operation& op) // a tensor that needs no conversion is itself
{
    if (op.argument("data").is<TensorReference>()) {
        DType const own = TRY(op.tensor("data")).dtype();
        if (TRY(op.dtype("dtype", own)) == own)
            return op.argument("data");
    }
    return tensor(op);
}

Result<Value> scalar_tensor(Operation& op)
{
    DType const dtype = TRY(op.dtype("dtype", DType::float32));
    return op.result(TRY(op.scalar("s", dtype)));
}

// ---- conversions --------------------------------------------------------------------------------------------------------------------

// The very same tensor where nothing changes, as PyTorch has it: writes to one are seen in the other.
Result<Value> converted(Operation& op, DType dtype, bool copy)
{
    if (TRY(op.reference("self"))->seen.dtype() == dtype && !copy)
        return op.argument("self"); // what it holds is not read
    return op.result(TRY(cast(op.graph, TRY(op.tensor("self")), dtype)));
}

Result<Value> to_dtype(Operation& op)
{
    DType const own = TRY(op.reference("self"))->seen.dtype();
    return converted(op, TRY(op.dtype("dtype", own)), TRY(op.boolean("copy")));
}

Result<Value> to_same(Operation& op) // .to(device), .cpu(): all tensors of a graph are on one device
{
    return op.argument("self");
}

Result<Value> to_other(Operation& op) { return converted(op, TRY(op.tensor("other")).dtype(), false); }

Result<Value> copied_to_dtype(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return converted(op, TRY(op.dtype("dtype", self.dtype())), true);
}

#define MAKING "*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"

constexpr OperatorRow rows[] = {
    {"aten::zeros(int[] size, " MAKING ") -> Tensor", zeros},
    {"aten::ones(int[] size, " MAKING ") -> Tensor", ones},
    {"aten::empty.memory_format(int[] size, " MAKING ", MemoryFormat? memory_format=None) -> Tensor", zeros},
    {"aten::full(int[] size, Scalar fill_value, " MAKING ") -> Tensor", full},
    {"aten::zeros_like(Tensor self, " MAKING ", MemoryFormat? memory_format=None) -> Tensor", constant_like<0>},
    {"aten::ones_like(Tensor self, " MAKING ", MemoryFormat? memory_format=None) -> Tensor", constant_like<1>},
    {"aten::empty_like(Tensor self, " MAKING ", MemoryFormat? memory_format=None) -> Tensor", constant_like<0>},
    {"aten::full_like(Tensor self, Scalar fill_value, " MAKING ", MemoryFormat? memory_format=None) -> Tensor", full_like},
    {"aten::new_zeros(Tensor self, int[] size, " MAKING ") -> Tensor", new_constant<0>},
    {"aten::new_ones(Tensor self, int[] size, " MAKING ") -> Tensor", new_constant<1>},
    {"aten::new_empty(Tensor self, int[] size, " MAKING ") -> Tensor", new_constant<0>},
    {"aten::new_full(Tensor self, int[] size, Scalar fill_value, " MAKING ") -> Tensor", new_full},
    {"aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", filled_self},
    {"aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", filled_self},
    {"aten::zero(Tensor self) -> Tensor", zeroed_self},
    {"aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor", copied_source},
    {"aten::tensor(t data, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor", tensor},
    {"aten::as_tensor(t data, *, ScalarType? dtype=None, Device? device=None) -> Tensor", as_tensor},
    {"aten::scalar_tensor(Scalar s, " MAKING ") -> Tensor", scalar_tensor},
    {"aten::to.dtype(Tensor self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor", to_dtype},
    {"aten::to.device(Tensor self, Device device, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor", to_dtype},
    {"aten::to.dtype_layout(Tensor self, " MAKING ", bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor", to_dtype},
    {"aten::to.prim_Device(Tensor self, Device? device, int? dtype=None, bool non_blocking=False, bool copy=False) -> Tensor", to_dtype},
    {"aten::to.prim_dtype(Tensor self, int? dtype=None, bool non_blocking=False, bool copy=False) -> Tensor", to_dtype},
    {"aten::to.other(Tensor self, Tensor other, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor", to_other},
    {"aten::_to_copy(Tensor self, " MAKING ", bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor", copied_to_dtype},
    {"aten::type_as(Tensor self, Tensor other) -> Tensor", to_other},
    {"aten::cpu(Tensor self) -> Tensor", to_same},
    {"aten::cuda(Tensor self) -> Tensor", to_same},
};

}

std::span<OperatorRow const> creation_operators() { return rows; }
