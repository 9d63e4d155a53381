#include "package/package.h"

#include <gtest/gtest.h>

namespace {

struct Case {
    char const* name;
    char const* text;
    char const* answer;
};

std::string answer(std::string const& text, Limits const& limits = {})
{
    auto const value = read_mlmodel(text, limits);
    return value ? write_json(*value) : "error: " + value.error().text();
}

Case const cases[] = {
    {"a map in block style", "b: 1\na: [x, 'y']\n", R"({"b":1,"a":["x","y"]})"},
    {"plain words have types", "[null, ~, true, no, 12, -3, 1.5, 1.21.0, 1e5, 007, '12']", R"([null,null,true,false,12,-3,1.5,"1.21.0","1e5","007","12"])"},
    {"nothing is null", "a:\n", R"({"a":null})"},
    {"folded texts are joined", "a: '[1,\n  2]'\n", R"({"a":"[1, 2]"})"},
    {"times stay texts", "utc_time_created: '2026-01-01 00:00:00.5'\n", R"({"utc_time_created":"2026-01-01 00:00:00.5"})"},
    {"aliases are refused", "a: &x [1]\nb: *x\n", "error: an anchor in YAML, line 1"},
    {"tags are refused", "a: !!python/object/apply:os.system [id]\n", "error: the tag tag:yaml.org,2002:python/object/apply:os.system in YAML, line 1"},
    {"a key stands once", "a: 1\na: 2\n", "error: the key \"a\" stands here twice, line 2"},
    {"keys are texts", "? [1]\n: 2\n", "error: a key in YAML that is no text, line 1"},
    {"what is no YAML is malformed", "a: [1\n", "error: no YAML: end of sequence flow not found, line 2"},
    {"control characters are refused", "a: \x01\n", "error: a control character in YAML, byte 3"},
    {"texts are UTF-8", "\xcc\xcc: 1\n", "error: YAML that is no UTF-8"},
    {"nothing at all is no document", "", "error: an empty YAML document"},
};

TEST(MlmodelYaml, is_read_or_refused_with_the_line)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.text), c.answer) << c.name;
}

TEST(MlmodelYaml, is_bounded)
{
    EXPECT_TRUE(answer(std::string(70, '[') + std::string(70, ']')).starts_with("error: YAML is nested deeper than 64"));
    EXPECT_TRUE(answer(std::string(100'000, '[')).starts_with("error: "));
    Limits limits;
    limits.entries = 3;
    EXPECT_TRUE(answer("[1, 2, 3, 4]", limits).starts_with("error: too many values in YAML"));
    limits = {};
    limits.document_bytes = 3;
    EXPECT_EQ(answer("[1, 2]", limits), "error: YAML of 6 bytes, the limit is 3");
}

TEST(MlmodelYaml, keeps_keys_that_nobody_knows)
{
    std::string const text = "flavors:\n  mine:\n    deep:\n      - 1\n      - yes it is\n      - {}\nfrom_the_future: '12'\nmlflow_version: 3.17.2\nnothing: null\nratio: 0.5\nwhen: '2026-01-01 00:00:00'\n";
    auto const value = read_mlmodel(text);
    ASSERT_TRUE(value) << value.error().text();
    auto const again = read_mlmodel(write_mlmodel(*value));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(*again, *value);
}

TEST(MlmodelYaml, quotes_what_would_be_something_else)
{
    for (auto const* text : {"", "null", "yes", "12", "1.5", "1e5", "0x10", "012", "1:30", "a: b", "a #b", "- a", "*a", "&a", "!a", "'", "\"", "line\nline", "tab\t", "\xc3\xa9", "1.21.0", "~", "=", "<<", "[1]", "{", "%", "@", "`", "?", "-", "2026-01-01", "a b "}) {
        auto const again = read_mlmodel(write_mlmodel(Json{{"k", text}}));
        ASSERT_TRUE(again) << text << ": " << again.error().text();
        EXPECT_EQ(again->at("k"), text);
    }
    Json const zero{{std::string("\0k", 2), std::string("a\0b\x1b", 4)}};
    auto const again = read_mlmodel(write_mlmodel(zero));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(*again, zero);
}

TEST(MlmodelYaml, survives_every_cut_and_every_changed_byte)
{
    std::string const text = "a: [1, 'x']\nb:\n  - {c: null}\n  - \"d\"\n";
    for (size_t place = 0; place < text.size(); ++place) {
        answer(text.substr(0, place));
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = text;
            changed[place] = static_cast<char>(byte);
            answer(changed);
        }
    }
}

}
