#include "operators/families.h"
#include "operators/promotion.h"

// Facts about tensors that are no tensors: sizes, dtypes, devices.

namespace {

Result<Value> kind_of_device(Operation&) { return Value{std::string("cpu")}; }
Result<Value> device(Operation&) { return Value{DeviceValue{"cpu"}}; }
Result<Value> scalar_type(Operation& op)
{
    if (auto const grid = TRY(op.reference("a"))->grid)
        return Value{Dim(grid->scalar_type)};
    auto const number_of_type = scalar_type_of(TRY(op.tensor("a")).dtype());
    return number_of_type ? Result<Value>(Value{Dim(*number_of_type)}) : unsupported("the dtype of a quantised tensor");
}
Result<Value> rank(Operation& op) { return Value{Dim(TRY(op.tensor("self")).rank())}; }
Result<Value> sizes(Operation& op) { return op.heap.integers_of(TRY(op.tensor("self")).dims()); }
Result<Value> size(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return malformed("the size of a tensor of rank 0 along an axis");
    return Value{self.dims()[static_cast<size_t>(axis)]};
}
Result<Value> count(Operation& op) { return Value{count_of(TRY(op.tensor("self")).dims())}; }
Result<Value> length_of_tensor(Operation& op)
{
    auto const self = TRY(op.tensor("t"));
    if (self.rank() == 0)
        return malformed("len() of a tensor of rank 0");
    return Value{self.dims()[0]};
}
Result<Value> is_floating_point(Operation& op) { return Value{is_floating(TRY(op.tensor("self")).dtype())}; }
Result<Value> is_complex_tensor(Operation& op) { return Value{is_complex(TRY(op.tensor("self")).dtype())}; }
Result<Value> is_quantised(Operation& op) { return Value{TRY(op.reference("a"))->grid != nullptr}; }
Result<Value> strided_layout(Operation&) { return Value{Dim(0)}; }
Result<Value> no_device_number(Operation&) { return Value{Dim(-1)}; }
Result<Value> is_contiguous(Operation& op)
{
    bool const row_major = !op.takes("memory_format") || TRY(op.number("memory_format")) == 0;
    return Value{row_major && TRY(op.reference("self"))->contiguous};
}
Result<Value> is_signed(Operation& op)
{
    auto const dtype = TRY(op.tensor("self")).dtype();
    return Value{dtype != DType::boolean && dtype != DType::uint8};
}
Result<Value> bytes_of_element(Operation& op) { return Value{Dim(static_cast<int64_t>(bits_of(TRY(op.tensor("self")).dtype())) / 8)}; }
Result<Value> sizes_as_tensor(Operation& op) { return op.result(GraphTensor::integers(TRY(op.tensor("self")).dims())); }
Result<Value> is_same_size(Operation& op)
{
    auto const left = TRY(op.tensor("self"));
    auto const right = TRY(op.tensor("other"));
    if (left.rank() != right.rank() || left.dims() == right.dims())
        return Value{left.dims() == right.dims()};
    return Value{TRY(need_numbers(op.graph, left.dims(), "sizes that are compared")) == TRY(need_numbers(op.graph, right.dims(), "sizes that are compared"))};
}
Result<Value> common_type(Operation& op)
{
    auto const number_of_type = scalar_type_of(TRY(result_dtype(op, {"tensor", "other"})));
    return number_of_type ? Result<Value>(Value{Dim(*number_of_type)}) : unsupported("the dtype of a quantised tensor");
}
Result<Value> promoted_type(Operation& op)
{
    auto const number_of_type = scalar_type_of(promoted(TRY(op.dtype("type1", DType::float32)), TRY(op.dtype("type2", DType::float32))));
    return number_of_type ? Result<Value>(Value{Dim(*number_of_type)}) : unsupported("the dtype of a quantised tensor");
}
Result<Value> no(Operation&) { return Value{false}; }
Result<Value> is_on_cpu(Operation&) { return Value{true}; }

Result<Value> broadcast_sizes(Operation& op) { return op.list_of(TRY(broadcast(op.graph, TRY(op.integers("a")), TRY(op.integers("b"))))); }

constexpr OperatorRow rows[] = {
    {"aten::broadcast_shapes(int[] a, int[] b) -> int[]", broadcast_sizes},
    {"aten::_infer_size(int[] a, int[] b) -> int[]", broadcast_sizes},
    {"aten::len.Tensor(Tensor t) -> int", length_of_tensor},
    {"prim::device(Tensor a) -> Device", device},
    {"prim::type(Device self) -> str", kind_of_device},
    {"aten::device(t a, int? index=None) -> Device", device},
    {"prim::dtype(Tensor a) -> int", scalar_type},
    {"aten::dim(Tensor self) -> int", rank},
    {"aten::size(Tensor self) -> int[]", sizes},
    {"aten::size.int(Tensor self, int dim) -> int", size},
    {"aten::numel(Tensor self) -> int", count},
    {"aten::is_floating_point(Tensor self) -> bool", is_floating_point},
    {"aten::is_complex(Tensor self) -> bool", is_complex_tensor},
    {"aten::is_grad_enabled() -> bool", no},
    {"aten::is_autocast_enabled() -> bool", no},
    {"prim::is_cuda(Tensor a) -> bool", no},
    {"prim::is_cpu(Tensor a) -> bool", is_on_cpu},
    {"prim::is_nested(Tensor a) -> bool", no},
    {"prim::is_quantized(Tensor a) -> bool", is_quantised},
    {"prim::layout(Tensor a) -> int", strided_layout},
    {"aten::get_device(Tensor self) -> int", no_device_number},
    {"aten::is_contiguous(Tensor self) -> bool", is_contiguous},
    {"aten::is_contiguous.memory_format(Tensor self, MemoryFormat memory_format) -> bool", is_contiguous},
    {"aten::is_same_size(Tensor self, Tensor other) -> bool", is_same_size},
    {"aten::is_signed(Tensor self) -> bool", is_signed},
    {"aten::is_neg(Tensor self) -> bool", no},
    {"aten::is_conj(Tensor self) -> bool", no},
    {"aten::is_inference(Tensor self) -> bool", no},
    {"aten::is_pinned(Tensor self, Device? device=None) -> bool", no},
    {"aten::is_autocast_cpu_enabled() -> bool", no},
    {"aten::element_size(Tensor self) -> int", bytes_of_element},
    {"aten::_shape_as_tensor(Tensor self) -> Tensor", sizes_as_tensor},
    {"aten::result_type.Tensor(Tensor tensor, Tensor other) -> ScalarType", common_type},
    {"aten::result_type.Scalar(Tensor tensor, Scalar other) -> ScalarType", common_type},
    {"aten::promote_types(ScalarType type1, ScalarType type2) -> ScalarType", promoted_type},
    {"prim::is_sparse(Tensor a) -> bool", no},
    {"prim::is_mkldnn(Tensor a) -> bool", no},
    {"prim::requires_grad(Tensor a) -> bool", no},
};

}

std::span<OperatorRow const> fact_operators() { return rows; }
