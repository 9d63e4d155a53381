#include "operators/families.h"
#include "operators/norms.h"
#include "operators/promotion.h"
#include "operators/reduction.h"

#include <limits>
#include <numbers>

// Losses of two tensors, element by element or row by row (aten/src/ATen/native/Loss.cpp).

namespace {

struct Pair {
    Formula left;
    Formula right;
};

Result<Pair> pair_of(Operation& op, std::string_view left, std::string_view right)
{
    auto const pair = TRY(promoted_pair(op, left, right));
    return Pair{Formula(op.graph, pair.left), Formula(op.graph, pair.right)};
}

Result<Pair> self_and_target(Operation& op) { return pair_of(op, "self", "target"); }

// The loss is given in the dtype of `self`, even where the target is wider.
Result<Value> reduced_as_self(Operation& op, Formula const& elements)
{
    auto const self = TRY(op.tensor("self"));
    return reduced_loss(op, elements.to(self.dtype()));
}

Result<Formula> weighted(Operation& op, Formula const& loss)
{
    if (!op.has("weight"))
        return loss;
    auto const weight = TRY(op.tensor("weight"));
    return loss * Formula(op.graph, weight).to(loss.tensor() ? loss.tensor()->dtype() : weight.dtype());
}

// ---- distances of elements ----------------------------------------------------------------------------------------------------

Result<Value> l1_loss(Operation& op)
{
    auto const [x, y] = TRY(self_and_target(op));
    return reduced_loss(op, (x - y).abs());
}

Result<Value> mse_loss(Operation& op)
{
    auto const [x, y] = TRY(self_and_target(op));
    auto const distance = x - y;
    return reduced_loss(op, distance * distance);
}

Result<Value> smooth_l1_loss(Operation& op)
{
    auto const [x, y] = TRY(self_and_target(op));
    auto const beta = TRY(op.floating("beta"));
    auto const distance = (x - y).abs();
    if (beta == 0)
        return reduced_loss(op, distance);
    return reduced_loss(op, chosen(distance < beta, distance * distance * 0.5 / beta, distance - 0.5 * beta));
}

Result<Value> huber_loss(Operation& op)
{
    auto const [x, y] = TRY(self_and_target(op));
    auto const delta = TRY(op.floating("delta"));
    auto const distance = (x - y).abs();
    return reduced_as_self(op, chosen(distance > delta, (distance - 0.5 * delta) * delta, distance * distance * 0.5));
}

Result<Value> soft_margin_loss(Operation& op)
{
    auto const [x, y] = TRY(self_and_target(op));
    return reduced_as_self(op, ((-y * x).exp() + 1.0).log());
}

// ---- probabilities --------------------------------------------------------------------------------------------------------------

Result<Value> binary_cross_entropy(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    Formula const x(op.graph, self);
    auto const target = TRY(op.tensor("target"));
    auto const y = Formula(op.graph, target).to(self.dtype());
    // Logarithms are held at -100, so that a wrong certainty costs something finite.
    auto const loss = (y - 1.0) * (1.0 - x).log().at_least(-100) - y * x.log().at_least(-100);
    return reduced_loss(op, TRY(weighted(op, loss)));
}

// log(1 + exp(-x)) without overflow
Formula softplus_of_negative(Formula const& x)
{
    if (x.tensor() && x.tensor()->dtype() == DType::float64) // Softplus has no kernel
        return (-x).at_least(0) + ((-x.abs()).exp() + 1.0).log();
    return (-x).through("Softplus");
}

Result<Value> binary_cross_entropy_with_logits(Operation& op)
{
    auto const [x, y] = TRY(self_and_target(op));
    auto cost_of_no = softplus_of_negative(x);
    if (op.has("pos_weight")) {
        auto const factor = TRY(operand(op, "pos_weight", TRY(result_dtype(op, {"self", "target"}))));
        cost_of_no = ((Formula(op.graph, factor) - 1.0) * y + 1.0) * cost_of_no;
    }
    return reduced_loss(op, TRY(weighted(op, (1.0 - y) * x + cost_of_no)));
}

Result<Value> kl_div(Operation& op)
{
    auto const [x, y] = TRY(self_and_target(op));
    if (TRY(op.boolean("log_target")))
        return reduced_loss(op, y.exp() * (y - x));
    // 0 * log 0 is 0
    return reduced_loss(op, chosen(equal(y, 0.0), y, y * y.log()) - y * x);
}

Result<Value> poisson_nll_loss(Operation& op)
{
    auto const [x, y] = TRY(pair_of(op, "input", "target"));
    auto loss = x;
    if (!is_floating(TRY(x.tensor()).dtype()))
        return unsupported("a Poisson loss of whole numbers");
    if (TRY(op.boolean("log_input")))
        loss = x.exp() - y * x;
    else
        loss = x - y * (x + TRY(op.floating("eps"))).log();
    if (TRY(op.boolean("full"))) { // Stirling's formula for log(y!)
        auto const stirling = y * y.log() - y + (y * (2 * std::numbers::pi)).log() * 0.5;
        loss = loss + chosen(y > 1.0, stirling, 0.0);
    }
    return reduced_loss(op, loss);
}

Result<Value> log_sigmoid(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const result = -softplus_of_negative(Formula(op.graph, self));
    return op.result(TRY(result.tensor()));
}

// ---- pairs of vectors -----------------------------------------------------------------------------------------------------------

Result<Value> hinge_embedding_loss(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const target = TRY(op.tensor("target"));
    Formula const x(op.graph, self);
    Formula const y(op.graph, target);
    auto const beyond_margin = (TRY(op.floating("margin")) - x).at_least(0);
    return reduced_loss(op, chosen(!equal(y, 1.0), beyond_margin, 0.0) + chosen(!equal(y, -1.0), x, 0.0));
}

Result<Value> cosine_embedding_loss(Operation& op)
{
    auto const [x, y] = TRY(pair_of(op, "input1", "input2"));
    if (!is_floating(TRY(x.tensor()).dtype()))
        return unsupported("a cosine loss of whole numbers");
    auto const target = TRY(op.tensor("target"));
    static constexpr double least_square = 1e-12;
    std::vector<int64_t> const axis{target.rank()};
    auto const squares = [&](Formula const& vector) { return (vector * vector).reduced("ReduceSum", axis, false) + least_square; };
    auto const cosine = (x * y).reduced("ReduceSum", axis, false) / (squares(x) * squares(y)).sqrt();
    auto const apart = (cosine - TRY(op.floating("margin"))).at_least(0);
    Formula const kind(op.graph, target);
    return reduced_loss(op, chosen(equal(kind, 1.0), 1.0 - cosine, 0.0) + chosen(equal(kind, -1.0), apart, 0.0));
}

Result<Value> margin_ranking_loss(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"input1", "input2", "target"}));
    if (!is_floating(dtype))
        return unsupported("a ranking loss of whole numbers");
    auto const first = TRY(operand(op, "input1", dtype));
    auto const second = TRY(operand(op, "input2", dtype));
    auto const target = TRY(operand(op, "target", dtype));
    auto const difference = Formula(op.graph, first) - Formula(op.graph, second);
    return reduced_loss(op, (-Formula(op.graph, target) * difference + TRY(op.floating("margin"))).at_least(0));
}

