#include "program/check.h"
#include "program/text.h"
#include "torch/script_code.h"

#include <gtest/gtest.h>

namespace {

std::string const declarations = "class Colour(Enum):\n  RED = 1\n  BLUE = 2\nclass Point(NamedTuple):\n  x : Tensor\n  y : int\nclass Box:\n  n : int\n  def add(self: __torch__.a.Box, k: int) -> int:\n    return k\ndef g(x: Tensor, n: int=3) -> Tensor:\n  return x\n";

ProgramValue text_value(char const* text) { return ProgramValue{std::string(text)}; }

// The function f of the file __torch__.a, lowered, or why not.
std::string answer(std::string const& source, Limits const& limits = {})
{
    std::string const file = declarations + source;
    auto const code = ScriptCode::parse({{"code/__torch__/a.py", file}}, limits);
    if (!code)
        return "error: " + code.error().text();
    Program program;
    if (auto const lowered = code->lower({text_value("zero"), text_value("one")}, program); !lowered)
        return "error: " + lowered.error().text();
    if (auto const checked = check_program(program); !checked)
        return "check: " + checked.error().text();
    auto const found = program.functions.find("__torch__.a.f");
    return found == program.functions.end() ? "no f" : text_of(found->second, program);
}

std::string body(std::string const& statements) { return "def f(x: Tensor, c: bool, n: int) -> Tensor:\n" + statements; }

// Of the body alone: the lines between the head and the end.
std::string body_answer(std::string const& statements)
{
    std::string const whole = answer(body(statements));
    std::string const head = "__torch__.a.f(%x: Tensor, %c: bool, %n: int) -> Tensor:\n";
    return whole.starts_with(head) ? whole.substr(head.size()) : whole;
}

struct Case {
    char const* name;
    std::string source;
    std::string answer;
};

Case const bodies[] = {
    {"operators of torch are those of aten", "  return torch.add(x, 1, alpha=2)\n", "  %5 = aten::add(%x, 1, alpha=2)\n  return %5\n"},
    {"operators of other namespaces", "  y = ops.quantized.linear(x)\n  return y\n", "  %y = quantized::linear(%x)\n  return %y\n"},
    {"autograd is aten as well", "  return torch.autograd.grad(x)\n", "  %3 = aten::grad(%x)\n  return %3\n"},
    {"casts are operators", "  return (int(x), float(x), bool(x), str(x), sorted(x))\n", "  %3 = aten::Int(%x)\n  %4 = aten::Float(%x)\n  %5 = aten::Bool(%x)\n  %6 = aten::str(%x)\n  %7 = aten::sorted(%x)\n  %8 = prim::TupleConstruct(%3, %4, %5, %6, %7)\n  return %8\n"},
    {"a name in front of an operator of that name", "  int = x\n  return int\n", "  return %x\n"},
    {"a print is kept", "  print(x, \"a\")\n  return x\n", "  %4 = prim::Print(%x, \"a\")\n  return %x\n"},
    {"attributes and methods", "  a = x.b.c\n  d = getattr(a, \"0\")\n  return (d).forward(x, )\n", "  %3 = prim::GetAttr[b](%x)\n  %a = prim::GetAttr[c](%3)\n  %d = prim::GetAttr[0](%a)\n  %6 = prim::CallMethod[forward](%d, %x)\n  return %6\n"},
    {"an attribute is set", "  x.a = n\n  return x\n", "  prim::SetAttr[a](%x, %n)\n  return %x\n"},
    {"functions, by name and by alias", "  h = __torch__.a.g\n  y = __torch__.a.g(x, n, )\n  return h(y, )\n", "  %y = prim::CallFunction[__torch__.a.g](%x, %n)\n  %4 = prim::CallFunction[__torch__.a.g](%y)\n  return %4\n"},
    {"objects are made", "  b = __torch__.a.Box.__new__(__torch__.a.Box)\n  return (b).add(n, )\n", "  %b = prim::CreateObject[__torch__.a.Box]()\n  %4 = prim::CallMethod[add](%b, %n)\n  return %4\n"},
    {"named tuples are tuples of a type", "  return (__torch__.a.Point(x, 1))[0]\n", "  %4 = prim::TupleConstruct[__torch__.a.Point](%x, 1)\n  %6 = aten::__getitem__(%4, 0)\n  return %6\n"},
    {"members of enumerations are objects", "  a = __torch__.a.Colour.RED\n  return ((a).value, (__torch__.a.Colour.BLUE).value)\n", "  %4 = prim::GetAttr[value](object of __torch__.a.Colour)\n  %6 = prim::GetAttr[value](object of __torch__.a.Colour)\n  %7 = prim::TupleConstruct(%4, %6)\n  return %7\n"},
    {"constants of the table", "  return torch.format(CONSTANTS.c1, CONSTANTS.c0)\n", "  %5 = aten::format(\"one\", \"zero\")\n  return %5\n"},
    {"devices are constants", "  return torch.to(x, torch.device(\"cpu\"))\n", "  %4 = aten::to(%x, device(cpu))\n  return %4\n"},
    {"numbers of all kinds", "  return [1, -1., inf, 1.+2.j]\n", "  %7 = prim::ListConstruct(1, -1., inf, (1., 2.j))\n  return %7\n"},
    {"indices of tuples and of all else", "  return [(x)[0], x[0], (x.a)[1], (x)[1:3]]\n", "  %4 = prim::TupleIndex(%x, 0)\n  %6 = aten::__getitem__(%x, 0)\n  %7 = prim::GetAttr[a](%x)\n  %9 = aten::__getitem__(%7, 1)\n  %12 = prim::TupleSlice(%x, 1, 3)\n  %13 = prim::ListConstruct(%4, %6, %9, %12)\n  return %13\n"},
    {"containers know the type they are annotated with", "  return (annotate(List[int], []), annotate(Dict[str, int], {\"a\": 1}), annotate(Optional[int], None))\n", "  %3 = prim::ListConstruct[List[int]]()\n  %6 = prim::DictConstruct[Dict[str, int]](\"a\", 1)\n  %8 = prim::annotate[Optional[int]](None)\n  %9 = prim::TupleConstruct(%3, %6, %8)\n  return %9\n"},
    {"tolist is an operator of a type", "  return annotate(List[int], x.tolist())\n", "  %3 = prim::tolist[List[int]](%x)\n  return %3\n"},
    {"types of values", "  a = unchecked_cast(Tensor, x)\n  b = isinstance(a, (int, float))\n  return uninitialized(Tensor)\n", "  %a = prim::unchecked_cast[Tensor](%x)\n  %b = prim::isinstance[Union[int, float]](%a)\n  %5 = prim::Uninitialized[Tensor]()\n  return %5\n"},
    {"an operator gives several values", "  a, b = torch.max(x, 0)\n  return b\n", "  %a, %b = aten::max(%x, 0)\n  return %b\n"},
    {"a trailing comma unpacks", "  a, b, = torch.split(x, 2)\n  d, = x\n  return d\n", "  %4 = aten::split(%x, 2)\n  %a, %b = prim::TupleUnpack(%4)\n  %d = prim::TupleUnpack(%x)\n  return %d\n"},
    {"values are assigned at once", "  a, b = x, n\n  a, b = b, a\n  return a\n", "  return %n\n"},
    {"an exception stays a call", "  ops.prim.RaiseException(\"no\", \"builtins.ValueError\")\n  return x\n", "  %5 = prim::RaiseException(\"no\", \"builtins.ValueError\")\n  return %x\n"},
    {"nothing returned is None", "  x.a = n\n", "  prim::SetAttr[a](%x, %n)\n  return None\n"},
    {"names set in both branches are results", "  if c:\n    y = torch.neg(x)\n    t = 1\n  else:\n    y = x\n  return y\n", "  %y.5 = prim::If(%c)\n    then:\n      %y = aten::neg(%x)\n      give %y\n    else:\n      give %x\n  return %y.5\n"},
    {"names set before and in one branch are results", "  if c:\n    x = torch.neg(x)\n  else:\n    n = 1\n  return (x, n)\n", "  %x.5, %n.6 = prim::If(%c)\n    then:\n      %x.3 = aten::neg(%x)\n      give %x.3, %n\n    else:\n      give %x, 1\n  %7 = prim::TupleConstruct(%x.5, %n.6)\n  return %7\n"},
    {"for loops carry what was set before", "  for i in range(n):\n    t = torch.add(x, i)\n    x = t\n  return x\n", "  %x.7 = prim::Loop(%n, True, %x)\n    block(%i, %x.5):\n      %t = aten::add(%x.5, %i)\n      give True, %t\n  return %x.7\n"},
    {"while loops ask a name that is True in the body and False after", "  k = bool(n)\n  while k:\n    x = torch.where(k, x)\n    k = torch.gt(n, 0)\n  return (x, k)\n", "  %k = aten::Bool(%n)\n  %x.11 = prim::Loop(9223372036854775807, %k, %x)\n    block(%6, %x.7):\n      %x.8 = aten::where(True, %x.7)\n      %k.10 = aten::gt(%n, 0)\n      give %k.10, %x.8\n  %13 = prim::TupleConstruct(%x.11, False)\n  return %13\n"},
    {"with is two calls of methods", "  with x as m:\n    y = m\n  return y\n", "  %m = prim::CallMethod[__enter__](%x)\n  %5 = prim::CallMethod[__exit__](%x, None, None, None)\n  return %m\n"},
    {"a forked function stands where it is forked", "  def h():\n    y = torch.neg(x)\n    return y\n  v = fork(h)\n  return torch.wait(v)\n", "  %y = aten::neg(%x)\n  %4 = aten::wait(%y)\n  return %4\n"},
    {"names of a forked function are its own", "  def h():\n    y = torch.neg(x)\n    return y\n  v = fork(h)\n  return y\n", "error: the name y is not set on every path to here, line 18, code/__torch__/a.py"},
    {"a nested function is forked once", "  def h():\n    return x\n  v = fork(h)\n  w = fork(h)\n  return v\n", "error: the nested function h is forked more than once, line 17, code/__torch__/a.py"},
    {"names must be set", "  return y\n", "error: the name y is not set on every path to here, line 14, code/__torch__/a.py"},
    {"on every path", "  if c:\n    y = x\n  else:\n    pass\n  return y\n", "error: the name y is not set on every path to here, line 18, code/__torch__/a.py"},
    {"also after a loop that may not run", "  for i in range(n):\n    y = x\n  return y\n", "error: the name y is not set on every path to here, line 16, code/__torch__/a.py"},
    {"returns stand last", "  if c:\n    return x\n  else:\n    pass\n  return x\n", "error: a return that is not the last statement of its function, line 15, code/__torch__/a.py"},
    {"functions are no values", "  h = __torch__.a.g\n  return h\n", "error: the function h as a value, line 15, code/__torch__/a.py"},
    {"values are no functions", "  return x(1)\n", "error: a call of x, which is no function, line 14, code/__torch__/a.py"},
    {"unknown names are not called", "  return len(x)\n", "error: a call of len, which is not set here and no operator, line 14, code/__torch__/a.py"},
    {"functions are there", "  return __torch__.a.h(x)\n", "error: there is no function __torch__.a.h, line 14, code/__torch__/a.py"},
    {"classes are there", "  return __torch__.b.C.__new__(__torch__.b.C)\n", "error: __torch__.b.C.__new__ makes no object of a class of this file, line 14, code/__torch__/a.py"},
    {"members are there", "  return __torch__.a.Colour.GREEN\n", "error: __torch__.a.Colour.GREEN is no value, line 14, code/__torch__/a.py"},
    {"constants are there", "  return CONSTANTS.c2\n", "error: CONSTANTS.c2 where constants.pkl holds 2 values, line 14, code/__torch__/a.py"},
    {"constants are named c and a number", "  return CONSTANTS.d\n", "error: CONSTANTS.d is no constant: wanted c0, c1..., line 14, code/__torch__/a.py"},
};

TEST(ScriptLowering, gives_blocks)
{
    for (auto const& c : bodies)
        EXPECT_EQ(body_answer(c.source), c.answer) << c.name;
}

TEST(ScriptLowering, keeps_parameters_with_their_defaults)
{
    EXPECT_EQ(answer("def f(x: Tensor, k: List[int]=[1, 2], p: Tuple[float, str]=(1., \"a\"), d: Optional[Device]=None, e: str=CONSTANTS.c0, l: List[int]=annotate(List[int], [])) -> NoneType:\n  return None\n"),
        "__torch__.a.f(%x: Tensor, %k: List[int] = [1, 2], %p: Tuple[float, str] = (1., \"a\"), %d: Optional[Device] = None, %e: str = \"zero\", %l: List[int] = []) -> NoneType:\n  return None\n");
    EXPECT_EQ(answer("def f(x: Tensor, x: int) -> Tensor:\n  return x\n"), "error: two parameters are called x, line 13, code/__torch__/a.py");
    EXPECT_EQ(answer("def f(x: int=torch.add(1, 2)) -> int:\n  return x\n"), "error: torch.add gives no constant, line 13, code/__torch__/a.py");
}

TEST(ScriptLowering, refuses_names_that_are_defined_twice)
{
    EXPECT_EQ(answer("def g() -> int:\n  return 1\n"), "error: __torch__.a.g is defined twice, line 13, code/__torch__/a.py");
    EXPECT_EQ(answer("class Box:\n"), "error: __torch__.a.Box is defined twice, line 13, code/__torch__/a.py");
    EXPECT_EQ(answer("class C:\n  def m(self) -> int:\n    return 1\n  def m(self) -> int:\n    return 1\n"), "error: the method m is defined twice, line 16, code/__torch__/a.py");
    EXPECT_EQ(answer("class C:\n  def m() -> int:\n    return 1\n"), "error: a method without self, line 14, code/__torch__/a.py");
}

// Each level of branches gives all names again: the result grows as depth times names, and is counted.
TEST(ScriptLowering, counts_values_that_grow_out_of_little_text)
{
    std::string source;
    for (int name = 0; name < 1'000; ++name)
        source += " a" + std::to_string(name) + " = x\n";
    constexpr size_t levels = 150;
    for (size_t level = 1; level <= levels; ++level)
        source += std::string(level, ' ') + "if c:\n";
    for (int name = 0; name < 1'000; ++name)
        source += std::string(levels + 1, ' ') + "a" + std::to_string(name) + " = n\n";
    for (size_t level = levels; level >= 1; --level)
        source += std::string(level, ' ') + "else:\n" + std::string(level + 1, ' ') + "pass\n";
    Limits limits;
    EXPECT_TRUE(answer(body(source + " return x\n"), limits).starts_with("__torch__.a.f("));
    limits.entries = 100'000;
    EXPECT_EQ(answer(body(source + " return x\n"), limits).substr(0, 45), "error: more values than limits.entries allows");
}

TEST(ScriptLowering, counts_forks_as_depth)
{
    std::string source = "  def h0():\n    return x\n";
    for (int level = 1; level < 1'000; ++level)
        source += "  def h" + std::to_string(level) + "():\n    return fork(h" + std::to_string(level - 1) + ")\n";
    EXPECT_EQ(body_answer(source + "  return fork(h999)\n").substr(0, 36), "error: blocks nest deeper than 200, ");
}

TEST(ScriptLowering, counts_long_names_that_are_used_often)
{
    std::string const name(100'000, 'n');
    std::string calls = "def " + name + "() -> int:\n  return 1\n" + body("  h = __torch__.a." + name + "\n");
    for (int call = 0; call < 1'000; ++call)
        calls += "  h()\n";
    EXPECT_EQ(answer(calls + "  return x\n").substr(0, 45), "error: more values than limits.entries allows");
}

}
