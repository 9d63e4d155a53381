#include "pickle/assembler.h"
#include "pickle/machine.h"
#include "pickle/opcodes.h"
#include "pickle/render.h"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace std::string_literals;

// The value, then what was found, then the error: "posix.system('x'), computed-name@5".
std::string answer(std::string const& bytes, PickleOptions const& options = {})
{
    auto const run = run_pickle(bytes_of(bytes), options);
    std::string text = run.error ? "error: " + run.error->text() : text_of(run.pickle.root());
    for (auto const& finding : run.pickle.findings.list)
        text += ", " + std::string(finding.code) + "@" + std::to_string(finding.offset);
    return text;
}

struct Case {
    char const* name;
    std::string bytes;
    char const* answer;
};

Case const cases[] = {
    // constants
    {"None", "N.", "None"},
    {"protocol 0 spells booleans as integers", "(I00\nI01\nt.", "(False, True)"},
    {"protocol 2 booleans", proto(2) + "\x88\x89\x86.", "(True, False)"},
    {"text integers", "(I-5\nL12345678901L\nt.", "(-5, 12345678901)"},
    {"integers beyond 64 bits are kept", "L18446744073709551616L\n.", "<int of 9 bytes>"},
    {"binary integers are little-endian", "(J\xfe\xff\xff\xffK\xffM\x01\x02t.", "(-2, 255, 513)"},
    {"LONG1 is two's complement of any length", "(\x8a\x00\x8a\x01\xff\x8a\x02\xff\x00\x8a\x0a"s + "\0\0\0\0\0\0\0\0\1\0"s + "t.", "(0, -1, 255, <int of 9 bytes>)"},
    {"LONG4", "\x8b\x02\0\0\0\x39\x30."s, "12345"},
    {"floats, as text and big-endian", "(F1.5\nG\x3f\xf8\0\0\0\0\0\0t."s, "(1.5, 1.5)"},
    {"Python 2 strings with escapes", "S'a\\n\\x41\\101\\q'\n.", "'a\\nAA\\\\q'"},
    {"Python 2 strings that are no UTF-8 stay bytes", "U\x02\xff\xfe.", "b'\\xff\\xfe'"},
    {"BINSTRING", "T\x01\0\0\0a."s, "'a'"},
    {"UNICODE is raw-unicode-escape over Latin-1", "V\\u00e9\xe9\n.", "'\xc3\xa9\xc3\xa9'"},
    {"the three lengths of text", "(\x8c\x01"s + "aX\1\0\0\0b\x8d\1\0\0\0\0\0\0\0ct."s, "('a', 'b', 'c')"},
    {"the three lengths of bytes, and bytearray", "(C\1aB\1\0\0\0b\x8e\1\0\0\0\0\0\0\0"s + "c\x96\1\0\0\0\0\0\0\0"s + "dt."s, "(b'a', b'b', b'c', bytearray(b'd'))"},
    {"buffers from outside", "\x97\x98.", "<buffer 0>, buffer@0"},
    // containers
    {"lists by MARK and by APPEND", "((K\1l](K\2K\3eK\4at."s, "([1], [2, 3, 4])"},
    {"dicts by MARK, SETITEM and SETITEMS", "((K\1K\2d}K\3K\4s}(K\5K\6ut."s, "({1: 2}, {3: 4}, {5: 6})"},
    {"tuples of each length", "()K\1\x85K\1K\2\x86K\1K\2K\3\x87(K\1K\2K\3K\4tt."s, "((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4))"},
    {"sets", "\x8f(K\1K\2\x90(K\3\x91\x86."s, "(set(1, 2), frozenset(3))"},
    {"a list may hold itself", "]q\0h\0a."s, "[[[[[[[[[...]]]]]]]]]"},
    // names and calls
    {"a call is named, not made", name("posix", "system") + "(S'x'\ntR.", "posix.system('x')"},
    {"INST", "(S'x'\niposix\nsystem\n.", "posix.system('x')"},
    {"OBJ", "(" + name("posix", "system") + "S'x'\no.", "posix.system('x')"},
    {"NEWOBJ and NEWOBJ_EX", name("a", "B") + ")\x81" + name("a", "C") + ")}" + text("k") + "K\1s\x92\x86.", "(a.B(), a.C(**{'k': 1}))"},
    {"STACK_GLOBAL takes values, from the memo too", text("posix") + "\x94" + "0h\0"s + text("system") + "\x93.", "posix.system"},
    {"STACK_GLOBAL of a computed text is told", name("builtins", "str") + "(S'posix'\ntR" + text("system") + "\x93.", "?.system, computed-name@37"},
    {"names of Python 2 are those of Python 3", name("__builtin__", "xrange") + ".", "builtins.range"},
    {"but not from protocol 3 on", proto(3) + name("__builtin__", "xrange") + ".", "__builtin__.xrange"},
    {"moved functions keep their danger", name("commands", "getoutput") + ".", "subprocess.getoutput"},
    {"persistent ids", "(Pabc\nK\1Qt."s, "(persistent id 'abc', persistent id 1)"},
    {"extension codes", "(\x82\1\x83\1\1\x84\1\0\0\0t."s, "(<extension 1>, <extension 257>, <extension 1>), extension@1, extension@3, extension@6"},
    {"a BUILD of a class is told", name("a", "B") + "}b.", "a.B, build@6"},
    {"a second BUILD is told", name("a", "B") + ")\x81}b}b.", "a.B(), build@10"},
    {"arguments that are no tuple are told", name("a", "f") + "]R.", "a.f(*[]), arguments@6"},
    // memo and stack
    {"memo by text, one byte, four bytes", "K\1p0\nq\1r\2\0\0\0"
                                           "0g0\nh\1j\2\0\0\0\x87."s,
        "(1, 1, 1)"},
    {"a memo key may be set anew", "K\1q\0K\2q\0"
                                   "0h\0\x86."s,
        "(1, 2)"},
    {"a memo key of 2^31 costs nothing, and is told", "Nr\0\0\0\x80j\0\0\0\x80\x86."s, "(None, None), memo@1"},
    {"MEMOIZE counts the entries", "K\1q\5"
                                   "0K\2\x94h\1\x86."s,
        "(2, 2)"},
    {"POP takes a mark that lies on top", "N(0."s, "None"},
    {"POP_MARK, DUP", "K\1(NN1"
                      "2\x86."s,
        "(1, 1)"},
    {"what is left on the stack is told", "NN."s, "None, stack@2"},
    // where readers differ
    {"a hexadecimal integer", "I0x10\n.", "16, number@0"},
    {"a float with an underscore", "F1_0\n.", "10, number@0"},
    {"a memo key with a leading zero", "Np01\ng1\n\x86.", "(None, None), number@1"},
    {"an argument that straddles the end of a frame", proto(4) + "\x95\2\0\0\0\0\0\0\0J\1\0\0\0."s, "1, frame@11"},
    {"a frame that is too long", proto(4) + "\x95\xff\0\0\0\0\0\0\0N."s, "None, frame@12"},
    {"a frame of all there could be", proto(4) + "\x95\xff\xff\xff\xff\xff\xff\xff\xffN."s, "None, frame@12"},
    {"a frame in a frame", proto(4) + "\x95\x0b\0\0\0\0\0\0\0N\x95\1\0\0\0\0\0\0\0."s, "None, frame@12"},
    {"data after a frame is as good as in it", proto(4) + "\x95\1\0\0\0\0\0\0\0N."s, "None"},
    {"PROTO twice", proto(2) + "N" + proto(2) + ".", "None, protocol@3"},
    {"SETITEM into a list", "]K\0K\1s."s, "[], target@5"},
    {"APPEND to a bytearray and to a name", "(\x96\0\0\0\0\0\0\0\0"s + "K\1a" + name("sys", "path") + "K\1at.", "(bytearray(b''), sys.path), target@12, target@25"},
    {"APPENDS of nothing to anything", "N(e(u(\x90.", "None, target@2, target@4, target@6"},
    {"keys that Python cannot hash", "(}]Ns\x8f(}\x90(\x8f\x91t.", "({[]: None}, set({}), frozenset(set())), key@4, key@8, key@11"},
    {"an integer that C reads to its NUL", "I5\0x\n."s, "5, number@0"},
    {"an octal number, to C alone", "I010\n.", "8, number@0"},
    {"a float that overflows in C alone", "F1e400\n.", "inf, number@0"},
    {"a memo key that only Python takes", "Np99999999999999999999\n0g99999999999999999999\n.", "None, number@1, memo@1, number@24"},
    {"a memo key that C reads to its NUL", "Np1\0x\n0g1\n."s, "None, number@1"},
    {"a module whose name is a name", name("os", "sep") + text("x") + "\x93.", "?.x, computed-name@14"},
    {"an opcode whose argument follows the frame", proto(4) + "\x95\1\0\0\0\0\0\0\0K\1."s, "1, frame@11"},
    {"READONLY_BUFFER of a value", "N\x98.", "None, buffer@1"},
    {"a name with a carriage return", "cos\r\nsystem\n.", "os\\r.system, name@0"},
    // malformed
    {"nothing", "", "error: pickle: cut short: ends without STOP, byte 0"},
    {"no STOP", "N", "error: pickle: cut short: ends without STOP, byte 1"},
    {"unknown opcode", "N\xff.", "error: pickle: no opcode: 255, byte 1"},
    {"stack underflow", "0.", "error: POP: stack underflow, byte 0"},
    {"a mark is a floor", "N(\x85.", "error: TUPLE1: stack underflow, byte 2"},
    {"no mark", "Nt.", "error: TUPLE: no mark on the stack, byte 1"},
    {"memo key never set", "h\5.", "error: BINGET: memo key 5 was never set, byte 0"},
    {"a terabyte that is not there", "\x8e\0\0\0\0\0\1\0\0a."s, "error: BINBYTES8: cut short: 1099511627776 bytes wanted, 2 left, byte 0"},
    {"LONG4 with a negative length", "\x8b\xff\xff\xff\xff.", "error: LONG4: a length of -1, byte 0"},
    {"protocol 99", "\x80\x63N.", "error: PROTO: protocol 99, the highest is 5, byte 0"},
    {"text that is not UTF-8", "X\1\0\0\0\xff."s, "error: BINUNICODE: not UTF-8, byte 0"},
    {"a key without a value", "}(Nu.", "error: SETITEMS: a key without a value, byte 3"},
    {"APPEND to a dict", "}Na.", "error: APPEND: wanted a list or an object, found a dict, byte 2"},
    {"a name of numbers", "K\1K\2\x93."s, "error: STACK_GLOBAL: module and name must be str, found int and int, byte 4"},
    {"a broken integer", "I1x\n.", "error: INT: \"1x\": not an integer, byte 0"},
    {"quotes that do not match", "S'a\n.", "error: STRING: a string without matching quotes, byte 0"},
};

