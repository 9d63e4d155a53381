#include "registry/reference.h"

#include <gtest/gtest.h>

namespace {

std::string answer(std::string_view text)
{
    auto const address = parse_model_address(text);
    if (!address)
        return "error: " + address.error().text();
    if (auto const* path = std::get_if<ModelPath>(&*address))
        return "path " + path->path;
    return std::get<ModelReference>(*address).text();
}

struct ReferenceCase {
    char const* name;
    std::string text;
    std::string answer;
};

ReferenceCase const cases[] = {
    {"a file is a path", "model.onnx", "path model.onnx"},
    {"a folder like a reference is a path", "./models:/x", "path ./models:/x"},
    {"another scheme is a path until somebody opens it", "s3://bucket/x", "path s3://bucket/x"},
    {"nothing is no model", "", "error: a model is wanted, found nothing"},
    {"digits are a version", "models:/digits/3", "models:/digits/3"},
    {"leading zeros do not count", "models:/digits/007", "models:/digits/7"},
    {"a version that no registry can hold", "models:/digits/99999999999999999999", "error: no version has a number like \"99999999999999999999\", \"models:/digits/99999999999999999999\""},
    {"an alias", "models:/digits@champion", "models:/digits@champion"},
    {"the last @ splits", "models:/me@home@champion", "models:/me@home@champion"},
    {"a name may hold an @ before a version", "models:/me@home/3", "models:/me@home/3"},
    {"stages are known in any case", "models:/digits/pRODUCTION", "models:/digits/Production"},
    {"None is a stage", "models:/digits/none", "models:/digits/None"},
    {"latest in any case", "models:/digits/LATEST", "models:/digits/latest"},
    {"spaces, quotes, percent signs and other alphabets pass", "models:/it's 100% \xC3\xA4\\/1", "models:/it's 100% \xC3\xA4\\/1"},
    {"a stage that is none", "models:/digits/champion", "error: there is no stage \"champion\", \"models:/digits/champion\""},
    {"a name alone says no version", "models:/digits", "error: no version is named, \"models:/digits\""},
    {"no name", "models:/", "error: no version is named, \"models:/\""},
    {"no name before the version", "models://3", "error: \"models://3\" is no model reference"},
    {"a blank name", "models:/  /3", "error: a model needs a name, \"models:/  /3\""},
    {"a host is no part of a reference", "models://host/digits/3", "error: \"models://host/digits/3\" is no model reference"},
    {"a slash too many", "models:/digits/3/x", "error: there is no stage \"3/x\", \"models:/digits/3/x\""},
    {"no slash after the scheme", "models:digits/3", "error: \"models:digits/3\" is no model reference"},
    {"a name cannot climb", "models:/../3", "error: \"..\" cannot be the name of a model, \"models:/../3\""},
    {"an empty alias", "models:/digits@", "error: an alias needs a name, \"models:/digits@\""},
    {"latest is no alias", "models:/digits@Latest", "error: `latest` always means the newest version and cannot be an alias, \"models:/digits@Latest\""},
    {"v3 is no alias", "models:/digits@V3", "error: \"V3\" looks like a version number and cannot be an alias, \"models:/digits@V3\""},
    {"an alias has no dots", "models:/digits@a.b", "error: an alias has letters, digits, `_` and `-` only, found \"a.b\", \"models:/digits@a.b\""},
    {"control characters do not reach a terminal", "models:/a\x1B[31m/1", "error: the name of a model is text in UTF-8 without control characters, found \"a?[31m\", \"models:/a?[31m/1\""},
    {"bytes that are no text", "models:/a\xFF/1", "error: the name of a model is text in UTF-8 without control characters, found \"a?\", \"models:/a?/1\""},
};

TEST(Reference, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.text), c.answer) << c.name;
}

TEST(Reference, short_forms_name_a_model_or_one_version_of_it)
{
    EXPECT_EQ(parse_named_model("digits")->version, std::nullopt);
    EXPECT_EQ(parse_named_model("digits")->name, "digits");
    EXPECT_EQ(parse_named_model("digits/3")->version->text(), "models:/digits/3");
    EXPECT_EQ(parse_named_model("digits@champion")->version->text(), "models:/digits@champion");
    EXPECT_EQ(parse_named_model("models:/digits@champion")->version->text(), "models:/digits@champion");
    EXPECT_EQ(parse_named_model("models:/digits")->name, "digits");
    EXPECT_FALSE(parse_named_model("a:b"));
    EXPECT_FALSE(parse_named_model(""));
}

TEST(Reference, aliases_and_names_have_the_lengths_that_mlflow_allows)
{
    EXPECT_TRUE(check_alias(std::string(255, 'a')));
    EXPECT_FALSE(check_alias(std::string(256, 'a')));
    EXPECT_TRUE(check_alias("v"));
    EXPECT_TRUE(check_alias("v3a"));
    EXPECT_TRUE(check_alias("-"));
    EXPECT_FALSE(check_alias("a\n"));
    EXPECT_TRUE(check_model_name(std::string(300, 'a')));
    EXPECT_FALSE(check_model_name(std::string(2001, 'a')));
    EXPECT_FALSE(check_model_name(std::string("a\0b", 3)));
}

TEST(Reference, files_stay_inside_their_version)
{
    for (auto const* good : {"model.onnx", "data/model.onnx", "a b/c", "...", "..a"})
        EXPECT_TRUE(check_version_path(good)) << good;
    for (auto const* bad : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", ".", "a\\b", "a\nb"})
        EXPECT_FALSE(check_version_path(bad)) << bad;
}

TEST(Reference, text_is_utf8_in_its_shortest_form)
{
    for (auto const* bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xC3", "\xE2\x82", "\xF5\x80\x80\x80"})
        EXPECT_FALSE(check_model_name(bad));
    for (auto const* good : {"\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x9A\xA2", "\xF4\x8F\xBF\xBF"})
        EXPECT_TRUE(check_model_name(good));
}

}
