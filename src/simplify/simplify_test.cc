#include "simplify/simplify.h"

#include "onnx/structure.h"
#include "onnx/write.h"
#include "runtime/runtime.h"
#include "tensor/compare.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

// A graph from lines, x float32[2,3,4,4] in, y out.
struct Sketch {
    OnnxModel model;

    Sketch()
    {
        model.ir_version = 8;
        model.opsets.push_back({"", 17});
        model.graph.name = "sketch";
        model.graph.inputs.push_back(value("x", std::vector<int64_t>{2, 3, 4, 4}));
        model.graph.outputs.push_back(value("y", std::nullopt));
    }

    static OnnxValueInfo value(std::string name, std::optional<std::vector<int64_t>> sizes)
    {
        OnnxValueInfo info;
        info.name = std::move(name);
        info.type.element_type = 1;
        if (sizes) {
            info.type.shape.emplace();
            for (int64_t const size : *sizes)
                info.type.shape->push_back({size, "", ""});
        }
        return info;
    }

    Sketch& node(std::string op_type, std::vector<std::string> inputs, std::vector<std::string> outputs, std::vector<OnnxAttribute> attributes = {})
    {
        OnnxNode added;
        added.op_type = std::move(op_type);
        added.inputs = std::move(inputs);
        added.outputs = std::move(outputs);
        added.attributes = std::move(attributes);
        model.graph.nodes.push_back(std::move(added));
        return *this;
    }

    Sketch& weight(std::string name, Tensor const& tensor)
    {
        model.graph.initializers.push_back(*from_tensor(std::move(name), tensor));
        return *this;
    }
};

OnnxAttribute numbers(std::string name, std::vector<int64_t> value)
{
    OnnxAttribute attribute;
    attribute.name = std::move(name);
    attribute.value = std::move(value);
    return attribute;
}

OnnxAttribute number(std::string name, int64_t value)
{
    OnnxAttribute attribute;
    attribute.name = std::move(name);
    attribute.value = value;
    return attribute;
}

// Numbers without a pattern, the same every time.
Tensor drawn(Shape shape, uint32_t seed, float least = -1, float most = 1)
{
    std::vector<float> elements(*element_count(shape));
    for (auto& element : elements) {
        seed = seed * 1664525U + 1013904223U;
        element = least + (most - least) * static_cast<float>(seed >> 8) / static_cast<float>(1U << 24);
    }
    return Tensor::of<float>(DType::float32, std::move(shape), std::move(elements));
}

std::string kinds_of(OnnxModel const& model)
{
    std::string kinds;
    for (auto const& node : model.graph.nodes)
        kinds += (kinds.empty() ? "" : " ") + node.op_type;
    return kinds;
}

Tensor answer(OnnxModel const& model)
{
    auto const runtime = Runtime::open();
    EXPECT_TRUE(runtime) << runtime.error().text();
    auto const session = Session::create(*runtime, bytes_of(write_onnx(model)), {});
    EXPECT_TRUE(session) << session.error().text();
    std::vector<NamedTensor> const inputs{{"x", drawn({2, 3, 4, 4}, 5)}};
    auto answers = session->run(inputs);
    EXPECT_TRUE(answers) << answers.error().text();
    return answers->at(0);
}

// The nodes that are left, and the same numbers.
void expect_simplified(char const* name, Sketch sketch, std::string const& kinds, double tolerance = 0)
{
    if (!Runtime::open())
        GTEST_SKIP() << "ONNX Runtime is not there";
    auto const before = answer(sketch.model);
    simplify(sketch.model);
    EXPECT_EQ(kinds_of(sketch.model), kinds) << name;
    EXPECT_TRUE(check_structure(sketch.model)) << name;
    auto const compared = compare(before, answer(sketch.model), {tolerance, tolerance});
    EXPECT_TRUE(compared.same_type) << name;
    EXPECT_LE(compared.scale_error, tolerance) << name;
}