TEST(PickleMachine, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.bytes), c.answer) << c.name;
}

TEST(PickleMachine, knows_all_opcodes_and_the_cases_use_each_of_them)
{
    std::set<unsigned char> codes;
    for (auto const& row : opcode_table())
        codes.insert(row.code);
    EXPECT_EQ(codes.size(), 68);
    for (auto const& row : opcode_table()) {
        bool used = false;
        for (auto const& c : cases)
            used = used || c.bytes.find(static_cast<char>(row.code)) != std::string::npos;
        EXPECT_TRUE(used) << row.name;
    }
}

TEST(PickleMachine, says_where_a_pickle_ends_and_reads_the_next)
{
    std::string const bytes = "K\1.K\2.rest"s;
    auto const first = run_pickle(bytes_of(bytes)).pickle;
    EXPECT_EQ(first.end, 3);
    PickleOptions second;
    second.start = first.end;
    EXPECT_EQ(answer(bytes, second), "2");
    EXPECT_EQ(run_pickle(bytes_of(bytes), second).pickle.end, 6);
    second.start = 100;
    EXPECT_EQ(answer(bytes, second), "error: pickle: starts beyond the 10 bytes that there are, byte 100");
}

TEST(PickleMachine, tells_called_names_from_mere_mentions)
{
    auto const pickle = run_pickle(bytes_of(name("a", "b") + name("c", "d") + ")R\x86.")).pickle;
    ASSERT_EQ(pickle.mentions.size(), 2);
    EXPECT_FALSE(pickle.mentions[0].called);
    EXPECT_TRUE(pickle.mentions[1].called);
    EXPECT_EQ(pickle.mentions[1].offset, 5);
}

