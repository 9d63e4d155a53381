#include "cli/command.h"

#include "cli/explain.h"
#include "cli/parsing.h"

#include <gtest/gtest.h>

#include <set>

namespace {

// "convert FILE=[a] --opset=[18]", "help", or the error.
std::string answer(std::vector<std::string> const& arguments)
{
    auto const parsed = parse_arguments(arguments);
    if (!parsed)
        return "error: " + parsed.error().what;
    if (std::holds_alternative<HelpText>(*parsed))
        return "help";
    auto const& [command, given] = std::get<ParsedCommand>(*parsed);
    std::string text(command->name);
    for (auto const& [name, values] : given.values) {
        text += " " + name + "=[";
        for (size_t i = 0; i < values.size(); ++i)
            text += (i > 0 ? "|" : "") + values[i];
        text += "]";
    }
    return text;
}

struct Case {
    char const* name;
    std::vector<std::string> arguments;
    char const* answer;
};

Case const cases[] = {
    {"a verb alone", {"version"}, "version"},
    {"options before and behind the verb", {"--json", "convert", "a.pt", "-o", "b.onnx"}, "convert --json=[] --output=[b.onnx] FILE=[a.pt]"},
    {"an option that may stand several times", {"convert", "a", "--sample", "1", "--sample", "2"}, "convert --sample=[1|2] FILE=[a]"},
    {"an option that may not", {"convert", "a", "-o", "1", "-o", "2"}, "error: "},
    {"brackets and commas stay as they are", {"convert", "a", "--input", "[x,y]"}, "convert --input=[[x,y]] FILE=[a]"},
    {"a dash is a value", {"predict", "a", "-i", "-"}, "predict --input=[-] MODEL=[a]"},
    {"several models", {"serve", "a", "b=c"}, "serve MODEL=[a|b=c]"},
    {"an argument too many", {"inspect", "a", "b"}, "error: "},
    {"an argument too few", {"inspect"}, "error: "},
    {"help for all", {"--help"}, "help"},
    {"help for one, whatever else is there", {"convert", "--frobnicate", "--help"}, "help"},
    {"a verb that is not there", {"frobnicate"}, "error: there is no verb \"frobnicate\""},
    {"nothing", {}, "error: no verb is given"},
};

TEST(Arguments, answers)
{
    for (auto const& c : cases) {
        std::string const found = answer(c.arguments);
        if (std::string_view(c.answer) == "error: ")
            EXPECT_TRUE(found.starts_with("error: ")) << c.name << ": " << found;
        else
            EXPECT_EQ(found, c.answer) << c.name;
    }
}

TEST(Arguments, name_the_nearest_verb)
{
    std::vector<std::string> const arguments{"publsh"};
    EXPECT_EQ(parse_arguments(arguments).error().hint, "did you mean `hullmark publish`?");
}

TEST(Commands, have_options_of_their_own_names_and_a_help)
{
    for (auto const& command : commands()) {
        std::set<std::string_view> names{"--json", "--help"};
        for (auto const& option : command.options) {
            EXPECT_TRUE(option.name.starts_with("--")) << option.name;
            EXPECT_TRUE(names.insert(option.name).second) << command.name << " has " << option.name << " twice";
            EXPECT_FALSE(option.help.empty()) << option.name;
        }
        EXPECT_TRUE(command.example.find(command.name) != std::string_view::npos) << command.name;
    }
}

TEST(Explain, pages_stand_in_order_and_reasons_have_theirs)
{
    int last = 0;
    std::set<int> codes;
    for (auto const& page : explain_pages()) {
        EXPECT_LT(last, page.code);
        last = page.code;
        codes.insert(page.code);
    }
    for (auto const& row : reason_table)
        EXPECT_TRUE(codes.contains(row.code)) << row.name;
}

}
