#include "torch/script_code.h"

#include "torch/script_lowering.h"
#include "torch/script_parser.h"

#include <algorithm>

namespace {

// "__torch__.a.b." of "code/__torch__/a/b.py".
Result<std::string> qualifier_of(std::string_view file)
{
    constexpr std::string_view folder = "code/";
    constexpr std::string_view ending = ".py";
    if (!file.starts_with(folder) || !file.ends_with(ending) || file.size() <= folder.size() + ending.size())
        return malformed("a code file is called code/....py");
    std::string name(file.substr(folder.size(), file.size() - folder.size() - ending.size()));
    std::replace(name.begin(), name.end(), '/', '.');
    return name + ".";
}

ClassKind kind_of(std::string_view base)
{
    if (base == "Module")
        return ClassKind::module;
    if (base == "NamedTuple")
        return ClassKind::named_tuple;
    if (base == "Enum")
        return ClassKind::enumeration;
    return base == "Interface" || base == "ModuleInterface" ? ClassKind::interface : ClassKind::plain;
}

// A member of an enumeration is one object, whoever names it.
Result<ProgramValue> member_of(ScriptConstant const& written, std::string const& class_name, ScriptNames const& names)
{
    auto member = std::make_shared<ProgramObject>();
    member->class_name = class_name;
    ProgramValue value = TRY(script_constant(written.value, names));
    member->attributes.emplace_back("name", ProgramValue{written.name});
    member->attributes.emplace_back("value", std::move(value));
    return ProgramValue{std::move(member)};
}

std::string line_text(uint32_t line) { return "line " + std::to_string(line); }

}

Result<ScriptCode> ScriptCode::parse(std::vector<ScriptSource> const& sources, Limits const& limits)
{
    ScriptCode code(limits);
    for (auto const& source : sources)
        TRY(within(source.file, code.parse_file(source)));
    for (size_t file = 0; file < code.files_.size(); ++file)
        TRY(within(code.files_[file], code.declare(file)));
    return code;
}

Result<void> ScriptCode::parse_file(ScriptSource const& source)
{
    Limits rest = *limits_;
    rest.entries -= std::min(rest.entries, nodes_);
    ScriptFile parsed = TRY(parse_script(source.text, rest));
    nodes_ += parsed.nodes;
    files_.push_back(source.file);
    parsed_.push_back(std::make_shared<ScriptFile const>(std::move(parsed)));
    return {};
}

Result<void> ScriptCode::declare(size_t file)
{
    std::string const prefix = TRY(qualifier_of(files_[file]));
    for (auto const& function : parsed_[file]->functions)
        if (!functions_.insert(prefix + function.name).second || classes_.contains(prefix + function.name))
            return malformed(prefix + function.name + " is defined twice").at(line_text(function.line));
    for (auto const& written : parsed_[file]->classes)
        TRY(within(line_text(written.line), declare_class(written, prefix)));
    return {};
}

Result<void> ScriptCode::declare_class(ScriptClass const& written, std::string const& prefix)
{
    ClassType type;
    type.name = prefix + written.name;
    type.kind = kind_of(written.base);
    type.attributes = written.attributes;
    if (classes_.contains(type.name) || functions_.contains(type.name))
        return malformed(type.name + " is defined twice");
    static std::vector<ProgramValue> const no_constants;
    ScriptNames const names{classes_, functions_, no_constants};
    if (type.kind == ClassKind::enumeration)
        for (auto const& constant : written.constants) {
            ProgramValue member = TRY(within(line_text(constant.value.line), member_of(constant, type.name, names)));
            type.constants.emplace_back(constant.name, std::move(member));
        }
    parameters_[type.name].insert(written.parameters.begin(), written.parameters.end());
    written_classes_.emplace(type.name, &written);
    classes_.emplace(type.name, std::move(type));
    return {};
}

bool ScriptCode::is_parameter(std::string_view class_name, std::string_view attribute) const
{
    auto const found = parameters_.find(class_name);
    return found != parameters_.end() && found->second.contains(attribute);
}

bool ScriptCode::has_hooks(std::string_view class_name) const
{
    auto const found = written_classes_.find(class_name);
    return found != written_classes_.end() && !found->second->forward_hooks.empty();
}

bool ScriptCode::sets_state(std::string_view class_name) const
{
    auto const found = written_classes_.find(class_name);
    if (found == written_classes_.end())
        return false;
    auto const& methods = found->second->methods;
    return std::any_of(methods.begin(), methods.end(), [](ScriptFunction const& method) { return method.name == "__setstate__"; });
}

Result<void> ScriptCode::lower(std::vector<ProgramValue> const& constants, Program& into) const
{
    into.files = files_;
    into.classes = classes_;
    ScriptNames const names{into.classes, functions_, constants};
    for (auto& [name, type] : into.classes) {
        auto const& written = *written_classes_.find(name)->second;
        if (type.kind == ClassKind::enumeration)
            continue;
        for (auto const& constant : written.constants) {
            ProgramValue value = TRY(within(name, within(line_text(constant.value.line), script_constant(constant.value, names))));
            type.constants.emplace_back(constant.name, std::move(value));
        }
    }
    Limits rest = *limits_;
    auto const lower_one = [&](ScriptFunction const& function, ScriptFunctionPlace const& place) -> Result<Function> {
        Function lowered = TRY(within(files_[place.file], lower_script_function(function, place, names, rest)));
        rest.entries -= std::min<uint64_t>(rest.entries, lowered.value_count);
        return lowered;
    };
    for (uint32_t file = 0; file < files_.size(); ++file) {
        std::string const prefix = TRY(qualifier_of(files_[file]));
        for (auto const& function : parsed_[file]->functions) {
            std::string const name = prefix + function.name;
            into.functions[name] = TRY(lower_one(function, {file, {}, name}));
        }
        for (auto const& written : parsed_[file]->classes) {
            auto& type = into.classes[prefix + written.name];
            if (type.kind == ClassKind::interface)
                continue;
            for (auto const& method : written.methods) {
                if (type.methods.contains(method.name))
                    return malformed("the method " + method.name + " is defined twice").at(line_text(method.line)).at(files_[file]);
                type.methods[method.name] = TRY(lower_one(method, {file, type.name, method.name}));
            }
        }
    }
    return {};
}