Sketch& batch_norm(Sketch& sketch, std::string const& input, std::string const& output, int64_t channels, uint32_t seed)
{
    std::string const stem = "bn" + std::to_string(seed);
    sketch.weight(stem + ".weight", drawn({channels}, seed)).weight(stem + ".bias", drawn({channels}, seed + 1));
    sketch.weight(stem + ".mean", drawn({channels}, seed + 2)).weight(stem + ".var", drawn({channels}, seed + 3, 0.1F, 2));
    return sketch.node("BatchNormalization", {input, stem + ".weight", stem + ".bias", stem + ".mean", stem + ".var"}, {output});
}

TEST(Simplify, folds_batch_norms_into_convolutions)
{
    Sketch plain;
    plain.weight("conv.weight", drawn({5, 3, 3, 3}, 1)).node("Conv", {"x", "conv.weight"}, {"c"});
    expect_simplified("without a bias", batch_norm(plain, "c", "y", 5, 7), "Conv", 1e-6);

    Sketch biased;
    biased.weight("conv.weight", drawn({4, 3, 1, 1}, 1)).weight("conv.bias", drawn({4}, 2)).node("Conv", {"x", "conv.weight", "conv.bias"}, {"c"});
    expect_simplified("with a bias", batch_norm(biased, "c", "y", 4, 7), "Conv", 1e-6);

    Sketch turned;
    turned.weight("up.weight", drawn({3, 4, 2, 2}, 1)).node("ConvTranspose", {"x", "up.weight"}, {"c"}, {numbers("strides", {2, 2})});
    expect_simplified("after a transposed one", batch_norm(turned, "c", "y", 4, 7), "ConvTranspose", 1e-6);
}

TEST(Simplify, leaves_batch_norms_whose_input_others_read)
{
    Sketch shared;
    shared.weight("conv.weight", drawn({5, 3, 1, 1}, 1)).node("Conv", {"x", "conv.weight"}, {"c"});
    batch_norm(shared, "c", "n", 5, 7).node("Add", {"n", "c"}, {"y"});
    expect_simplified("read twice", shared, "Conv BatchNormalization Add");

    Sketch alone;
    expect_simplified("no convolution", batch_norm(alone, "x", "y", 3, 7), "BatchNormalization");
}

TEST(Simplify, joins_layouts)
{
    Sketch undone;
    undone.node("Transpose", {"x"}, {"a"}, {numbers("perm", {0, 2, 3, 1})}).node("Relu", {"a"}, {"b"});
    undone.node("Transpose", {"b"}, {"c"}, {numbers("perm", {0, 3, 1, 2})}).node("Transpose", {"c"}, {"d"}, {numbers("perm", {0, 2, 3, 1})}).node("Neg", {"d"}, {"y"});
    expect_simplified("there and back", undone, "Transpose Relu Neg");

    Sketch twice;
    twice.node("Transpose", {"x"}, {"a"}, {numbers("perm", {1, 0, 2, 3})}).node("Transpose", {"a"}, {"y"}, {numbers("perm", {0, 2, 3, 1})});
    expect_simplified("one after the other", twice, "Transpose");

    Sketch reshaped;
    reshaped.weight("s", Tensor::vector({6, -1})).weight("t", Tensor::vector({4, 24})).node("Reshape", {"x", "s"}, {"a"}).node("Reshape", {"a", "t"}, {"y"});
    expect_simplified("the last shape counts", reshaped, "Reshape");

    Sketch copied;
    copied.weight("s", Tensor::vector({6, 16})).weight("t", Tensor::vector({0, 4, 4})).node("Reshape", {"x", "s"}, {"a"}).node("Reshape", {"a", "t"}, {"y"});
    expect_simplified("a copied size needs the shape before", copied, "Reshape Reshape");

    Sketch same;
    same.node("Identity", {"x"}, {"a"}).node("Relu", {"a"}, {"b"}).node("Identity", {"b"}, {"y"});
    expect_simplified("an output keeps its name", same, "Identity Relu Identity");
}

