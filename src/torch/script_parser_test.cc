#include "torch/script_parser.h"

#include <gtest/gtest.h>

namespace {

// The tree as text: (kind parts...).
std::string text(ScriptExpression const& expression)
{
    static constexpr char const* kinds[] = {"none", "boolean", "number", "text", "name", "attribute", "call", "subscript", "slice", "list", "tuple", "dict", "annotate", "cast", "isinstance", "uninitialized", "missing"};
    std::string result = std::string("(") + kinds[static_cast<size_t>(expression.kind)];
    if (expression.kind == ScriptExpressionKind::boolean || expression.kind == ScriptExpressionKind::number) {
        if (auto const* const integer = std::get_if<int64_t>(&expression.number))
            result += " " + std::to_string(*integer);
        else if (auto const* const real = std::get_if<double>(&expression.number))
            result += " " + std::to_string(*real);
        else
            result += " " + std::to_string(std::get<std::complex<double>>(expression.number).real()) + " " + std::to_string(std::get<std::complex<double>>(expression.number).imag()) + "j";
    }
    if (!expression.name.empty())
        result += " " + expression.name;
    if (!expression.type.name.empty())
        result += " " + expression.type.text();
    for (size_t index = 0; index < expression.children.size(); ++index) {
        bool const is_argument = expression.kind == ScriptExpressionKind::call && index > 0;
        result += " " + (is_argument && !expression.names[index - 1].empty() ? expression.names[index - 1] + "=" : "") + text(expression.children[index]);
    }
    return result + ")";
}

std::string expression(std::string const& source)
{
    auto const file = parse_script("def f() -> int:\n  return " + source + "\n");
    return file ? text(file->functions[0].body[0].values[0]) : "error: " + file.error().text();
}

struct Case {
    char const* name;
    std::string source;
    char const* answer;
};

Case const expressions[] = {
    {"names and chains", "self.a.b", "(attribute b (attribute a (name self)))"},
    {"a method is called on what stands in parentheses", "(self.a).forward(x, )", "(call (attribute forward (attribute a (name self))) (name x))"},
    {"arguments by name", "torch.ones([2], dtype=6)", "(call (attribute ones (name torch)) (list (number 2)) dtype=(number 6))"},
    {"integers to the last", "-9223372036854775808", "(number -9223372036854775808)"},
    {"integers beyond 64 bits", "9223372036854775808", "error: 9223372036854775808 does not fit 64 bits, line 2"},
    {"a number with nothing after its point", "1.", "(number 1.000000)"},
    {"an exponent", "1e+20", "(number 100000000000000000000.000000)"},
    {"numbers beyond double", "1e999", "error: \"1e999\" is no number of double precision, line 2"},
    {"no digits in the exponent", "1e", "error: a number without the digits of its exponent, line 2"},
    {"a number that runs into a name", "1x", "error: a number runs into a name, line 2"},
    {"infinity", "-inf", "(number -inf)"},
    {"a complex number", "1.-2.5j", "(number 1.000000 -2.500000j)"},
    {"an infinite complex number", "nan+infj", "(number nan infj)"},
    {"sums are not of the language", "1.+2.", "error: found \"2.\", wanted an imaginary number, line 2"},
    {"a minus stands before numbers alone", "-x", "error: found \"x\", wanted a number, line 2"},
    {"escapes", R"("a\"\\\n\t\001\x41")", "(text a\"\\\n\t\001A)"},
    {"an escape without digits", R"("\08")", "error: an escape without its 3 digits, line 2"},
    {"an octal escape beyond a byte", R"("\777")", "error: an escape of 511, the largest byte is 255, line 2"},
    {"a text ends on its line", "\"a", "error: a text without its closing quote, line 2"},
    {"tuples", "((), (x,), (x, y))", "(tuple (tuple) (tuple (name x)) (tuple (name x) (name y)))"},
    {"parentheses alone are no tuple", "(x)", "(name x)"},
    {"dicts", "{\"a\": 1, \"b\": None}", "(dict (text a) (number 1) (text b) (none))"},
    {"slices", "(x)[1:-1]", "(slice (name x) (number 1) (number -1))"},
    {"open slices", "(x)[:]", "(slice (name x) (missing) (missing))"},
    {"an index of a call", "(torch.size(x))[0]", "(subscript (call (attribute size (name torch)) (name x)) (number 0))"},
    {"annotate", "annotate(List[Tuple[int, Tensor]], [])", "(annotate List[Tuple[int, Tensor]] (list))"},
    {"unchecked_cast", "unchecked_cast(__torch__.a.B, x)", "(cast __torch__.a.B (name x))"},
    {"uninitialized", "uninitialized(Tuple[()])", "(uninitialized Tuple[()])"},
    {"isinstance of several", "isinstance(x, (int, List[str]))", "(isinstance Union[int, List[str]] (name x))"},
    {"a Python function", "^f(x)", "error: a call of a Python function, line 2"},
    {"arguments by position come first", "f(a=1, 2)", "error: an argument by position after one by name, line 2"},
    {"only names name arguments", "f((a)=1)", "error: found \"=\", wanted an argument after its name, line 2"},
    {"brackets match", "[1)", "error: a ) that closes nothing, line 2"},
    {"operators are not of the language", "a + b", "error: found \"+\", wanted the end of the line, line 2"},
    {"unknown bytes", "a ~ b", "error: byte 126 starts no token, line 2"},
};

TEST(ScriptParser, reads_expressions)
{
    for (auto const& c : expressions)
        EXPECT_EQ(expression(c.source), c.answer) << c.name;
}

std::string answer(std::string const& source, Limits const& limits = {})
{
    auto const file = parse_script(source, limits);
    if (!file)
        return "error: " + file.error().text();
    std::string result;
    for (auto const& type : file->classes) {
        result += "class " + type.name + "(" + type.base + ")";
        for (auto const& [name, attribute] : type.attributes)
            result += " " + name + ":" + attribute.text();
        for (auto const& constant : type.constants)
            result += " " + constant.name + ":" + constant.type.text() + "=" + text(constant.value);
        for (auto const& name : type.parameters)
            result += " parameter " + name;
        for (auto const& name : type.buffers)
            result += " buffer " + name;
        for (auto const& name : type.forward_hooks)
            result += " hook " + name;
        for (auto const& method : type.methods)
            result += " def " + method.name;
        result += "\n";
    }
    for (auto const& function : file->functions) {
        result += "def " + function.name;
        for (auto const& parameter : function.parameters)
            result += " " + parameter.name + ":" + parameter.type.text() + (parameter.default_value ? "=" + text(*parameter.default_value) : "");
        result += " -> " + function.return_type.text() + "\n";
    }
    return result;
}

std::string body(std::string const& statements) { return "def f(x: int) -> int:\n" + statements; }

Case const files[] = {
    {"nothing", "", ""},
    {"an empty class has no body", "class C:\nclass D(Module):\n", "class C()\nclass D(Module)\n"},
    {"a module", "class M(Module):\n  __parameters__ = [\"w\", ]\n  __buffers__ = [\"b\", ]\n  __forward_hooks__ = [\"h\", ]\n  w : Tensor\n  n : Final[int] = -3\n  def forward(self: __torch__.M) -> Tensor:\n    return self.w\n", "class M(Module) w:Tensor n:int=(number -3) parameter w buffer b hook h def forward\n"},
    {"attributes that are no names", "class M(Module):\n  __annotations__ = []\n  __annotations__[\"0\"] = __torch__.A\n", "class M(Module) 0:__torch__.A\n"},
    {"an enumeration", "class E(Enum):\n  A = 1\n  B = \"b\"\n", "class E(Enum) A:=(number 1) B:=(text b)\n"},
    {"an interface", "class I(ModuleInterface):\n  def forward(self, x: Tensor) -> Tensor:\n    pass\n", "class I(ModuleInterface) def forward\n"},
    {"no other bases", "class M(Base):\n", "error: found \"Base\", wanted Module, NamedTuple, Enum, Interface or ModuleInterface, line 1"},
    {"parameters over several lines, with defaults", "def f(x: Tensor,\n    n: Optional[int]=None) -> Dict[str, int]:\n  return x\n", "def f x:Tensor n:Optional[int]=(none) -> Dict[str, int]\n"},
    {"comments, empty lines, imports of old files", "op_version_set = 1\nimport __torch__.a\n\n# a comment\ndef f() -> int:\n\n    # another\n  return 1 # a third\n", "def f -> int\n"},
    {"a file that ends without a newline", "def f() -> int:\n  return 1", "def f -> int\n"},
    {"statements of all kinds", body("  a, b, = x\n  a, b = 1, 2\n  a : Optional[int] = None\n  x.y = a\n  f(x)\n  if a:\n    pass\n  else:\n    pass\n  for i in range(3):\n    pass\n  while a:\n    a = b\n  with x as n:\n    pass\n  def g():\n    return a\n  return fork(g)\n"), "def f x:int -> int\n"},
    {"if has its else", body("  if x:\n    pass\n  return x\n"), "error: found \"return\", wanted else, line 4"},
    {"for is over a range", body("  for i in x:\n    pass\n"), "error: found \"x\", wanted range, line 2"},
    {"blocks are not empty", body("return x\n"), "error: found \"return\", wanted a deeper block, line 2"},
    {"blocks end where they began", body("    a = 1\n   b = 2\n"), "error: the line starts at column 3, where no block began, line 3"},
    {"statements are one block", body("  a = 1\n    b = 2\n"), "error: found a deeper block, wanted a value, line 3"},
    {"calls cannot be assigned to", body("  f(x) = 1\n"), "error: found \"=\", wanted the end of the line: only names and attributes can be assigned to, line 2"},
    {"values and names agree", body("  a, b = 1, 2, 3\n"), "error: 3 values for 2 names, line 2"},
    {"statements outside of functions", "x = 1\n", "error: found \"x\", wanted a class or a def, line 1"},
    {"brackets that stay open", "def f(", "error: the text ends inside of a (, line 1"},
};

TEST(ScriptParser, reads_files)
{
    for (auto const& c : files)
        EXPECT_EQ(answer(c.source), c.answer) << c.name;
}

TEST(ScriptParser, reads_types)
{
    auto const read = [](std::string_view text) {
        auto const type = parse_script_type(text);
        return type ? type->text() : "error: " + type.error().text();
    };
    EXPECT_EQ(read("Dict[str, List[Optional[Tensor]]]"), "Dict[str, List[Optional[Tensor]]]");
    EXPECT_EQ(read("Dict(str, int)"), "Dict[str, int]");
    EXPECT_EQ(read("Tuple[()]"), "Tuple[()]");
    EXPECT_EQ(read("List[int"), "error: the text ends inside of a [, line 1");
    EXPECT_EQ(read("int int"), "error: found \"int\", wanted the end of the text, line 1");
    EXPECT_EQ(read("3"), "error: found \"3\", wanted a name, line 1");
}

TEST(ScriptParser, keeps_within_its_limits)
{
    Limits limits;
    limits.steps = 10;
    EXPECT_EQ(answer(body("  return x\n"), limits), "error: more than 10 tokens, line 1");
    limits = {};
    limits.entries = 3;
    EXPECT_EQ(answer(body("  return x\n"), limits), "error: more code than limits.entries allows, line 1");
    limits = {};
    limits.document_bytes = 4;
    EXPECT_EQ(answer("def f", limits), "error: 5 bytes of code, the limit is 4");
}

std::string repeated(std::string const& part, size_t count)
{
    std::string result;
    for (size_t index = 0; index < count; ++index)
        result += part;
    return result;
}

std::string nested_ifs(size_t count)
{
    std::string source;
    for (size_t level = 1; level <= count; ++level)
        source += std::string(level, ' ') + "if x:\n";
    source += std::string(count + 1, ' ') + "pass\n";
    for (size_t level = count; level >= 1; --level)
        source += std::string(level, ' ') + "else:\n" + std::string(level + 1, ' ') + "pass\n";
    return body(source + " return x\n");
}

TEST(ScriptParser, counts_depth_whatever_makes_it)
{
    constexpr size_t deep = 100'000;
    std::string const nested[] = {
        body("  return " + repeated("(", deep) + "x" + repeated(")", deep) + "\n"),
        body("  return " + repeated("[", deep)),
        body("  return x" + repeated(".a", deep) + "\n"),
        body("  return x" + repeated("(1)", deep) + "\n"),
        body("  return x" + repeated("[1]", deep) + "\n"),
        body("  return " + repeated("annotate(int, ", deep) + "\n"),
        "def f(x: " + repeated("List[", deep),
        nested_ifs(250),
    };
    for (auto const& source : nested)
        EXPECT_NE(answer(source).find("deeper than 200"), std::string::npos) << source.substr(0, 40);
    EXPECT_EQ(answer(nested_ifs(195)), "def f x:int -> int\n");
    EXPECT_EQ(answer(body("  return " + repeated("[", 190) + "x" + repeated("]", 190) + "\n")), "def f x:int -> int\n");
}

TEST(ScriptParser, is_refused_or_read_wherever_it_is_cut_and_whatever_byte_is_changed)
{
    std::string const& source = files[10].source;
    for (size_t length = 0; length < source.size(); ++length)
        answer(source.substr(0, length));
    for (size_t place = 0; place < source.size(); ++place)
        for (int byte = 0; byte < 256; byte += 5) {
            std::string changed = source;
            changed[place] = static_cast<char>(byte);
            answer(changed);
        }
}

}
