#include "pickle/literals.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace std::string_literals;

std::string hex(std::string_view bytes)
{
    std::string text;
    for (char const c : bytes)
        for (int const digit : {static_cast<unsigned char>(c) >> 4, c & 15})
            text += "0123456789abcdef"[digit];
    return text;
}

// "5", "5 odd" where no Python writes it so, "0x<bytes>" where it is big, or "no".
std::string integer(std::string const& text)
{
    auto const literal = parse_integer_literal(text);
    if (!literal)
        return "no";
    auto const* const small = std::get_if<int64_t>(&literal->value);
    return (small ? std::to_string(*small) : "0x" + hex(std::get<std::string>(literal->value))) + (literal->canonical ? "" : " odd");
}

TEST(PickleLiterals, read_integers_as_either_unpickler_does)
{
    std::pair<std::string, char const*> const cases[] = {
        {"0", "0"},
        {"-12", "-12"},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "0x000000000000008000"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"-9223372036854775809", "0xffffffffffffff7fff"},
        {"+1", "1 odd"},
        {"-0", "0 odd"},
        {" 1\t", "1 odd"},
        {"1_000", "1000 odd"},
        {"0x_fF", "255 odd"},
        {"0B11", "3 odd"},
        {"0o17", "15 odd"},
        {"010", "8 odd"},
        {"-010", "-8 odd"},
        {"0_0", "0 odd"},
        {"000", "0 odd"},
        {"0x123456789abcdef012", "0x12f0debc9a78563412 odd"},
        {"5\0x"s, "5 odd"},
        {"\0"s, "0 odd"},
        {"08", "no"},
        {"0_8", "no"},
        {"1__0", "no"},
        {"_1", "no"},
        {"1_", "no"},
        {"0x", "no"},
        {"0b2", "no"},
        {"", "no"},
        {"-", "no"},
        {"--1", "no"},
        {"1z", "no"},
        {"1Z", "no"},
        {std::string(4301, '9'), "no"},
    };
    for (auto const& [text, wanted] : cases)
        EXPECT_EQ(integer(text), wanted) << text;
    EXPECT_NE(integer(std::string(4300, '9')), "no");
    // Two million hex digits take no longer than a million twice.
    EXPECT_EQ(integer("0x" + std::string(2'000'000, 'f')).size(), 2 + 2'000'000 + 2 + 4);
}

TEST(PickleLiterals, read_memo_keys)
{
    std::vector<std::string> huge;
    auto const key = [&](std::string const& text) {
        auto const literal = parse_memo_key(text, huge);
        return literal ? std::to_string(literal->key) + (literal->canonical ? "" : " odd") : "no";
    };
    std::pair<std::string, char const*> const cases[] = {
        {"0", "0"},
        {"17", "17"},
        {"00", "0 odd"},
        {"+1", "1 odd"},
        {"-0", "0 odd"},
        {"1_0", "10 odd"},
        {" 1 ", "1 odd"},
        {"1\0x"s, "1 odd"},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "9223372036854775808 odd"}, // the first of those that only pure Python takes
        {"0009223372036854775808", "9223372036854775808 odd"},
        {"99999999999999999999999", "9223372036854775809 odd"},
        {"-1", "no"},
        {"0x1", "no"},
        {"", "no"},
        {"1L", "no"},
        {std::string(4301, '9'), "no"},
    };
    for (auto const& [text, wanted] : cases)
        EXPECT_EQ(key(text), wanted) << text;
    for (int count = 0; count < 98; ++count)
        EXPECT_NE(key("1" + std::string(20, '0') + std::to_string(count)), "no");
    EXPECT_EQ(key("1" + std::string(30, '0')), "no");
}

TEST(PickleLiterals, read_reals_as_either_unpickler_does)
{
    auto const real = [](std::string const& text) {
        auto const literal = parse_real_literal(text);
        return literal ? std::to_string(literal->value) + (literal->canonical ? "" : " odd") : "no";
    };
    std::pair<std::string, char const*> const cases[] = {
        {"1.5", "1.500000"},
        {"-.5", "-0.500000"},
        {"1.", "1.000000"},
        {"1e2", "100.000000"},
        {"inf", "inf"},
        {"-Infinity", "-inf"},
        {"nan", "nan"},
        {"1e-400", "0.000000"},
        {"1e400", "inf odd"},
        {"-1e400", "-inf odd"},
        {"+1.5", "1.500000 odd"},
        {" 1.5", "1.500000 odd"},
        {"1_0.5", "10.500000 odd"},
        {"1.5\0x"s, "1.500000 odd"},
        {"1._5", "no"},
        {"_1", "no"},
        {"1_", "no"},
        {"+-1", "no"},
        {"nan(1)", "no"},
        {"0x1p3", "no"},
        {"", "no"},
        {"1e", "no"},
    };
    for (auto const& [text, wanted] : cases)
        EXPECT_EQ(real(text), wanted) << text;
}