TEST(Simplify, moves_weights_now)
{
    Sketch moved;
    moved.weight("w", drawn({5, 4}, 1)).node("Transpose", {"w"}, {"t"}, {numbers("perm", {1, 0})}).node("MatMul", {"x", "t"}, {"y"});
    expect_simplified("a linear layer", moved, "MatMul");

    Sketch cut;
    cut.weight("w", drawn({6, 8}, 1)).weight("starts", Tensor::vector({-4, 1})).weight("ends", Tensor::vector({100, 5})).weight("axes", Tensor::vector({0, -1}));
    cut.weight("zero", Tensor::vector({0})).weight("shape", Tensor::vector({0, 2, -1}));
    cut.node("Slice", {"w", "starts", "ends", "axes"}, {"a"}).node("Reshape", {"a", "shape"}, {"b"}).node("Unsqueeze", {"b", "zero"}, {"c"}).node("Squeeze", {"c", "zero"}, {"d"});
    cut.weight("flat", Tensor::vector({4, 4})).node("Reshape", {"d", "flat"}, {"e"}).node("Mul", {"x", "e"}, {"y"});
    expect_simplified("parts of a weight", cut, "Mul");

    Sketch kept;
    kept.weight("w", drawn({200, 200}, 1)).node("Transpose", {"w"}, {"t"}, {numbers("perm", {1, 0})}).node("MatMul", {"w", "t"}, {"m"}).node("ReduceSum", {"m"}, {"s"}).node("Add", {"x", "s"}, {"y"});
    expect_simplified("a large weight that is needed as it is", kept, "Transpose MatMul ReduceSum Add");
}

TEST(Simplify, computes_what_follows_from_weights)
{
    Sketch expanded;
    expanded.weight("row", drawn({1, 4}, 1)).weight("shape", Tensor::vector({3, 1, 4})).weight("twice", Tensor::vector({1, 2, 1})).weight("third", Tensor::vector({2, 0}));
    expanded.node("Expand", {"row", "shape"}, {"a"}).node("Tile", {"a", "twice"}, {"b"}).node("Gather", {"b", "third"}, {"c"}, {number("axis", 0)});
    expanded.weight("size", Tensor::vector({2, 1, 4})).node("ConstantOfShape", {"size"}, {"zeros"}).node("Concat", {"c", "zeros"}, {"d"}, {number("axis", 1)});
    expanded.weight("starts", Tensor::vector({0})).weight("end", Tensor::vector({-2})).weight("ends", Tensor::vector({-1})).weight("axes", Tensor::vector({1})).weight("steps", Tensor::vector({1}));
    expanded.node("Slice", {"d", "starts", "end", "axes", "steps"}, {"e"}).node("Slice", {"d", "axes", "ends", "axes"}, {"f"}).node("Add", {"e", "f"}, {"g"});
    expanded.weight("across", Tensor::vector({2, 1, 1, 4})).node("Reshape", {"g", "across"}, {"h"}).node("Mul", {"x", "h"}, {"y"});
    expect_simplified("copies", expanded, "Mul");

    Sketch counted;
    counted.weight("a", Tensor::vector({7, -7, 9, 4})).weight("b", Tensor::vector({3})).weight("t", Tensor::vector({1}));
    counted.node("Mod", {"a", "b"}, {"m"}).node("Div", {"a", "b"}, {"q"}).node("Sub", {"m", "q"}, {"d"}).node("Max", {"d", "t"}, {"e"}).node("Greater", {"e", "t"}, {"g"}).node("Less", {"d", "t"}, {"l"}).node("Or", {"g", "l"}, {"o"});
    counted.weight("zero", Tensor::scalar(0.0F)).node("Where", {"o", "x", "zero"}, {"y"});
    expect_simplified("integers", counted, "Where");

    Sketch real;
    real.weight("w", drawn({4}, 1)).weight("v", drawn({4, 1}, 2)).node("Sub", {"w", "v"}, {"a"}).node("Div", {"a", "w"}, {"b"}).node("Min", {"b", "v"}, {"c"}).node("Mul", {"x", "c"}, {"y"});
    expect_simplified("real numbers, bit for bit", real, "Mul");

    Sketch neutral;
    neutral.weight("one", Tensor::scalar(1.0F)).weight("zero", Tensor::scalar(0.0F)).node("Mul", {"x", "one"}, {"a"}).node("Sub", {"a", "zero"}, {"b"}).node("Div", {"b", "one"}, {"c"}).node("Relu", {"c"}, {"y"});
    expect_simplified("nothing is done", neutral, "Relu");
}

