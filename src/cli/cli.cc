#include "cli/cli.h"

#include "cli/command.h"
#include "cli/parsing.h"
#include "cli/screen.h"

#include <algorithm>
#include <fmt/format.h>

namespace {

// The number of the conversion's pages is also spelled G05.
Json error_document(Error const& error, Json const& details)
{
    Json inner;
    inner["code"] = error.code_text();
    inner["reason"] = row_of(error.reason).name;
    inner["message"] = error.what;
    inner["where"] = error.where;
    inner["hint"] = error.hint;
    for (auto const& [key, value] : details.items())
        inner[key] = value;
    return {{"schema_version", 1}, {"error", inner}};
}

// What was found, where, and what to do next.
void say_error(Screen& screen, Error const& error, std::string_view table)
{
    screen.say(screen.painted(Paint::red, "error[" + error.code_text() + "]:") + " " + printable(error.what));
    for (auto const& place : error.where)
        screen.say("  at " + printable(place));
    if (table.ends_with('\n'))
        screen.say(printable(table.substr(0, table.size() - 1)));
    if (!error.hint.empty())
        screen.say(screen.painted(Paint::cyan, "hint:") + " " + printable(error.hint));
}

int fail(Screen& screen, bool json, Error const& error, Json const& details = Json::object(), std::string_view table = {})
{
    if (json)
        (void)screen.answer(write_json(error_document(error, details), 2) + "\n");
    else
        say_error(screen, error, table);
    return row_of(error.reason).exit_code;
}

int succeed(Screen& screen, bool json, Answer const& answer)
{
    if (answer.is_said)
        return answer.exit_code;
    Json document{{"schema_version", 1}};
    document.update(answer.document);
    auto const written = screen.answer(json ? write_json(document, 2) + "\n" : answer.text);
    return written ? answer.exit_code : fail(screen, false, written.error());
}

}

int run_command_line(std::span<std::string const> arguments, World const& world, Streams const& streams)
{
    Screen screen(streams, world);
    // Asked before parsing: a command line that cannot be parsed still says how it wants its errors.
    bool const json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    auto const parsed = parse_arguments(arguments);
    if (!parsed)
        return fail(screen, json, parsed.error());
    if (auto const* help = std::get_if<HelpText>(&*parsed))
        return screen.answer(help->text) ? 0 : row_of(Reason::unavailable).exit_code;
    auto const& [command, given] = std::get<ParsedCommand>(*parsed);
    Desk desk{world, screen, Json::object(), {}};
    auto const answer = command->run(given, desk);
    return answer ? succeed(screen, json, *answer) : fail(screen, json, answer.error(), desk.error_details, desk.error_table);
}
