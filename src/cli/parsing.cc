#include "cli/parsing.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <list>

namespace {

std::string overview()
{
    std::vector<std::vector<std::string>> rows;
    for (auto const& command : commands())
        rows.push_back({std::string(command.name), std::string(command.summary)});
    return "Takes a trained model from the file that training left behind to an answer over HTTP, without running what is in the file.\n\n"
           "usage: hullmark VERB ...\n\n"
        + table_text(rows, 2)
        + "\nEvery VERB takes --help and --json. `hullmark explain CODE` prints a page about an error or warning.\n";
}

std::string usage_of(Command const& command)
{
    std::string text = "hullmark " + std::string(command.name);
    for (auto const& argument : command.arguments) {
        std::string const name = std::string(argument.name) + (argument.most == 1 ? "" : "...");
        text += argument.least == 0 ? " [" + name + "]" : " " + name;
    }
    return text + " [options]";
}

std::string help_of(Command const& command)
{
    std::vector<std::vector<std::string>> rows;
    for (auto const& argument : command.arguments)
        rows.push_back({std::string(argument.name), std::string(argument.help)});
    for (auto const& option : command.options)
        rows.push_back({(option.letter != 0 ? fmt::format("-{}, ", option.letter) : "") + std::string(option.name) + (option.value.empty() ? "" : " " + std::string(option.value)),
            std::string(option.help) + (option.times == Times::any ? " (repeatable)" : "")});
    rows.push_back({"--json", "one JSON document on stdout, also on failure"});
    return fmt::format("{}\n\nusage: {}\n\n{}\nexample: {}\n", command.summary, usage_of(command), table_text(rows, 2), command.example);
}

bool asks_for_help(std::span<std::string const> arguments)
{
    return std::any_of(arguments.begin(), arguments.end(), [](std::string const& argument) { return argument == "--help" || argument == "-h"; });
}

std::string spelling_of(OptionRow const& option) { return (option.letter != 0 ? fmt::format("-{},", option.letter) : "") + std::string(option.name); }

// CLI11 writes into these places while it parses.
struct Places {
    std::list<std::vector<std::string>> texts;
    std::list<bool> flags;
};

// Takes a value from CLI11 as it stands; it would take [a,b] apart.
void add_option(CLI::App& app, OptionRow const& option, Places& places)
{
    if (option.value.empty()) {
        app.add_flag(spelling_of(option), places.flags.emplace_back(false), std::string(option.help));
        return;
    }
    auto* const added = app.add_option(spelling_of(option), places.texts.emplace_back(), std::string(option.help));
    added->expected(1)->allow_extra_args(false);
    added->multi_option_policy(option.times == Times::any ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::Throw);
}

void add_argument(CLI::App& app, ArgumentRow const& argument, Places& places)
{
    auto* const added = app.add_option(std::string(argument.name), places.texts.emplace_back(), std::string(argument.help));
    added->expected(static_cast<int>(argument.least), argument.most == 0 ? CLI::detail::expected_max_vector_size : static_cast<int>(argument.most));
    added->required(argument.least > 0);
}

void collect(CLI::App& app, Invocation& given)
{
    for (auto const* option : app.get_options()) {
        if (option->count() == 0)
            continue;
        std::string const name = option->get_lnames().empty() ? option->get_name() : "--" + option->get_lnames().front();
        given.values[name] = option->get_expected_max() == 0 ? std::vector<std::string>() : option->results();
    }
}

Failure usage_failure(Command const& command, std::string what)
{
    std::replace(what.begin(), what.end(), '\n', ' ');
    return bad_usage(std::move(what)).at("hullmark " + std::string(command.name)).hint("`hullmark " + std::string(command.name) + " --help` tells what it takes");
}

Result<Invocation> parse_with(Command const& command, std::span<std::string const> arguments)
{
    CLI::App app;
    app.set_help_flag();
    Places places;
    for (auto const& argument : command.arguments)
        add_argument(app, argument, places);
    for (auto const& option : command.options)
        add_option(app, option, places);
    add_option(app, {"--json", "", "", Times::once}, places);
    // CLI11 would take the next word for the value.
    for (auto const& word : arguments)
        if (word.starts_with("--") && word.ends_with("="))
            return usage_failure(command, word.substr(0, word.size() - 1) + " has no value");
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    Invocation given;
    try {
        app.parse(std::move(reversed));
        collect(app, given);
    } catch (CLI::ParseError const& error) {
        return usage_failure(command, error.what());
    }
    return given;
}

size_t distance(std::string_view a, std::string_view b)
{
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            size_t const above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}

std::string nearest_name(std::string_view wrong, std::span<std::string const> names)
{
    std::string nearest;
    size_t least = wrong.size() > 100 ? 0 : std::max<size_t>(2, wrong.size() / 2);
    for (auto const& name : names)
        if (size_t const apart = distance(wrong, name); apart < least) {
            least = apart;
            nearest = name;
        }
    return nearest;
}

Result<std::variant<ParsedCommand, HelpText>> parse_arguments(std::span<std::string const> arguments)
{
    std::vector<std::string> left(arguments.begin(), arguments.end());
    // --json and --help may stand before the verb too.
    auto const verb = std::find_if(left.begin(), left.end(), [](std::string const& argument) { return !argument.starts_with('-'); });
    if (std::find(left.begin(), left.end(), "--version") == left.begin() && !left.empty())
        return ParsedCommand{find_command("version"), {}};
    if (verb == left.end()) {
        if (asks_for_help(left))
            return HelpText{overview()};
        return bad_usage("no verb is given").hint("`hullmark --help` lists them");
    }
    std::string const name = *verb;
    auto const* command = find_command(name);
    if (command == nullptr && name == "help")
        return HelpText{overview()};
    if (command == nullptr) {
        std::vector<std::string> names;
        for (auto const& known : commands())
            names.emplace_back(known.name);
        std::string const nearest = nearest_name(name, names);
        return bad_usage("there is no verb \"" + name + "\"").hint(nearest.empty() ? "`hullmark --help` lists them" : "did you mean `hullmark " + nearest + "`?");
    }
    left.erase(verb);
    if (asks_for_help(left))
        return HelpText{help_of(*command)};
    auto given = TRY(parse_with(*command, left));
    return ParsedCommand{command, std::move(given)};
}
