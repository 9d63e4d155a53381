#include "operators/families.h"
#include "operators/promotion.h"

#include <cmath>

// Random numbers: ONNX has generators of its own, whose numbers are others than PyTorch's. Each use is said aloud (G10).

namespace {

void say_random(Operation& op) { op.warn("G10", op.schema().name + " draws random numbers: those of the model are others than PyTorch's, in every run"); }

DType drawn_dtype(DType wanted) { return wanted == DType::float64 || wanted == DType::float32 ? wanted : DType::float32; }

// From opset 22 on ONNX Runtime has no kernel that draws numbers but Dropout: its mask, in training mode, is random bits, of which 24
// make a number in [0, 1).
Result<GraphTensor> uniform_from_bits(GraphBuilder& graph, Dims const& dims)
{
    static constexpr int bits = 24;
    Dims wide = dims;
    wide.emplace_back(bits);
    auto const ones = filled(graph, number(DType::float32, 1.0), wide);
    auto const half = number(DType::float32, 0.5);
    auto const training = GraphTensor::constant(Tensor::scalar(true));
    auto const found = graph.nodes("Dropout", {&ones, &half, &training}, {{DType::float32, wide}, {DType::boolean, wide}});
    std::vector<float> values;
    for (int i = 1; i <= bits; ++i)
        values.push_back(std::ldexp(1.0F, -i));
    auto const weights = GraphTensor::constant(Tensor::of<float>(DType::float32, {bits}, std::move(values)));
    auto const weighted = TRY(binary(graph, "Mul", TRY(cast(graph, found[1], DType::float32)), weights));
    return reduce(graph, "ReduceSum", weighted, {static_cast<int64_t>(dims.size())}, false);
}

// G. E. P. Box, M. E. Muller: two uniform numbers make a normal one.
Result<GraphTensor> normal_from_bits(GraphBuilder& graph, Dims const& dims)
{
    auto const first = TRY(binary(graph, "Sub", number(DType::float32, 1.0), TRY(uniform_from_bits(graph, dims)))); // never 0
    auto const second = TRY(uniform_from_bits(graph, dims));
    auto const radius = unary(graph, "Sqrt", TRY(binary(graph, "Mul", unary(graph, "Log", first), number(DType::float32, -2.0))));
    auto const angle = TRY(binary(graph, "Mul", second, number(DType::float32, 6.28318530717958648)));
    return binary(graph, "Mul", radius, unary(graph, "Cos", angle));
}

// Uniform in [0, 1), or normal with mean 0 and deviation 1.
Result<GraphTensor> drawn(Operation& op, DType dtype, Dims const& dims, bool normal)
{
    if (!is_floating(dtype))
        return malformed("random numbers of " + std::string(name_of(dtype)));
    if (op.graph.opset() >= 22)
        return cast(op.graph, normal ? TRY(normal_from_bits(op.graph, dims)) : TRY(uniform_from_bits(op.graph, dims)), dtype);
    DType const kernel = drawn_dtype(dtype);
    auto const like = filled(op.graph, number(kernel, 0.0), dims);
    return cast(op.graph, op.graph.node(normal ? "RandomNormalLike" : "RandomUniformLike", {like}, {kernel, dims}), dtype);
}

template <bool normal>
Result<Value> random_of_size(Operation& op)
{
    say_random(op);
    return op.result(TRY(drawn(op, TRY(op.dtype("dtype", DType::float32)), TRY(op.integers("size")), normal)));
}

template <bool normal>
Result<Value> random_like(Operation& op)
{
    say_random(op);
    auto const self = TRY(op.tensor("self"));
    return op.result(TRY(drawn(op, TRY(op.dtype("dtype", self.dtype())), self.dims(), normal)));
}

// Whole numbers in [low, high), drawn as doubles: exact up to 2^53.
Result<GraphTensor> whole_numbers(Operation& op, GraphTensor const& low, GraphTensor const& high, DType dtype, Dims const& dims)
{
    auto const real_low = TRY(cast(op.graph, low, DType::float64));
    auto const span = TRY(binary(op.graph, "Sub", TRY(cast(op.graph, high, DType::float64)), real_low));
    auto const scaled = TRY(binary(op.graph, "Mul", TRY(drawn(op, DType::float64, dims, false)), span));
    return cast(op.graph, TRY(binary(op.graph, "Add", unary(op.graph, "Floor", scaled), real_low)), dtype);
}

Result<Value> random_whole(Operation& op, DType dtype, Dims const& dims)
{
    say_random(op);
    auto const high = TRY(op.scalar("high", DType::int64));
    auto const low = op.takes("low") ? TRY(op.scalar("low", DType::int64)) : GraphTensor::integer(0);
    return op.result(TRY(whole_numbers(op, low, high, dtype, dims)));
}

Result<Value> random_whole_of_size(Operation& op) { return random_whole(op, TRY(op.dtype("dtype", DType::int64)), TRY(op.integers("size"))); }
Result<Value> random_whole_like(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return random_whole(op, TRY(op.dtype("dtype", self.dtype())), self.dims());
}

// ---- in place of what a tensor holds ----------------------------------------------------------------------------------------------

Result<GraphTensor> between(Operation& op, GraphTensor const& unit, double from, double to)
{
    auto const span = TRY(binary(op.graph, "Mul", unit, number(unit.dtype(), to - from)));
    return binary(op.graph, "Add", span, number(unit.dtype(), from));
}

Result<Value> uniform(Operation& op)
{
    say_random(op);
    auto const self = TRY(op.tensor("self"));
    auto const from = TRY(op.floating("from"));
    auto const to = TRY(op.floating("to"));
    return op.result(TRY(between(op, TRY(drawn(op, self.dtype(), self.dims(), false)), from, to)));
}

Result<Value> normal_like(Operation& op)
{
    say_random(op);
    auto const self = TRY(op.tensor("self"));
    auto const mean = TRY(op.floating("mean"));
    auto const deviation = TRY(op.floating("std"));
    return op.result(TRY(between(op, TRY(drawn(op, self.dtype(), self.dims(), true)), mean, mean + deviation)));
}

// A row of its own: normal() without the line beneath it takes a tensor of means.
Result<Value> written_normal(Operation& op)
{
    auto const drawn_tensor = TRY(normal_like(op));
    TRY(op.heap.write(TRY(op.reference("self")), TRY(op.heap.read(*drawn_tensor.as<TensorReference>()))));
    return op.argument("self");
}

Result<Value> exponential(Operation& op)
{
    say_random(op);
    auto const self = TRY(op.tensor("self"));
    auto const rate = TRY(op.floating("lambd"));
    auto const one = number(self.dtype(), 1.0);
    auto const rest = TRY(binary(op.graph, "Sub", one, TRY(drawn(op, self.dtype(), self.dims(), false)))); // never 0
    return op.result(TRY(binary(op.graph, "Mul", unary(op.graph, "Log", rest), number(self.dtype(), -1 / rate))));
}

Result<Value> normal_of_size(Operation& op)
{
    say_random(op);
    auto const mean = TRY(op.floating("mean"));
    auto const deviation = TRY(op.floating("std"));
    auto const dtype = TRY(op.dtype("dtype", DType::float32));
    return op.result(TRY(between(op, TRY(drawn(op, dtype, TRY(op.integers("size")), true)), mean, mean + deviation)));
}

Result<Value> normal_of_tensors(Operation& op) // mean and std, of which one at least is a tensor
{
    say_random(op);
    DType const dtype = TRY(result_dtype(op, {"mean", "std"}));
    auto const mean = TRY(operand(op, "mean", dtype));
    auto const deviation = TRY(operand(op, "std", dtype));
    auto const noise = TRY(drawn(op, dtype, TRY(broadcast(op.graph, mean.dims(), deviation.dims())), true));
    return op.result(TRY(binary(op.graph, "Add", TRY(binary(op.graph, "Mul", noise, deviation)), mean)));
}

// ---- choices --------------------------------------------------------------------------------------------------------------------------

// 1 with a probability that each element has, which is 0 or 1 where nothing is left to chance.
Result<Value> bernoulli_of(Operation& op, GraphTensor const& probability, DType dtype, Dims const& dims)
{
    say_random(op);
    DType const kernel = drawn_dtype(probability.dtype());
    auto const drawn_numbers = TRY(drawn(op, kernel, dims, false));
    return op.result(TRY(cast(op.graph, TRY(binary(op.graph, "Less", drawn_numbers, TRY(cast(op.graph, probability, kernel)), DType::boolean)), dtype)));
}

Result<Value> bernoulli(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    return bernoulli_of(op, self, self.dtype(), self.dims());
}

Result<Value> bernoulli_with(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const probability = TRY(operand(op, "p", op.argument("p").is<TensorReference>() ? TRY(op.tensor("p")).dtype() : DType::float64));
    return bernoulli_of(op, probability, self.dtype(), self.dims());
}

// Places drawn by their weights. Without putting back, those with the largest keys: each weight's key is the logarithm of a
// number in (0, 1] divided by the weight.
Result<Value> multinomial(Operation& op)
{
    say_random(op);
    auto const self = TRY(op.tensor("self"));
    auto const samples = TRY(op.integer("num_samples"));
    bool const put_back = TRY(op.boolean("replacement"));
    if (self.rank() != 1 && self.rank() != 2)
        return malformed("multinomial of a tensor of rank " + std::to_string(self.rank()));
    auto const weights = TRY(cast(op.graph, self.rank() == 1 ? unsqueeze(op.graph, self, {0}) : self, DType::float32));
    GraphTensor places;
    if (put_back) {
        // A place is drawn where the running sum of weights first exceeds a random part of the whole.
        auto const sums = op.graph.node("CumSum", {weights, GraphTensor::integer(1)}, {DType::float32, weights.dims()});
        auto const whole = reduce(op.graph, "ReduceSum", weights, {1}, true);
        auto const part = TRY(binary(op.graph, "Mul", TRY(drawn(op, DType::float32, {weights.dims()[0], samples}, false)), whole));
        auto const below = TRY(binary(op.graph, "LessOrEqual", unsqueeze(op.graph, sums, {1}), unsqueeze(op.graph, part, {2}), DType::boolean));
        places = TRY(binary(op.graph, "Min", reduce(op.graph, "ReduceSum", TRY(cast(op.graph, below, DType::int64)), {2}, false), GraphTensor::integer(weights.dims()[1] - Dim(1))));
    } else {
        auto const rest = TRY(binary(op.graph, "Sub", number(DType::float32, 1.0), TRY(drawn(op, DType::float32, weights.dims(), false))));
        auto const keys = TRY(binary(op.graph, "Div", unary(op.graph, "Log", rest), weights));
        auto const k = GraphTensor::integers({samples});
        Dims const dims{weights.dims()[0], samples};
        places = op.graph.nodes("TopK", {&keys, &k}, {{DType::float32, dims}, {DType::int64, dims}}, {attribute("axis", int64_t{1})})[1];
    }
    return op.result(self.rank() == 1 ? squeeze(op.graph, places, {0}) : places);
}

Result<Value> permutation(Operation& op)
{
    say_random(op);
    Dim const size = TRY(op.integer("n"));
    auto const dtype = TRY(op.dtype("dtype", DType::int64));
    auto const keys = TRY(drawn(op, DType::float32, {size}, false));
    auto const k = GraphTensor::integers({size});
    auto const places = op.graph.nodes("TopK", {&keys, &k}, {{DType::float32, {size}}, {DType::int64, {size}}}, {attribute("axis", int64_t{0})})[1];
    return op.result(TRY(cast(op.graph, places, dtype)));
}

#define MAKING "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
#define MAKING_LONG "ScalarType? dtype=long, Layout? layout=None, Device? device=None, bool? pin_memory=None"
#define LIKE MAKING ", MemoryFormat? memory_format=None) -> Tensor"
#define DRAWN "Generator? generator=None) -> Tensor"

constexpr OperatorRow rows[] = {
    {"aten::rand(int[] size, *, " MAKING ") -> Tensor", random_of_size<false>},
    {"aten::rand_like(Tensor self, *, " LIKE, random_like<false>},
    {"aten::randn(int[] size, *, " MAKING ") -> Tensor", random_of_size<true>},
    {"aten::randn_like(Tensor self, *, " LIKE, random_like<true>},
    {"aten::randint(int high, int[] size, *, " MAKING_LONG ") -> Tensor", random_whole_of_size},
    {"aten::randint.low(int low, int high, int[] size, *, " MAKING_LONG ") -> Tensor", random_whole_of_size},
    {"aten::randint_like(Tensor self, int high, *, " LIKE, random_whole_like},
    {"aten::randint_like.low_dtype(Tensor self, int low, int high, *, " LIKE, random_whole_like},
    {"aten::randperm(int n, *, " MAKING_LONG ") -> Tensor", permutation},
    {"aten::uniform(Tensor self, float from=0, float to=1, *, " DRAWN, uniform},
    {"aten::normal_functional(Tensor self, float mean=0, float std=1, *, " DRAWN, normal_like},
    {"aten::normal_(Tensor self, float mean=0, float std=1, *, " DRAWN, written_normal},
    {"aten::normal.Tensor_float(Tensor mean, float std=1, *, " DRAWN, normal_of_tensors},
    {"aten::normal.float_Tensor(float mean, Tensor std, *, " DRAWN, normal_of_tensors},
    {"aten::normal.Tensor_Tensor(Tensor mean, Tensor std, *, " DRAWN, normal_of_tensors},
    {"aten::normal.float_float(float mean, float std, int[] size, *, Generator? generator=None, " MAKING ") -> Tensor", normal_of_size},
    {"aten::exponential(Tensor self, float lambd=1, *, " DRAWN, exponential},
    {"aten::bernoulli(Tensor self, *, " DRAWN, bernoulli},
    {"aten::bernoulli.p(Tensor self, float p, *, " DRAWN, bernoulli_with},
    {"aten::bernoulli.Tensor(Tensor self, Tensor p, *, " DRAWN, bernoulli_with},
    {"aten::multinomial(Tensor self, int num_samples, bool replacement=False, *, " DRAWN, multinomial},
};

}

std::span<OperatorRow const> random_operators() { return rows; }
