#include "operators/families.h"
#include "operators/indexing.h"
#include "operators/promotion.h"
#include "operators/view_steps.h"

#include <algorithm>
#include <cmath>

// Triangles and diagonals of matrices, and the operators that put a part back into a tensor.

namespace {

// ---- triangles ------------------------------------------------------------------------------------------------------------------------

template <bool upper>
Result<Value> triangle(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() < 2)
        return malformed("a triangle of a tensor of rank " + std::to_string(self.rank()));
    auto const diagonal = GraphTensor::integer(TRY(op.integer("diagonal")));
    return op.result(computed(op.graph, "Trilu", {&self, &diagonal}, {self.dtype(), self.dims()}, {attribute("upper", static_cast<int64_t>(upper))}));
}

template <bool upper>
Result<Value> triangle_places(Operation& op) // [2, count]: rows and columns
{
    static constexpr int64_t most_written_out = 1 << 20;
    auto const rows = TRY(op.number("row"));
    auto const columns = TRY(op.number("col"));
    auto const offset = TRY(op.number("offset"));
    DType const dtype = TRY(op.dtype("dtype", DType::int64));
    if (rows < 0 || columns < 0 || (columns > 0 && rows > most_written_out / columns))
        return unsupported("the places of a triangle of " + std::to_string(rows) + " by " + std::to_string(columns));
    std::vector<int64_t> row_places;
    std::vector<int64_t> column_places;
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
            if (upper ? j - i >= offset : j - i <= offset) {
                row_places.push_back(i);
                column_places.push_back(j);
            }
    auto const count = static_cast<int64_t>(row_places.size());
    row_places.insert(row_places.end(), column_places.begin(), column_places.end());
    return op.result(GraphTensor::constant(TRY(Tensor::of<int64_t>(DType::int64, {2, count}, std::move(row_places)).cast(dtype))));
}

// [rows, columns]: true where column = row + offset.
Result<GraphTensor> on_diagonal(GraphBuilder& graph, Dim const& rows, Dim const& columns, Dim const& offset)
{
    auto const down = unsqueeze(graph, counted(graph, offset, rows, 1), {1});
    auto const right = unsqueeze(graph, counted(graph, 0, columns, 1), {0});
    return binary(graph, "Equal", down, right, DType::boolean);
}

Result<Value> identity_matrix(Operation& op)
{
    Dim const rows = TRY(op.integer("n"));
    Dim const columns = op.takes("m") ? TRY(op.integer("m")) : rows;
    DType const dtype = TRY(op.dtype("dtype", DType::float32));
    return op.result(TRY(cast(op.graph, TRY(on_diagonal(op.graph, rows, columns, 0)), dtype)));
}

// ---- diagonals --------------------------------------------------------------------------------------------------------------------------

// A diagonal of two axes: where its elements stand in the two axes as one.
struct Diagonal {
    std::vector<int64_t> order; // the axes with the two of them last
    Dim rows;
    Dim columns;
    GraphTensor places; // int64, rank 1
};

Result<Diagonal> diagonal_of(Operation& op, GraphTensor const& self, std::string_view offset_name, int64_t first, int64_t second)
{
    if (self.rank() < 2 || first == second)
        return malformed("a diagonal of axes " + std::to_string(first) + " and " + std::to_string(second) + " of a tensor of rank " + std::to_string(self.rank()));
    auto const offset = TRY(op.number(offset_name));
    Diagonal diagonal;
    for (int64_t axis = 0; axis < self.rank(); ++axis)
        if (axis != first && axis != second)
            diagonal.order.push_back(axis);
    diagonal.order.push_back(first);
    diagonal.order.push_back(second);
    diagonal.rows = self.dims()[static_cast<size_t>(first)];
    diagonal.columns = self.dims()[static_cast<size_t>(second)];
    auto& symbols = op.graph.symbols();
    Dim const down = diagonal.rows - Dim(std::max<int64_t>(-offset, 0));
    Dim const right = diagonal.columns - Dim(std::max<int64_t>(offset, 0));
    Dim const count = symbols.derived(IntegerOperation::maximum, symbols.derived(IntegerOperation::minimum, down, right), 0);
    Dim const start = offset >= 0 ? Dim(offset) : Dim(-offset) * diagonal.columns;
    diagonal.places = counted(op.graph, start, count, diagonal.columns + Dim(1));
    return diagonal;
}

