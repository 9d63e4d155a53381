#include "operators/families.h"
#include "operators/promotion.h"

// Limits and activations, element by element.

namespace {

// NaN stays NaN in ONNX Runtime's kernels of Max, Min and Clip.
Result<GraphTensor> clipped(GraphBuilder& graph, GraphTensor const& x, GraphTensor const* low, GraphTensor const* high)
{
    GraphTensor result = x;
    if (low != nullptr)
        result = TRY(binary(graph, "Max", result, *low));
    if (high != nullptr)
        result = TRY(binary(graph, "Min", result, *high));
    return result;
}

Result<Value> clamp(Operation& op)
{
    DType dtype = TRY(result_dtype(op, {"self"}));
    if (op.has("min"))
        dtype = TRY(result_dtype(op, {"self", "min"}));
    if (op.has("max"))
        dtype = promoted(dtype, TRY(result_dtype(op, {"self", "max"})));
    auto const self = TRY(operand(op, "self", dtype));
    GraphTensor low;
    GraphTensor high;
    if (op.has("min"))
        low = TRY(operand(op, "min", dtype));
    if (op.has("max"))
        high = TRY(operand(op, "max", dtype));
    // Without one of its limits Clip takes the dtype's own, which infinity is beyond.
    if (op.has("min") && op.has("max") && low.rank() == 0 && high.rank() == 0)
        return op.result(computed(op.graph, "Clip", {&self, &low, &high}, {dtype, self.dims()}));
    return op.result(TRY(clipped(op.graph, self, op.has("min") ? &low : nullptr, op.has("max") ? &high : nullptr)));
}

Result<Value> clamp_low(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "min"}));
    auto const low = TRY(operand(op, "min", dtype));
    return op.result(TRY(clipped(op.graph, TRY(operand(op, "self", dtype)), &low, nullptr)));
}

Result<Value> clamp_high(Operation& op)
{
    DType const dtype = TRY(result_dtype(op, {"self", "max"}));
    auto const high = TRY(operand(op, "max", dtype));
    return op.result(TRY(clipped(op.graph, TRY(operand(op, "self", dtype)), nullptr, &high)));
}

Result<Value> relu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (is_floating(self.dtype()))
        return op.result(unary(op.graph, "Relu", self));
    return op.result(TRY(binary(op.graph, "Max", self, number(self.dtype(), int64_t{0}))));
}

Result<Value> relu6(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const low = number(self.dtype(), 0.0);
    auto const high = number(self.dtype(), 6.0);
    return op.result(computed(op.graph, "Clip", {&self, &low, &high}, {self.dtype(), self.dims()}));
}

Result<Value> hardtanh(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const low = TRY(op.scalar("min_val", self.dtype()));
    auto const high = TRY(op.scalar("max_val", self.dtype()));
    return op.result(computed(op.graph, "Clip", {&self, &low, &high}, {self.dtype(), self.dims()}));
}

Result<Value> silu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(binary(op.graph, "Mul", self, unary(op.graph, "Sigmoid", self))));
}

Result<Value> gelu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const approximate = TRY(op.text("approximate"));
    DType const dtype = self.dtype();
    if (op.graph.opset() >= 20 && dtype == DType::float32 && (approximate == "none" || approximate == "tanh"))
        return op.result(unary(op.graph, "Gelu", self, {attribute("approximate", approximate)}));
    if (approximate == "none") { // x * (1 + erf(x / sqrt 2)) / 2
        auto const scaled_x = TRY(binary(op.graph, "Div", self, number(dtype, 1.4142135623730951)));
        auto const shifted = TRY(binary(op.graph, "Add", unary(op.graph, "Erf", scaled_x), number(dtype, 1.0)));
        auto const product = TRY(binary(op.graph, "Mul", self, shifted));
        return op.result(TRY(binary(op.graph, "Mul", product, number(dtype, 0.5))));
    }
    if (approximate != "tanh")
        return malformed("approximate is \"" + approximate + "\", wanted none or tanh");
    auto const squared = TRY(binary(op.graph, "Mul", self, self));
    auto const cubed = TRY(binary(op.graph, "Mul", squared, self));
    auto const inner = TRY(binary(op.graph, "Add", self, TRY(binary(op.graph, "Mul", cubed, number(dtype, 0.044715)))));
    auto const angle = unary(op.graph, "Tanh", TRY(binary(op.graph, "Mul", inner, number(dtype, 0.7978845608028654))));
    auto const product = TRY(binary(op.graph, "Mul", self, TRY(binary(op.graph, "Add", angle, number(dtype, 1.0)))));
    return op.result(TRY(binary(op.graph, "Mul", product, number(dtype, 0.5))));
}

