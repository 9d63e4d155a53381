#include "operators/families.h"
#include "operators/formula.h"
#include "operators/norms.h"
#include "operators/promotion.h"

// Distances and likenesses of vectors (aten/src/ATen/native/Distance.cpp).

namespace {

struct VectorPair {
    Formula left;
    Formula right;
    int64_t rank = 0; // of both, broadcast
};

Result<VectorPair> vector_pair(Operation& op)
{
    DType const dtype = floating_for(TRY(result_dtype(op, {"x1", "x2"})));
    auto const left = TRY(operand(op, "x1", dtype));
    auto const right = TRY(operand(op, "x2", dtype));
    return VectorPair{Formula(op.graph, left), Formula(op.graph, right), std::max(left.rank(), right.rank())};
}

Result<Value> pairwise_distance(Operation& op)
{
    auto const [left, right, rank] = TRY(vector_pair(op));
    if (rank == 0)
        return malformed("the distance of tensors of rank 0");
    if (!is_floating(TRY(result_dtype(op, {"x1", "x2"}))))
        return unsupported("the distance of whole numbers");
    auto const difference = left - right + TRY(op.floating("eps"));
    auto const vectors = TRY(difference.tensor());
    auto const order = TRY(op.floating("p"));
    return op.result(TRY(vector_norm(op.graph, vectors, order, {rank - 1}, TRY(op.boolean("keepdim")))));
}

// Norms are held above eps, each for itself.
Result<Value> cosine_similarity(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const pair = TRY(vector_pair(op));
    auto const left = TRY(pair.left.tensor());
    auto const right = TRY(pair.right.tensor());
    Dims const dims = TRY(broadcast(graph, left.dims(), right.dims()));
    auto const axis = TRY(op.axis("dim", pair.rank));
    auto const epsilon = TRY(op.floating("eps"));
    if (pair.rank == 0)
        return unsupported("the cosine of tensors of rank 0");
    auto const directed = [&](GraphTensor const& given) {
        auto const x = expand(graph, given, dims);
        return Formula(graph, x) / Formula(graph, vector_norm(graph, x, 2, {axis}, true)).at_least(epsilon);
    };
    return op.result(TRY((directed(left) * directed(right)).reduced("ReduceSum", {axis}, false).tensor()));
}

// Each row of the one with each of the other: [..., P, M] and [..., R, M] give [..., P, R].
Result<GraphTensor> all_distances(Operation& op, double order)
{
    auto const pair = TRY(vector_pair(op));
    auto const left = TRY(pair.left.tensor());
    auto const right = TRY(pair.right.tensor());
    if (left.rank() < 2 || right.rank() < 2)
        return malformed("cdist of tensors of rank " + std::to_string(left.rank()) + " and " + std::to_string(right.rank()));
    TRY(require_equal(op.graph, left.dims().back(), right.dims().back(), "where distances are measured"));
    auto const difference = pair.left.with_axis(left.rank() - 1) - pair.right.with_axis(right.rank() - 2);
    auto const vectors = TRY(difference.tensor());
    return vector_norm(op.graph, vectors, order, {vectors.rank() - 1}, false);
}

Result<Value> cdist(Operation& op) { return op.result(TRY(all_distances(op, TRY(op.floating("p"))))); }
Result<Value> euclidean_distances(Operation& op) { return op.result(TRY(all_distances(op, 2))); }

// Each row with each that comes after it, in order.
Result<Value> pdist(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() != 2 || !is_floating(self.dtype()))
        return malformed("pdist of " + std::string(name_of(self.dtype())) + " of rank " + std::to_string(self.rank()));
    auto const count = TRY(need_number(op.graph, self.dims()[0], "how many rows pdist compares"));
    static constexpr int64_t most_rows = 1024;
    if (count > most_rows)
        return exhausted("pdist of " + std::to_string(count) + " rows, at most " + std::to_string(most_rows) + " are converted");
    std::vector<int64_t> firsts;
    std::vector<int64_t> seconds;
    for (int64_t i = 0; i < count; ++i)
        for (int64_t j = i + 1; j < count; ++j) {
            firsts.push_back(i);
            seconds.push_back(j);
        }
    auto const rows_at = [&](std::vector<int64_t> places) { return Formula(op.graph, gather(op.graph, self, GraphTensor::constant(Tensor::vector(std::move(places))), 0)); };
    auto const difference = TRY((rows_at(firsts) - rows_at(seconds)).tensor());
    return op.result(TRY(vector_norm(op.graph, difference, TRY(op.floating("p")), {1}, false)));
}

constexpr OperatorRow rows[] = {
    {"aten::pairwise_distance(Tensor x1, Tensor x2, float p=2, float eps=1e-06, bool keepdim=False) -> Tensor", pairwise_distance},
    {"aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor", cosine_similarity},
    {"aten::cdist(Tensor x1, Tensor x2, float p=2, int? compute_mode=None) -> Tensor", cdist},
    {"aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor", cdist},
    {"aten::_euclidean_dist(Tensor x1, Tensor x2) -> Tensor", euclidean_distances},
    {"aten::pdist(Tensor self, float p=2) -> Tensor", pdist},
    {"aten::_pdist_forward(Tensor self, float p=2) -> Tensor", pdist},
};

}

std::span<OperatorRow const> distance_operators() { return rows; }
