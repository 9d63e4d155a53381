#include "files/zip.h"
#include "program/check.h"
#include "program/text.h"
#include "torch/torchscript.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <pthread.h>

namespace {

SharedBytes file_bytes(std::filesystem::path const& path)
{
    std::ifstream stream(path, std::ios::binary);
    return SharedBytes::take(std::string(std::istreambuf_iterator<char>(stream), {}));
}

Result<TorchScriptFile> read_data(std::string const& name) { return read_torchscript(file_bytes("tests/data/torchscript/" + name)); }

std::string findings_text(TorchScriptFile const& file)
{
    std::string text;
    for (auto const& finding : file.findings)
        text += "finding " + finding.code + ": " + finding.message + (finding.member.empty() ? "" : ", " + finding.member) + "\n";
    return text;
}

std::string attributes_text(ProgramObject const& object)
{
    std::string text;
    for (auto const& [name, value] : object.attributes)
        text += name + " = " + text_of(value) + "\n";
    return text;
}

template <typename Kind>
Kind const& attribute(ProgramObject const& object, std::string_view name)
{
    auto const* const found = object.find(name);
    CHECK(found != nullptr, "the attribute is there");
    return std::get<Kind>(found->value);
}

using SharedObject = std::shared_ptr<ProgramObject>;
using SharedTensor = std::shared_ptr<ProgramTensor const>;

TEST(TorchScript, reads_the_tree_of_modules)
{
    auto const file = read_data("features.pt");
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_TRUE(check_program(file->program));
    EXPECT_EQ(findings_text(*file), "");
    EXPECT_EQ(file->program.operator_version, 3);
    EXPECT_FALSE(file->program.traced);
    auto const& module = *file->program.module;
    EXPECT_EQ(module.class_name, "__torch__.Features");
    EXPECT_EQ(attributes_text(module),
        "turned = float32[3, 2]\ntraining = False\n_is_full_backward_hook = None\ncolour = object of __torch__.Colour\nnames = {\"a\": 1, \"b\": 2}\npairs = []\ndevice = device(cpu)\nnumber = (3., -4.j)\nmixed = (1, 2.5, \"x\")\ntexts = [\"é\", \"b\"]\n"
        "same = float32[3, 2]\nnothing = None\nnumbers = [1, 2, 3]\ntensors = [float32[1], float32[2]]\nlayer = object of __torch__.Scaled\nlayers = object of __torch__.torch.nn.modules.container.ModuleList\n");
    EXPECT_EQ(attribute<std::shared_ptr<ProgramList>>(module, "pairs")->element_type.text(), "Tuple[int, Optional[Tensor]]");
    EXPECT_EQ(attribute<std::shared_ptr<ProgramDict>>(module, "names")->value_type.text(), "int");
    auto const& turned = *attribute<SharedTensor>(module, "turned");
    EXPECT_EQ(turned.strides, (std::vector<int64_t>{1, 3}));
    EXPECT_EQ(turned.values.number_at(1), 3);
    EXPECT_FALSE(turned.is_parameter);
    EXPECT_EQ(attribute<SharedTensor>(module, "same")->storage, turned.storage);
    auto const& weight = *attribute<SharedTensor>(*attribute<SharedObject>(module, "layer"), "w");
    EXPECT_TRUE(weight.is_parameter);
    EXPECT_NE(weight.storage, turned.storage);
}

TEST(TorchScript, knows_classes_of_all_kinds)
{
    auto const file = read_data("features.pt");
    ASSERT_TRUE(file);
    auto const& classes = file->program.classes;
    EXPECT_EQ(classes.at("__torch__.Features").kind, ClassKind::module);
    EXPECT_EQ(text_of(classes.at("__torch__.Features").constants.at(0).second), "7");
    EXPECT_EQ(classes.at("__torch__.Box").kind, ClassKind::plain);
    EXPECT_EQ(classes.at("__torch__.Point").kind, ClassKind::named_tuple);
    EXPECT_EQ(classes.at("__torch__.Point").attributes.at(1).second.text(), "int");
    EXPECT_EQ(classes.at("__torch__.Layer").kind, ClassKind::interface);
    auto const& colour = classes.at("__torch__.Colour");
    EXPECT_EQ(colour.kind, ClassKind::enumeration);
    auto const& red = std::get<SharedObject>(colour.constants.at(0).second.value);
    EXPECT_EQ(attributes_text(*red), "name = \"RED\"\nvalue = 1\n");
    EXPECT_EQ(attribute<SharedObject>(*file->program.module, "colour"), red);
}

TEST(TorchScript, counts_operators_and_says_where_they_are)
{
    auto const file = read_data("features.pt");
    ASSERT_TRUE(file);
    std::string text;
    for (auto const& found : file->operators)
        if (found.count > 1)
            text += found.name + " " + std::to_string(found.count) + " " + file->program.text(found.places.front()) + "\n";
    EXPECT_EQ(text, "aten::Bool 2 code/__torch__.py:51\naten::add 10 code/__torch__.py:138\naten::append 2 code/__torch__.py:155\naten::dim 2 code/__torch__.py:92\naten::eq 3 code/__torch__.py:41\naten::gt 3 code/__torch__.py:128\naten::mul 3 code/__torch__.py:131\naten::sub 2 code/__torch__.py:145\naten::sum 2 code/__torch__.py:51\n");
    ASSERT_EQ(file->code.size(), file->program.files.size());
    EXPECT_EQ(file->code.at(0).name, file->program.files.at(0));
    EXPECT_NE(text_of(file->code.at(0).text.bytes()).find("class Features(Module):"), std::string_view::npos);
}

TEST(TorchScript, reads_what_a_trace_left)
{
    auto const file = read_data("traced.pt");
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_TRUE(file->program.traced);
    EXPECT_EQ(file->extra_files, (std::vector<std::string>{"a/b.json", "note.txt"}));
    auto const& inputs = file->program.example_inputs.at("forward");
    ASSERT_EQ(inputs.size(), 2);
    EXPECT_EQ(inputs[0]->shape, (Shape{3, 2}));
    EXPECT_EQ(inputs[1]->dtype, DType::int32);
    auto const weight = [&](char const* layer) { return attribute<SharedTensor>(*attribute<SharedObject>(*file->program.module, layer), "weight"); };
    EXPECT_EQ(weight("one")->storage, weight("two")->storage);
}

TEST(TorchScript, keeps_objects_of_pytorch_with_their_state)
{
    auto const file = read_data("packed.pt");
    ASSERT_TRUE(file) << file.error().text();
    auto const& linear = *attribute<SharedObject>(*file->program.module, "0");
    auto const& packed = *attribute<SharedObject>(*attribute<SharedObject>(linear, "_packed_params"), "_packed_params");
    EXPECT_EQ(packed.class_name, "__torch__.torch.classes.quantized.LinearPackedParamsBase");
    EXPECT_EQ(attributes_text(packed), "__state__ = (qint8[2, 2] by tensor, float32[2])\n");
    auto const& weight = std::get<std::shared_ptr<ProgramQuantisedTensor const>>(attribute<std::shared_ptr<ProgramTuple>>(packed, "__state__")->items[0].value);
    EXPECT_EQ(weight->scales.size(), 1);
}

TEST(TorchScript, says_that_hooks_would_not_run_and_that_sparse_tensors_are_not_read)
{
    auto const hooked = read_data("hooked.pt");
    ASSERT_TRUE(hooked);
    EXPECT_EQ(findings_text(*hooked), "finding hooks: the module has hooks: PyTorch runs them around forward, a converted model does not\n");
    auto const sparse = read_data("sparse.pt");
    ASSERT_FALSE(sparse);
    EXPECT_EQ(sparse.error().reason, Reason::unsupported);
}

using Members = std::vector<std::pair<std::string, std::string>>;

SharedBytes archive(Members const& members)
{
    ZipWriter writer;
    for (auto const& [name, content] : members)
        CHECK(writer.add(name, {SharedBytes::take(content)}).has_value(), "the member is added");
    std::string bytes;
    for (auto const& part : std::move(writer).finish())
        bytes += text_of(part.bytes());
    return SharedBytes::take(std::move(bytes));
}

// The pickle opcodes that the tests spell.
std::string pickle(std::string const& opcodes) { return "\x80\x02" + opcodes + "."; }
std::string text(std::string const& value) { return "X" + std::string(1, static_cast<char>(value.size())) + std::string(3, '\0') + value; }
std::string global(std::string const& module, std::string const& name) { return "c" + module + "\n" + name + "\n"; }
std::string object(std::string const& module, std::string const& name, std::string const& state) { return global(module, name) + ")\x81}(" + state + "ub"; }

Members model(std::string const& data, std::string const& code = "class M(Module):\n  a : List[int]\nclass E(Enum):\n  A = \"a\"\n", std::string const& constants = ")")
{
    return {{"m/data.pkl", pickle(data)}, {"m/constants.pkl", pickle(constants)}, {"m/code/__torch__.py", code}, {"m/version", "3\n"}};
}

std::string answer(Members const& members, Limits const& limits = {})
{
    auto const file = read_torchscript(archive(members), limits);
    if (!file)
        return "error: " + file.error().text();
    return findings_text(*file) + attributes_text(*file->program.module);
}

std::string data_answer(std::string const& attributes) { return answer(model(object("__torch__", "M", attributes))); }

struct Case {
    char const* name;
    std::string attributes;
    char const* answer;
};

std::string const tag = global("torch.jit._pickle", "restore_type_tag");

Case const values[] = {
    {"nothing", "", ""},
    {"a list knows its type from the class", text("a") + "](K\x01"
                                                         "e",
        "a = [1]\n"},
    {"tags give types", text("b") + tag + "]" + text("List[Tensor]") + "\x86R", "b = []\n"},
    {"tags are types", text("b") + tag + "]" + text("List[") + "\x86R", "error: the text ends inside of a [, line 1, type \"List[\", byte 66, data.pkl"},
    {"members are made of their value", text("e") + global("__torch__", "E") + text("a") + "R", "e = object of __torch__.E\n"},
    {"members have their value", text("e") + global("__torch__", "E") + text("b") + "R", "error: __torch__.E has no member of that value, byte 47, data.pkl"},
    {"classes are in the code", text("b") + object("__torch__.x", "C", ""), "error: an object of __torch__.x.C, a class that the code does not define, byte 43, data.pkl"},
    {"or in PyTorch", text("b") + global("__torch__.torch.classes.quantized", "C") + ")\x81K\x05"
                                                                                     "b",
        "b = object of __torch__.torch.classes.quantized.C\n"},
    {"classes of other libraries are dangerous", text("b") + global("__torch__.torch.classes.x", "C") + ")\x81K\x05"
                                                                                                        "b",
        "finding custom-code: __torch__.torch.classes.x.C: a class of a library that the file does not bring along, data.pkl\nb = object of __torch__.torch.classes.x.C\n"},
    {"calls count, used or not", text("b") + global("os", "system") + text("x") + "\x85R0N",
        "finding pickle: os.system('x'), data.pkl\nb = None\n"},
    {"other calls are refused", text("b") + global("os", "system") + text("x") + "\x85R", "error: a call of os.system, which no TorchScript file makes, byte 44, data.pkl"},
    {"names alone are malformed", text("b") + global("os", "system"), "error: found a global, which no TorchScript file holds, byte 26, data.pkl"},
    {"attributes stand once", text("b") + "N" + text("b") + "N", "error: an attribute of an object of __torch__.M stands twice: b, byte 0, data.pkl"},
    {"attributes have names", "K\x01N", "error: an attribute of an object of __torch__.M has no name, byte 0, data.pkl"},
    {"values do not contain themselves", text("b") + "]q\x01(h\x01"
                                                     "e",
        "error: a list that contains itself, byte 26, data.pkl"},
    {"complex numbers have two parts", text("b") + global("builtins", "complex") + "K\x01\x85R", "error: builtins.complex wants 2 arguments, byte 49, data.pkl"},
};

TEST(TorchScript, reads_or_refuses_values)
{
    for (auto const& c : values) {
        std::string const found = data_answer(c.attributes);
        if (std::string_view(c.answer).starts_with("error: ")) {
            std::string_view const wanted = std::string_view(c.answer).substr(0, std::string_view(c.answer).find(", byte"));
            EXPECT_EQ(found.substr(0, wanted.size()), wanted) << c.name;
        } else {
            EXPECT_EQ(found, c.answer) << c.name;
        }
    }
}

TEST(TorchScript, refuses_archives_of_other_kinds)
{
    auto const good = model(object("__torch__", "M", ""));
    auto const with = [&](std::string const& name, std::string const& content) {
        auto changed = good;
        for (auto& member : changed)
            if (member.first == name) {
                member.second = content;
                return changed;
            }
        changed.emplace_back(name, content);
        return changed;
    };
    EXPECT_EQ(answer(good), "");
    EXPECT_EQ(answer(with("m/model.json", "{}")), "error: a TorchScript archive of PyTorch before 1.4");
    EXPECT_EQ(answer(with("m/.data/extern_modules", "")), "error: an archive of torch.package, which holds Python source");
    EXPECT_EQ(answer({{"m/data.pkl", pickle("N")}, {"m/version", "3"}}), "error: no TorchScript archive: it has no constants.pkl and data.pkl in one folder");
    EXPECT_EQ(answer({good[0], good[1], {"m/bytecode.pkl", ""}}), "error: an archive for the mobile interpreter, which holds no code");
    EXPECT_EQ(answer(with("m/version", "6\n")), "error: version 6, that of torch.package, version");
    EXPECT_EQ(answer(with("m/version", "x")), "error: \"x\" is no version, version");
    EXPECT_EQ(answer(with("m/version", "11\n")), "finding version: version 11 is newer than 10: operators may mean something else by now, version\n");
    EXPECT_EQ(answer(with("m/byteorder", "middle")), "error: byteorder is \"middle\", wanted little or big, m/byteorder");
    EXPECT_EQ(answer(with("m/constants.pkl", pickle("N"))), "error: the constants are no tuple, constants.pkl");
    EXPECT_EQ(answer(with("m/data.pkl", pickle("N"))), "error: the module is no object, data.pkl");
    EXPECT_EQ(answer(with("m/code/__torch__/a.py", "class")), "error: found the end of the line, wanted a name, line 1, code/__torch__/a.py");
    EXPECT_EQ(answer({good[0], good[1], good[2]}), "error: the archive has no member m/.data/version");
    EXPECT_EQ(answer(with("m/traced_inputs.pkl", pickle("N"))), "error: the example inputs are no dict, traced_inputs.pkl");
}

TEST(TorchScript, tells_what_may_do_more_than_compute)
{
    auto const doing = [](std::string const& call) {
        return answer(model(object("__torch__", "M", ""), "class M(Module):\n  def __setstate__(self: __torch__.M,\n    x: Tensor) -> NoneType:\n    _0 = " + call + "\n    return None\n")).substr(0, 70);
    };
    EXPECT_EQ(doing("torch.save(x, \"f\")"), "finding writes-files: aten::save reads or writes files that the model ");
    EXPECT_EQ(doing("ops.aten.from_file(\"f\", True, 8)"), "finding writes-files: aten::from_file reads or writes files that the m");
    EXPECT_EQ(doing("ops.evil.run(x)"), "finding custom-code: evil::run: an operator of a library that the file");
    EXPECT_EQ(doing("ops.torchvision.nms(x, x, 0.5)").substr(0, 7), "__state");
    auto members = model(object("__torch__", "M", ""));
    members[0].second += "tail";
    members.emplace_back("n/data.pkl", pickle("N"));
    EXPECT_EQ(answer(members), "finding trailing-bytes: 4 bytes follow the pickle, data.pkl\nfinding stranger: a member that no reader of such an archive reads, n/data.pkl\n");
}

TEST(TorchScript, judges_the_operators_of_the_mobile_form)
{
    auto const with = [](std::string const& name) {
        auto members = model(object("__torch__", "M", ""));
        members.emplace_back("m/bytecode.pkl", pickle("((" + text("operators") + "((" + text(name) + text("") + "tttt"));
        return answer(members);
    };
    EXPECT_EQ(with("aten::conv2d"), "");
    EXPECT_EQ(with("aten::save"), "finding writes-files: aten::save reads or writes files that the model names, bytecode.pkl\n");
    EXPECT_EQ(with("mine::run"), "finding custom-code: mine::run: an operator of a library that the file does not bring along, bytecode.pkl\n");
}

TEST(TorchScript, judges_archives_for_the_mobile_interpreter_alone)
{
    auto const with = [](std::string const& data, std::string const& operation) {
        ZipWriter writer;
        std::string const bytecode = pickle("((" + text("operators") + "((" + text(operation) + text("") + "tttt");
        for (auto const& [name, content] : {std::pair<std::string, std::string>{"m/data.pkl", data}, {"m/constants.pkl", pickle(")")}, {"m/bytecode.pkl", bytecode}, {"m/version", "3\n"}, {"m/extra/note.txt", "x"}})
            CHECK(writer.add(name, {SharedBytes::take(std::string(content))}).has_value(), "the member is added");
        std::string bytes;
        for (auto const& piece : std::move(writer).finish())
            bytes += text_of(piece.bytes());
        auto const archive = std::make_shared<ZipArchive const>(*ZipArchive::read(SharedBytes::take(std::move(bytes))));
        EXPECT_TRUE(is_mobile_script(*archive));
        auto const file = read_mobile_script(archive);
        if (!file)
            return "error: " + file.error().text();
        std::string said;
        for (auto const& finding : file->findings)
            said += finding.code + " in " + finding.member + " ";
        return said;
    };
    std::string const module = object("__torch__", "M", "");
    EXPECT_EQ(with(pickle(module), "aten::conv2d"), "");
    EXPECT_EQ(with(pickle(module), "aten::save"), "writes-files in bytecode.pkl ");
    EXPECT_EQ(with(pickle("cposix\nsystem\n)R"), "aten::conv2d"), "pickle in data.pkl ");
    EXPECT_EQ(with("broken", "aten::conv2d").substr(0, 6), "error:");
}

// A pickle of a few hundred bytes unfolds into 2^100 values, or nests 100,000 deep.
TEST(TorchScript, is_not_led_into_endless_work)
{
    std::string doubled = "]q\x01";
    for (int level = 1; level < 100; ++level)
        doubled += std::string("0](h") + static_cast<char>(level) + "h" + static_cast<char>(level) + "eq" + static_cast<char>(level + 1);
    EXPECT_NE(data_answer(text("a") + doubled), "");
    auto members = model(object("__torch__", "M", ""));
    members.emplace_back("m/traced_inputs.pkl", pickle("}" + text("forward") + doubled + "s"));
    EXPECT_EQ(answer(members), "error: example inputs nest deeper than 200 or are more than 1000000, traced_inputs.pkl");
    std::string nested;
    for (int level = 0; level < 100'000; ++level)
        nested += "](";
    nested += "N";
    for (int level = 0; level < 100'000; ++level)
        nested += "e";
    EXPECT_EQ(data_answer(text("a") + nested).substr(0, 38), "error: values nest deeper than 200, by");
}

// Runs `work` where the stack is 1 MiB, the least that the recursion here must fit.
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t small_stack_bytes = size_t{8} << 20; // AddressSanitizer's frames are several times as large
#else
constexpr size_t small_stack_bytes = size_t{1} << 20;
#endif

void on_small_stack(std::function<void()> work)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, small_stack_bytes);
    pthread_t thread;
    auto const run = [](void* argument) -> void* {
        (*static_cast<std::function<void()>*>(argument))();
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, &work), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

std::string nested_code(size_t levels)
{
    std::string code = "class M(Module):\n  a : int\ndef f(c: bool, x: int) -> int:\n  def h0():\n    return x\n";
    for (size_t level = 1; level < levels; ++level)
        code += "  def h" + std::to_string(level) + "():\n    return fork(h" + std::to_string(level - 1) + ")\n";
    code += "  y = fork(h" + std::to_string(levels - 1) + ")\n  z = ";
    for (size_t level = 0; level < levels; ++level)
        code += "torch.neg(";
    code += "x" + std::string(levels, ')') + "\n";
    for (size_t level = 2; level < levels; ++level)
        code += std::string(level, ' ') + "if c:\n";
    code += std::string(levels, ' ') + "x = y\n";
    for (size_t level = levels - 1; level >= 2; --level)
        code += std::string(level, ' ') + "else:\n" + std::string(level + 1, ' ') + "pass\n";
    return code + "  return x\n";
}

TEST(TorchScript, fits_a_small_stack_as_deep_as_it_goes)
{
    std::string nested = text("a") + "N";
    for (int level = 0; level < 195; ++level)
        nested = text("a") + object("__torch__", "M", nested);
    for (size_t const levels : {size_t{90}, size_t{150}, size_t{190}, size_t{210}})
        on_small_stack([&] {
            std::string const found = answer(model(object("__torch__", "M", nested), nested_code(levels)));
            EXPECT_EQ(found.substr(0, 4), levels < 200 ? "a = " : "erro") << levels << ": " << found;
        });
}

TEST(TorchScript, is_refused_or_read_whatever_becomes_of_its_members)
{
    auto const bytes = file_bytes("tests/data/torchscript/features.pt");
    auto const whole = ZipArchive::read(bytes);
    ASSERT_TRUE(whole);
    Members members;
    for (auto const& entry : whole->entries())
        if (!entry.name.ends_with("debug_pkl"))
            members.emplace_back(entry.name, std::string(text_of(whole->content(entry)->bytes())));
    for (auto& [name, content] : members) {
        std::string const honest = content;
        size_t const step = honest.size() / 40 + 1;
        for (size_t place = 0; place < honest.size(); place += step) {
            content = honest.substr(0, place);
            answer(members);
            for (char const byte : {'\0', '(', '.', 'q', '\xff'}) {
                content = honest;
                content[place] = byte;
                answer(members);
            }
        }
        content = honest;
    }
    EXPECT_FALSE(answer(members).starts_with("error"));
}

// Real files by the thousand, where a folder of them is at hand.
TEST(TorchScript, reads_a_folder_of_files)
{
    char const* const folder = std::getenv("HULLMARK_CONFORMANCE");
    if (folder == nullptr)
        GTEST_SKIP() << "HULLMARK_CONFORMANCE names no folder";
    size_t count = 0;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".pt" && entry.path().extension() != ".jit")
            continue;
        auto const file = read_torchscript(file_bytes(entry.path()));
        ASSERT_TRUE(file) << entry.path() << ": " << file.error().text();
        auto const checked = check_program(file->program);
        EXPECT_TRUE(checked) << entry.path() << ": " << checked.error().text();
        EXPECT_EQ(findings_text(*file), "") << entry.path();
        ++count;
    }
    std::cout << count << " files\n";
}

}