Result<Value> triplet_margin_loss(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"anchor", "positive", "negative"}));
    if (!is_floating(dtype))
        return unsupported("a triplet loss of whole numbers");
    auto const anchor = TRY(operand(op, "anchor", dtype));
    auto const positive = TRY(operand(op, "positive", dtype));
    auto const negative = TRY(operand(op, "negative", dtype));
    auto const p = TRY(op.floating("p"));
    auto const epsilon = TRY(op.floating("eps"));
    auto const distance = [&](GraphTensor const& left, GraphTensor const& right) -> Result<Formula> {
        auto const difference = TRY((Formula(op.graph, left) - Formula(op.graph, right) + epsilon).tensor());
        if (difference.rank() == 0)
            return malformed("a distance of tensors of rank 0");
        return Formula(op.graph, vector_norm(op.graph, difference, p, {difference.rank() - 1}, false));
    };
    auto const near = TRY(distance(anchor, positive));
    auto far = TRY(distance(anchor, negative));
    if (TRY(op.boolean("swap")))
        far = far.with("Min", TRY(distance(positive, negative)));
    return reduced_loss(op, (near - far + TRY(op.floating("margin"))).at_least(0));
}

constexpr OperatorRow rows[] = {
    {"aten::l1_loss(Tensor self, Tensor target, int reduction=Mean) -> Tensor", l1_loss},
    {"aten::mse_loss(Tensor self, Tensor target, int reduction=Mean) -> Tensor", mse_loss},
    {"aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=Mean, float beta=1.0) -> Tensor", smooth_l1_loss},
    {"aten::huber_loss(Tensor self, Tensor target, int reduction=Mean, float delta=1.0) -> Tensor", huber_loss},
    {"aten::soft_margin_loss(Tensor self, Tensor target, int reduction=Mean) -> Tensor", soft_margin_loss},
    {"aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean) -> Tensor", binary_cross_entropy},
    {"aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=Mean) -> Tensor", binary_cross_entropy_with_logits},
    {"aten::kl_div(Tensor self, Tensor target, int reduction=Mean, *, bool log_target=False) -> Tensor", kl_div},
    {"aten::poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor", poisson_nll_loss},
    {"aten::log_sigmoid(Tensor self) -> Tensor", log_sigmoid},
    {"aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1.0, int reduction=Mean) -> Tensor", hinge_embedding_loss},
    {"aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=Mean) -> Tensor", cosine_embedding_loss},
    {"aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=Mean) -> Tensor", margin_ranking_loss},
    {"aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2, float eps=1e-06, bool swap=False, int reduction=Mean) -> Tensor", triplet_margin_loss},
};

}

Result<LossReduction> loss_reduction(Operation& op)
{
    auto const given = TRY(op.number("reduction"));
    if (given < 0 || given > 2)
        return malformed("the reduction " + std::to_string(given));
    return static_cast<LossReduction>(given);
}

Result<Value> reduced_loss(Operation& op, Formula const& elements)
{
    auto const loss = TRY(elements.tensor());
    auto const reduction = TRY(loss_reduction(op));
    if (reduction == LossReduction::none)
        return op.result(loss);
    if (reduction == LossReduction::sum)
        return op.result(reduce(op.graph, "ReduceSum", loss, {}, false));
    if (!is_floating(loss.dtype()))
        return malformed("the mean of " + std::string(name_of(loss.dtype())));
    if (count_of(loss.dims()).is(0)) // where ONNX Runtime gives 0
        return op.result(number(loss.dtype(), std::numeric_limits<double>::quiet_NaN()));
    return op.result(reduce(op.graph, "ReduceMean", loss, {}, false));
}

std::span<OperatorRow const> loss_operators() { return rows; }
