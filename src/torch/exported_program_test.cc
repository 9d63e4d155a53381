#include "torch/exported_program.h"

#include "files/zip.h"
#include "program/check.h"
#include "program/text.h"
#include "torch/exported_sizes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace {

std::string file_text(std::string const& name)
{
    std::ifstream stream("tests/data/exported/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Result<Program> program_of(std::string bytes)
{
    auto const file = TRY(read_exported_program(SharedBytes::take(std::move(bytes))));
    return lower_exported_program(file);
}

std::string method_text(std::string const& file, std::string const& method = "forward")
{
    auto const program = program_of(file_text(file));
    if (!program)
        return program.error().text();
    auto const* const function = program->method("ExportedProgram", method);
    return function == nullptr ? "no such method" : text_of(*function, *program);
}

TEST(ExportedSizes, reads_both_spellings)
{
    struct Row {
        char const* text;
        char const* size; // or the error
    };
    for (auto const& [text, size] : std::initializer_list<Row>{
             {"Symbol('s0', positive=True, integer=True)", "s0"},
             {"Integer(3)", "3"},
             {"Add(Mul(Integer(2), Symbol('s38', positive=True, integer=True)), Integer(1))", "2*s38 + 1"},
             {"2*s0 + 1", "2*s0 + 1"},
             {"-s0 + 3", "-1*s0 + 3"},
             {"3 - 2*s0*s1", "3 + -1*2*s0*s1"},
             {"(s0 + 1)*s1", "(s0 + 1)*s1"},
             {"(s0 + 1)//2", "(s0 + 1)//(2)"},
             {"s0%4", "(s0)%(4)"},
             {"s0**3", "s0*s0*s0"},
             {"Pow(Symbol('s0', integer=True), Integer(2))", "s0*s0"},
             {"FloorDiv(Symbol('s0'), Integer(2))", "(s0)//(2)"},
             {"Max(Integer(1), Symbol('s0'), Integer(7))", "max(max(1, s0), 7)"},
             {"Min(1, s0)", "min(1, s0)"},
             {"Mod(s0, 2)", "(s0)%(2)"},
             {"", "\"\" is no part of a size, byte 0, size \"\""},
             {"s0 s1", "\"s1\" is no part of a size, byte 3, size \"s0 s1\""},
             {"2*", "\"\" is no part of a size, byte 2, size \"2*\""},
             {"Symbol(s0)", "\"s0)\" is no part of a size, byte 7, size \"Symbol(s0)\""},
             {"FloorDiv(s0)", "FloorDiv() of 1 sizes, size \"FloorDiv(s0)\""},
             {"99999999999999999999", "a size beyond 64 bits, byte 0, size \"99999999999999999999\""},
             {"exec(s0)", "a size that is made by exec(), size \"exec(s0)\""},
             {"s0**99", "a size raised to 99, size \"s0**99\""},
         }) {
        auto const read = read_size_expression(text, {});
        EXPECT_EQ(read ? read->text() : read.error().text(), size) << text;
    }
    EXPECT_EQ(read_size_expression(std::string(100'000, '('), {}).error().reason, Reason::exhausted);
    std::string sum = "s0";
    for (int i = 0; i < 2'000; ++i)
        sum += "+s0";
    EXPECT_EQ(read_size_expression(sum, {}).error().reason, Reason::exhausted);
}

TEST(LowerExportedProgram, calls_operators_by_argument_name)
{
    EXPECT_EQ(method_text("item.pt2"),
        "forward(%self: ExportedProgram, %x: Tensor float32[5], %count: Tensor int64[]) -> Tuple[Tensor]:\n"
        "  %item = aten::item(%count)\n"
        "  %ge_1 = aten::ge(%item, 0)\n"
        "  prim::If(%ge_1)\n"
        "    then:\n"
        "      give\n"
        "    else:\n"
        "      prim::RaiseException(\"Runtime assertion failed for expression u0 >= 0 on node 'ge_1'\")\n"
        "      give\n"
        "  %le_1 = aten::le(%item, 5)\n"
        "  prim::If(%le_1)\n"
        "    then:\n"
        "      give\n"
        "    else:\n"
        "      prim::RaiseException(\"Runtime assertion failed for expression u0 <= 5 on node 'le_1'\")\n"
        "      give\n"
        "  %slice_1 = aten::slice(self=%x, dim=0, start=None, end=%item)\n"
        "  %mul = aten::mul(self=%slice_1, other=2)\n"
        "  %dropout_ = aten::dropout_(self=%mul, p=0.5, train=False)\n"
        "  %sum_1 = aten::sum(self=%dropout_)\n"
        "  %20 = aten::mul(1, %item)\n"
        "  %21 = aten::mul(%20, %item)\n"
        "  %mul_1 = aten::mul(self=%sum_1, other=%21)\n"
        "  %23 = prim::TupleConstruct(%mul_1)\n"
        "  return %23\n");
}

TEST(LowerExportedProgram, names_nested_inputs_and_keeps_constants)
{
    EXPECT_EQ(method_text("tree.pt2"),
        "forward(%self: ExportedProgram, %x: Tensor float32[2], %pair_left: Tensor float32[2], %pair_right: Tensor float32[2], %table_b: Tensor float32[2], %table_a: Tensor float32[2], %options_scale: Tensor float32[2], %options_shift: Tensor float32[2], %power: int = 3, %flag: bool = False, %mode: str = \"mean\", %none: NoneType = None, %last: Tensor float32[1]) -> Tuple[Tensor, Tensor, NoneType, Tensor, int]:\n"
        "  %mul = aten::mul(self=%x, other=%options_scale)\n"
        "  %add = aten::add(self=%mul, other=%options_shift)\n"
        "  %add_1 = aten::add(self=%add, other=%pair_left)\n"
        "  %sub = aten::sub(self=%add_1, other=%pair_right)\n"
        "  %mul_1 = aten::mul(self=%table_b, other=%table_a)\n"
        "  %add_2 = aten::add(self=%sub, other=%mul_1)\n"
        "  %pow_1 = aten::pow(self=%add_2, exponent=3)\n"
        "  %add_3 = aten::add(self=%add_2, other=1)\n"
        "  %25 = prim::TupleConstruct(%pow_1, %last, None, %add_3, 5)\n"
        "  return %25\n");
}

TEST(LowerExportedProgram, keeps_sizes_and_ranges)
{
    EXPECT_EQ(method_text("sizes.pt2"),
        "forward(%self: ExportedProgram, %x: Tensor float32[s77, 2], %y: Tensor float32[2*s77 + 1], %count: int) -> Tuple[Tensor, Tensor, Tensor, int, int, float]:\n"
        "  %sym_size_int_1 = aten::sym_size(self=%x, dim=0)\n"
        "  %slice_1 = aten::slice(self=%y, dim=0, start=None, end=%count)\n"
        "  %mul = aten::mul(%sym_size_int_1, 2)\n"
        "  %11 = prim::ListConstruct(%mul)\n"
        "  %reshape = aten::reshape(self=%x, shape=%11)\n"
        "  %slice_2 = aten::slice(self=%y, dim=0, start=0, end=9223372036854775807, step=2)\n"
        "  %add = aten::add(self=%slice_2, other=%sym_size_int_1)\n"
        "  %floordiv = aten::floordiv(%sym_size_int_1, 2)\n"
        "  %mul_1 = aten::mul(self=%slice_1, other=%floordiv)\n"
        "  %sym_max = prim::max(%sym_size_int_1, %count)\n"
        "  %mod = aten::remainder(%sym_size_int_1, 3)\n"
        "  %truediv = aten::div(%sym_size_int_1, 2)\n"
        "  %27 = prim::TupleConstruct(%reshape, %add, %mul_1, %sym_max, %mod, %truediv)\n"
        "  return %27\n");
    auto const program = program_of(file_text("sizes.pt2"));
    ASSERT_TRUE(program);
    std::string ranges;
    for (auto const& symbol : program->method("ExportedProgram", "forward")->symbols)
        ranges += symbol.name + ":" + (symbol.least ? std::to_string(*symbol.least) : "") + ".." + (symbol.most ? std::to_string(*symbol.most) : "") + " ";
    EXPECT_EQ(ranges,
        "s77:3..100 2*s77 + 1:7..201 s24:2..201 ");
}

TEST(LowerExportedProgram, makes_branches_and_loops_of_higher_order_operators)
{
    EXPECT_EQ(method_text("control.pt2"),
        "forward(%self: ExportedProgram, %x: Tensor float32[3, 2], %count: Tensor int64[]) -> Tuple[Tensor, Tensor]:\n"
        "  %sum_1 = aten::sum(self=%x)\n"
        "  %gt = aten::gt(self=%sum_1, other=0)\n"
        "  %6 = aten::Bool(%gt)\n"
        "  %11 = prim::If(%6)\n"
        "    then:\n"
        "      %add = aten::add(self=%x, other=1)\n"
        "      give %add\n"
        "    else:\n"
        "      %sub = aten::sub(self=%x, other=1)\n"
        "      give %sub\n"
        "  %lt = aten::lt(self=%count, other=3)\n"
        "  %15 = aten::Bool(%lt)\n"
        "  %18, %20 = prim::Loop(9223372036854775807, %15, %count, %11)\n"
        "    block(%16, %17, %19):\n"
        "      %add.22 = aten::add(self=%17, other=1)\n"
        "      %mul = aten::mul(self=%19, other=2)\n"
        "      %lt.26 = aten::lt(self=%add.22, other=3)\n"
        "      %27 = aten::Bool(%lt.26)\n"
        "      give %27, %add.22, %mul\n"
        "  %mul.29 = aten::mul(self=%20, other=2)\n"
        "  %31 = aten::size(%mul.29, 0)\n"
        "  %33 = prim::ListConstruct[List[Tensor]]()\n"
        "  prim::Loop(%31, True)\n"
        "    block(%34):\n"
        "      %35 = aten::select(%mul.29, 0, %34)\n"
        "      %sum_1.36 = aten::sum(self=%11)\n"
        "      %add.37 = aten::add(self=%35, other=%sum_1.36)\n"
        "      %39 = aten::append(%33, %add.37)\n"
        "      give True\n"
        "  %40 = aten::stack(%33, 0)\n"
        "  %select = aten::select(self=%40, dim=0, index=0)\n"
        "  %45 = aten::size(%40, 0)\n"
        "  %47 = prim::ListConstruct[List[Tensor]]()\n"
        "  %50 = prim::Loop(%45, True, %select)\n"
        "    block(%48, %49):\n"
        "      %51 = aten::select(%40, 0, %48)\n"
        "      %add.52 = aten::add(self=%49, other=%51)\n"
        "      %mul.53 = aten::mul(self=%49, other=%51)\n"
        "      %55 = aten::append(%47, %mul.53)\n"
        "      give True, %add.52\n"
        "  %56 = aten::stack(%47, 0)\n"
        "  %57 = prim::TupleConstruct(%50, %56)\n"
        "  return %57\n");
}

TEST(LowerExportedProgram, writes_mutations_where_the_graph_is_functional)
{
    EXPECT_EQ(method_text("unread_state_core.pt2"),
        "forward(%self: ExportedProgram, %x: Tensor float32[3, 2]) -> Tuple[Tensor]:\n"
        "  %b_calls = prim::GetAttr[calls](%self)\n"
        "  %b_last = prim::GetAttr[last](%self)\n"
        "  %add = aten::add(self=%b_calls, other=1)\n"
        "  %sum_1 = aten::sum(self=%x, dim=[0])\n"
        "  %add_1 = aten::add(self=%x, other=1)\n"
        "  %mul = aten::mul(self=%add_1, other=2)\n"
        "  %12 = aten::clone(%mul)\n"
        "  %13 = aten::copy_(%b_calls, %add)\n"
        "  %14 = aten::copy_(%b_last, %sum_1)\n"
        "  %15 = aten::copy_(%x, %add_1)\n"
        "  %16 = prim::TupleConstruct(%12)\n"
        "  return %16\n");
}

TEST(LowerExportedProgram, takes_each_model_of_an_archive_as_a_method)
{
    EXPECT_EQ(method_text("several.pt2", "triple"),
        "triple(%self: ExportedProgram, %x: Tensor float32[2]) -> Tuple[Tensor]:\n"
        "  %p_factor = prim::GetAttr[triple.factor](%self)\n"
        "  %mul = aten::mul(self=%x, other=%p_factor)\n"
        "  %4 = prim::TupleConstruct(%mul)\n"
        "  return %4\n");
    EXPECT_EQ(method_text("several.pt2"), "no such method");
}

TEST(LowerExportedProgram, shares_memory_as_the_file_does)
{
    for (char const* name : {"packaged.pt2", "old.pt2"}) {
        auto const program = program_of(file_text(name));
        ASSERT_TRUE(program) << program.error().text();
        auto const tensor = [&](char const* attribute) { return std::get<std::shared_ptr<ProgramTensor const>>(program->module->find(attribute)->value); };
        EXPECT_EQ(tensor("first.weight")->storage, tensor("second.weight")->storage);
        EXPECT_NE(tensor("first.weight")->storage, tensor("first.bias")->storage);
        EXPECT_EQ(tensor("column")->values.number_at(1), 3);
        EXPECT_EQ(tensor("hidden")->values.dtype(), DType::int64);
        EXPECT_EQ(program->operator_version, 10);
    }
}

TEST(LowerExportedProgram, says_where_in_the_users_code_a_call_stands)
{
    auto const program = program_of(file_text("packaged.pt2"));
    ASSERT_TRUE(program);
    std::string linear;
    for (auto const& call : program->method("ExportedProgram", "forward")->body.calls)
        if (call.target == "aten::linear")
            linear += program->text(call.place) + "\n";
    EXPECT_EQ(linear,
        "make.py:41 (first)\n"
        "make.py:41 (second)\n");
}

// What hostile documents say.

constexpr std::string_view tensor_meta = R"({"dtype": 7, "sizes": [{"as_int": 2}], "requires_grad": false, "device": {"type": "cpu", "index": null}, "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}, "layout": 7})";
constexpr std::string_view whole_document = R"({"graph_module": {"graph": {
 "inputs": [{"as_tensor": {"name": "p_w"}}, {"as_tensor": {"name": "x"}}],
 "outputs": [{"as_tensor": {"name": "y"}}],
 "nodes": [{"target": "torch.ops.aten.add.Tensor", "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "x"}}, "kind": 1}, {"name": "other", "arg": {"as_tensor": {"name": "p_w"}}, "kind": 1}], "outputs": [{"as_tensor": {"name": "y"}}], "metadata": {}}],
 "tensor_values": {"p_w": META, "x": META, "y": META}, "sym_int_values": {}, "sym_bool_values": {}, "is_single_tensor_return": false},
 "signature": {"input_specs": [{"parameter": {"arg": {"name": "p_w"}, "parameter_name": "w"}}, {"user_input": {"arg": {"as_tensor": {"name": "x"}}}}],
  "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": "y"}}}}]},
 "module_call_graph": []}, "opset_version": {"aten": 10}, "range_constraints": {}, "schema_version": {"major": 8, "minor": 8}})";
