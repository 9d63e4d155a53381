#include "serve/json_cursor.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <random>

namespace {

// What the cursor makes of a text that is one number, in C's exact form; "-" where it takes none, or not all.
std::string number_of(std::string_view text)
{
    JsonCursor cursor(text);
    auto const number = cursor.number();
    if (!number || !cursor.at_end())
        return "-";
    char exact[64];
    std::snprintf(exact, sizeof exact, "%a", number->value);
    return std::string(exact) + (number->integer ? " i" + std::to_string(*number->integer) : "") + (number->natural ? " n" + std::to_string(*number->natural) : "");
}

// The same by the reader that makes trees.
std::string number_by_tree(std::string_view text)
{
    auto const read = read_json(text);
    if (!read || !read->is_number())
        return "-";
    char exact[64];
    std::snprintf(exact, sizeof exact, "%a", read->get<double>());
    std::string all = exact;
    if (read->is_number_integer() && (!read->is_number_unsigned() || read->get<uint64_t>() <= uint64_t{INT64_MAX}))
        all += " i" + std::to_string(read->get<int64_t>());
    if (read->is_number_unsigned() || (read->is_number_integer() && read->get<int64_t>() == 0))
        all += " n" + std::to_string(read->get<uint64_t>());
    return all;
}

TEST(JsonCursor, reads_numbers_as_the_reader_of_trees_does)
{
    for (auto const* text : {"0", "-0", "-0.0", "1", "12345678", "123456789", "0.625095464", "-7.057914733886719", "1e5", "1E+5", "1e-5", "1.5e308", "9007199254740993", "9007199254740992.5",
             "18446744073709551615", "18446744073709551616", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1e400", "-1e400", "1e-400", "4.9e-324",
             "2.4e-324", "2.2250738585072011e-308", "0.000000000000000000000000000000000001", "1e22", "1e23", "1e-22", "1e-23", "1e99999999999999999999", "1e-99999999999999999999", "00", "01", "-01",
             "1.", ".5", "-", "+1", "1e", "1e+", "0x10", "1_0", "--1", "1.e5", "NaN", "", " 1", "1 ", "1,", "12345678.12345678", "1234567.1", "0.12345678901234567890123456789", "1.7976931348623159e308"})
        EXPECT_EQ(number_of(text), number_by_tree(text)) << text;
}

TEST(JsonCursor, reads_any_double_exactly)
{
    std::mt19937_64 random(7);
    for (int round = 0; round < 20'000; ++round) {
        uint64_t const bits = random();
        double value;
        std::memcpy(&value, &bits, sizeof value);
        if (round % 3 == 0)
            value = static_cast<double>(static_cast<float>(bits % 2'000'003) / 1'000'003);
        if (!std::isfinite(value))
            continue;
        char digits[64];
        auto const* const end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
        std::string const text(digits, static_cast<size_t>(end - digits));
        JsonCursor cursor(text);
        double read = 0;
        ASSERT_TRUE(cursor.take_double(read)) << text;
        ASSERT_EQ(std::memcmp(&read, &value, sizeof read), 0) << text;
        ASSERT_TRUE(cursor.at_end());
    }
}

TEST(JsonCursor, reads_texts_with_their_escapes)
{
    struct Case {
        char const* text;
        std::optional<std::string> read;
    };
    Case const cases[] = {
        {R"("a b")", "a b"},
        {R"("é")", "é"},
        {R"("\u00e9\n\"\\")", "é\n\"\\"},
        {R"("\ud83d\ude00")", "😀"},
        {R"("\ud83d")", std::nullopt}, // half a character
        {"\"\xff\"", std::nullopt},
        {"\"a\nb\"", std::nullopt},
        {R"("a)", std::nullopt},
        {R"("\")", std::nullopt},
        {R"("\x")", std::nullopt},
        {"a", std::nullopt},
    };
    for (auto const& c : cases) {
        JsonCursor cursor(c.text);
        EXPECT_EQ(cursor.text(), c.read) << c.text;
    }
}

TEST(JsonCursor, goes_past_any_value)
{
    struct Case {
        char const* text;
        std::optional<std::string_view> skipped;
    };
    Case const cases[] = {
        {"1, 2", "1"},
        {" true]", "true"},
        {R"({"a":[1,{"b":"]}"}],"c":"\"}"} ,)", R"({"a":[1,{"b":"]}"}],"c":"\"}"})"},
        {"[[[1]]]", "[[[1]]]"},
        {"[[[[1]]]]", std::nullopt}, // deeper than allowed
        {"[1", std::nullopt},
        {"\"a", std::nullopt},
        {"]", std::nullopt},
        {"", std::nullopt},
    };
    for (auto const& c : cases) {
        JsonCursor cursor(c.text);
        EXPECT_EQ(cursor.skip(3), c.skipped) << c.text;
    }
}

}
