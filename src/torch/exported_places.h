#pragma once

#include "program/program.h"
#include "json/json.h"

#include <map>
#include <string>
#include <string_view>

// Where source places of all models are gathered: files and module paths, each once.
class ExportedPlaces {
public:
    explicit ExportedPlaces(Program& program)
        : program_(program)
    {
    }

    // What a node's metadata says: the innermost frame of its stack trace and the module's path, or `member` and the node's name.
    SourcePlace of_node(Json const& node, std::string const& member);

private:
    uint32_t file(std::string_view name);
    uint32_t scope(std::string_view name);

    Program& program_;
    std::map<std::string, uint32_t, std::less<>> files_;
    std::map<std::string, uint32_t, std::less<>> scopes_;
};
