#pragma once

#include "torch/script_constants.h"

// All code files of an archive as one: which classes and functions there are, then what they do.
//
// A qualified name __torch__.a.b.C is the class or function C of the file code/__torch__/a/b.py.
//
// Promises: every name is defined once; the Program that comes of it passes check_program().
// Refuses: names defined twice, more than `limits.entries` nodes of syntax or values in all files together, and what parse_script
// and lower_script_function refuse. Errors name the file and the line.
struct ScriptSource {
    std::string file; // "code/__torch__/a/b.py"
    std::string_view text;
};

class ScriptCode {
public:
    // The texts need not outlive the result. `limits` must.
    static Result<ScriptCode> parse(std::vector<ScriptSource> const& sources, Limits const& limits);

    // Kinds, attributes and, of enumerations, members; neither other constants nor methods.
    std::map<std::string, ClassType, std::less<>> const& classes() const { return classes_; }
    bool is_parameter(std::string_view class_name, std::string_view attribute) const;
    // Whether the class has a method __setstate__.
    bool sets_state(std::string_view class_name) const;
    // Whether the class has hooks that run around forward where PyTorch calls a module of it from outside.
    bool has_hooks(std::string_view class_name) const;
    // Sets the program's classes, functions and files. `constants` is what constants.pkl holds.
    Result<void> lower(std::vector<ProgramValue> const& constants, Program& into) const;

private:
    explicit ScriptCode(Limits const& limits)
        : limits_(&limits)
    {
    }

    Result<void> parse_file(ScriptSource const& source);
    Result<void> declare(size_t file);
    Result<void> declare_class(ScriptClass const& written, std::string const& prefix);

    Limits const* limits_;
    std::vector<std::string> files_;
    std::vector<std::shared_ptr<ScriptFile const>> parsed_; // one a file; shared, so that a copy's pointers stay good
    uint64_t nodes_ = 0;
    std::map<std::string, ClassType, std::less<>> classes_;
    std::map<std::string, ScriptClass const*, std::less<>> written_classes_;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> parameters_;
    std::set<std::string, std::less<>> functions_;
};