Result<Value> leaky_relu(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const slope = TRY(op.floating("negative_slope"));
    if (self.dtype() != DType::float64)
        return op.result(unary(op.graph, "LeakyRelu", self, {attribute("alpha", static_cast<float>(slope))}));
    auto const positive = TRY(binary(op.graph, "Greater", self, number(self.dtype(), 0.0), DType::boolean));
    return op.result(TRY(where(op.graph, positive, self, TRY(binary(op.graph, "Mul", self, number(self.dtype(), slope))))));
}

Result<GraphTensor> hard_sigmoid_of(GraphBuilder& graph, GraphTensor const& x) // min(max(x + 3, 0), 6) / 6
{
    auto const low = number(x.dtype(), 0.0);
    auto const high = number(x.dtype(), 6.0);
    auto const shifted = TRY(binary(graph, "Add", x, number(x.dtype(), 3.0)));
    return binary(graph, "Div", computed(graph, "Clip", {&shifted, &low, &high}, {x.dtype(), x.dims()}), high);
}

Result<Value> hardswish(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.dtype() != DType::float64)
        return op.result(unary(op.graph, "HardSwish", self));
    return op.result(TRY(binary(op.graph, "Mul", self, TRY(hard_sigmoid_of(op.graph, self)))));
}

Result<Value> hardsigmoid(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.dtype() != DType::float64)
        return op.result(unary(op.graph, "HardSigmoid", self, {attribute("alpha", 1.0F / 6), attribute("beta", 0.5F)}));
    return op.result(TRY(hard_sigmoid_of(op.graph, self)));
}

Result<Value> unchanged(Operation& op) // dropout in eval mode and its kin: the very same tensor
{
    if (TRY(op.boolean("train")) && TRY(op.floating("p")) > 0)
        warn_of_training(op, "dropout");
    return op.argument("input");
}

constexpr OperatorRow rows[] = {
    {"aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", clamp},
    {"aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", clamp},
    {"aten::clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", clamp},
    {"aten::clamp_min(Tensor self, Scalar min) -> Tensor", clamp_low},
    {"aten::clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", clamp_low},
    {"aten::clamp_max(Tensor self, Scalar max) -> Tensor", clamp_high},
    {"aten::clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", clamp_high},
    {"aten::relu(Tensor self) -> Tensor", relu},
    {"aten::relu6(Tensor self) -> Tensor", relu6},
    {"aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor", hardtanh},
    {"aten::silu(Tensor self) -> Tensor", silu},
    {"aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor", gelu},
    {"aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", leaky_relu},
    {"aten::hardswish(Tensor self) -> Tensor", hardswish},
    {"aten::hardsigmoid(Tensor self) -> Tensor", hardsigmoid},
    {"aten::dropout(Tensor input, float p, bool train) -> Tensor", unchanged},
    {"aten::feature_dropout(Tensor input, float p, bool train) -> Tensor", unchanged},
    {"aten::alpha_dropout(Tensor input, float p, bool train) -> Tensor", unchanged},
    {"aten::feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor", unchanged},
};

}

std::span<OperatorRow const> activation_operators() { return rows; }
