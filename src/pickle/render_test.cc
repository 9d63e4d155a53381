#include "pickle/render.h"

#include "pickle/assembler.h"
#include "pickle/machine.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

std::string shown(std::string const& bytes, size_t most_bytes = 200) { return text_of(run_pickle(bytes_of(bytes + ".")).pickle.root(), most_bytes); }

TEST(PickleText, is_written_as_in_python)
{
    std::pair<std::string, char const*> const cases[] = {
        {"(N\x88\x89K\5G\x3f\xf8\0\0\0\0\0\0t"s, "(None, True, False, 5, 1.5)"},
        {"(" + text("it's \\") + "C\4a'\\\xff" + "\x96\1\0\0\0\0\0\0\0bt"s, "('it\\'s \\\\', b'a\\'\\\\\\xff', bytearray(b'b'))"},
        {"]K\1a", "[1]"},
        {"}" + text("a") + "K\1sK\2K\3s", "{'a': 1, 2: 3}"},
        {"\x8f(K\1\x90", "set(1)"},
        {"(K\1\x91", "frozenset(1)"},
        {"K\1\x85", "(1,)"},
        {name("posix", "system") + text("x") + "\x85R", "posix.system('x')"},
        {name("a", "b") + text("xy") + "R", "a.b(*'xy')"},
        {name("a", "b") + "K\1\x85}" + text("k") + "K\2s\x92", "a.b(1, **{'k': 2})"},
        {name("a", "b") + "]}\x92", "a.b(*[], **{})"},
        {"K\1Q", "persistent id 1"},
        {"\x82\7", "<extension 7>"},
        {"\x97", "<buffer 0>"},
        {"\x8a\x09\0\0\0\0\0\0\0\0\1"s, "<int of 9 bytes>"},
    };
    for (auto const& [bytes, wanted] : cases)
        EXPECT_EQ(shown(bytes), wanted);
}

TEST(PickleText, cannot_steer_a_terminal_or_turn_around)
{
    EXPECT_EQ(shown(text("\x1b[31m\n\t\x7f")), "'\\x1b[31m\\n\\t\\x7f'");
    EXPECT_EQ(shown(text("\xe2\x80\xae"
                         "cod.exe\xe2\x80\x8b")),
        "'\\u202ecod.exe\\u200b'");
    EXPECT_EQ(shown(text("\xed\xa0\x80")), "'\\xed\\xa0\\x80'"); // a lone surrogate is no UTF-8
    EXPECT_EQ(shown(name("o\x1bs", "\xe2\x80\xae"
                                   "metsys")),
        "o\\x1bs.\\u202emetsys");
    EXPECT_EQ(shown(text("caf\xc3\xa9")), "'caf\xc3\xa9'");
}

TEST(PickleText, is_no_longer_than_asked)
{
    std::string const many = "(" + std::string(1'000, 'N') + "t";
    std::pair<std::string, char const*> const cases[] = {
        {many, "(None, None, None..."},
        {text(std::string(1'000, 'x')), "'xxxxxxxxxxxxxxxx..."},
        {"B" + raw_number(uint32_t{1'000}) + std::string(1'000, 'x'), "b'xxxxxxxxxxxxxxx..."},
        {name(std::string(1'000, 'm'), "n"), "mmmmmmmmmmmmmmmmm..."},
        {text("aaaaaaaaaaaaaaa\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"), "'aaaaaaaaaaaaaaa..."}, // no half of a character
        {"}(" + std::string(1'000, 'N') + "u", "{None: None, None..."},
        {name("a", "b") + many + "R", "a.b(None, None, N..."},
        {name("a", "b") + many + "}\x92", "a.b(None, None, N..."},
    };
    for (auto const& [bytes, wanted] : cases)
        EXPECT_EQ(shown(bytes, 20), wanted);
    EXPECT_EQ(shown(many, 2), "...");
    // Lists in lists, each holding the one before ten times.
    std::string nested = "]";
    for (int level = 0; level < 30; ++level)
        nested += "q\0](hD"s.substr(0, 2) + "(" + std::string("h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0", 20) + "l";
    EXPECT_LE(shown(nested, 300).size(), 300);
}

TEST(PickleText, says_where_a_value_is_cut)
{
    struct Once : ByteStream {
        Result<Bytes> next() override { return bytes_of(std::exchange(text, "")); }
        std::string_view text;
    };
    std::string const bytes = "(" + text(std::string(500, 'x')) + "\x8e" + raw_number(uint64_t{500}) + std::string(500, 'y') + "\x96" + raw_number(uint64_t{500}) + std::string(500, 'z') + "t.";
    Once stream;
    stream.text = bytes;
    PickleOptions options;
    options.most_kept_each = 2;
    options.most_kept = 5;
    EXPECT_EQ(text_of(run_pickle(stream, options).pickle.root()), "('xx'<first of 500 bytes>, b'yy'<first of 500 bytes>, bytearray(b'z'<first of 500 bytes>))");
}

}