std::vector<int64_t> inverse_of(std::vector<int64_t> const& order)
{
    std::vector<int64_t> inverse(order.size());
    for (size_t i = 0; i < order.size(); ++i)
        inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
    return inverse;
}

GraphTensor diagonal_taken(GraphBuilder& graph, GraphTensor const& base, Diagonal const& diagonal)
{
    auto const turned = transpose(graph, base, diagonal.order);
    Dims dims(turned.dims().begin(), turned.dims().end() - 2);
    dims.push_back(diagonal.rows * diagonal.columns);
    auto const last = static_cast<int64_t>(dims.size()) - 1;
    return gather(graph, reshape(graph, turned, std::move(dims)), diagonal.places, last);
}

Result<GraphTensor> diagonal_replaced(GraphBuilder& graph, GraphTensor const& base, GraphTensor const& changed, Diagonal const& diagonal)
{
    auto const turned = transpose(graph, base, diagonal.order);
    Dims dims(turned.dims().begin(), turned.dims().end() - 2);
    dims.push_back(diagonal.rows * diagonal.columns);
    auto const rank = static_cast<int64_t>(dims.size());
    auto const to_front = axis_to_front(rank, rank - 1);
    auto const rows = transpose(graph, reshape(graph, turned, dims), to_front);
    auto const written = TRY(scattered_rows(graph, rows, unsqueeze(graph, diagonal.places, {1}), transpose(graph, changed, to_front), ScatterReduction::none));
    auto const back = transpose(graph, written, front_to_axis(rank, rank - 1));
    return transpose(graph, reshape(graph, back, turned.dims()), inverse_of(diagonal.order));
}

Result<Value> diagonal_view(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const value = TRY(op.heap.read(self));
    auto const first = TRY(op.axis("dim1", value.rank()));
    auto const second = TRY(op.axis("dim2", value.rank()));
    auto const diagonal = TRY(diagonal_of(op, value, "offset", first, second));
    auto& graph = op.graph;
    ViewStep step{
        [&graph, diagonal](GraphTensor const& base) -> Result<GraphTensor> { return diagonal_taken(graph, base, diagonal); },
        [&graph, diagonal](GraphTensor const& base, GraphTensor const& changed) -> Result<GraphTensor> { return diagonal_replaced(graph, base, changed, diagonal); },
    };
    return op.view(self, std::move(step), false);
}

Result<Value> diagonal_copy(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const first = TRY(op.axis("dim1", self.rank()));
    auto const second = TRY(op.axis("dim2", self.rank()));
    return op.result(diagonal_taken(op.graph, self, TRY(diagonal_of(op, self, "offset", first, second))));
}

// The source in the sizes of the part that it replaces.
Result<GraphTensor> fitting_source(Operation& op, Dims const& dims, DType dtype)
{
    auto const source = TRY(cast(op.graph, TRY(op.tensor("src")), dtype));
    if (source.dims().size() > dims.size())
        return malformed("a source of rank " + std::to_string(source.rank()) + " for a part of rank " + std::to_string(dims.size()));
    for (size_t i = 0; i < source.dims().size(); ++i) {
        Dim const& own = source.dims()[source.dims().size() - 1 - i];
        if (!own.is(1))
            TRY(require_equal(op.graph, own, dims[dims.size() - 1 - i], "where a part of a tensor is replaced"));
    }
    return expand(op.graph, source, dims);
}

Result<Value> diagonal_scatter(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const first = TRY(op.axis("dim1", self.rank()));
    auto const second = TRY(op.axis("dim2", self.rank()));
    auto const diagonal = TRY(diagonal_of(op, self, "offset", first, second));
    Dims dims;
    for (size_t i = 0; i + 2 < diagonal.order.size(); ++i)
        dims.push_back(self.dims()[static_cast<size_t>(diagonal.order[i])]);
    dims.push_back(diagonal.places.dims()[0]);
    return op.result(TRY(diagonal_replaced(op.graph, self, TRY(fitting_source(op, dims, self.dtype())), diagonal)));
}

// The last axis as a diagonal of two new last axes; all else is 0.
Result<GraphTensor> embedded(GraphBuilder& graph, GraphTensor const& self, int64_t offset)
{
    int64_t const before = std::max<int64_t>(-offset, 0);
    int64_t const after = std::max<int64_t>(offset, 0);
    auto const last = self.rank() - 1;
    std::vector<GraphTensor> parts;
    Dims dims = self.dims();
    auto const zeros = [&](int64_t count) {
        dims.back() = count;
        return filled(graph, number(self.dtype(), 0.0), dims);
    };
    if (before > 0)
        parts.push_back(zeros(before));
    parts.push_back(self);
    if (after > 0)
        parts.push_back(zeros(after));
    auto const rows = concat(graph, parts, last);
    Dim const size = rows.dims().back();
    auto const mask = TRY(on_diagonal(graph, size, size, offset));
    return where(graph, mask, unsqueeze(graph, rows, {last + 1}), number(self.dtype(), 0.0));
}

