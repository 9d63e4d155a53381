#include "onnx/structure.h"

#include "onnx/read.h"
#include "onnx/spelling.h"
#include "onnx/write.h"

#include <gtest/gtest.h>

namespace {

OnnxNode node(std::string op_type, std::vector<std::string> inputs, std::vector<std::string> outputs, std::string domain = {})
{
    OnnxNode out;
    out.op_type = std::move(op_type);
    out.inputs = std::move(inputs);
    out.outputs = std::move(outputs);
    out.domain = std::move(domain);
    return out;
}

OnnxValueInfo value(std::string name)
{
    OnnxValueInfo out;
    out.name = std::move(name);
    return out;
}

// x -> Add(x, w) -> y
OnnxModel small_model()
{
    OnnxModel model;
    model.ir_version = 8;
    model.opsets = {{"", 17}};
    model.graph.inputs = {value("x")};
    model.graph.outputs = {value("y")};
    model.graph.initializers = {*from_tensor("w", Tensor::of<float>(DType::float32, {2}, {1, 2}))};
    model.graph.nodes = {node("Add", {"x", "w"}, {"y"})};
    return model;
}

OnnxAttribute branch(std::string name, OnnxGraph graph)
{
    OnnxAttribute out;
    out.name = std::move(name);
    out.value = std::make_shared<OnnxGraph>(std::move(graph));
    return out;
}

OnnxGraph graph_of(std::vector<OnnxNode> nodes, std::string output)
{
    OnnxGraph graph;
    graph.nodes = std::move(nodes);
    graph.outputs = {value(std::move(output))};
    return graph;
}

OnnxFunction function(std::string name, std::vector<OnnxNode> nodes)
{
    OnnxFunction out;
    out.name = std::move(name);
    out.domain = "local";
    out.inputs = {"a"};
    out.outputs = {"a"};
    out.opsets = {{"", 17}, {"local", 1}};
    out.nodes = std::move(nodes);
    return out;
}

struct Case {
    char const* name;
    void (*change)(OnnxModel&);
    char const* answer;
};

Case const cases[] = {
    {"a model that holds together", [](OnnxModel&) {}, "sound"},
    {"an initializer may be an input's default", [](OnnxModel& m) { m.graph.inputs.push_back(value("w")); }, "sound"},
    {"an input left out has no name", [](OnnxModel& m) { m.graph.nodes[0].inputs.push_back(""); }, "sound"},
    {"ai.onnx is the empty domain", [](OnnxModel& m) { m.opsets[0].domain = "ai.onnx"; }, "sound"},
    {"a graph may give back its input", [](OnnxModel& m) { m.graph.outputs[0].name = "x"; }, "sound"},
    {"a subgraph sees what stands before it", [](OnnxModel& m) { m.graph.nodes.push_back(node("If", {"x"}, {"z"})); m.graph.nodes[1].attributes = {branch("then_branch", graph_of({node("Neg", {"y"}, {"t"})}, "t"))}; }, "sound"},
    {"two subgraphs may use one name", [](OnnxModel& m) { m.graph.nodes.push_back(node("If", {"x"}, {"z"})); m.graph.nodes[1].attributes = {branch("then_branch", graph_of({node("Neg", {"y"}, {"t"})}, "t")), branch("else_branch", graph_of({node("Neg", {"y"}, {"t"})}, "t"))}; }, "sound"},
    {"functions are operators", [](OnnxModel& m) { m.opsets.push_back({"local", 1}); m.functions = {function("F", {node("Neg", {"a"}, {"b"})})}; m.graph.nodes[0] = node("F", {"x"}, {"y"}, "local"); }, "sound"},

    {"names are defined", [](OnnxModel& m) { m.graph.nodes[0].inputs[1] = "v"; }, "error: Add uses \"v\", which is not defined, graph.node[0]"},
    {"nodes stand in order", [](OnnxModel& m) { m.graph.nodes.insert(m.graph.nodes.begin(), node("Neg", {"y"}, {"z"})); }, "error: Neg uses \"y\", which node[1] defines only then: the nodes are not in topological order, graph.node[0]"},
    {"a node does not feed itself", [](OnnxModel& m) { m.graph.nodes[0].inputs[1] = "y"; }, "error: Add uses \"y\", which node[0] defines only then: the nodes are not in topological order, graph.node[0]"},
    {"names are defined once", [](OnnxModel& m) { m.graph.nodes.push_back(m.graph.nodes[0]); }, "error: \"y\" is defined twice, graph.node[1]"},
    {"a node does not define an input", [](OnnxModel& m) { m.graph.nodes[0].outputs[0] = "x"; }, "error: \"x\" is defined twice, graph.node[0]"},
    {"inputs are different", [](OnnxModel& m) { m.graph.inputs.push_back(value("x")); }, "error: \"x\" is defined twice, graph.input[1]"},
    {"initializers are different", [](OnnxModel& m) { m.graph.initializers.push_back(m.graph.initializers[0]); }, "error: the initializer \"w\" stands here twice, graph.initializer[1]"},
    {"outputs are defined", [](OnnxModel& m) { m.graph.outputs[0].name = "z"; }, "error: \"z\" is not defined, graph.output[0]"},
    {"a subgraph's names stay inside", [](OnnxModel& m) { m.graph.nodes.push_back(node("If", {"x"}, {"z"})); m.graph.nodes[1].attributes = {branch("then_branch", graph_of({node("Neg", {"y"}, {"t"})}, "t"))}; m.graph.outputs[0].name = "t"; }, "error: \"t\" is not defined, graph.output[0]"},
    {"a subgraph does not see its own node", [](OnnxModel& m) { m.graph.nodes.push_back(node("If", {"x"}, {"z"})); m.graph.nodes[1].attributes = {branch("then_branch", graph_of({node("Neg", {"z"}, {"t"})}, "t"))}; }, "error: Neg uses \"z\", which is not defined, graph.node[1].attribute[0].g.node[0]"},
    {"some opset is imported", [](OnnxModel& m) { m.opsets.clear(); }, "error: no opset is imported"},
    {"an opset is imported once", [](OnnxModel& m) { m.opsets.push_back({"ai.onnx", 18}); }, "error: the domain ai.onnx is imported twice, opset_import[1]"},
    {"versions count from 1", [](OnnxModel& m) { m.opsets[0].version = 0; }, "error: version 0 of the domain ai.onnx, opset_import[0]"},
    {"domains are imported", [](OnnxModel& m) { m.graph.nodes[0].domain = "com.example"; }, "error: Add is of the domain com.example, which the model does not import, graph.node[0]"},
    {"a node has an operator", [](OnnxModel& m) { m.graph.nodes[0].op_type.clear(); }, "error: a node without an operator, graph.node[0]"},
    {"attributes are different", [](OnnxModel& m) { m.graph.nodes[0].attributes.resize(2); for (auto& a : m.graph.nodes[0].attributes) a.name = "axis"; }, "error: the attribute \"axis\" stands here twice, graph.node[0].attribute[1]"},
    {"references are for functions", [](OnnxModel& m) { m.graph.nodes[0].attributes.resize(1); m.graph.nodes[0].attributes[0] = {"a", {}, "b", 2, {}, {}, {}}; }, "error: a reference to the attribute \"b\" of a caller, outside a function, graph.node[0].attribute[0]"},
    {"elements fit the dims", [](OnnxModel& m) { m.graph.initializers[0].dims = {3}; }, "error: 8 bytes of elements, FLOAT [3] needs 12, graph.initializer[0]"},
    {"2^40 elements need their bytes", [](OnnxModel& m) { m.graph.initializers[0].dims = {int64_t{1} << 40}; }, "error: 8 bytes of elements, FLOAT [1099511627776] needs 4398046511104, graph.initializer[0]"},
    {"sizes that overflow are no shape", [](OnnxModel& m) { m.graph.initializers[0].dims = {int64_t{1} << 40, int64_t{1} << 40}; }, "error: dims [1099511627776, 1099511627776] are no shape, graph.initializer[0]"},
    {"element types are known", [](OnnxModel& m) { m.graph.initializers[0].data_type = 99; }, "error: a tensor of type 99 and dims [2] has no size, graph.initializer[0]"},
    {"sparse tensors fit", [](OnnxModel& m) { m.graph.sparse_initializers = {{*from_tensor("s", Tensor::vector({1, 2})), *from_tensor("", Tensor::vector({1})), {9}, {}}}; }, "error: values [2] and indices [1] do not make a sparse tensor [9], graph.sparse_initializer[0]"},
    {"a function is no standard operator", [](OnnxModel& m) { m.functions = {function("Add", {})}; m.functions[0].domain = "ai.onnx"; }, "error: the function Add stands in the domain ai.onnx, which belongs to ONNX itself, functions[0]"},
    {"functions are different", [](OnnxModel& m) { m.functions = {function("F", {}), function("F", {})}; }, "error: the function local.F stands here twice, functions[1]"},
    {"functions do not go round", [](OnnxModel& m) { m.functions = {function("F", {node("G", {"a"}, {"b"}, "local")}), function("G", {node("F", {"a"}, {"b"}, "local")})}; }, "error: the function local.F calls itself, or another that does, functions[0]"},
    {"a function is checked inside", [](OnnxModel& m) { m.functions = {function("F", {node("Neg", {"q"}, {"b"})})}; }, "error: Neg uses \"q\", which is not defined, functions[0].node[0]"},
};

TEST(OnnxStructure, is_sound_or_says_where_not)
{
    for (auto const& c : cases) {
        OnnxModel model = small_model();
        c.change(model);
        auto const result = check_structure(model);
        EXPECT_EQ(result ? "sound" : "error: " + result.error().text(), c.answer) << c.name;
    }
}

// Each function calls the one before it twice: forty of them would unfold to 2^40 nodes.
TEST(OnnxStructure, counts_what_functions_unfold_to)
{
    OnnxModel model = small_model();
    model.functions = {function("F0", {node("Neg", {"a"}, {"b"})})};
    for (int level = 1; level < 40; ++level)
        model.functions.push_back(function("F" + std::to_string(level), {node("F" + std::to_string(level - 1), {"a"}, {"b"}, "local"), node("F" + std::to_string(level - 1), {"b"}, {"c"}, "local")}));
    auto const result = check_structure(model);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, Reason::exhausted);
    EXPECT_TRUE(result.error().what.starts_with("the function unfolds to more than 1000000 nodes"));
}

