#include "json/json.h"

#include <gtest/gtest.h>

namespace {

std::string answer(std::string_view text, uint32_t depth = 4)
{
    Limits limits;
    limits.document_bytes = 100;
    auto const document = read_json(text, depth, limits);
    return document ? write_json(*document) : "error: " + document.error().text();
}

struct Case {
    char const* name;
    std::string text;
    char const* answer;
};

Case const cases[] = {
    {"keys keep their order", R"({"b": 1, "a": [true, null]})", R"({"b":1,"a":[true,null]})"},
    {"a document may be a plain value", "3", "3"},
    {"64-bit integers are exact", "[9007199254740993, -9223372036854775808, 18446744073709551615]", "[9007199254740993,-9223372036854775808,18446744073709551615]"},
    {"floats are the nearest", "[0.1, 1e300, -0.0]", "[0.1,1e+300,-0.0]"},
    {"escapes become UTF-8", R"("\u00e9\ud83d\ude00\u0000")", "\"\xC3\xA9\xF0\x9F\x98\x80\\u0000\""},
    {"an integer of 65 bits is not rounded", "[18446744073709551616]", "error: the integer \"18446744073709551616\" does not fit 64 bits, at the top of the JSON value"},
    {"a float has an end", "1e999", "error: number overflow parsing '1e999', byte 4 (line 1, column 5)"},
    {"nothing is not a document", "", "error: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal, byte 0 (line 1, column 1)"},
    {"NaN is no number", "[NaN]", "error: syntax error while parsing value - invalid literal, byte 1 (line 1, column 2)"},
    {"Infinity is no number", "[-Infinity]", "error: syntax error while parsing value - invalid number; expected digit after '-', byte 2 (line 1, column 3)"},
    {"a key stands once", R"({"x": [{"a": 1, "b": 2, "a": 3}]})", R"(error: the key "a" stands twice in one object, in the JSON value at /x/0)"},
    {"a place is a JSON pointer", R"({"a/b~": {"c": {"d": 1, "d": 2}}})", R"(error: the key "d" stands twice in one object, in the JSON value at /a~1b~0/c)"},
    {"keys are equal after their escapes", R"({"a": 1, "\u0061": 2})", R"(error: the key "a" stands twice in one object, at the top of the JSON value)"},
    {"the same key in other objects is fine", R"([{"a": {"a": 1}}, {"a": 2}])", R"([{"a":{"a":1}},{"a":2}])"},
    {"nesting up to the limit is read", "[[[[]]]]", "[[[[]]]]"},
    {"nesting beyond the limit is told from damage", "[[[[[]]]]]", "error: JSON is nested deeper than the limit of 4, in the JSON value at /0/0/0"},
    {"a NUL does not end the text", std::string("{}\0x", 4), "error: a NUL byte in JSON, byte 2 (line 1, column 3)"},
    {"a byte order mark is not skipped", "\xEF\xBB\xBF{}", "error: a byte order mark in front of JSON, byte 0"},
    {"bad UTF-8 is refused", "\"\xC0\x80\"", "error: syntax error while parsing value - invalid string: ill-formed UTF-8 byte, byte 1 (line 1, column 2)"},
    {"half a pair of surrogates is refused", R"("\ud800")", "error: syntax error while parsing value - invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF, byte 7 (line 1, column 8)"},
    {"comments are refused", "[1] // one", "error: syntax error while parsing value - invalid literal, byte 4 (line 1, column 5)"},
    {"nothing may follow", "{}\n{}", "error: syntax error while parsing value - unexpected '{'; expected end of input, byte 3 (line 2, column 1)"},
    {"a trailing comma is refused", "[1,]", "error: syntax error while parsing value - unexpected ']'; expected '[', '{', or a literal, byte 3 (line 1, column 4)"},
    {"length is compared first", std::string(101, ' '), "error: a JSON document of 101 bytes, the limit is 100"},
};

TEST(Json, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.text), c.answer) << c.name;
}

std::string const sample = R"({"name": "a\n\u00e9", "shape": [2, -3, 1.5e3], "more": {"on": true, "off": false, "no": null}})";

TEST(Json, is_refused_wherever_it_is_cut)
{
    ASSERT_FALSE(answer(sample).starts_with("error: "));
    for (size_t length = 0; length < sample.size(); ++length)
        EXPECT_TRUE(answer(sample.substr(0, length)).starts_with("error: ")) << length;
}

TEST(Json, that_is_read_with_any_byte_changed_can_be_written_and_read_again)
{
    for (size_t place = 0; place < sample.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = sample;
            changed[place] = static_cast<char>(byte);
            if (auto const document = read_json(changed)) {
                auto const again = read_json(write_json(*document));
                ASSERT_TRUE(again.has_value()) << changed;
                EXPECT_EQ(*again, *document) << changed;
            }
        }
}

TEST(Json, with_many_keys_is_read_in_linear_time)
{
    std::string text = "{";
    for (int i = 0; i < 200'000; ++i)
        text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    auto const document = read_json(text + "}");
    ASSERT_TRUE(document.has_value());
    EXPECT_EQ(document->size(), 200'000u);
}

TEST(Json, as_deep_as_the_limit_is_read_written_and_let_go)
{
    std::string const deep = std::string(200, '[') + std::string(200, ']');
    EXPECT_EQ(write_json(*read_json(deep)), deep);
    EXPECT_EQ(read_json("[" + deep + "]").error().reason, Reason::exhausted);
    EXPECT_EQ(read_json(std::string(1'000'000, '[')).error().reason, Reason::exhausted);
}

TEST(Json, is_written_whatever_the_text_holds)
{
    EXPECT_EQ(write_json(Json{{"k", "a\xFF"
                                    "b"}}),
        "{\"k\":\"a\xEF\xBF\xBD"
        "b\"}");
    EXPECT_EQ(write_json(Json{{"k", {1, 2}}}, 2), "{\n  \"k\": [\n    1,\n    2\n  ]\n}");
    EXPECT_EQ(write_json(Json(std::numeric_limits<double>::quiet_NaN())), "null");
}

template <typename T>
std::string said(Result<T> const& result) { return result ? "fine" : result.error().text(); }

TEST(Json, members_say_which_key_was_wanted)
{
    Json const object = {{"t", "x"}, {"i", -3}, {"f", 1.0}, {"big", 18446744073709551615u}, {"l", {1}}, {"b", true}, {"o", Json::object()}};
    EXPECT_EQ(*json_text(object, "t"), "x");
    EXPECT_EQ(*json_integer(object, "i"), -3);
    EXPECT_EQ(*json_number(object, "i"), -3.0);
    EXPECT_TRUE(*json_boolean(object, "b"));
    EXPECT_EQ((*json_array(object, "l"))->size(), 1u);
    EXPECT_TRUE((*json_object(object, "o"))->empty());
    EXPECT_EQ(said(json_text(object, "i")), "the member \"i\" is number, wanted a string");
    EXPECT_EQ(said(json_text(object, "u")), "the member \"u\" is not there");
    EXPECT_EQ(said(json_integer(object, "f")), "the member \"f\" is number, wanted an integer of 64 bits");
    EXPECT_EQ(said(json_integer(object, "big")), "the member \"big\" is number, wanted an integer of 64 bits");
    EXPECT_EQ(said(json_member(Json(3), "x")), "found number, wanted an object with the member \"x\"");
}

}
