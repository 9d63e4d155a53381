#include "program/check.h"
#include "program/program.h"
#include "program/text.h"

#include <gtest/gtest.h>

namespace {

ProgramType type(std::string name, std::vector<ProgramType> arguments = {}) { return {std::move(name), std::move(arguments)}; }

Call call(std::string target, std::vector<ValueId> arguments, std::vector<ValueId> results)
{
    Call made;
    made.target = std::move(target);
    made.results = std::move(results);
    for (ValueId const argument : arguments)
        made.arguments.push_back({"", argument});
    return made;
}

Call constant(ProgramValue value, ValueId result)
{
    Call made = call("prim::Constant", {}, {result});
    made.literal = std::move(value);
    return made;
}

Function function_of(std::vector<Call> calls, ValueId result, uint32_t value_count)
{
    Function function;
    function.name = "f";
    function.parameters = {{"x", type("Tensor"), 0, std::nullopt}};
    function.return_type = type("Tensor");
    function.body.calls = std::move(calls);
    function.body.results = {result};
    function.value_count = value_count;
    function.value_names = {"x"};
    return function;
}

std::string answer(Function const& function, Program const& program = {})
{
    auto const checked = check_function(function, program);
    return checked ? "right" : checked.error().text();
}

Call if_call(std::vector<ValueId> results, Block then, Block otherwise)
{
    Call made = call("prim::If", {0}, std::move(results));
    made.blocks = {std::move(then), std::move(otherwise)};
    return made;
}

Call loop_call()
{
    Call made = call("prim::Loop", {1, 2, 0}, {6});
    Block body;
    body.parameters = {3, 4};
    body.calls = {call("aten::add", {4, 3}, {5})};
    body.results = {2, 5};
    made.blocks = {body};
    return made;
}

TEST(ProgramType, spells_itself_as_torchscript_does)
{
    EXPECT_EQ(type("Tensor").text(), "Tensor");
    EXPECT_EQ(type("Dict", {type("str"), type("Optional", {type("__torch__.a.B")})}).text(), "Dict[str, Optional[__torch__.a.B]]");
    EXPECT_EQ(type("Tuple").text(), "Tuple[()]");
}

TEST(Program, finds_methods_and_places)
{
    Program program;
    program.files = {"code/a.py"};
    program.classes["C"].methods["m"].name = "m";
    EXPECT_EQ(program.method("C", "m"), &program.classes["C"].methods["m"]);
    EXPECT_EQ(program.method("C", "n"), nullptr);
    EXPECT_EQ(program.method("D", "m"), nullptr);
    EXPECT_EQ(program.text({0, 12}), "code/a.py:12");
    EXPECT_EQ(program.text({0, 0}), "code/a.py");
    EXPECT_EQ(program.text({3, 1}), "?:1");
    ProgramObject object{"C", {{"a", ProgramValue{true}}}};
    EXPECT_TRUE(std::get<bool>(object.find("a")->value));
    EXPECT_EQ(object.find("b"), nullptr);
}

TEST(ProgramText, shows_values)
{
    auto list = std::make_shared<ProgramList>();
    for (int64_t item = 0; item < 20; ++item)
        list->items.push_back(ProgramValue{item});
    auto dict = std::make_shared<ProgramDict>();
    dict->items.emplace_back(ProgramValue{std::string("a\"b")}, ProgramValue{2.5});
    auto tuple = std::make_shared<ProgramTuple>();
    tuple->items = {ProgramValue{ProgramNone{}}};
    auto tensor = std::make_shared<ProgramTensor>();
    std::pair<ProgramValue, char const*> const cases[] = {
        {ProgramValue{true}, "True"},
        {ProgramValue{int64_t{-3}}, "-3"},
        {ProgramValue{2.0}, "2."},
        {ProgramValue{1e-30}, "1e-30"},
        {ProgramValue{std::complex<double>(1, 2)}, "(1., 2.j)"},
        {ProgramValue{ProgramDevice{"cpu"}}, "device(cpu)"},
        {ProgramValue{dict}, "{\"a\\\"b\": 2.5}"},
        {ProgramValue{tuple}, "(None,)"},
        {ProgramValue{list}, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, ...]"},
        {ProgramValue{std::shared_ptr<ProgramTensor const>(tensor)}, "float32[0]"},
        {ProgramValue{std::make_shared<ProgramObject>(ProgramObject{"C", {}})}, "object of C"},
    };
    for (auto const& [value, text] : cases)
        EXPECT_EQ(text_of(value), text);
}

TEST(ProgramText, shows_a_function_with_its_blocks)
{
    Block then;
    then.results = {0};
    Block otherwise;
    otherwise.calls = {call("aten::neg", {0}, {8})};
    otherwise.results = {8};
    auto function = function_of({constant(ProgramValue{int64_t{5}}, 1), constant(ProgramValue{true}, 2), loop_call(), if_call({7}, then, otherwise)}, 7, 9);
    function.value_names = {"x", "", "", "i", "y", "y", "y", "z"};
    EXPECT_EQ(answer(function), "right");
    EXPECT_EQ(text_of(function, {}),
        "f(%x: Tensor) -> Tensor:\n"
        "  %y.6 = prim::Loop(5, True, %x)\n"
        "    block(%i, %y):\n"
        "      %y.5 = aten::add(%y, %i)\n"
        "      give True, %y.5\n"
        "  %z = prim::If(%x)\n"
        "    then:\n"
        "      give %x\n"
        "    else:\n"
        "      %8 = aten::neg(%x)\n"
        "      give %8\n"
        "  return %z\n");
}

TEST(ProgramCheck, says_what_promise_is_broken)
{
    Block gives_x;
    gives_x.results = {0};
    Block gives_inner;
    gives_inner.calls = {call("aten::neg", {0}, {1})};
    gives_inner.results = {1};
    auto named = call("prim::GetAttr", {0}, {1});
    auto function_call = call("prim::CallFunction", {0}, {1});
    function_call.name = "__torch__.f";
    auto made = call("prim::CreateObject", {}, {1});
    made.type = type("__torch__.C");
    auto owns = call("aten::add", {0}, {1});
    owns.blocks.resize(1);
    auto loop = loop_call();
    loop.blocks[0].results.pop_back();
    std::vector<Call> before_loop = {constant(ProgramValue{int64_t{5}}, 1), constant(ProgramValue{true}, 2)};
    std::pair<Function, char const*> const cases[] = {
        {function_of({}, 0, 1), "right"},
        {function_of({call("aten::neg", {1}, {1})}, 1, 2), "value 1 is used before it is set, aten::neg, ?, function f"},
        {function_of({call("aten::neg", {0}, {0})}, 0, 1), "value 0 is set twice, aten::neg, ?, function f"},
        {function_of({call("aten::neg", {0}, {5})}, 0, 1), "value 5 lies beyond value_count 1, aten::neg, ?, function f"},
        {function_of({call("neg", {0}, {1})}, 1, 2), "an operator without a namespace, neg, ?, function f"},
        {function_of({if_call({2}, gives_x, gives_inner)}, 1, 3), "value 1 is used outside of its block, function f"},
        {function_of({if_call({}, gives_x, gives_x)}, 0, 1), "a branch gives 1 values, the call 0, prim::If, ?, function f"},
        {function_of({call("prim::If", {0}, {})}, 0, 1), "0 blocks, wanted 2, prim::If, ?, function f"},
        {function_of({before_loop[0], before_loop[1], loop}, 0, 7), "a loop of 3 arguments, 2 block parameters, 1 block results and 1 results, prim::Loop, ?, function f"},
        {function_of({named}, 1, 2), "a call without the name it needs, prim::GetAttr, ?, function f"},
        {function_of({function_call}, 1, 2), "there is no function __torch__.f, prim::CallFunction, ?, function f"},
        {function_of({made}, 1, 2), "there is no class __torch__.C, prim::CreateObject, ?, function f"},
        {function_of({owns}, 1, 2), "a call that owns blocks is neither an If nor a Loop, aten::add, ?, function f"},
        {function_of({call("prim::DictConstruct", {0}, {1})}, 1, 2), "a dict of 1 keys and values, wanted pairs, prim::DictConstruct, ?, function f"},
        {function_of({call("prim::TupleIndex", {0}, {1})}, 1, 2), "1 arguments, wanted 2, prim::TupleIndex, ?, function f"},
    };
    for (auto const& [function, text] : cases)
        EXPECT_EQ(answer(function), text);
}

TEST(ProgramCheck, bounds_how_deep_blocks_nest)
{
    Block inner;
    for (uint32_t depth = 0; depth <= program_depth; ++depth) {
        Block around;
        Call nested = call("prim::If", {0}, {});
        nested.blocks = {std::move(inner), {}};
        around.calls.push_back(std::move(nested));
        inner = std::move(around);
    }
    auto const function = function_of(std::move(inner.calls), 0, 1);
    EXPECT_EQ(answer(function), "blocks nest deeper than 200, prim::If, ?, function f");
}

TEST(ProgramCheck, looks_at_every_function_and_method)
{
    Program program;
    program.functions["g"] = function_of({}, 0, 1);
    program.classes["C"].methods["m"] = function_of({}, 3, 1);
    auto const checked = check_program(program);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().text(), "value 3 is used before it is set, function f, class C");
}

}
