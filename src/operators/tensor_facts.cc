#include "operators/families.h"
#include "operators/operation.h"

// Facts about tensors that are no tensors: sizes, dtypes, devices.

namespace {

Result<Value> kind_of_device(Operation&) { return Value{std::string("cpu")}; }
Result<Value> device(Operation&) { return Value{DeviceValue{"cpu"}}; }
Result<Value> scalar_type(Operation& op)
{
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
Result<Value> no(Operation&) { return Value{false}; }
Result<Value> is_on_cpu(Operation&) { return Value{true}; }

constexpr OperatorRow rows[] = {
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
    {"prim::is_quantized(Tensor a) -> bool", no},
    {"prim::is_sparse(Tensor a) -> bool", no},
    {"prim::is_mkldnn(Tensor a) -> bool", no},
    {"prim::requires_grad(Tensor a) -> bool", no},
};

}

std::span<OperatorRow const> fact_operators() { return rows; }