TEST(OnnxStructure, bounds_nested_graphs)
{
    OnnxModel model = small_model();
    OnnxGraph graph = graph_of({}, "x");
    for (int level = 0; level < 101; ++level) {
        OnnxNode outer = node("If", {"x"}, {"t"});
        outer.attributes = {branch("then_branch", std::move(graph))};
        graph = graph_of({std::move(outer)}, "t");
    }
    model.graph.nodes.push_back(node("If", {"x"}, {"z"}));
    model.graph.nodes[1].attributes = {branch("then_branch", std::move(graph))};
    auto const result = check_structure(model);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().what.starts_with("graphs are nested deeper than 100"));
}

TEST(OnnxQueries, answer_what_inspect_asks)
{
    OnnxModel model = small_model();
    model.graph.inputs.push_back(value("w"));
    model.graph.nodes.push_back(node("If", {"x"}, {"z"}));
    OnnxGraph inner = graph_of({node("Add", {"y", "v"}, {"t"}), node("Gelu", {"t"}, {"u"}, "com.microsoft"), node("Mine", {"t"}, {"s"}, "com.example")}, "t");
    inner.initializers = {*from_tensor("v", Tensor::vector({1, 2, 3}))};
    model.graph.nodes[1].attributes = {branch("then_branch", inner)};

    auto const inputs = required_inputs(model);
    ASSERT_EQ(inputs.size(), 1u);
    EXPECT_EQ(inputs[0].name, "x");
    EXPECT_EQ(operator_counts(model), (std::vector<OnnxOperatorCount>{{"", "Add", 2}, {"", "If", 1}, {"com.example", "Mine", 1}, {"com.microsoft", "Gelu", 1}}));
    EXPECT_EQ(parameter_count(model), 5u);
    EXPECT_EQ(custom_domains(model), std::vector<std::string>{"com.example"});
}