TEST(PickleLiterals, read_quoted_strings)
{
    std::pair<std::string, char const*> const cases[] = {
        {"'a'", "a"},
        {"\"a'b\"", "a'b"},
        {"''", ""},
        {"'\\n\\x41\\101\\0\\q'", "\nAA"},
        {"'\\'\\\"\\\\'", "'\"\\"},
        {"'", "no"},
        {"", "no"},
        {"'a", "no"},
        {"'a\"", "no"},
        {"aa", "no"},
        {"'\\'", "no"},
        {"'\\x4'", "no"},
        {"'\\xg1'", "no"},
    };
    for (auto const& [text, wanted] : cases)
        EXPECT_STREQ(parse_quoted_string(text).value_or("no").c_str(), wanted) << text;
    EXPECT_EQ(parse_quoted_string("'\\0\\777\\18\\q'"), "\0\xff\1"
                                                        "8\\q"s);
}

TEST(PickleLiterals, read_raw_unicode)
{
    std::pair<std::string, char const*> const cases[] = {
        {"a\xe9", "a\xc3\xa9"},
        {"\\u0041\\U00010ffff", "A\xf0\x90\xbf\xbf"
                                "f"},
        {"\\\\u0041", "\\\\u0041"},
        {"\\x", "\\x"},
        {"\\", "\\"},
        {"\\ud800", "\xed\xa0\x80"},
        {"\\u004", "no"},
        {"\\u00g1", "no"},
        {"\\U00110000", "no"},
        {"\\U0001", "no"},
    };
    for (auto const& [text, wanted] : cases)
        EXPECT_EQ(parse_raw_unicode(text).value_or("no"), wanted) << text;
}

TEST(PickleLiterals, know_utf8_as_python_does_however_it_is_cut)
{
    std::pair<std::string, bool> const cases[] = {
        {"", true},
        {"plain text, long enough", true},
        {"\xc2\x80 \xe0\xa0\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", true},
        {"\xed\xa0\x80", true}, // a lone surrogate
        {"\x80", false},
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"a long beginning \xe2\x82", false},
        {"\xe2\x28\xa1", false},
        {"\xe2", false},
    };
    for (auto const& [text, wanted] : cases) {
        EXPECT_EQ(is_python_utf8(text), wanted) << text;
        for (size_t piece = 1; piece <= text.size(); ++piece) {
            PythonUtf8Check check;
            bool is_right = true;
            for (size_t place = 0; place < text.size() && is_right; place += piece)
                is_right = check.add(std::string_view(text).substr(place, piece));
            EXPECT_EQ(is_right && check.is_whole(), wanted) << text << piece;
        }
    }
    EXPECT_EQ(whole_utf8("ab\xe2\x82"), "ab");
    EXPECT_EQ(whole_utf8("ab"), "ab");
}

TEST(PickleLiterals, read_binary_integers_of_any_length)
{
    auto const number = [](std::string const& bytes) {
        auto const value = integer_from_bytes(bytes_of(bytes));
        auto const* const small = std::get_if<int64_t>(&value);
        return small ? std::to_string(*small) : "0x" + hex(text_of(std::get<Bytes>(value)));
    };
    EXPECT_EQ(number(""), "0");
    EXPECT_EQ(number("\xff"), "-1");
    EXPECT_EQ(number("\xff\0"s), "255");
    EXPECT_EQ(number("\x01\0\0\0\0\0\0\0\0\0\0"s), "1");
    EXPECT_EQ(number(std::string(20, '\xff')), "-1");
    EXPECT_EQ(number("\0\0\0\0\0\0\0\0\1\0\0"s), "0x000000000000000001");
    EXPECT_EQ(number("\0\0\0\0\0\0\0\x80\0\0"s), "0x000000000000008000");
}

}
