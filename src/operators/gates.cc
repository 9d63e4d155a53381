#include "operators/families.h"
#include "operators/formula.h"

// Activations with a bend, a threshold or a gate (aten/src/ATen/native/Activation.cpp).

namespace {

// Whether ONNX's own node of an activation has a kernel for it.
bool has_node(GraphTensor const& x) { return x.dtype() != DType::float64; }

Result<GraphTensor> floating_self(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!is_floating(self.dtype()))
        return malformed("an activation of " + std::string(name_of(self.dtype())));
    return self;
}

Result<Value> value_of(Operation& op, Formula const& formula) { return op.result(TRY(formula.tensor())); }

// x where it is positive, else (exp(x * inner) - 1) * alpha; all times scale
Result<Value> elu(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const alpha = TRY(op.floating("alpha"));
    auto const scale = TRY(op.floating("scale"));
    auto const inner = TRY(op.floating("input_scale"));
    if (scale == 1 && inner == 1 && has_node(self))
        return op.result(unary(op.graph, "Elu", self, {attribute("alpha", static_cast<float>(alpha))}));
    Formula const x(op.graph, self);
    return value_of(op, chosen(x > 0.0, x * scale, ((x * inner).exp() - 1.0) * (alpha * scale)));
}

constexpr double selu_alpha = 1.6732632423543772848170429916717;
constexpr double selu_scale = 1.0507009873554804934193349852946;

Result<Value> selu(Operation& op)
{
    auto const self = TRY(floating_self(op));
    if (has_node(self))
        return op.result(unary(op.graph, "Selu", self));
    Formula const x(op.graph, self);
    return value_of(op, chosen(x > 0.0, x * selu_scale, (x.exp() - 1.0) * (selu_alpha * selu_scale)));
}

Result<Value> celu(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const alpha = TRY(op.floating("alpha"));
    if (self.dtype() == DType::float32)
        return op.result(unary(op.graph, "Celu", self, {attribute("alpha", static_cast<float>(alpha))}));
    Formula const x(op.graph, self);
    return value_of(op, chosen(x > 0.0, x, ((x / alpha).exp() - 1.0) * alpha));
}

// log(1 + exp(x)) without overflow
Formula softplus_of(Formula const& x)
{
    if (x.tensor() && !has_node(*x.tensor()))
        return x.at_least(0) + ((-x.abs()).exp() + 1.0).log();
    return x.through("Softplus");
}

// From x * beta beyond the threshold on it is x itself.
Result<Value> softplus(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const beta = TRY(op.floating("beta"));
    auto const threshold = TRY(op.floating("threshold"));
    Formula const x(op.graph, self);
    static constexpr double already_the_same = 20;
    auto const bent = beta == 1 ? softplus_of(x) : softplus_of(x * beta) / beta;
    if (threshold >= already_the_same)
        return value_of(op, bent);
    return value_of(op, chosen(x * beta > threshold, x, bent));
}

Result<Value> mish(Operation& op)
{
    auto const self = TRY(floating_self(op));
    static constexpr int64_t first_opset_with_node = 18;
    if (op.graph.opset() >= first_opset_with_node && has_node(self))
        return op.result(unary(op.graph, "Mish", self));
    Formula const x(op.graph, self);
    return value_of(op, x * softplus_of(x).through("Tanh"));
}

Result<Value> prelu_by(Operation& op, GraphTensor const& self, GraphTensor const& slope)
{
    if (self.dtype() != slope.dtype())
        return malformed("prelu of " + std::string(name_of(self.dtype())) + " with a slope of " + std::string(name_of(slope.dtype())));
    return op.result(computed(op.graph, "PRelu", {&self, &slope}, {self.dtype(), self.dims()}));
}

// One slope, or one a channel: axis 1.
Result<Value> prelu(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const weight = TRY(op.tensor("weight"));
    if (weight.rank() > 1)
        return malformed("the slope of prelu has rank " + std::to_string(weight.rank()));
    if (weight.rank() == 0 || weight.dims()[0].is(1))
        return prelu_by(op, self, self.rank() == 0 ? reshape(op.graph, weight, {}) : weight);
    if (self.rank() < 2)
        return malformed("prelu with a slope a channel on a tensor of rank " + std::to_string(self.rank()));
    TRY(require_equal(op.graph, self.dims()[1], weight.dims()[0], "where prelu has a slope a channel"));
    Dims dims(static_cast<size_t>(self.rank() - 1), Dim(1));
    dims[0] = weight.dims()[0];
    return prelu_by(op, self, reshape(op.graph, weight, dims));
}