TEST(OnnxTensors, become_tensors_and_come_back)
{
    auto const texts = Tensor::create_strings({2}, {"a", ""});
    ASSERT_TRUE(texts);
    for (auto const& tensor : {Tensor::scalar(1.5f), Tensor::vector({1, -2}), Tensor::of<uint8_t>(DType::boolean, {2}, {1, 0}), *texts}) {
        auto const onnx = from_tensor("t", tensor);
        ASSERT_TRUE(onnx);
        auto const read = read_onnx_tensor(SharedBytes::take(write_onnx_tensor(*onnx)));
        ASSERT_TRUE(read) << read.error().text();
        auto const back = to_tensor(*read);
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(back->dtype(), tensor.dtype());
        EXPECT_EQ(back->shape(), tensor.shape());
        EXPECT_EQ(text_of(back->bytes()), text_of(tensor.bytes()));
    }
    OnnxTensor short_one = *from_tensor("t", Tensor::vector({1}));
    short_one.dims = {2};
    EXPECT_FALSE(to_tensor(short_one));
    short_one.external = OnnxExternalData{"w", 0, {}};
    EXPECT_EQ(to_tensor(short_one).error().reason, Reason::missing);
    EXPECT_EQ(from_tensor("q", *Tensor::create(DType::quint8, {1}, SharedBytes::take(std::string("a")))).error().reason, Reason::unsupported);
}

}
