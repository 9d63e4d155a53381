#include "operators/families.h"
#include "operators/promotion.h"
#include "operators/reduction.h"

// Losses whose target names classes: cross entropy, negative log likelihood, multi margin (aten/src/ATen/native/LossNLL.cpp,
// LossMultiMargin.cpp, LossMultiLabelMargin.cpp).

namespace {

// Class indices beside scores; the classes are an axis of the scores, which the indices lack.
struct ClassTarget {
    int64_t axis = 1; // of the classes
    GraphTensor index; // int64, within the classes; 0 where ignored
    GraphTensor counts; // bool: not ignored
};

Result<int64_t> class_axis(GraphTensor const& scores)
{
    if (scores.rank() == 0)
        return malformed("a loss over classes on a tensor of rank 0");
    return scores.rank() == 1 ? 0 : 1;
}

Result<ClassTarget> class_target(Operation& op, GraphTensor const& scores)
{
    ClassTarget result;
    result.axis = TRY(class_axis(scores));
    auto const target = TRY(op.tensor("target"));
    if (target.rank() + 1 != scores.rank() || is_floating(target.dtype()) || target.dtype() == DType::boolean)
        return malformed("classes of " + std::string(name_of(target.dtype())) + " and rank " + std::to_string(target.rank()) + " for scores of rank " + std::to_string(scores.rank()));
    Dims dims = scores.dims();
    dims.erase(dims.begin() + result.axis);
    for (size_t i = 0; i < dims.size(); ++i)
        TRY(require_equal(op.graph, dims[i], target.dims()[i], "where scores meet their classes"));
    auto const index = TRY(cast(op.graph, target, DType::int64));
    auto const ignored = TRY(binary(op.graph, "Equal", index, GraphTensor::integer(TRY(op.integer("ignore_index"))), DType::boolean));
    result.counts = unary(op.graph, "Not", ignored);
    result.index = TRY(where(op.graph, ignored, GraphTensor::integer(0), index));
    return result;
}

// The element of `scores` that each index names.
GraphTensor picked(GraphBuilder& graph, GraphTensor const& scores, ClassTarget const& target)
{
    auto const index = unsqueeze(graph, target.index, {target.axis});
    return squeeze(graph, graph.node("GatherElements", {scores, index}, {scores.dtype(), index.dims()}, {attribute("axis", target.axis)}), {target.axis});
}

// The weight of each element's class (1 without weights), 0 where it is ignored.
Result<Formula> class_weights(Operation& op, GraphTensor const& scores, ClassTarget const& target)
{
    Formula const counts(op.graph, target.counts);
    if (!op.has("weight"))
        return counts.to(scores.dtype());
    auto const weight = TRY(op.tensor("weight"));
    if (weight.rank() != 1)
        return malformed("class weights of rank " + std::to_string(weight.rank()));
    TRY(require_equal(op.graph, weight.dims()[0], scores.dims()[static_cast<size_t>(target.axis)], "where classes are weighted"));
    return chosen(counts, Formula(op.graph, gather(op.graph, weight, target.index, 0)), 0.0);
}

struct WeightedLoss {
    GraphTensor loss;
    GraphTensor total_weight;
};

// -weight * score of the class; the mean is by the sum of the weights.
Result<WeightedLoss> negative_log_likelihood(Operation& op, GraphTensor const& scores)
{
    auto const target = TRY(class_target(op, scores));
    auto const weights = TRY(class_weights(op, scores, target));
    Formula const picked_scores(op.graph, picked(op.graph, scores, target));
    // Where it is ignored the loss is 0, whatever its score is.
    auto const losses = chosen(Formula(op.graph, target.counts), -picked_scores * weights, 0.0);
    WeightedLoss result;
    auto const reduction = TRY(loss_reduction(op));
    if (reduction == LossReduction::none) {
        result.loss = TRY(losses.tensor());
        result.total_weight = number(scores.dtype(), 0.0);
        return result;
    }
    auto const total = weights.reduced("ReduceSum", {}, false);
    auto const sum = losses.reduced("ReduceSum", {}, false);
    result.loss = TRY(reduction == LossReduction::mean ? (sum / total).tensor() : sum.tensor());
    result.total_weight = TRY(total.tensor());
    return result;
}

Result<Value> nll_loss(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(negative_log_likelihood(op, self)).loss);
}

Result<Value> nll_loss_and_weight(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const [loss, total_weight] = TRY(negative_log_likelihood(op, self));
    return op.results({loss, total_weight});
}

// ---- cross entropy --------------------------------------------------------------------------------------------------------------