Result<Value> diag_embed(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const rank = self.rank() + 1;
    auto const first = TRY(op.axis("dim1", rank));
    auto const second = TRY(op.axis("dim2", rank));
    if (self.rank() == 0 || first == second)
        return malformed("a diagonal of axes " + std::to_string(first) + " and " + std::to_string(second));
    // Axes in the order of `embedded`: the others, then the two.
    std::vector<int64_t> order;
    for (int64_t axis = 0; axis < rank; ++axis)
        if (axis != first && axis != second)
            order.push_back(axis);
    order.push_back(first);
    order.push_back(second);
    return op.result(transpose(op.graph, TRY(embedded(op.graph, self, TRY(op.number("offset")))), inverse_of(order)));
}

Result<Value> diag(Operation& op) // of a matrix its diagonal, of a vector the matrix with it
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() == 1)
        return op.result(TRY(embedded(op.graph, self, TRY(op.number("diagonal")))));
    if (self.rank() != 2)
        return malformed("diag of a tensor of rank " + std::to_string(self.rank()));
    return op.result(diagonal_taken(op.graph, self, TRY(diagonal_of(op, self, "diagonal", 0, 1))));
}

Result<Value> diagonal_of_flat(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(embedded(op.graph, reshape(op.graph, self, {count_of(self.dims())}), TRY(op.number("offset")))));
}

Result<Value> block_diagonal(Operation& op)
{
    auto const tensors = TRY(op.tensors("tensors"));
    DType dtype = tensors.empty() ? DType::float32 : tensors[0].dtype();
    Dim columns = 0;
    std::vector<GraphTensor> blocks;
    for (auto const& tensor : tensors) {
        if (tensor.rank() > 2)
            return malformed("block_diag of a tensor of rank " + std::to_string(tensor.rank()));
        dtype = promoted(dtype, tensor.dtype());
        blocks.push_back(tensor.rank() == 2 ? tensor : reshape(op.graph, tensor, {1, count_of(tensor.dims())}));
        columns = columns + blocks.back().dims()[1];
    }
    if (blocks.empty())
        return op.result(GraphTensor::constant(TRY(Tensor::create(DType::float32, {1, 0}, {}))));
    std::vector<GraphTensor> rows;
    Dim before = 0;
    for (auto const& block : blocks) {
        auto const x = TRY(cast(op.graph, block, dtype));
        auto const zero = number(dtype, 0.0);
        Dim const height = x.dims()[0];
        Dim const after = columns - before - x.dims()[1];
        rows.push_back(concat(op.graph, {filled(op.graph, zero, {height, before}), x, filled(op.graph, zero, {height, after})}, 1));
        before = before + x.dims()[1];
        rows.back() = rows.back().with_dims({height, columns});
    }
    return op.result(concat(op.graph, rows, 0));
}

constexpr OperatorRow rows[] = {
    {"aten::tril(Tensor self, int diagonal=0) -> Tensor", triangle<false>},
    {"aten::triu(Tensor self, int diagonal=0) -> Tensor", triangle<true>},
    {"aten::tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=long, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", triangle_places<false>},
    {"aten::triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=long, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", triangle_places<true>},
    {"aten::eye(int n, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", identity_matrix},
    {"aten::eye.m(int n, int m, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", identity_matrix},
    {"aten::diagonal(Tensor self, int offset=0, int dim1=0, int dim2=1) -> Tensor", diagonal_view},
    {"aten::diagonal_copy(Tensor self, int offset=0, int dim1=0, int dim2=1) -> Tensor", diagonal_copy},
    {"aten::diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor", diagonal_scatter},
    {"aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", diag_embed},
    {"aten::diag(Tensor self, int diagonal=0) -> Tensor", diag},
    {"aten::diagflat(Tensor self, int offset=0) -> Tensor", diagonal_of_flat},
    {"aten::block_diag(Tensor[] tensors) -> Tensor", block_diagonal},
};

}

std::span<OperatorRow const> triangle_operators() { return rows; }
