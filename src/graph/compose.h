#pragma once

#include "base/result.h"
#include "graph/builder.h"

#include <optional>
#include <vector>

// The everyday moves of an ONNX graph, each with the sizes of its result and in the form that the requested opset has.
// Axes are not negative unless said; sizes are checked before a node is written.

// Cast, or the tensor itself where it has the dtype already. Constants are converted here and now.
Result<GraphTensor> cast(GraphBuilder& graph, GraphTensor const& tensor, DType dtype);
// Equal count is the caller's to see to; where all of `dims` are known or one is the only symbolic one, the target is a constant.
GraphTensor reshape(GraphBuilder& graph, GraphTensor const& tensor, Dims dims);
GraphTensor transpose(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> permutation);
GraphTensor unsqueeze(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> axes); // axes of the result, ascending
GraphTensor squeeze(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> axes);
// To `dims`; each size of the tensor must be the wanted one or 1. The tensor itself where nothing changes.
GraphTensor expand(GraphBuilder& graph, GraphTensor const& tensor, Dims dims);
GraphTensor concat(GraphBuilder& graph, std::vector<GraphTensor> const& tensors, int64_t axis);
// Elements [start, end) by step > 0 along an axis, with 0 <= start <= end <= size already seen to.
GraphTensor slice(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, Dim const& start, Dim const& end, int64_t step = 1);
// One index along an axis, which vanishes. The index may be negative as ONNX Gather takes it.
GraphTensor select(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, Dim const& index);
// Gather along an axis: the index's dims stand in the axis' place. `index` is int64 or int32.
GraphTensor gather(GraphBuilder& graph, GraphTensor const& tensor, GraphTensor const& index, int64_t axis);
// ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL2...; no axes given: all.
GraphTensor reduce(GraphBuilder& graph, std::string const& op_type, GraphTensor const& tensor, std::vector<int64_t> axes, bool keep);
// A node on numbers of the first input's dtype (or `of`), in the dtype that its kernel takes: inputs and result of that dtype are
// cast there and back. Float64 that is computed in float32 is noted with the graph.
GraphTensor computed(GraphBuilder& graph, std::string const& op_type, std::vector<GraphTensor const*> inputs, GraphType result, Attributes attributes = {}, std::optional<DType> of = std::nullopt);
// The element-wise operator on two tensors of one dtype, broadcast; the result has `result_dtype` or their own.
Result<GraphTensor> binary(GraphBuilder& graph, std::string const& op_type, GraphTensor const& left, GraphTensor const& right, std::optional<DType> result_dtype = std::nullopt);
GraphTensor unary(GraphBuilder& graph, std::string const& op_type, GraphTensor const& tensor, Attributes attributes = {});
// Where(condition, left, right), broadcast; left and right of one dtype.
Result<GraphTensor> where(GraphBuilder& graph, GraphTensor const& condition, GraphTensor const& left, GraphTensor const& right);
// Scalars of any dtype that ONNX constants may have: the number is converted as PyTorch converts a Python number.
GraphTensor number(DType dtype, double value);
GraphTensor number(DType dtype, int64_t value);
// A tensor of `dims` filled with a number (rank 0 of any dtype).
GraphTensor filled(GraphBuilder& graph, GraphTensor const& scalar, Dims dims);
// 0, step... as int64, `count` of them: Range or a constant.
GraphTensor counted(GraphBuilder& graph, Dim const& start, Dim const& count, Dim const& step);

// Complex numbers. ONNX Runtime computes with none: in the graph a tensor of them is one of real numbers with a last axis of 2,
// real and imaginary part, which the tensor's dims leave out. Moves of elements work on such tensors as on others (reshape,
// transpose, unsqueeze, squeeze, expand, concat, slice, select, gather), arithmetic works on the pairs.

// complex64 -> float32, complex128 -> float64
DType real_dtype(DType complex_dtype);
// The real tensor [..., 2] of a complex one, and the other way round (float32 and float64).
GraphTensor pairs_of(GraphBuilder& graph, GraphTensor const& complex_tensor);
GraphTensor complex_of(GraphBuilder& graph, GraphTensor const& pairs);

// The sizes that both broadcast to. Fails with `unsupported` code 205 (a symbolic size met a number that fixes it) or malformed.
Result<Dims> broadcast(GraphBuilder& graph, Dims const& left, Dims const& right);
// Sees to it that two sizes are equal: fails with code 205 where a symbolic size would have to be a certain number.
Result<void> require_equal(GraphBuilder& graph, Dim const& left, Dim const& right, std::string const& what);

// The number that a Dim is. Fails with code 205 where it depends on sizes of inputs, with code 202 where it depends on data.
Result<int64_t> need_number(GraphBuilder& graph, Dim const& dim, std::string const& what);
Result<Shape> need_numbers(GraphBuilder& graph, Dims const& dims, std::string const& what);

// The number of the error page that says: a number is needed here, and this one depends on data.
inline constexpr int depends_on_data_code = 202;
// The number of the error page that says: a size that may vary is fixed by the program. The evaluation may start again with it pinned.
inline constexpr int size_is_fixed_code = 205;