// Class weights along the axis of the classes, to be broadcast over scores of that rank.
Result<GraphTensor> weights_along(Operation& op, GraphTensor const& scores, int64_t axis)
{
    auto const weight = TRY(op.tensor("weight"));
    if (weight.rank() != 1)
        return malformed("class weights of rank " + std::to_string(weight.rank()));
    TRY(require_equal(op.graph, weight.dims()[0], scores.dims()[static_cast<size_t>(axis)], "where classes are weighted"));
    Dims dims(static_cast<size_t>(scores.rank()), Dim(1));
    dims[static_cast<size_t>(axis)] = weight.dims()[0];
    return reshape(op.graph, weight, dims);
}

Result<Formula> class_count(Operation& op, GraphTensor const& scores, int64_t axis)
{
    return Formula(op.graph, TRY(cast(op.graph, GraphTensor::integer(scores.dims()[static_cast<size_t>(axis)]), scores.dtype())));
}

// The target is a probability of each class.
Result<Value> cross_entropy_of_probabilities(Operation& op, GraphTensor const& logarithms, int64_t axis)
{
    auto const given = TRY(op.tensor("target"));
    Formula target(op.graph, TRY(cast(op.graph, given, logarithms.dtype())));
    auto const smoothing = TRY(op.floating("label_smoothing"));
    auto const classes = TRY(class_count(op, logarithms, axis));
    if (smoothing > 0)
        target = target * (1 - smoothing) + smoothing / classes;
    auto loss = Formula(op.graph, logarithms) * target;
    if (op.has("weight"))
        loss = loss * Formula(op.graph, TRY(weights_along(op, logarithms, axis)));
    loss = -loss.reduced("ReduceSum", {axis}, false);
    return reduced_loss(op, loss);
}

// What label smoothing adds: the loss as if each class were as likely as the others.
Result<Formula> smooth_part(Operation& op, GraphTensor const& logarithms, ClassTarget const& target)
{
    Formula scores(op.graph, logarithms);
    if (op.has("weight"))
        scores = scores * Formula(op.graph, TRY(weights_along(op, logarithms, target.axis)));
    auto const losses = chosen(Formula(op.graph, target.counts), -scores.reduced("ReduceSum", {target.axis}, false), 0.0);
    auto const reduction = TRY(loss_reduction(op));
    if (reduction == LossReduction::none)
        return losses;
    auto const sum = losses.reduced("ReduceSum", {}, false);
    if (reduction == LossReduction::sum)
        return sum;
    return sum / TRY(class_weights(op, logarithms, target)).reduced("ReduceSum", {}, false);
}

Result<Value> cross_entropy_loss(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const target = TRY(op.tensor("target"));
    if (!is_floating(self.dtype()))
        return malformed("a cross entropy of " + std::string(name_of(self.dtype())));
    int64_t const axis = TRY(class_axis(self));
    auto const logarithms = unary(op.graph, "LogSoftmax", self, {attribute("axis", axis)});
    if (target.rank() == self.rank() && is_floating(target.dtype()))
        return cross_entropy_of_probabilities(op, logarithms, axis);
    Formula const loss(op.graph, TRY(negative_log_likelihood(op, logarithms)).loss);
    auto const smoothing = TRY(op.floating("label_smoothing"));
    if (smoothing == 0)
        return op.result(TRY(loss.tensor()));
    auto const smooth = TRY(smooth_part(op, logarithms, TRY(class_target(op, logarithms))));
    auto const classes = TRY(class_count(op, logarithms, axis));
    return op.result(TRY((loss * (1 - smoothing) + smooth * (smoothing / classes)).tensor()));
}

// ---- margins ----------------------------------------------------------------------------------------------------------------------

// A batch of one where there is none: [N, C] scores with targets of one axis less or as many.
struct Batch {
    GraphTensor scores;
    GraphTensor target; // int64
    bool single = false;
};

Result<Batch> batch_of(Operation& op, int64_t axes_less)
{
    Batch batch;
    batch.scores = TRY(op.tensor("self"));
    batch.target = TRY(cast(op.graph, TRY(op.tensor("target")), DType::int64));
    if (batch.scores.rank() == 0 || batch.scores.rank() > 2)
        return malformed("a margin loss of scores of rank " + std::to_string(batch.scores.rank()));
    batch.single = batch.scores.rank() == 1;
    if (batch.single) {
        batch.scores = unsqueeze(op.graph, batch.scores, {0});
        batch.target = reshape(op.graph, batch.target, axes_less == 0 ? batch.scores.dims() : Dims{1});
    }
    if (batch.target.rank() != 2 - axes_less)
        return malformed("a margin loss with a target of rank " + std::to_string(batch.target.rank()));
    return batch;
}