TEST(PickleMachine, keeps_what_came_before_an_error)
{
    auto const run = run_pickle(bytes_of(name("posix", "system") + "(S'x'\ntR\xff"));
    ASSERT_TRUE(run.error);
    ASSERT_EQ(run.pickle.mentions.size(), 1);
    EXPECT_TRUE(run.pickle.mentions[0].called);
}

TEST(PickleMachine, tells_the_name_that_python_imports_where_the_input_ends_in_it)
{
    for (auto const& [bytes, wanted] : std::initializer_list<std::pair<std::string, std::string>>{{"cos\nsystem!", "os.system"}, {"cos!", "os."}, {"c", "."}, {"(ios\nsystem!", "os.system"}}) {
        auto const run = run_pickle(bytes_of(bytes));
        ASSERT_TRUE(run.error) << bytes;
        ASSERT_EQ(run.pickle.mentions.size(), 1) << bytes;
        EXPECT_EQ(run.pickle.graph.value(run.pickle.mentions[0].global).qualified_name(), wanted);
    }
    EXPECT_TRUE(run_pickle(bytes_of("ios\nsystem\n")).pickle.mentions.size() == 1); // Python imports before it misses the mark
}

TEST(PickleMachine, names_the_opcode_of_each_finding_and_each_value)
{
    auto const run = run_pickle(bytes_of("(I0x10\n" + name("a", "b") + ")Rt."));
    EXPECT_EQ(run.pickle.findings.list[0].opcode, "INT");
    EXPECT_EQ(run.pickle.root().opcode(), "TUPLE");
    EXPECT_EQ(run.pickle.root().item(1).opcode(), "REDUCE");
    PickleGraph by_hand;
    EXPECT_EQ(by_hand.value(by_hand.add_plain(NodeKind::none, 0)).opcode(), "");
    PickleFindings findings;
    findings.add("word", run.pickle.root().item(1), "message");
    findings.add("word", 5, "message");
    EXPECT_EQ(findings.list[0].opcode, "REDUCE");
    EXPECT_EQ(findings.list[0].offset, run.pickle.root().item(1).offset());
    EXPECT_EQ(findings.list[1].opcode, "");
}

