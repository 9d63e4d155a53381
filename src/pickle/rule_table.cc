#include "pickle/rule_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace {

struct Name {
    std::string_view module;
    std::string_view name;
    bool operator==(Name const&) const = default;
};

// Only the tables' own names are ever stored: nobody can make them collide.
struct NameHash {
    size_t operator()(Name const& name) const { return std::hash<std::string_view>()(name.module) * 31 + std::hash<std::string_view>()(name.name); }
};

using Index = std::unordered_map<Name, UseRule const*, NameHash>;

Index make_index()
{
    Index index;
    index.reserve(4096);
    for (auto const& part : rule_parts()) {
        for (auto const& rule : part.rules)
            index.try_emplace({rule.module, rule.name}, &rule.use);
        for (auto const& family : part.families)
            for_each_name(family, [&](std::string_view module, std::string_view name) { index.try_emplace({module, name}, &family.use); });
    }
    return index;
}

constexpr UseRule script_class{.reduce = "|x", .newobj = "|x", .state = 'x', .scope = RuleScope::torch_script_alone};

}

std::span<RulePart const> rule_parts()
{
    static std::array const parts{plain_rules(), numpy_rules(), scipy_rules(), sklearn_rules(), pandas_rules(), torch_rules(), module_rules(), torch_script_rules()};
    return parts;
}

void for_each_name(RuleFamily const& family, std::function<void(std::string_view, std::string_view)> const& with)
{
    std::string_view rest = family.lines;
    while (!rest.empty()) {
        auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        auto const module = line.substr(0, line.find(' '));
        line.remove_prefix(module.size());
        while (!line.empty()) {
            line.remove_prefix(1);
            auto const name = line.substr(0, line.find(' '));
            if (!name.empty())
                with(module, name);
            line.remove_prefix(name.size());
        }
    }
}

UseRule const* rule_for(std::string_view module, std::string_view name, PickleFlavour flavour)
{
    static Index const index = make_index();
    bool const in_script = flavour == PickleFlavour::torch_script;
    if (in_script && (module == "__torch__" || module.starts_with("__torch__.")))
        return &script_class;
    auto const found = index.find({module, name});
    if (found == index.end() || found->second->scope == (in_script ? RuleScope::python : RuleScope::torch_script_alone))
        return nullptr;
    return found->second;
}
