#include "operators/families.h"
#include "operators/formula.h"
#include "operators/promotion.h"

#include <algorithm>

// Operators that PyTorch itself composes of others, called through the table.

namespace {

Value dim_value(int64_t number) { return Value{Dim(number)}; }

// ---- matrices -------------------------------------------------------------------------------------------------------------------

Result<Value> ravel(Operation& op) { return op.call("aten::reshape", {op.argument("self"), op.list_of({Dim(-1)})}); }

Result<Value> transposed_matrices(Operation& op)
{
    if (TRY(op.tensor("self")).rank() < 2)
        return malformed("matrices of a tensor of rank below 2");
    return op.call("aten::transpose", {op.argument("self"), dim_value(-2), dim_value(-1)});
}

Result<Value> transposed_one(Operation& op) { return TRY(op.tensor("self")).rank() == 0 ? Result<Value>(op.argument("self")) : transposed_matrices(op); }

Result<Value> diagonal_of_matrices(Operation& op) { return op.call("aten::diagonal", {op.argument("A"), op.argument("offset"), op.argument("dim1"), op.argument("dim2")}); }

Result<Value> fill_diagonal(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() != 2)
        return unsupported("fill_diagonal_ of a tensor of rank " + std::to_string(self.rank()));
    if (TRY(op.boolean("wrap")))
        return unsupported("fill_diagonal_ that wraps around");
    auto const diagonal = TRY(op.call("aten::diagonal", {op.argument("self"), dim_value(0), dim_value(0), dim_value(1)}));
    TRY(op.call("aten::fill_", {diagonal, op.argument("fill_value")}));
    return op.argument("self");
}

// Rows are variables, columns observations: (x - mean) (x - mean)^T / (n - correction).
Result<GraphTensor> covariance(Operation& op, Value const& input, int64_t correction)
{
    auto x = TRY(op.heap.read(*input.as<TensorReference>()));
    if (x.rank() > 2)
        return malformed("the covariance of a tensor of rank " + std::to_string(x.rank()));
    x = TRY(cast(op.graph, x, floating_for(x.dtype())));
    bool const is_row = x.rank() < 2;
    if (is_row)
        x = reshape(op.graph, x, {Dim(1), count_of(x.dims())});
    // One variable has a variance of rank 0.
    bool const one = TRY(need_number(op.graph, x.dims()[0], "the number of variables of a covariance")) == 1;
    Dim const observations = x.dims()[1];
    auto const centred = Formula(op.graph, x) - Formula(op.graph, x).reduced("ReduceMean", {1}, true);
    auto const centred_tensor = TRY(centred.tensor());
    auto const sums = TRY(op.tensor_from("aten::matmul", {op.result(centred_tensor), op.result(transpose(op.graph, centred_tensor, {1, 0}))}));
    auto const count = TRY(cast(op.graph, GraphTensor::integer(op.graph.symbols().derived(IntegerOperation::maximum, observations - Dim(correction), 0)), x.dtype()));
    auto const result = TRY((Formula(op.graph, sums) / Formula(op.graph, count)).tensor());
    return one ? reshape(op.graph, result, {}) : result;
}

Result<Value> cov(Operation& op)
{
    if (op.has("fweights") || op.has("aweights"))
        return unsupported("a weighted covariance");
    return op.result(TRY(covariance(op, op.argument("self"), TRY(op.number("correction")))));
}

Result<Value> correlation(Operation& op)
{
    auto const covariances = TRY(covariance(op, op.argument("self"), 1));
    if (covariances.rank() == 0)
        return op.result(TRY(binary(op.graph, "Div", covariances, covariances)));
    auto const deviations = Formula(op.graph, TRY(op.tensor_from("aten::diagonal", {op.result(covariances)}))).sqrt();
    auto const result = Formula(op.graph, covariances) / deviations.with_axis(1) / deviations.with_axis(0);
    return op.result(TRY(result.at_least(-1).at_most(1).tensor()));
}

Result<Value> nothing_went_wrong(Operation& op, GraphTensor const& result, GraphTensor const& matrices)
{
    Dims const batch(matrices.dims().begin(), matrices.dims().end() - 2);
    return op.results({result, filled(op.graph, number(DType::int32, int64_t{0}), batch)});
}

Result<Value> inverse_and_info(Operation& op)
{
    auto const result = TRY(op.tensor_from("aten::linalg_inv", {op.argument("A")}));
    return nothing_went_wrong(op, result, result);
}

// A X = B by the inverse of A; B is a vector, or a batch of them, where its sizes are those of A without the last.
template <bool with_info>
Result<Value> solve(Operation& op)
{
    auto const inverses = TRY(op.tensor_from("aten::linalg_inv", {op.argument("A")}));
    auto b = TRY(op.tensor("B"));
    Dims const of_vectors(inverses.dims().begin(), inverses.dims().end() - 1);
    bool const vectors = b.rank() == 1 || (b.rank() + 1 == inverses.rank() && b.dims() == of_vectors);
    if (vectors)
        b = unsqueeze(op.graph, b, {b.rank()});
    Value const left = op.result(inverses);
    Value const right = op.result(b);
    bool const from_left = TRY(op.boolean("left"));
    if (vectors && !from_left)
        return malformed("linalg.solve of vectors from the right");
    auto result = TRY(op.tensor_from("aten::matmul", from_left ? std::vector<Value>{left, right} : std::vector<Value>{right, left}));
    if (vectors)
        result = squeeze(op.graph, result, {result.rank() - 1});
    return with_info ? nothing_went_wrong(op, result, inverses) : Result<Value>(op.result(result));
}

