#include "cli/verbs.h"

#include <fmt/format.h>

namespace {

std::string shell_quoted(std::string_view text)
{
    std::string result = "'";
    for (char const c : text)
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

std::vector<OptionRow> options_of(Command const& command)
{
    auto options = command.options;
    options.push_back({"--json", "", "one JSON document on stdout"});
    options.push_back({"--help", "", "what the command takes"});
    return options;
}

std::string bash()
{
    std::string verbs;
    std::string cases;
    std::string values;
    for (auto const& command : commands()) {
        verbs += (verbs.empty() ? "" : " ") + std::string(command.name);
        std::string names;
        for (auto const& option : options_of(command)) {
            names += (names.empty() ? "" : " ") + std::string(option.name);
            if (option.value.empty())
                continue;
            std::string const pattern = std::string(command.name) + ":" + std::string(option.name) + (option.letter != 0 ? fmt::format("|{}:-{}", command.name, option.letter) : "");
            values += fmt::format("    {})\n        COMPREPLY=({})\n        return ;;\n", pattern, option.wants == Wants::file ? "$(compgen -f -- \"$word\")" : option.wants == Wants::folder ? "$(compgen -d -- \"$word\")"
                                                                                                                                                                                              : "");
        }
        cases += fmt::format("    {}) options={} ;;\n", command.name, shell_quoted(names));
    }
    return fmt::format(R"(_hullmark()
{{
    local word=${{COMP_WORDS[COMP_CWORD]}} verb=${{COMP_WORDS[1]}} options=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W {} -- "$word"))
        return
    fi
    case "$verb:${{COMP_WORDS[COMP_CWORD - 1]}}" in
{}    esac
    case "$verb" in
{}    esac
    case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}}
complete -o filenames -F _hullmark hullmark
)",
        shell_quoted(verbs), values, cases);
}

// In zsh's specifications brackets and colons mean something.
std::string zsh_text(std::string_view text)
{
    std::string result;
    for (char const c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\')
            result += '\\';
        result += c;
    }
    return result;
}

std::string zsh_action(Wants wants) { return wants == Wants::folder ? "_files -/" : wants == Wants::text ? " "
                                                                                                         : "_files"; }

std::string zsh()
{
    std::string verbs;
    std::string cases;
    for (auto const& command : commands()) {
        verbs += fmt::format("    {}\n", shell_quoted(zsh_text(command.name) + ":" + std::string(command.summary)));
        cases += fmt::format("    {})\n        _arguments", command.name);
        for (auto const& option : options_of(command)) {
            std::string const tail = "[" + zsh_text(option.help) + "]" + (option.value.empty() ? "" : ":" + zsh_text(option.value) + ":" + zsh_action(option.wants));
            std::string const star = option.times == Times::any ? "*" : "";
            cases += " \\\n            " + shell_quoted(star + std::string(option.name) + tail);
            if (option.letter != 0)
                cases += " \\\n            " + shell_quoted(star + "-" + option.letter + tail);
        }
        for (auto const& argument : command.arguments)
            cases += " \\\n            " + (argument.wants == Wants::shell ? shell_quoted("*:shell:(bash zsh fish)") : shell_quoted("*:" + zsh_text(argument.name) + ":" + zsh_action(argument.wants)));
        cases += "\n        ;;\n";
    }
    return fmt::format("#compdef hullmark\nlocal -a verbs\nverbs=(\n{})\nif (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\nfi\nlocal verb=$words[2]\nshift words\n(( CURRENT-- ))\ncase $verb in\n{}esac\n", verbs, cases);
}

std::string fish()
{
    std::string text = "complete -c hullmark -f\n";
    for (auto const& command : commands()) {
        text += fmt::format("complete -c hullmark -n __fish_use_subcommand -a {} -d {}\n", command.name, shell_quoted(command.summary));
        std::string const seen = shell_quoted(fmt::format("__fish_seen_subcommand_from {}", command.name));
        for (auto const& argument : command.arguments)
            text += argument.wants == Wants::shell ? fmt::format("complete -c hullmark -n {} -a 'bash zsh fish'\n", seen) : argument.wants == Wants::text ? ""
                                                                                                                                                          : fmt::format("complete -c hullmark -n {} -F\n", seen);
        for (auto const& option : options_of(command))
            text += fmt::format("complete -c hullmark -n {} -l {}{}{} -d {}\n", seen, option.name.substr(2), option.letter != 0 ? fmt::format(" -s {}", option.letter) : "",
                option.value.empty() ? "" : option.wants == Wants::text ? " -x"
                                                                        : " -r -F",
                shell_quoted(option.help));
    }
    return text;
}

Result<Answer> completion(Invocation const& given, Desk&)
{
    std::string const shell = given.argument("SHELL");
    if (shell != "bash" && shell != "zsh" && shell != "fish")
        return bad_usage("there is no completion for \"" + shell + "\"").hint("bash, zsh and fish have one");
    std::string const script = shell == "bash" ? bash() : shell == "zsh" ? zsh()
                                                                         : fish();
    return Answer{{{"shell", shell}, {"script", script}}, script, 0};
}

}

Command completion_command()
{
    return {"completion", "prints what a shell needs to complete this command line", "source <(hullmark completion bash)", {{"SHELL", "bash, zsh or fish", Wants::shell}}, {}, completion};
}
