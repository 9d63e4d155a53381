#pragma once

#include "cli/command.h"

#include <string>
#include <variant>

// Arguments → a command and what it is given. The only user of CLI11.

struct ParsedCommand {
    Command const* command = nullptr;
    Invocation given;
};
struct HelpText {
    std::string text;
};

// Fails with usage.
Result<std::variant<ParsedCommand, HelpText>> parse_arguments(std::span<std::string const> arguments);

// The name in `names` that is most like `wrong`; empty where none is near.
std::string nearest_name(std::string_view wrong, std::span<std::string const> names);