constexpr std::string_view weights_config = R"({"config": {"w": {"path_name": "weight_0", "is_param": true, "use_pickle": false, "tensor_meta": META}}})";

std::string replaced(std::string text, std::string_view what, std::string_view with)
{
    for (size_t place = text.find(what); place != text.npos; place = text.find(what, place + with.size()))
        text.replace(place, what.size(), with);
    return text;
}

std::string archive_of(std::string const& document, std::string const& config)
{
    ZipWriter writer;
    auto const add = [&](char const* name, std::string content) { CHECK(writer.add(name, {SharedBytes::take(std::move(content))}).has_value(), "the member is added"); };
    add("m/archive_format", "pt2");
    add("m/archive_version", "0");
    add("m/models/model.json", document);
    add("m/data/weights/model_weights_config.json", config);
    add("m/data/weights/weight_0", std::string(8, '\0'));
    add("m/data/constants/model_constants_config.json", R"({"config": {}})");
    add("m/byteorder", "little");
    std::string bytes;
    for (auto const& part : std::move(writer).finish())
        bytes += text_of(part.bytes());
    return bytes;
}

TEST(LowerExportedProgram, refuses_what_is_no_program)
{
    std::string const document = replaced(std::string(whole_document), "META", tensor_meta);
    std::string const config = replaced(std::string(weights_config), "META", tensor_meta);
    auto const whole = program_of(archive_of(document, config));
    ASSERT_TRUE(whole) << whole.error().text();

    constexpr std::string_view add = R"("target": "torch.ops.aten.add.Tensor")";
    constexpr std::string_view self = R"("arg": {"as_tensor": {"name": "x"}}, "kind": 1})";
    struct Row {
        std::string_view what;
        std::string_view found;
        std::string_view instead;
        Reason reason;
        std::string_view says;
    };
    Row const rows[] = {
        {"a name that is set twice", R"("outputs": [{"as_tensor": {"name": "y"}}], "metadata")", R"("outputs": [{"as_tensor": {"name": "x"}}], "metadata")", Reason::malformed, "the name x is set twice"},
        {"a name that is never set", self, R"("arg": {"as_tensor": {"name": "z"}}, "kind": 1})", Reason::malformed, "the name z is used before it is set"},
        {"a node that uses what it gives", self, R"("arg": {"as_tensor": {"name": "y"}}, "kind": 1})", Reason::malformed, "the name y is used before it is set"},
        {"an output that nothing sets", R"("outputs": [{"as_tensor": {"name": "y"}}],
 "nodes")",
            R"("outputs": [{"as_tensor": {"name": "q"}}],
 "nodes")",
            Reason::malformed, "the name q is used before it is set"},
        {"another number of inputs", R"(, {"user_input": {"arg": {"as_tensor": {"name": "x"}}}})", "", Reason::malformed, "the graph has 2 inputs, its signature 1"},
        {"inputs in another order", R"({"as_tensor": {"name": "p_w"}}, {"as_tensor": {"name": "x"}})", R"({"as_tensor": {"name": "x"}}, {"as_tensor": {"name": "p_w"}})", Reason::malformed, "the graph calls it x, the signature p_w"},
        {"a weight that is not there", R"("parameter_name": "w")", R"("parameter_name": "v")", Reason::malformed, "the archive has no tensor for the parameter v"},
        {"a weight of another size", R"("tensor_values": {"p_w": {"dtype": 7, "sizes": [{"as_int": 2}])", R"("tensor_values": {"p_w": {"dtype": 7, "sizes": [{"as_int": 3}])", Reason::malformed, "the parameter w is float32[2], the graph takes float32[3]"},
        {"a weight of another dtype", R"("tensor_values": {"p_w": {"dtype": 7)", R"("tensor_values": {"p_w": {"dtype": 5)", Reason::malformed, "the parameter w is float32[2], the graph takes int64[2]"},
        {"an element type that is none", R"("tensor_values": {"p_w": {"dtype": 7)", R"("tensor_values": {"p_w": {"dtype": 77)", Reason::malformed, "an element type that is not known"},
        {"a negative size", R"("x": {"dtype": 7, "sizes": [{"as_int": 2}])", R"("x": {"dtype": 7, "sizes": [{"as_int": -2}])", Reason::malformed, "a size of -2"},
        {"a size beyond 64 bits", R"("x": {"dtype": 7, "sizes": [{"as_int": 2}])", R"-("x": {"dtype": 7, "sizes": [{"as_expr": {"expr_str": "Integer(99999999999999999999)"}}])-", Reason::malformed, "a size beyond 64 bits"},
        {"a size of another kind", R"("x": {"dtype": 7, "sizes": [{"as_int": 2}])", R"("x": {"dtype": 7, "sizes": [{"as_float": 2}])", Reason::malformed, "a size that is as_float"},
        {"an argument of two kinds", self, R"("arg": {"as_tensor": {"name": "x"}, "as_int": 1}, "kind": 1})", Reason::malformed, "found 2 members"},
        {"an argument that is a list", self, R"("arg": [], "kind": 1})", Reason::malformed, "arg"},
        {"a custom object", self, R"("arg": {"as_custom_obj": {"name": "o", "class_fqn": "__torch__.torch.classes.mine.Tokenizer"}}, "kind": 1})", Reason::unsupported, "an object of the class __torch__.torch.classes.mine.Tokenizer"},
        {"an input of the program's own class", R"("parameter": {"arg": {"name": "p_w"}, "parameter_name": "w"})", R"("custom_obj": {"arg": {"name": "p_w"}, "custom_obj_name": "tokenizer"})", Reason::unsupported, "the program takes tokenizer, an object of a class of its own"},
        {"a call of Python", add, R"("target": "os.system")", Reason::unsupported, "a call of os.system"},
        {"an operator without a name", add, R"("target": "torch.ops.aten")", Reason::malformed, "no operator"},
        {"a graph operator that is not known", add, R"("target": "torch.ops.higher_order.flex_attention")", Reason::unsupported, "the higher-order operator flex_attention"},
        {"a condition without graphs", add, R"("target": "torch.ops.higher_order.cond")", Reason::malformed, "wanted a graph"},
        {"a buffer mutation of nothing", R"("user_output": {"arg")", R"("buffer_mutation": {"buffer_name": "b", "arg")", Reason::malformed, "it changes b, which the program does not take"},
        {"a gradient", R"("user_output": {"arg")", R"("gradient_to_parameter": {"parameter_name": "w", "arg")", Reason::unsupported, "computes gradients"},
    };
    for (auto const& row : rows) {
        std::string const changed = replaced(document, row.found, row.instead);
        ASSERT_NE(changed, document) << row.what;
        auto const program = program_of(archive_of(changed, config));
        ASSERT_FALSE(program) << row.what;
        EXPECT_EQ(program.error().reason, row.reason) << row.what << ": " << program.error().text();
        EXPECT_NE(program.error().text().find(row.says), std::string::npos) << row.what << ": " << program.error().text();
    }
    EXPECT_EQ(program_of(archive_of(document, replaced(config, "\"as_int\": 2", "\"as_int\": 3"))).error().reason, Reason::malformed);
}

