#pragma once

#include "base/digest.h"
#include "base/result.h"
#include "cli/screen.h"
#include "publish/world.h"
#include "json/json.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What a command is, in rows: parsing, help and completion are all made from them.

enum class Times : uint8_t { once,
    any };
enum class Wants : uint8_t { text, // nothing that could be completed
    file,
    folder,
    model, // a path or models:/...
    shell };

struct OptionRow {
    std::string_view name; // "--sample"
    std::string_view value; // "FILE"; empty: a flag
    std::string_view help;
    Times times = Times::once;
    Wants wants = Wants::text;
    char letter = 0; // 'o' for -o as well
};

struct ArgumentRow {
    std::string_view name; // "FILE"
    std::string_view help;
    Wants wants = Wants::file;
    size_t least = 1;
    size_t most = 1; // 0: any number
};

// What was given on the command line.
class Invocation {
public:
    std::map<std::string, std::vector<std::string>, std::less<>> values; // by option name or argument name; flags have none

    bool has(std::string_view name) const { return values.find(name) != values.end(); }
    std::optional<std::string> text(std::string_view name) const;
    std::string text(std::string_view name, std::string_view otherwise) const { return text(name).value_or(std::string(otherwise)); }
    std::vector<std::string> texts(std::string_view name) const;
    // Of an argument that a command must have: parsing saw to it.
    std::string const& argument(std::string_view name) const;
    // Comma-separated.
    std::vector<std::string> list(std::string_view name) const;
    // Fail with usage, naming the option.
    Result<int64_t> integer(std::string_view name, int64_t otherwise, int64_t least, int64_t most) const;
    Result<double> number(std::string_view name, double otherwise) const;
    // --sha256
    Result<std::optional<Digest>> digest() const;
};

// What a command gives back: one document, and the same as text.
struct Answer {
    Json document = Json::object();
    std::string text; // with its last newline
    int exit_code = 0;
    bool is_said = false; // it stands on stdout already
};

// What a command may use while it runs.
struct Desk {
    World const& world;
    Screen& screen;
    Json error_details = Json::object(); // further members of the error document, should the command fail
    std::string error_table; // the same for people; ends with a newline

    std::string registry(Invocation const& given) const { return given.text("--registry", world.registry); }
};

// Nobody is told with --json, whose answer carries the same.
std::unique_ptr<Progress> make_progress(Invocation const& given, Desk const& desk, Receipts receipts);

struct Command {
    std::string_view name;
    std::string_view summary; // a line of `hullmark --help`
    std::string_view example; // of `hullmark VERB --help`
    std::vector<ArgumentRow> arguments;
    std::vector<OptionRow> options; // --json is always there
    Result<Answer> (*run)(Invocation const&, Desk&);
};

// All of them, in the order in which a newcomer needs them.
std::span<Command const> commands();
// Null where there is none.
Command const* find_command(std::string_view name);
