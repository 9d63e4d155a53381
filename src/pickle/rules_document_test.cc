#include "pickle/rule_table.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

// docs/allowed-names.md says what the tables say. HULLMARK_WRITE_DOCS=1 build/release/pickle_test writes it anew.

namespace {

constexpr char const* document_path = "docs/allowed-names.md";

std::string words_of_letter(char letter)
{
    static std::map<char, std::string> const words{
        {'i', "int"}, {'b', "bool"}, {'f', "float"}, {'s', "str"}, {'L', "'latin1'"}, {'U', "code of one dtype"}, {'Q', "digits/digits"}, {'k', "key of a time zone"},
        {'G', "bit generator or its name"}, {'J', "`__bit_generator_ctor`"}, {'r', "bytes"}, {'B', "buffer from outside"}, {'n', "int or None"}, {'t', "sizes"},
        {'l', "list, tuple or set"}, {'q', "tuple"}, {'O', "tuple or None"}, {'m', "dict or None"}, {'M', "attributes"}, {'h', "OrderedDict or None"}, {'w', "tensor or None"},
        {'F', "type of plain values or None"}, {'z', "None, Ellipsis or NotImplemented"}, {'P', "storage"}, {'V', "function on this list"}, {'x', "any value"}, {'A', "dtype of numpy"},
        {'W', "array"}, {'T', "tensor"}, {'D', "timedelta"}, {'Z', "time zone"}, {'g', "bit generator"}, {'N', "class of arrays"}, {'Y', "type of numpy"}, {'X', "MaskedArray"},
        {'c', "class on this list that belongs to it"}, {'C', "class of tensors"}, {'R', "function that makes tensors"}, {'d', "dtype of torch"}, {'y', "layout"}, {'o', "device"},
        {'H', "class with listed functions"}, {'E', "distribution"}, {'1', "class of arrays or memmap"}, {'2', "interpolator"}, {'3', "module of torch"}, {'4', "names of attributes that do not begin with `_`"}, {'8', "iterator or range"}, {'9', "name of a method that makes text or numbers"}, {'5', "list or tuple of pairs"}, {'7', "pandas.NA"}, {'K', "class on this list, and what its rule says"},
        {'a', "array.array"}, {'I', "class of indexes"}, {'u', "what an index is made of"}, {'v', "time zone or None"}, {'p', "frequency or None"}, {'e', "column"},
        {'j', "what a jagged tensor is made of"}};
    auto const found = words.find(letter);
    EXPECT_NE(found, words.end()) << "no words for the letter " << letter;
    return found == words.end() ? std::string(1, letter) : found->second;
}

std::string words_of_arguments(std::string_view alternatives)
{
    std::string words;
    for (;;) {
        auto const bar = alternatives.find('|');
        std::string list;
        for (char const letter : alternatives.substr(0, bar))
            list += letter == '*' ? "..." : (list.empty() ? "" : ", ") + words_of_letter(letter);
        words += (words.empty() ? "(" : " or (") + list + ")";
        if (bar == alternatives.npos)
            return words;
        alternatives.remove_prefix(bar + 1);
    }
}

std::string words_of_state(char letter)
{
    static std::map<char, std::string> const words{{'m', "attributes"}, {'a', "what an array is made of"}, {'y', "what a dtype is made of"}, {'q', "what a masked array is made of"}, {'t', "a tuple"},
        {'b', "a dict or a tuple"}, {'v', "requires_grad, volatile and hooks"}, {'j', "what an array is made of"}, {'p', "a function on this list, and its arguments"},
        {'M', "attributes and slots"}, {'d', "attributes, or two tuples"}, {'w', "an array and a bool"}, {'g', "attributes, of which groups and states are dicts"}, {'k', "attributes, of which functions are on this list"}, {'r', "hooks, a number, and dicts of hooks"}, {'c', "what quantised weights are made of, and their class"},
        {'u', "attributes, `_parse_arg_template` only as scipy writes it"}, {'n', "what a column is made of"},
        {'i', "an int"}, {'l', "a list"}, {'o', "what is still to come"}, {'x', "anything"}};
    auto const found = words.find(letter);
    EXPECT_NE(found, words.end()) << "no words for the state " << letter;
    return found == words.end() ? std::string(1, letter) : found->second;
}

std::string words_of(UseRule const& rule)
{
    std::vector<std::string> words;
    if (rule.reduce != "!")
        words.push_back("called with " + words_of_arguments(rule.reduce));
    if (rule.newobj != "!")
        words.push_back(rule.newobj.empty() ? "made empty" : "made with " + words_of_arguments(rule.newobj));
    if (rule.state != '-')
        words.push_back("filled by BUILD with " + words_of_state(rule.state));
    if (rule.filling != '-')
        words.push_back(rule.filling == 'l' ? "given elements" : "given items");
    if (rule.is_value)
        words.push_back("a value");
    if (!rule.is_value && !rule.roles.empty())
        words.push_back("an argument where a rule says so");
    if (rule.scope == RuleScope::everywhere)
        words.push_back("in TorchScript too");
    std::string text;
    for (auto const& word : words)
        text += (text.empty() ? "" : "; ") + word;
    return text;
}

std::string document()
{
    std::ostringstream text;
    text << "# Names that a pickle may hold\n\n"
            "Every module and name that `hullmark` lets a pickle mention, and how it may be used; everything else is a finding (`hullmark explain\n"
            "would-call`). \"Called\" is REDUCE, \"made\" is NEWOBJ or what stands for it at protocols 0 and 1. Attributes are a dict whose keys are\n"
            "text; what Python would call by itself (`__setstate__`, `append`...) is no function or object. A value may stand anywhere: called with\n"
            "whatever a pickle can hold, it reads, writes and runs nothing.\n\n"
            "This page is written from the tables in `src/pickle/rules_*.cc`.\n";
    for (auto const& part : rule_parts()) {
        text << "\n## " << part.title << "\n\n";
        for (auto const& rule : part.rules)
            text << "- `" << rule.module << "." << rule.name << "`: " << words_of(rule.use) << "\n";
        for (auto const& family : part.families) {
            text << "\n**" << family.title << "**: " << words_of(family.use) << "\n\n";
            std::map<std::string_view, std::string> names;
            for_each_name(family, [&](std::string_view module, std::string_view name) { names[module] += (names[module].empty() ? "" : ", ") + std::string(name); });
            for (auto const& [module, list] : names)
                text << "- `" << module << "`: " << list << "\n";
        }
    }
    text << "\n`__torch__.*` in a TorchScript file: classes of the archive itself, whose code is judged in its own right.\n";
    text << "\n## Left out, and why\n\n"
            "- `builtins.map`, `builtins.filter`, `functools.reduce`, and of `itertools` what holds a function (`starmap`, `accumulate`, `groupby`...): they call\n"
            "  it on whatever they are given as soon as somebody iterates them.\n"
            "- `operator.methodcaller` of other methods than those that make text and numbers: `tofile` of an array and `replace` of a path write files.\n"
            "- `operator.attrgetter` of names that begin with `_`: `__globals__` of a function leads to every other.\n"
            "- `numpy.memmap` when it is called, `joblib.load`, `torch.load`: they open the file that the pickle names.\n"
            "- `copy.deepcopy`, `builtins.repr`, `builtins.format`, `builtins.hash`: they run methods of the classes of what they are given.\n"
            "- Exceptions, most enumerations, and what the system tells of itself: a model has no use for them.\n"
            "- Classes of other packages, and the user's own: `needs-your-code`, since nobody but they can say what loading one does.\n";
    return text.str();
}

TEST(PickleRules, are_published_as_they_are)
{
    if (std::getenv("HULLMARK_WRITE_DOCS"))
        std::ofstream(document_path) << document();
    std::ifstream file(document_path);
    std::ostringstream published;
    published << file.rdbuf();
    EXPECT_TRUE(published.str() == document()) << document_path << " differs from the tables: HULLMARK_WRITE_DOCS=1 build/release/pickle_test writes it anew";
}

TEST(PickleRules, name_each_name_once)
{
    std::map<std::string, int> times;
    for (auto const& part : rule_parts()) {
        for (auto const& rule : part.rules)
            ++times[std::string(rule.module) + " " + std::string(rule.name)];
        for (auto const& family : part.families)
            for_each_name(family, [&](std::string_view module, std::string_view name) { ++times[std::string(module) + " " + std::string(name)]; });
    }
    for (auto const& [name, count] : times)
        EXPECT_EQ(count, 1) << name;
}

}