Result<Value> loss_of_batch(Operation& op, Batch const& batch, Formula const& rows)
{
    return reduced_loss(op, batch.single ? rows.reduced("ReduceSum", {0}, false) : rows);
}

// sum over the other classes of max(0, margin - score of the class + score)^p, by the number of classes
Result<Value> multi_margin_loss(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const batch = TRY(batch_of(op, 1));
    auto const p = TRY(op.floating("p"));
    if (p != 1 && p != 2)
        return malformed("multi_margin_loss with p=" + std::to_string(p));
    auto const index = unsqueeze(graph, batch.target, {1});
    Formula const own(graph, graph.node("GatherElements", {batch.scores, index}, {batch.scores.dtype(), index.dims()}, {attribute("axis", int64_t{1})}));
    auto beyond = (TRY(op.floating("margin")) - own + Formula(graph, batch.scores)).at_least(0);
    if (p == 2)
        beyond = beyond * beyond;
    if (op.has("weight")) {
        auto const weight = TRY(op.tensor("weight"));
        beyond = beyond * Formula(graph, gather(graph, weight, index, 0));
    }
    auto const class_numbers = unsqueeze(graph, counted(graph, 0, batch.scores.dims()[1], 1), {0});
    auto const others = !equal(Formula(graph, class_numbers), Formula(graph, index));
    auto const classes = TRY(class_count(op, batch.scores, 1));
    return loss_of_batch(op, batch, chosen(others, beyond, 0.0).reduced("ReduceSum", {1}, false) / classes);
}

struct LabelLoss {
    Formula rows; // one a sample
    Formula is_target; // [N, C]
};

// The labels of a row end at its first -1. Each label is compared with each class that is no label.
Result<LabelLoss> multilabel_margin(Operation& op, Batch const& batch)
{
    GraphBuilder& graph = op.graph;
    DType const dtype = batch.scores.dtype();
    Formula const target(graph, batch.target);
    auto const ended = (target < 0.0).to(DType::int32).tensor();
    auto const along = GraphTensor::integer(1);
    auto const ends = TRY(ended);
    auto const valid = equal(Formula(graph, graph.node("CumSum", {ends, along}, {DType::int32, ends.dims()})), 0.0); // [N, labels]
    auto const class_numbers = reshape(graph, counted(graph, 0, batch.scores.dims()[1], 1), {1, 1, batch.scores.dims()[1]});
    auto const index = TRY(chosen(valid, target, 0.0).tensor());
    auto const matches = equal(target.with_axis(2), Formula(graph, class_numbers)).with("And", valid.with_axis(2)).to(dtype); // [N, labels, C]
    auto const is_target = matches.reduced("ReduceMax", {1}, false);
    Formula const own(graph, graph.node("GatherElements", {batch.scores, index}, {dtype, index.dims()}, {attribute("axis", int64_t{1})}));
    auto const beyond = (1.0 - own.with_axis(2) + Formula(graph, batch.scores).with_axis(1)).at_least(0);
    auto const counts = valid.with_axis(2).with("And", equal(is_target, 0.0).with_axis(1));
    auto const classes = TRY(class_count(op, batch.scores, 1));
    return LabelLoss{chosen(counts, beyond, 0.0).reduced("ReduceSum", {1, 2}, false) / classes, is_target};
}

Result<Value> multilabel_margin_loss(Operation& op)
{
    auto const batch = TRY(batch_of(op, 0));
    auto const loss = TRY(multilabel_margin(op, batch));
    return loss_of_batch(op, batch, loss.rows);
}

constexpr OperatorRow rows[] = {
    {"aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, int ignore_index=-100, float label_smoothing=0.0) -> Tensor", cross_entropy_loss},
    {"aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, int ignore_index=-100) -> Tensor", nll_loss},
    {"aten::nll_loss2d(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, int ignore_index=-100) -> Tensor", nll_loss},
    {"aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, int ignore_index=-100) -> Tensor", nll_loss},
    {"aten::nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, int ignore_index) -> (Tensor output, Tensor total_weight)", nll_loss_and_weight},
    {"aten::nll_loss2d_forward(Tensor self, Tensor target, Tensor? weight, int reduction, int ignore_index) -> (Tensor output, Tensor total_weight)", nll_loss_and_weight},
    {"aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=Mean) -> Tensor", multi_margin_loss},
    {"aten::multilabel_margin_loss(Tensor self, Tensor target, int reduction=Mean) -> Tensor", multilabel_margin_loss},
};

}

std::span<OperatorRow const> class_loss_operators() { return rows; }