TEST(Simplify, leaves_to_the_runtime_what_may_be_another_number)
{
    Sketch other;
    other.weight("one", Tensor::of<float>(DType::float32, {1, 1, 1, 1, 1}, {1})).weight("minus", Tensor::scalar(-0.0F)).node("Mul", {"x", "one"}, {"a"}).node("Sub", {"a", "minus"}, {"b"}).node("Relu", {"b"}, {"y"});
    expect_simplified("another rank, another zero", other, "Mul Sub Relu");

    Sketch integers;
    integers.weight("a", Tensor::vector({INT64_MAX, 2, 3, 4})).weight("b", Tensor::vector({1})).weight("zero", Tensor::scalar(0.0F)).node("Add", {"a", "b"}, {"s"}).node("Greater", {"s", "b"}, {"g"}).node("Where", {"g", "x", "zero"}, {"y"});
    expect_simplified("what overflows", integers, "Add Greater Where");

    Sketch powers;
    powers.weight("w", drawn({4}, 1)).node("Exp", {"w"}, {"e"}).node("Mul", {"x", "e"}, {"y"});
    expect_simplified("libraries round it in different ways", powers, "Exp Mul");
}

TEST(Simplify, merges_equal_nodes)
{
    Sketch twice;
    twice.node("Relu", {"x"}, {"a"}).node("Relu", {"x"}, {"b"}).node("Exp", {"a"}, {"c"}).node("Exp", {"b"}, {"d"}).node("Add", {"c", "d"}, {"y"});
    expect_simplified("a chain", twice, "Relu Exp Add");

    Sketch different;
    different.node("Transpose", {"x"}, {"a"}, {numbers("perm", {0, 1, 3, 2})}).node("Transpose", {"x"}, {"b"}, {numbers("perm", {0, 1, 2, 3})}).node("Add", {"a", "b"}, {"y"});
    expect_simplified("other attributes", different, "Transpose Add");

    Sketch random;
    random.node("RandomNormalLike", {"x"}, {"a"}).node("RandomNormalLike", {"x"}, {"b"}).node("Sub", {"a", "b"}, {"y"});
    simplify(random.model);
    EXPECT_EQ(kinds_of(random.model), "RandomNormalLike RandomNormalLike Sub");
}

TEST(Simplify, drops_weights_that_nobody_needs_any_more)
{
    Sketch sketch;
    sketch.weight("conv.weight", drawn({5, 3, 1, 1}, 1)).weight("unused", drawn({5}, 1)).node("Conv", {"x", "conv.weight"}, {"c"});
    batch_norm(sketch, "c", "y", 5, 7);
    auto const done = simplify(sketch.model);
    EXPECT_EQ(done.folded_batch_norms, 1);
    ASSERT_EQ(sketch.model.graph.initializers.size(), 2);
    EXPECT_EQ(sketch.model.graph.initializers[0].name, "conv.weight@bn7");
    EXPECT_EQ(sketch.model.graph.initializers[1].name, "conv.bias@bn7");
}

}