// ---- sums -----------------------------------------------------------------------------------------------------------------------

Result<Value> distance(Operation& op)
{
    auto const difference = TRY(op.call("aten::sub", {op.argument("self"), op.argument("other")}));
    return op.call("aten::norm", {difference, op.argument("p")});
}

Result<Value> sum_to_size(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const size = TRY(op.integers("size"));
    if (size.size() > self.dims().size())
        return malformed("sum_to_size to rank " + std::to_string(size.size()) + " of a tensor of rank " + std::to_string(self.rank()));
    if (size.empty()) // a sum as any other
        return op.call("aten::sum", {op.argument("self")});
    size_t const leading = self.dims().size() - size.size();
    std::vector<Dim> axes;
    for (size_t i = 0; i < self.dims().size(); ++i) {
        bool const summed = i < leading || (size[i - leading].is(1) && !self.dims()[i].is(1));
        if (summed)
            axes.emplace_back(static_cast<int64_t>(i));
        else
            TRY(require_equal(op.graph, self.dims()[i], size[i - leading], "where a tensor is summed to a size"));
    }
    if (axes.empty())
        return op.argument("self");
    auto const sums = TRY(op.call("aten::sum", {op.argument("self"), op.list_of(axes), Value{true}}));
    return op.call("aten::reshape", {sums, op.list_of(size)});
}

// The area under a line through points: each strip is its width times the mean of its two ends.
Result<GraphTensor> strips(Operation& op, int64_t axis)
{
    auto const ends = [&](Value const& tensor, int64_t along) -> Result<std::pair<Value, Value>> {
        auto const left = TRY(op.call("aten::slice", {tensor, dim_value(along), none(), dim_value(-1), dim_value(1)}));
        auto const right = TRY(op.call("aten::slice", {tensor, dim_value(along), dim_value(1), none(), dim_value(1)}));
        return std::pair(left, right);
    };
    auto const [left, right] = TRY(ends(op.argument("y"), axis));
    auto const sums = TRY(op.call("aten::add", {left, right}));
    Value width = op.takes("dx") ? op.argument("dx") : none();
    if (op.takes("x")) {
        auto const x = TRY(op.tensor("x"));
        auto const y_rank = TRY(op.tensor("y")).rank();
        bool const one = x.rank() == 1;
        auto const [from, to] = TRY(ends(op.argument("x"), one ? 0 : axis - (y_rank - x.rank())));
        width = TRY(op.call("aten::sub", {to, from}));
        if (one) {
            std::vector<Dim> dims(static_cast<size_t>(y_rank), Dim(1));
            dims[static_cast<size_t>(axis)] = Dim(-1);
            width = TRY(op.call("aten::reshape", {width, op.list_of(dims)}));
        }
    }
    auto const areas = TRY(op.call("aten::mul", {sums, width}));
    return op.tensor_from("aten::div", {areas, Value{2.0}});
}

template <bool running>
Result<Value> trapezoid(Operation& op)
{
    auto const y = TRY(op.tensor("y"));
    if (y.rank() == 0)
        return malformed("the area under a tensor of rank 0");
    auto const axis = TRY(op.axis("dim", y.rank()));
    Value const areas = op.result(TRY(strips(op, axis)));
    return running ? op.call("aten::cumsum", {areas, dim_value(axis)}) : op.call("aten::sum", {areas, op.list_of({Dim(axis)})});
}

// ---- rows of embeddings ---------------------------------------------------------------------------------------------------------

// Rows that are asked for and longer than max_norm are shortened to it (aten/src/ATen/native/Embedding.cpp).
Result<GraphTensor> with_short_rows(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const indices = TRY(cast(op.graph, TRY(op.tensor("indices")), DType::int64));
    if (self.rank() != 2)
        return malformed("embeddings of rank " + std::to_string(self.rank()));
    double const most = TRY(op.floating("max_norm"));
    Value const norm_type{TRY(op.floating("norm_type"))};
    auto const lengths = Formula(op.graph, TRY(op.tensor_from("aten::norm", {op.argument("self"), norm_type, op.list_of({Dim(1)}), Value{true}})));
    Dim const count = count_of(indices.dims());
    auto const flat = reshape(op.graph, indices, {count, Dim(1)});
    auto const nothing = filled(op.graph, number(DType::float32, 0.0), {self.dims()[0], Dim(1)});
    auto const ones = filled(op.graph, number(DType::float32, 1.0), {count, Dim(1)});
    auto const asked = op.graph.node("ScatterND", {nothing, flat, ones}, {DType::float32, nothing.dims()});
    auto const shortened = (Formula(op.graph, asked) > 0.5).with("And", lengths > most);
    auto const factor = most / (lengths + 1e-7);
    return chosen(shortened, Formula(op.graph, self) * factor, Formula(op.graph, self)).tensor();
}

