#pragma once

#include <string>
#include <string_view>

// Who is told, step by step, what a command does: a terminal, or nobody.
class Progress {
public:
    virtual ~Progress() = default;
    // A step begins: "read", and what it is about.
    virtual void begin(std::string_view step, std::string_view about) = 0;
    // The step goes on: how far it is, in a few words. Cheap enough for every item of a long list.
    virtual void advance(std::string_view) {}
    // It is done: what came of it, in a few words.
    virtual void end(std::string_view receipt) = 0;
    // Something to know about this file that stops nothing.
    virtual void warn(std::string_view code, std::string_view message, std::string_view where) = 0;
};
