#include "convert/convert.h"
#include "convert/operator_cases.h"
#include "onnx/write.h"

#include <gtest/gtest.h>

// What the options do to the inputs, what is said about a program that does not fit, and that the model is always the same.

namespace {

std::string module_of(std::string const& parameters, std::string const& body, std::string const& result = "Tensor")
{
    return "class M(Module):\n  def forward(self: __torch__.M,\n    " + parameters + ") -> " + result + ":\n" + body;
}

Program program(std::string const& code)
{
    auto result = program_of_code(code);
    if (!result)
        ADD_FAILURE() << result.error().text() << "\n"
                      << code;
    CHECK(result.has_value(), "the code of the test is read");
    return *std::move(result);
}

InputSpecification sized(Shape const& shape, DType dtype = DType::float32)
{
    InputSpecification specification;
    specification.dtype = dtype;
    for (int64_t const size : shape)
        specification.axes.push_back({size, "", false});
    return specification;
}

// "x: float32[batch, 2] -> output: float32[batch, 2]", warnings after it, or the refusal.
std::string answer(Program const& of, ConvertOptions const& options)
{
    auto const outcome = convert(of, options);
    if (!outcome)
        return "error: " + outcome.error().text();
    std::string text;
    if (auto const* refused = std::get_if<UnsupportedProgram>(&*outcome)) {
        for (auto const& op : refused->operators) {
            text += (text.empty() ? "" : "; ") + op.name + " " + std::to_string(op.count);
            for (auto const& place : op.where)
                text += " " + place;
            text += (op.reason.empty() ? "" : " (" + op.reason + ")") + (op.nearest.empty() ? "" : " near " + op.nearest);
        }
        return text;
    }
    auto const& conversion = std::get<Conversion>(*outcome);
    auto const add = [&](std::vector<OnnxValueInfo> const& values) {
        for (size_t i = 0; i < values.size(); ++i) {
            text += (i ? ", " : "") + values[i].name + "[";
            for (size_t axis = 0; axis < values[i].type.shape->size(); ++axis) {
                auto const& dim = values[i].type.shape->at(axis);
                text += (axis ? ", " : "") + (dim.value ? std::to_string(*dim.value) : dim.parameter);
            }
            text += "]";
        }
    };
    add(conversion.model.graph.inputs);
    text += " -> ";
    add(conversion.model.graph.outputs);
    for (auto const& warning : conversion.warnings)
        text += "; " + warning.code + " " + warning.message + (warning.where.empty() ? "" : " at " + warning.where);
    for (auto const& assumption : conversion.assumptions)
        text += "; " + assumption;
    return text;
}

ConvertOptions with(std::vector<InputSpecification> inputs, DynamicMode dynamic = DynamicMode::automatic, std::vector<DynamicAxis> axes = {})
{
    ConvertOptions options;
    options.inputs = std::move(inputs);
    options.dynamic = dynamic;
    options.dynamic_axes = std::move(axes);
    return options;
}

std::string const sum_code = module_of("x: Tensor,\n    y: Tensor", "    return torch.add(x, y)\n");
std::string const relu_code = module_of("x: Tensor", "    return torch.relu(x)\n");
std::string const fixed_code = module_of("x: Tensor", "    return torch.reshape(x, [3, 2])\n");

struct AxisCase {
    char const* name;
    std::string const& code;
    ConvertOptions options;
    char const* answer;
};

InputSpecification symbolic(std::vector<InputAxisSize> axes)
{
    InputSpecification specification;
    specification.axes = std::move(axes);
    return specification;
}

AxisCase const axis_cases[] = {
    {"axis 0 varies by default", relu_code, with({sized({3, 2})}), "x[batch, 2] -> output[batch, 2]"},
    {"no axis varies", relu_code, with({sized({3, 2})}, DynamicMode::none), "x[3, 2] -> output[3, 2]"},
    {"every axis varies", relu_code, with({sized({3, 2})}, DynamicMode::all), "x[batch, x_1] -> output[batch, x_1]"},
    {"rank 0 has no axis", relu_code, with({sized({})}), "x[] -> output[]"},
    {"inputs of one size in axis 0 share the batch", sum_code, with({sized({3, 2}), sized({3, 2})}), "x[batch, 2], y[batch, 2] -> output[batch, 2]"},
    {"an input of another size in axis 0 has its own", sum_code, with({sized({3, 2}), sized({1, 2})}, DynamicMode::none, {{"x", 0, ""}}), "x[batch, 2], y[1, 2] -> output[batch, 2]"},
    {"a named axis alone", relu_code, with({sized({3, 2})}, DynamicMode::none, {{"x", 1, "width"}}), "x[3, width] -> output[3, width]"},
    {"a named axis beside the batch", relu_code, with({sized({3, 2})}, DynamicMode::automatic, {{"x", 1, "width"}}), "x[batch, width] -> output[batch, width]"},
    {"an axis of every input", sum_code, with({sized({3, 2}), sized({3, 2})}, DynamicMode::none, {{"*", 1, "width"}}), "x[3, width], y[3, width] -> output[3, width]"},
    {"a symbol of the specification", relu_code, with({symbolic({{std::nullopt, "n", false}, {2, "", false}})}), "x[n, 2] -> output[n, 2]"},
    {"a symbol without a name", relu_code, with({symbolic({{2, "", false}, {std::nullopt, "", true}})}, DynamicMode::none), "x[2, x_1] -> output[2, x_1]"},
    {"an axis of no size and no symbol", relu_code, with({symbolic({{2, "", false}, {std::nullopt, "", false}})}), "error: axis 1 of input x has neither a size nor a symbol"},
    {"a size that the program fixes is pinned with a warning", fixed_code, with({sized({3, 2})}), "x[3, 2] -> output[3, 2]; G05 axis 0 of x has the sample's size for good: the size 2*batch would have to be 6 elements, where a tensor is reshaped at code/__torch__.py:4"},
    {"an axis that the user named is never pinned", fixed_code, with({sized({3, 2})}, DynamicMode::automatic, {{"x", 0, "batch"}}), "error: the size 2*batch would have to be 6 elements, where a tensor is reshaped, code/__torch__.py:4"},
    {"a symbol of the specification is never pinned", fixed_code, with({symbolic({{std::nullopt, "n", false}, {2, "", false}})}), "error: the size 2*n would have to be 6 elements, where a tensor is reshaped, code/__torch__.py:4"},
    {"too few inputs", sum_code, with({sized({3, 2})}), "error: nothing is known about input y"},
    {"too many inputs", relu_code, with({sized({3, 2}), sized({2})}), "error: 1 more inputs are given than forward() takes"},
};

TEST(Convert, makes_axes_vary_as_the_options_say)
{
    for (auto const& c : axis_cases)
        EXPECT_EQ(answer(program(c.code), c.options), c.answer) << c.name;
}

TEST(Convert, names_inputs_and_outputs)
{
    auto const pair = module_of("p: Tuple[Tensor, Tensor],\n    l: List[Tensor]", "    a, b, = p\n    return (torch.add(a, b), torch.relu(l[0]))\n", "Tuple[Tensor, Tensor]");
    EXPECT_EQ(answer(program(pair), with({sized({2}), sized({2}), sized({2, 2})})), "p.0[batch], p.1[batch], l.0[batch, 2] -> output_0[batch], output_1[batch, 2]");
    EXPECT_EQ(*input_names_of(program(pair), "forward", 4), (std::vector<std::string>{"p.0", "p.1", "l.0", "l.1"}));
    auto options = with({sized({2}), sized({2})});
    options.input_names = {"left", "right"};
    options.output_names = {"sum"};
    EXPECT_EQ(answer(program(sum_code), options), "left[batch], right[batch] -> sum[batch]");
    options.output_names = {"sum", "more"};
    EXPECT_EQ(answer(program(sum_code), options), "error: --output-names gives 2 names for 1 outputs");
    auto named = with({sized({2, 1}), sized({2, 3})});
    named.inputs[0].name = "y";
    named.inputs[1].name = "x";
    EXPECT_EQ(answer(program(sum_code), named), "x[batch, 3], y[batch, 1] -> output[batch, 3]");
    named.inputs[1].name = "z";
    EXPECT_EQ(answer(program(sum_code), named).substr(0, 42), "error: the program has no input named z");
}

TEST(Convert, numbers_among_the_arguments_are_constants_or_inputs)
{
    auto const code = module_of("x: Tensor,\n    n: int,\n    f: float=0.5", "    return torch.add(torch.mul(x, f), n)\n");
    auto number = sized({}, DType::int64);
    EXPECT_EQ(answer(program(code), with({sized({2}), number})), "error: input n is a number of the program, and no sample gives it");
    number.value = Tensor::scalar(int64_t{3});
    EXPECT_EQ(answer(program(code), with({sized({2}), number})), "x[batch] -> output[batch]");
    auto options = with({sized({2}), number});
    options.number_inputs = true;
    EXPECT_EQ(answer(program(code), options), "x[batch], n[] -> output[batch]");
    number.value = Tensor::vector({1, 2});
    EXPECT_EQ(answer(program(code), with({sized({2}), number})), "error: input n is a number of the program, and the sample holds [2]");
}

TEST(Convert, takes_a_dict_that_is_read_under_one_key)
{
    ConvertOptions options;
    options.inputs = {sized({2, 3})};
    auto const one = program(module_of("x: Dict[str, Tensor]", "    return torch.add(x[\"k\"], x[\"k\"])\n"));
    EXPECT_EQ(answer(one, options), "x.k[batch, 3] -> output[batch, 3]");
    options.inputs.push_back(sized({2, 3}));
    auto const two = program(module_of("x: Dict[str, Tensor]", "    return torch.sub(x[\"k\"], x[\"l\"])\n"));
    EXPECT_NE(answer(two, options).find("a dict that is read under one key"), std::string::npos) << "a sample does not say which key is which";
}

TEST(Convert, lists_all_operators_without_a_rule_at_once)
{
    auto const code = module_of("x: Tensor", "    y = torch.reluu(x)\n    z = torch.no_such_thing(torch.reluu(y))\n    w = torch.relu(x, 1, 2)\n    return torch.add(torch.add(y, z), w)\n");
    EXPECT_EQ(answer(program(code), with({sized({2})})),
        "aten::no_such_thing 1 code/__torch__.py:5; aten::relu 1 code/__torch__.py:6 (the operator aten::relu on (Tensor, int, int)); aten::reluu 2 code/__torch__.py:4 code/__torch__.py:5 near aten::relu");
}

TEST(Convert, says_what_it_took_for_granted)
{
    auto const code = module_of("x: Tensor", "    if bool(torch.lt(torch.sum(x), 0)):\n      ops.prim.RaiseException(\"negative\")\n    else:\n      pass\n    return torch.relu(x)\n");
    EXPECT_EQ(answer(program(code), with({sized({2})})), "x[batch] -> output[batch]; code/__torch__.py:4: the program raises \"negative\" is taken not to happen");
    auto const always = module_of("x: Tensor", "    ops.prim.RaiseException(\"no\")\n    return x\n");
    EXPECT_EQ(answer(program(always), with({sized({2})})).substr(0, 34), "error: the program raises \"no\", co");
    auto const wide = module_of("x: Tensor", "    return torch.erf(x)\n");
    EXPECT_EQ(answer(program(wide), with({sized({2}, DType::float64)})), "x[batch] -> output[batch]; G11 Erf on float64 is computed in float32: ONNX Runtime has no other kernel for it at code/__torch__.py:4");
}

TEST(Convert, refuses_what_no_model_can_be)
{
    EXPECT_EQ(answer(program(module_of("x: Tensor", "    return \"text\"\n", "str")), with({sized({2})})), "error: the program returns a str");
    EXPECT_EQ(answer(program(module_of("x: Tensor", "    return None\n", "NoneType")), with({sized({2})})), "error: the program returns no tensor");
    auto options = with({sized({2})});
    options.method = "predict";
    EXPECT_EQ(answer(program(relu_code), options), "error: the module has no method predict");
    options = with({sized({2})});
    options.opset = 16;
    EXPECT_EQ(answer(program(relu_code), options), "error: opset 16 is outside of 17 to 26");
}

TEST(Convert, gives_the_same_bytes_twice)
{
    auto const cases = read_operator_cases();
    size_t compared = 0;
    for (size_t i = 0; i < cases.size(); i += 7) {
        auto const one = program_of_code(cases[i].code, cases[i].attributes, cases[i].constants);
        ASSERT_TRUE(one);
        ConvertOptions options;
        for (auto const& input : cases[i].sets[0].inputs)
            options.inputs.push_back(specification_of(input));
        auto const first = convert(*one, options);
        auto const second = convert(*one, options);
        if (!first || !std::holds_alternative<Conversion>(*first))
            continue;
        EXPECT_EQ(write_onnx(std::get<Conversion>(*first).model), write_onnx(std::get<Conversion>(*second).model)) << cases[i].name;
        ++compared;
    }
    EXPECT_GT(compared, 30);
}

}