// while_loop states its condition twice in the Program: nested in conditions it doubles with each level.
TEST(LowerExportedProgram, bounds_what_it_makes_of_nested_loops)
{
    std::string const document = replaced(std::string(whole_document), "META", tensor_meta);
    std::string graph = R"({"inputs": [{"as_tensor": {"name": "a"}}], "outputs": [{"as_tensor": {"name": "a"}}], "nodes": []})";
    for (int level = 0; level < 24; ++level)
        graph = R"({"inputs": [{"as_tensor": {"name": "a"}}], "outputs": [{"as_tensor": {"name": "b"}}], "nodes": [{"target": "torch.ops.higher_order.while_loop", "inputs": [{"name": "", "arg": {"as_graph": {"name": "c", "graph": )" + graph
            + R"(}}}, {"name": "", "arg": {"as_graph": {"name": "d", "graph": {"inputs": [{"as_tensor": {"name": "a"}}], "outputs": [{"as_tensor": {"name": "a"}}], "nodes": []}}}}, {"name": "", "arg": {"as_tensors": [{"name": "a"}]}}, {"name": "", "arg": {"as_tensors": []}}], "outputs": [{"as_tensor": {"name": "b"}}]}]})";
    std::string const node = R"({"target": "torch.ops.higher_order.wrap", "inputs": [{"name": "", "arg": {"as_graph": {"name": "g", "graph": )" + graph + R"(}}}, {"name": "", "arg": {"as_tensor": {"name": "x"}}}], "outputs": [{"as_tensor": {"name": "y"}}]})";
    std::string changed = document;
    size_t const begin = changed.find("\"nodes\": [") + std::string_view("\"nodes\": [").size();
    changed.replace(begin, changed.find("],\n \"tensor_values\"") - begin, node);
    auto const program = program_of(archive_of(changed, replaced(std::string(weights_config), "META", tensor_meta)));
    ASSERT_FALSE(program);
    EXPECT_EQ(program.error().reason, Reason::exhausted) << program.error().text();
}

}
