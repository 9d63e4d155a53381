#include "operators/families.h"
#include "operators/operation.h"

// Operators that only exported programs have: what tracing and the decomposition into core ATen leave behind.

namespace {

Result<Value> fresh_copy(Operation& op) { return op.result(TRY(op.tensor("self"))); }
Result<Value> same(Operation& op) { return Value{TRY(op.reference("self"))}; }

Result<Value> size_along(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() == 0)
        return malformed("the size of a tensor of rank 0 along an axis");
    return Value{self.dims()[static_cast<size_t>(TRY(op.axis("dim", self.rank())))]};
}

Result<Value> element_count_of(Operation& op) { return Value{count_of(TRY(op.tensor("self")).dims())}; }

// ONNX has no strides: they are those of a row-major tensor, where it is known to be one.
Result<Value> stride_along(Operation& op)
{
    auto const reference = TRY(op.reference("self"));
    auto const self = TRY(op.tensor("self"));
    if (self.rank() == 0)
        return malformed("the stride of a tensor of rank 0 along an axis");
    if (!reference->contiguous)
        return unsupported("the strides of a tensor that may not be contiguous");
    auto const axis = TRY(op.axis("dim", self.rank()));
    return Value{count_of(Dims(self.dims().begin() + axis + 1, self.dims().end()))};
}

Result<Value> storage_offset(Operation& op)
{
    if (!TRY(op.reference("self"))->steps.empty())
        return unsupported("the place of a view in its storage");
    return Value{Dim(0)};
}

// What assertions that were made functional hand on.
Result<Value> dependency_token(Operation& op) { return op.result(number(DType::float32, 0.0)); }

// Of no values that anybody may read; where they are written, strides do not matter.
Result<Value> empty_strided(Operation& op)
{
    return op.result(filled(op.graph, number(TRY(op.dtype("dtype", DType::float32)), 0.0), TRY(op.integers("size"))));
}

// From now on the tensor is another view of the other's memory.
Result<Value> set_to_source(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const source = TRY(op.reference("source"));
    TRY(op.heap.read(source));
    if (op.graph.depth() > 1)
        return unsupported("a tensor that is set to another one in a branch on data");
    *self = *source;
    return Value{self};
}

constexpr OperatorRow rows[] = {
    {"aten::lift_fresh_copy(Tensor self) -> Tensor", fresh_copy},
    {"aten::lift_fresh(Tensor(a) self) -> Tensor(a)", same},
    {"aten::set_.source_Tensor(Tensor(a!) self, Tensor source) -> Tensor(a!)", set_to_source},
    {"aten::sym_size.int(Tensor self, int dim) -> SymInt", size_along},
    {"aten::sym_numel(Tensor self) -> SymInt", element_count_of},
    {"aten::sym_stride.int(Tensor self, int dim) -> SymInt", stride_along},
    {"aten::sym_storage_offset(Tensor self) -> SymInt", storage_offset},
    {"aten::_make_dep_token(*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor", dependency_token},
    {"aten::empty_strided(SymInt[] size, SymInt[] stride, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", empty_strided},
};

}

std::span<OperatorRow const> dialect_operators() { return rows; }