Result<Value> prelu_kernel(Operation& op)
{
    auto const self = TRY(floating_self(op));
    return prelu_by(op, self, TRY(op.tensor("weight")));
}

// In eval mode the slope is the middle of what it is drawn from.
Result<Value> rrelu(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const lower = TRY(op.floating("lower"));
    auto const slope = (lower + TRY(op.floating("upper"))) / 2;
    if (TRY(op.boolean("training")))
        warn_of_training(op, "rrelu");
    Formula const x(op.graph, self);
    if (has_node(self))
        return op.result(unary(op.graph, "LeakyRelu", self, {attribute("alpha", static_cast<float>(slope))}));
    return value_of(op, chosen(x > 0.0, x, x * slope));
}

Result<Value> softshrink(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const limit = TRY(op.floating("lambd"));
    Formula const x(op.graph, self);
    // NaN stays what it is.
    return value_of(op, chosen(x > limit, x - limit, chosen(x < -limit, x + limit, x * 0.0)));
}

Result<Value> hardshrink(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const limit = TRY(op.floating("lambd"));
    Formula const x(op.graph, self);
    auto const small = x.abs().with("LessOrEqual", limit, DType::boolean);
    return value_of(op, chosen(small, Formula(op.graph, number(self.dtype(), 0.0)), x));
}

Result<Value> threshold(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const limit = TRY(op.scalar("threshold", self.dtype()));
    auto const value = TRY(op.scalar("value", self.dtype()));
    Formula const x(op.graph, self);
    auto const below = x.with("LessOrEqual", Formula(op.graph, limit), DType::boolean);
    return value_of(op, chosen(below, Formula(op.graph, value), x));
}

// The first half of an axis times the sigmoid of the second.
Result<Value> glu(Operation& op)
{
    auto const self = TRY(floating_self(op));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return malformed("glu of a tensor of rank 0");
    Dim const size = self.dims()[static_cast<size_t>(axis)];
    if (size.known() && *size.known() % 2 != 0)
        return malformed("glu of an axis of size " + std::to_string(*size.known()));
    Dim const half = op.graph.symbols().derived(IntegerOperation::floor_divide, size, 2);
    Formula const value(op.graph, slice(op.graph, self, axis, 0, half));
    Formula const gate(op.graph, slice(op.graph, self, axis, half, half + half));
    return value_of(op, value * gate.through("Sigmoid"));
}

// What is kept of what was dropped: in eval mode the tensor itself, and that all of it was kept.
Result<Value> native_dropout(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    bool const train = op.has("train") && TRY(op.boolean("train"));
    if (train && TRY(op.floating("p")) > 0)
        warn_of_training(op, "dropout");
    return op.results({input, filled(op.graph, number(DType::boolean, int64_t{1}), input.dims())});
}

constexpr OperatorRow rows[] = {
    {"aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor", elu},
    {"aten::selu(Tensor self) -> Tensor", selu},
    {"aten::celu(Tensor self, Scalar alpha=1.0) -> Tensor", celu},
    {"aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor", softplus},
    {"aten::mish(Tensor self) -> Tensor", mish},
    {"aten::prelu(Tensor self, Tensor weight) -> Tensor", prelu},
    {"aten::_prelu_kernel(Tensor self, Tensor weight) -> Tensor", prelu_kernel},
    {"aten::rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, Generator? generator=None) -> Tensor", rrelu},
    {"aten::rrelu_with_noise(Tensor self, Tensor noise, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, Generator? generator=None) -> Tensor", rrelu},
    {"aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", softshrink},
    {"aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", hardshrink},
    {"aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor", threshold},
    {"aten::glu(Tensor self, int dim=-1) -> Tensor", glu},
    {"aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)", native_dropout},
};

}

std::span<OperatorRow const> gate_operators() { return rows; }
