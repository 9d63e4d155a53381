#include "graph/builder.h"

#include "graph/compose.h"

#include <gtest/gtest.h>

#include <set>

namespace {

// "Add(x, y) -> Add:0; ..." with nested graphs in brackets.
std::string text_of(std::vector<OnnxNode> const& nodes)
{
    std::string text;
    for (auto const& node : nodes) {
        text += (text.empty() ? "" : "; ") + node.op_type + "(";
        for (size_t i = 0; i < node.inputs.size(); ++i)
            text += (i ? ", " : "") + node.inputs[i];
        text += ") ->";
        for (auto const& output : node.outputs)
            text += " " + output;
        for (auto const& attribute : node.attributes)
            if (auto const* graph = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value)) {
                text += " " + attribute.name + " [" + text_of((*graph)->nodes) + " =>";
                for (auto const& output : (*graph)->outputs)
                    text += " " + output.name;
                text += "]";
            }
    }
    return text;
}

std::string initializers_of(OnnxModel const& model)
{
    std::string text;
    for (auto const& tensor : model.graph.initializers)
        text += (text.empty() ? "" : " ") + tensor.name;
    return text;
}

struct Built {
    GraphBuilder graph{17};
    Dim batch = Dim::of_symbol(graph.symbols().add({"batch", InputAxis{"x", 0}, 3, false}));
    GraphTensor x = graph.add_input("x", DType::float32, {batch, 2});
};

TEST(GraphBuilder, names_are_unique_and_clean)
{
    Built b;
    EXPECT_EQ(*b.graph.add_input("x", DType::float32, {}).name(), "x_1");
    EXPECT_EQ(*b.graph.add_input("x_1", DType::float32, {}).name(), "x_1_1");
    EXPECT_EQ(*b.graph.add_input("a b[0]", DType::float32, {}).name(), "a_b_0_");
    std::set<std::string> names;
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(names.insert(*unary(b.graph, i % 2 == 0 ? "Relu" : "Relu_1", b.x).name()).second);
}

TEST(GraphBuilder, leaves_out_what_nothing_uses)
{
    Built b;
    auto const kept = unary(b.graph, "Relu", b.x);
    unary(b.graph, "Exp", kept);
    auto const dead = binary(b.graph, "Add", kept, number(DType::float32, 2.0));
    ASSERT_TRUE(dead);
    b.graph.add_output("y", kept);
    auto const model = b.graph.finish("g");
    EXPECT_EQ(text_of(model.graph.nodes), "Relu(x) -> y");
    EXPECT_EQ(initializers_of(model), "");
}

TEST(GraphBuilder, shares_small_constants_and_named_ones)
{
    Built b;
    auto const sum = *binary(b.graph, "Add", b.x, number(DType::float32, 2.0));
    auto const product = *binary(b.graph, "Mul", sum, number(DType::float32, 2.0));
    auto const other = *binary(b.graph, "Mul", product, number(DType::float32, 3.0));
    auto const weight = GraphTensor::constant(Tensor::of<float>(DType::float32, {2}, {1, 2}), "layer.weight");
    auto const once = *binary(b.graph, "Add", other, weight);
    b.graph.add_output("y", *binary(b.graph, "Add", once, weight));
    EXPECT_EQ(initializers_of(b.graph.finish("g")), "constant constant_1 layer.weight");
}

TEST(GraphBuilder, equal_bytes_of_unlike_dtype_or_shape_are_not_shared)
{
    Built b;
    auto const zero = GraphTensor::constant(Tensor::of<float>(DType::float32, {1}, {0}));
    auto const scalar = GraphTensor::constant(Tensor::scalar(0.0F));
    EXPECT_NE(b.graph.name_of(zero), b.graph.name_of(scalar));
    EXPECT_NE(b.graph.name_of(scalar), b.graph.name_of(GraphTensor::constant(Tensor::of<int32_t>(DType::int32, {}, {0}))));
    EXPECT_EQ(b.graph.name_of(scalar), b.graph.name_of(GraphTensor::constant(Tensor::scalar(0.0F))));
}

TEST(GraphBuilder, computes_a_size_once_a_scope)
{
    Built b;
    auto const twice = GraphTensor::integer(b.batch * Dim(2));
    std::string const outside = b.graph.name_of(twice);
    EXPECT_EQ(b.graph.name_of(twice), outside);
    b.graph.open_scope();
    EXPECT_EQ(b.graph.name_of(twice), outside); // a nested graph sees what is around it
    auto const inner = GraphTensor::integer(b.batch + Dim(1));
    std::string const in_branch = b.graph.name_of(inner);
    b.graph.abandon_scope();
    EXPECT_NE(b.graph.name_of(inner), in_branch); // and not the other way
}

TEST(GraphBuilder, spliced_scopes_keep_what_they_computed)
{
    Built b;
    b.graph.open_scope();
    auto const size = GraphTensor::integer(b.batch + Dim(1));
    std::string const name = b.graph.name_of(size);
    b.graph.splice_scope(b.graph.set_scope_aside());
    EXPECT_EQ(b.graph.name_of(size), name);
    EXPECT_EQ(b.graph.depth(), 1);
}

