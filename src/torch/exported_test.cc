#include "files/zip.h"
#include "torch/exported.h"
#include "torch/exported_rules.h"
#include "json/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace {

std::string file_text(std::string const& name)
{
    std::ifstream stream("tests/data/exported/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Result<ExportedProgramFile> read_text(std::string bytes) { return read_exported_program(SharedBytes::take(std::move(bytes))); }

// By name: the two forms have them in another order.
std::string tensors_text(std::vector<CheckpointTensor> tensors)
{
    std::sort(tensors.begin(), tensors.end(), [](auto const& a, auto const& b) { return a.name < b.name; });
    std::string text;
    for (auto const& [name, tensor] : tensors) {
        auto const data = *tensor.data();
        text += name + " " + std::string(name_of(tensor.dtype)) + " " + text_of(tensor.shape) + " storage " + std::to_string(tensor.storage) + ":";
        for (uint64_t index = 0; index < data.count(); ++index)
            text += " " + std::to_string(static_cast<int>(data.number_at(index)));
        text += "\n";
    }
    return text;
}

std::string values_text(std::vector<ExportedValue> const& values)
{
    std::string text;
    for (auto const& value : values) {
        text += value.kind + " " + value.name + (value.dtype ? " " + std::string(name_of(*value.dtype)) : "");
        for (auto const& size : value.shape)
            text += " " + size.text;
        text += "\n";
    }
    return text;
}

std::string findings_text(Result<ExportedProgramFile> const& file)
{
    if (!file)
        return "error: " + file.error().text();
    std::string text;
    for (auto const& finding : file->findings)
        text += finding.code + ": " + finding.message + ", " + finding.where() + "\n";
    return text;
}

TEST(ExportedProgram, reads_what_it_takes_and_gives_from_both_forms)
{
    for (char const* name : {"packaged.pt2", "old.pt2"}) {
        auto const file = read_text(file_text(name));
        ASSERT_TRUE(file) << name << file.error().text();
        EXPECT_EQ(findings_text(file), "") << name;
        EXPECT_EQ(file->is_old, std::string_view(name) == "old.pt2");
        ASSERT_EQ(file->models.size(), 1);
        auto const& model = file->models[0];
        EXPECT_EQ(model.name, "model");
        EXPECT_EQ(values_text(model.inputs), "tensor x float32 s77 2\ntensor more_k float32 1\n");
        EXPECT_EQ(model.outputs.size(), 3);
        EXPECT_EQ(model.outputs[1].kind, "sym_int");
        EXPECT_EQ(model.operators.front().name, "_operator.add");
        ASSERT_EQ(model.ranges.size(), 1);
        EXPECT_EQ(model.ranges[0].symbol, "s77");
        EXPECT_EQ(*model.ranges[0].least, 2);
        EXPECT_EQ(tensors_text(model.weights),
            "column float32 [2] storage 3: 1 3\n"
            "first.bias float32 [2] storage 1: 5 6\n"
            "first.weight float32 [2, 2] storage 0: 1 2 3 4\n"
            "second.bias float32 [2] storage 2: 7 8\n"
            "second.weight float32 [2, 2] storage 0: 1 2 3 4\n")
            << name;
        EXPECT_EQ(tensors_text(model.constants), "hidden int64 [1] storage 4: 9\n");
        EXPECT_EQ(model.left_out.size(), 0);
    }
}

TEST(ExportedProgram, hands_on_the_files_inside_that_pytorch_loads)
{
    auto const packaged = read_text(file_text("packaged.pt2"));
    ASSERT_EQ(packaged->parts.size(), 2);
    EXPECT_EQ(packaged->parts[0].member, "data/sample_inputs/model.pt");
    EXPECT_EQ(packaged->parts[1].member, "extra/note.txt");
    EXPECT_TRUE(read_checkpoint(packaged->parts[0].bytes));
    EXPECT_EQ(packaged->extra_files, (std::vector<std::string>{"note.txt"}));
    auto const old = read_text(file_text("old.pt2"));
    EXPECT_EQ(old->parts.size(), 3);
}

// Archives of our own.

using Members = std::vector<std::pair<std::string, std::string>>;

Members members_of(std::string const& name)
{
    auto const archive = *ZipArchive::read(SharedBytes::take(file_text(name)));
    Members members;
    for (auto const& entry : archive.entries())
        members.emplace_back(entry.name, text_of(archive.content(entry)->bytes()));
    return members;
}

std::string archive(Members const& members)
{
    ZipWriter writer;
    for (auto const& [name, content] : members)
        CHECK(writer.add(name, {SharedBytes::take(content)}).has_value(), "the member is added");
    std::string bytes;
    for (auto const& part : std::move(writer).finish())
        bytes += text_of(part.bytes());
    return bytes;
}

std::string replaced(std::string text, std::string const& from, std::string const& to)
{
    size_t const place = text.find(from);
    CHECK(place != std::string::npos, "the text is there");
    return text.replace(place, from.size(), to);
}

// What is found where a text in one member is another.
std::string found_with(std::string const& member, std::string const& from, std::string const& to)
{
    auto members = members_of("packaged.pt2");
    for (auto& [name, content] : members)
        if (name == "packaged/" + member)
            content = replaced(content, from, to);
    return findings_text(read_text(archive(members)));
}

TEST(ExportedProgram, tells_what_pytorch_would_evaluate_import_or_call)
{
    std::string const model = "models/model.json";
    std::string const place = ", packaged/models/model.json\n";
    auto const changed = [&](std::string const& from, std::string const& to) {
        auto const found = found_with(model, from, to);
        return found.substr(0, found.find(':'));
    };
    EXPECT_EQ(changed("Symbol('s77', positive=True, integer=True)", "__import__('os').system('x')"), "expression");
    EXPECT_EQ(changed("torch.ops.aten.linear.default", "torch.serialization.os.system"), "would-call");
    EXPECT_EQ(changed("torch.ops.aten.linear.default", "_operator.methodcaller"), "would-call");
    EXPECT_EQ(changed("torch.ops.aten.linear.default", "torch.ops.aten.linear.default.x"), "would-call");
    EXPECT_EQ(changed("torch.ops.aten.linear.default", "torch.ops.mine.linear.default"), "custom-code");
    EXPECT_EQ(changed("torch.ops.aten.linear.default", "torch.ops.aten.from_file.default"), "writes-files");
    EXPECT_EQ(changed("torch.ops.aten.linear.default", "torch.ops.higher_order.run_const_graph"), "custom-code");
    EXPECT_EQ(changed("\"name\": \"x\"", "\"name\": \"x=print(1)\""), "expression");
    EXPECT_EQ(changed("\"parameter_name\": \"first.weight\"", "\"parameter_name\": \"a\\\")+print(1)#\""), "expression");
    EXPECT_EQ(changed("\\\"default_factory_module\\\": \\\"builtins\\\"", "\\\"default_factory_module\\\": \\\"antigravity\\\""), "would-import");
    EXPECT_EQ(changed("\"forward_arg_names\": [\"x\"", "\"forward_arg_names\": [\"x:1\""), "expression");
    EXPECT_EQ(changed("\"range_constraints\": {", "\"range_constraints\": {\"print(1)\": {}, "), "expression");
    EXPECT_EQ(changed("\\\"type\\\": \\\"builtins.tuple\\\"", "\\\"type\\\": \\\"posix.system\\\""), "needs-your-code");
    EXPECT_EQ(changed("\"schema_version\": {\"major\": 8", "\"schema_version\": {\"major\": 9"), "error");
    EXPECT_EQ(changed("\"guards_code\": [", "\"guards_code\": [\"print(1)\", "), "expression");
}

TEST(ExportedProgram, tells_members_that_hold_code_or_belong_to_nothing)
{
    auto members = members_of("packaged.pt2");
    members.emplace_back("packaged/data/aotinductor/model/a.so", "x");
    members.emplace_back("packaged/data/weights/weight_9", "left over");
    members.emplace_back("other/a", "x");
    auto const file = read_text(archive(members));
    EXPECT_EQ(findings_text(file),
        "native-code: compiled code, or source that is compiled: PyTorch loads it into the process, data/aotinductor/model/a.so\n"
        "stranger: a member that no reader of such an archive reads, packaged/data/weights/weight_9\n"
        "stranger: a member that no reader of such an archive reads, other/a\n");
    EXPECT_EQ(file->parts.size(), 4);
}

TEST(ExportedProgram, hands_on_weights_that_are_pickles)
{
    auto members = members_of("packaged.pt2");
    for (auto& [name, content] : members)
        if (name == "packaged/data/weights/model_weights_config.json")
            content = replaced(content, "\"use_pickle\": false", "\"use_pickle\": true");
    auto const file = read_text(archive(members));
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(file->parts.at(0).member, "data/weights/weight_0");
    EXPECT_EQ(file->models[0].left_out, (std::vector<std::string>{"first.weight is no plain tensor: PyTorch loads data/weights/weight_0 as a pickle"}));
}

TEST(ExportedProgram, refuses_views_that_leave_their_storage)
{
    EXPECT_EQ(found_with("data/weights/model_weights_config.json", "\"storage_offset\": {\"as_int\": 0}", "\"storage_offset\": {\"as_int\": 1}"),
        "error: a view of sizes [2, 2], strides [2, 1], offset 1 leaves its storage of 4 elements, first.weight, data/weights/model_weights_config.json");
}

TEST(ExportedProgram, reads_numbers_that_are_words)
{
    EXPECT_EQ(found_with("models/model.json", "\"opset_version\": {", "\"opset_version\": {\"a\": -Infinity, \"b\": [NaN, \"NaN \\\" Infinity\"], "), "");
}

TEST(ExportedProgram, is_refused_wherever_it_is_cut_and_survives_any_byte_being_another)
{
    auto const bytes = file_text("packaged.pt2");
    for (size_t length = 0; length < bytes.size(); length += 7)
        EXPECT_FALSE(read_text(bytes.substr(0, length))) << length;
    for (size_t place = 0; place < bytes.size(); place += 3) {
        auto changed = bytes;
        changed[place] = static_cast<char>(changed[place] ^ 0x15);
        findings_text(read_text(changed));
    }
}

struct Expression {
    std::string text;
    bool is_size;
    bool is_guard;
};

TEST(ExportedRules, know_what_sympy_prints_and_what_guards_look_like)
{
    Expression const cases[] = {
        {"Integer(1)", true, false},
        {"Symbol('s0', positive=True, integer=True)", true, false},
        {"Add(Mul(Integer(2), Symbol('s38', positive=True, integer=True)), Integer(-1))", true, false},
        {"CeilToInt(FloatTrueDiv(Add(Symbol('zuf0'), Float('-2.0', precision=53)), Float('1.5', precision=53)))", true, false},
        {"And(StrictLessThan(Symbol('u0', integer=True), Integer(3)), Not(Equality(Symbol('u0'), Integer(0))))", true, false},
        {"Piecewise(ExprCondPair(Integer(1), true), ExprCondPair(Rational(1, 2), false))", true, false},
        {"2*s0 + 1", true, true},
        {"s0**2 + 2**u0", true, true},
        {"9**9**9", false, false},
        {"9**(9**9)", false, false},
        {"9**99999", false, false},
        {"(9**9999)**9999", false, false},
        {"1 << 99*99*99", false, false},
        {"((2*s0 + 1)**2)**2", true, true},
        {"Pow(Add(Symbol('s0', positive=True), Integer(-1)), Integer(2))", true, false},
        {"Pow(Symbol('s0'), Integer(-1))", true, false},
        {"Pow(Symbol('s0'), Rational(1, 2))", true, false},
        {"Pow(Integer(2), Symbol('s0'))", true, false},
        {"Pow(Integer(9), Pow(Integer(9), Integer(9)))", false, false},
        {"Pow(Pow(Integer(9), Integer(9999)), Integer(9999))", false, false},
        {"Pow(Integer(9), Integer(99999))", false, false},
        {"Pow(Integer(9), Integer(Mul(999, 999, 999)))", false, false},
        {"Pow(Integer(9), Mul(Integer(999), Integer(999)))", false, false},
        {"PowByNatural(Integer(9), Integer(99999))", false, false},
        {"LShift(Integer(1), Integer(99999))", false, false},
        {"s0//2 >= 3", true, true},
        {"Mod(s0, 2)", true, true},
        {"Max(1, u0) & (s1 < 2)", true, true},
        {"L['x'].size()[0] >= 2", false, true},
        {"((L['x']['k'][0].size()[0] // 3) + (L['x'].stride()[1] % 5)) != 1 and not L['x'].size()[1] == 0", false, true},
        {"math.trunc(torch.sym_float(L['x'].size()[0]) ** 0.5) == 3", false, true},
        {"L['mode'] == 'bilinear'", false, true},
        {"", false, false},
        {"1 +", false, false},
        {"(1", false, false},
        {"__import__('os')", false, false},
        {"Symbol('s0').__class__", false, false},
        {"Symbol('a', commutative=print(1))", false, false},
        {"Symbol(print)", false, false},
        {"Integer('1')", false, false},
        {"Symbol('a\\'')", false, false},
        {"S('print(1)')", false, false},
        {"sympify('print(1)')", false, false},
        {"Function('f')(1)", false, false},
        {"Add(1)(2)", false, false},
        {"s0.x", false, false},
        {"s0[0]", false, false},
        {"(lambda: 1)()", false, false},
        {"[x for x in 1]", false, false},
        {"1 if 2 else 3", false, false},
        {"eval", false, false},
        {"eval(1)", false, false},
        {"0x10", false, false},
        {"1;2", false, false},
        {"1\n2", false, false},
        {"1#", false, false},
        {"L", false, false},
        {"L['x'].__class__", false, false},
        {"L['x'].size(1)", false, false},
        {"L['x\"']", false, false},
        {"math.x", false, false},
        {"math.trunc", false, false},
        {"torch.load('x')", false, false},
        {"f'{print(1)}'", false, false},
        {"'a' 'b'", false, false},
    };
    Limits const limits;
    for (auto const& c : cases) {
        EXPECT_EQ(check_size_expression(c.text, limits).has_value(), c.is_size) << c.text;
        EXPECT_EQ(check_guard(c.text, limits).has_value(), c.is_guard) << c.text;
    }
    EXPECT_EQ(check_size_expression(std::string(100'000, '('), limits).error().reason, Reason::exhausted);
}

}