Result<Value> embedding_renorm(Operation& op) { return op.result(TRY(with_short_rows(op))); }

// The table that is changed stays so for the next call, which finds the rows short enough: no state, as long as none but these rows
// are read.
Result<Value> embedding_renorm_in_place(Operation& op)
{
    auto const self = TRY(op.reference("self"));
    auto const indices = TRY(op.reference("indices"));
    auto const& cell = self->cell;
    ShortRows const rows{TRY(op.floating("max_norm")), TRY(op.floating("norm_type")), indices, indices->cell->generation};
    bool const is_first = !cell->short_rows && !cell->was_read;
    bool const is_same_again = cell->short_rows && cell->settled && cell->short_rows->most == rows.most && cell->short_rows->norm_type == rows.norm_type;
    bool const is_settled = self->steps.empty() && (is_first || is_same_again);
    TRY(op.heap.write(self, TRY(with_short_rows(op))));
    cell->short_rows = rows;
    cell->settled = is_settled;
    return op.argument("self");
}

// ---- element by element ---------------------------------------------------------------------------------------------------------

Result<Value> all_real(Operation& op) { return op.result(filled(op.graph, number(DType::boolean, int64_t{1}), TRY(op.tensor("self")).dims())); }

// Beside the result what its derivative is made of: exp(-|x|).
Result<Value> log_sigmoid_forward(Operation& op)
{
    auto const result = TRY(op.tensor_from("aten::log_sigmoid", {op.argument("self")}));
    auto const buffer = TRY((-Formula(op.graph, TRY(op.tensor("self"))).abs()).exp().tensor());
    return op.results({result, buffer});
}

// x &= y and its kin on tensors.
template <size_t operation>
Result<Value> in_place(Operation& op)
{
    static constexpr char const* names[]{"aten::__and__", "aten::__or__", "aten::__xor__", "aten::__lshift__", "aten::__rshift__"};
    auto const value = TRY(op.call(names[operation], {op.argument("self"), op.argument("other")}));
    return op.call("aten::copy_", {op.argument("self"), value});
}

constexpr OperatorRow rows[] = {
    {"aten::ravel(Tensor self) -> Tensor", ravel},
    {"aten::mT(Tensor self) -> Tensor", transposed_matrices},
    {"aten::mH(Tensor self) -> Tensor", transposed_matrices},
    {"aten::matrix_H(Tensor self) -> Tensor", transposed_one},
    {"aten::linalg_diagonal(Tensor A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", diagonal_of_matrices},
    {"aten::fill_diagonal_(Tensor self, Scalar fill_value, bool wrap=False) -> Tensor", fill_diagonal},
    {"aten::linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)", inverse_and_info},
    {"aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor", solve<false>},
    {"aten::linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)", solve<true>},
    {"aten::cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor", cov},
    {"aten::corrcoef(Tensor self) -> Tensor", correlation},
    {"aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", distance},
    {"aten::sum_to_size(Tensor self, int[] size) -> Tensor", sum_to_size},
    {"aten::trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", trapezoid<false>},
    {"aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", trapezoid<false>},
    {"aten::trapz.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", trapezoid<false>},
    {"aten::trapz.dx(Tensor y, *, float dx=1., int dim=-1) -> Tensor", trapezoid<false>},
    {"aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", trapezoid<true>},
    {"aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", trapezoid<true>},
    {"aten::embedding_renorm(Tensor self, Tensor indices, float max_norm, float norm_type) -> Tensor", embedding_renorm},
    {"aten::embedding_renorm_(Tensor self, Tensor indices, float max_norm, float norm_type) -> Tensor", embedding_renorm_in_place},
    {"aten::isreal(Tensor self) -> Tensor", all_real},
    {"aten::log_sigmoid_forward(Tensor self) -> (Tensor output, Tensor buffer)", log_sigmoid_forward},
    {"aten::__iand__.Tensor(Tensor self, Tensor other) -> Tensor", in_place<0>},
    {"aten::__iand__.Scalar(Tensor self, Scalar other) -> Tensor", in_place<0>},
    {"aten::__ior__.Tensor(Tensor self, Tensor other) -> Tensor", in_place<1>},
    {"aten::__ior__.Scalar(Tensor self, Scalar other) -> Tensor", in_place<1>},
    {"aten::__ixor__.Tensor(Tensor self, Tensor other) -> Tensor", in_place<2>},
    {"aten::__ixor__.Scalar(Tensor self, Scalar other) -> Tensor", in_place<2>},
    {"aten::__ilshift__.Tensor(Tensor self, Tensor other) -> Tensor", in_place<3>},
    {"aten::__ilshift__.Scalar(Tensor self, Scalar other) -> Tensor", in_place<3>},
    {"aten::__irshift__.Tensor(Tensor self, Tensor other) -> Tensor", in_place<4>},
    {"aten::__irshift__.Scalar(Tensor self, Scalar other) -> Tensor", in_place<4>},
};

}

std::span<OperatorRow const> composed_operators() { return rows; }