TEST(GraphBuilder, nested_graphs_give_values_of_their_own)
{
    Built b;
    auto const condition = b.graph.add_input("c", DType::boolean, {});
    b.graph.open_scope();
    auto const dead = unary(b.graph, "Exp", b.x);
    auto then_graph = b.graph.close_scope("then", {unary(b.graph, "Relu", b.x)});
    b.graph.open_scope();
    auto else_graph = b.graph.close_scope("else", {b.x}); // an outer value: an Identity stands for it
    Attributes attributes;
    attributes.push_back({"then_branch", std::move(then_graph), {}, 0, {}, {}});
    attributes.push_back({"else_branch", std::move(else_graph), {}, 0, {}, {}});
    b.graph.add_output("y", b.graph.node("If", {condition}, {DType::float32, b.x.dims()}, std::move(attributes)));
    EXPECT_EQ(text_of(b.graph.finish("g").graph.nodes),
        "If(c) -> y then_branch [Relu(x) -> Relu:0; Identity(Relu:0) -> Identity:0 => Identity:0] else_branch [Identity(x) -> Identity_1:0 => Identity_1:0]");
}

TEST(GraphBuilder, an_input_or_constant_as_a_result_keeps_its_identity)
{
    Built b;
    b.graph.add_output("y", b.x);
    b.graph.add_output("z", number(DType::int64, int64_t{3}));
    auto const value = unary(b.graph, "Relu", b.x);
    b.graph.add_output("v", value);
    b.graph.add_output("w", value);
    auto const model = b.graph.finish("g");
    EXPECT_EQ(text_of(model.graph.nodes), "Identity(x) -> y; Identity(constant) -> z; Relu(x) -> v; Identity(v) -> w");
    EXPECT_EQ(model.graph.inputs[0].type.shape->at(0).parameter, "batch");
}

TEST(Compose, shapes_with_one_open_size_are_constants)
{
    Built b;
    auto const flat = reshape(b.graph, b.x, {b.batch * Dim(2)});
    b.graph.add_output("y", flat);
    auto const model = b.graph.finish("g");
    EXPECT_EQ(text_of(model.graph.nodes), "Reshape(x, constant) -> y");
}

TEST(Compose, numbers_in_lists_are_computed_without_nodes)
{
    Built b;
    auto const sizes = GraphTensor::integers({b.batch, Dim(2), b.batch * Dim(3)});
    EXPECT_EQ(select(b.graph, sizes, 0, 2).as_dims(), (std::vector<Dim>{b.batch * Dim(3)}));
    EXPECT_EQ(slice(b.graph, sizes, 0, 1, 3).as_dims(), (std::vector<Dim>{Dim(2), b.batch * Dim(3)}));
    EXPECT_EQ(concat(b.graph, {sizes, GraphTensor::integers({Dim(9)})}, 0).as_dims()->size(), 4);
    b.graph.add_output("y", b.x);
    EXPECT_EQ(text_of(b.graph.finish("g").graph.nodes), "Identity(x) -> y");
}

TEST(Compose, a_size_that_must_be_a_number_wants_its_axis_pinned)
{
    Built b;
    auto const answer = require_equal(b.graph, b.batch, 4, "to fit");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, size_is_fixed_code);
    EXPECT_EQ(b.graph.pins_wanted(), (std::vector<SymbolId>{0}));
    EXPECT_EQ(require_equal(b.graph, 3, 4, "to fit").error().reason, Reason::malformed);
    Dim const data = b.graph.size_of("v", 0);
    EXPECT_TRUE(require_equal(b.graph, data, 4, "to fit"));
    EXPECT_EQ(need_number(b.graph, data, "a size").error().code, depends_on_data_code);
    EXPECT_EQ(*need_number(b.graph, 5, "a size"), 5);
}

TEST(Compose, broadcasts_as_numpy_does)
{
    Built b;
    EXPECT_EQ(*broadcast(b.graph, {b.batch, 1, 3}, {5, 1}), (Dims{b.batch, 5, 3}));
    EXPECT_EQ(*broadcast(b.graph, {}, {b.batch}), (Dims{b.batch}));
    EXPECT_EQ(*broadcast(b.graph, {0}, {1}), (Dims{0}));
    EXPECT_FALSE(broadcast(b.graph, {2}, {3}));
    EXPECT_FALSE(broadcast(b.graph, {b.batch}, {3}));
}

TEST(Compose, computes_where_there_is_a_kernel)
{
    Built b;
    auto const small = b.graph.add_input("s", DType::int16, {2});
    EXPECT_EQ(binary(b.graph, "Max", small, small)->dtype(), DType::int16);
    auto const wide = b.graph.add_input("w", DType::float64, {2});
    EXPECT_EQ(unary(b.graph, "Exp", wide).dtype(), DType::float64);
    EXPECT_TRUE(b.graph.narrowed().empty());
    EXPECT_EQ(unary(b.graph, "Erf", wide).dtype(), DType::float64);
    ASSERT_EQ(b.graph.narrowed().size(), 1);
    EXPECT_EQ(b.graph.narrowed()[0].first, "Erf");
}

}
