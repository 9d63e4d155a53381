#include "cli/verbs.h"

#include <algorithm>

std::span<Command const> commands()
{
    static std::vector<Command> const all{
        inspect_command(),
        scan_command(),
        convert_command(),
        verify_command(),
        predict_command(),
        package_command(),
        publish_command(),
        list_command(),
        show_command(),
        pull_command(),
        serve_command(),
        doctor_command(),
        explain_command(),
        completion_command(),
        version_command(),
    };
    return all;
}

Command const* find_command(std::string_view name)
{
    auto const all = commands();
    auto const found = std::find_if(all.begin(), all.end(), [&](Command const& command) { return command.name == name; });
    return found == all.end() ? nullptr : &*found;
}