TEST(PickleMachine, doubles_nothing_when_the_memo_doubles)
{
    std::string bytes = "]q\0"s;
    for (unsigned level = 0; level < 200; ++level)
        bytes += "]q" + one_byte(level + 1) + "h" + one_byte(level) + "a" + "h" + one_byte(level) + "a";
    EXPECT_EQ(run_pickle(bytes_of(bytes + ".")).pickle.graph.size(), 201);
}

TEST(PickleMachine, nests_without_recursion)
{
    auto const run = run_pickle(bytes_of(std::string(2'000'000, ']') + std::string(1'999'999, 'a') + "."));
    EXPECT_FALSE(run.error);
    EXPECT_LT(text_of(run.pickle.root()).size(), 100);
}

TEST(PickleMachine, keeps_to_its_limits)
{
    PickleOptions options;
    options.limits.steps = 3;
    EXPECT_EQ(answer("NNN.", options), "error: a pickle of more than 3 opcodes, which is the limit, byte 3");
    options.limits.bytes = 3;
    EXPECT_EQ(answer("NNN.", options), "error: a pickle of 4 bytes, the limit is 3");
}

TEST(PickleMachine, keeps_the_first_thousand_findings_and_counts_the_others)
{
    auto const run = run_pickle(bytes_of(std::string(1'500, '\x97') + "."));
    EXPECT_EQ(run.pickle.findings.list.size(), 1'000);
    EXPECT_EQ(run.pickle.findings.left_out, 501);
}

TEST(PickleMachine, is_refused_wherever_it_is_cut_and_survives_any_byte_being_any_other)
{
    for (auto const& c : cases) {
        if (std::string_view(c.answer).starts_with("error"))
            continue;
        for (size_t length = 0; length < c.bytes.size(); ++length)
            EXPECT_TRUE(run_pickle(bytes_of(c.bytes.substr(0, length))).error) << c.name << length;
        for (size_t place = 0; place < c.bytes.size(); ++place)
            for (int byte = 0; byte < 256; ++byte) {
                std::string changed = c.bytes;
                changed[place] = static_cast<char>(byte);
                answer(changed);
            }
    }
}

}
