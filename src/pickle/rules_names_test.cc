#include "pickle/assembler.h"
#include "pickle/rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

// Every name of Python's own modules, brought in and used in every way. What passes is listed, and was looked at line by line.

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

bool is_safe(std::string const& bytes)
{
    auto const run = run_pickle(bytes_of(bytes));
    return !run.error && run.pickle.findings.empty() && judge_pickle(run.pickle, PickleFlavour::values).empty();
}

std::string stack_global(std::string_view module, std::string_view attribute) { return proto(4) + text(module) + text(attribute) + "\x93"; }

// Arguments between a mark and what takes them.
constexpr std::pair<char const*, std::string_view> arguments[] = {
    {"()", ""},
    {"('ab')", "X\2\0\0\0ab"sv},
    {"([])", "]"},
    {"(1, 2, 3)", "K\1K\2K\3"},
};

// All ways in which `module.attribute` can be used that are judged safe.
std::string safe_uses(std::string const& module, std::string const& attribute)
{
    std::string safe;
    auto const is_safe_as = [&](std::string const& use, std::string const& bytes) {
        if (is_safe(bytes))
            safe += " " + use;
    };
    std::pair<char const*, std::string> const spellings[] = {{"GLOBAL", proto(2) + name(module, attribute)}, {"STACK_GLOBAL", stack_global(module, attribute)}};
    for (auto const& [spelling, named] : spellings) {
        auto const as = [&, &spelling = spelling, &named = named](std::string const& use, std::string const& rest) { is_safe_as(spelling + ":"s + use, named + rest); };
        as("value", ".");
        as("BUILD", "}b.");
        as("NEWOBJ,BUILD()", ")\x81}" + text("a") + "K\1sb.");
        for (auto const& [words, pushed] : arguments) {
            as("REDUCE"s + words, "(" + std::string(pushed) + "tR.");
            as("NEWOBJ"s + words, "(" + std::string(pushed) + "t\x81.");
            is_safe_as(spelling + ":OBJ"s + words, named.substr(0, 2) + "(" + named.substr(2) + std::string(pushed) + "o.");
        }
    }
    for (auto const& [words, pushed] : arguments)
        is_safe_as("INST"s + words, "(" + std::string(pushed) + "i" + module + "\n" + attribute + "\n.");
    for (auto const* after : {")R", "(o", ")\x81", "}b"})
        is_safe_as("INST,"s + after, "(i" + module + "\n" + attribute + "\n" + after + ".");
    return safe;
}

TEST(PickleRules, let_no_name_of_python_pass_but_the_listed_ones)
{
    std::ifstream names("tests/data/python_names/names.txt");
    std::ostringstream passed;
    size_t count = 0;
    for (std::string line; std::getline(names, line);) {
        std::istringstream words(line);
        std::string module;
        std::string attribute;
        words >> module;
        for (; words >> attribute; ++count)
            if (auto const safe = safe_uses(module, attribute); !safe.empty())
                passed << module << " " << attribute << ":" << safe << "\n";
    }
    EXPECT_GT(count, 16'000);
    std::ifstream golden("tests/data/python_names/allowed.txt");
    std::ostringstream wanted;
    wanted << golden.rdbuf();
    EXPECT_EQ(passed.str(), wanted.str()) << "write tests/data/python_names/allowed.txt anew only after reading each line that changes";
}

}
