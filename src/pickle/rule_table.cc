#include "pickle/rule_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace {

// Whether the words, parted by spaces, hold this one.
bool has_word(std::string_view words, std::string_view wanted)
{
    for (size_t place = words.find(wanted); place != words.npos; place = words.find(wanted, place + 1)) {
        bool const begins = place == 0 || words[place - 1] == ' ';
        size_t const end = place + wanted.size();
        if (begins && (end == words.size() || words[end] == ' '))
            return !wanted.empty();
    }
    return false;
}

// By module: every start of a reading process makes it anew, and few names are ever asked for. Only the tables' own modules are stored:
// nobody can make them collide.
class RuleIndex {
public:
    RuleIndex()
    {
        constexpr size_t enough = 1024;
        modules_.reserve(enough);
        entries_.reserve(enough);
        for (auto const& part : rule_parts()) {
            for (auto const& rule : part.rules)
                add(rule.module, rule.name, rule.use);
            for (auto const& family : part.families)
                for (auto lines = family.lines; !lines.empty();)
                    add_line(lines, family.use);
        }
    }

    UseRule const* find(std::string_view module, std::string_view name) const
    {
        auto const found = modules_.find(module);
        for (uint32_t place = found == modules_.end() ? nothing : found->second.first; place != nothing; place = entries_[place].next)
            if (has_word(entries_[place].names, name) && name.find(' ') == name.npos)
                return entries_[place].use;
        return nullptr;
    }

private:
    static constexpr uint32_t nothing = ~uint32_t{0};

    struct Entry {
        std::string_view names;
        UseRule const* use;
        uint32_t next = nothing; // of the same module; an earlier one counts before it
    };
    struct Chain {
        uint32_t first = nothing;
        uint32_t last = nothing;
    };

    void add(std::string_view module, std::string_view names, UseRule const& use)
    {
        auto const place = static_cast<uint32_t>(entries_.size());
        entries_.push_back({names, &use});
        auto& chain = modules_[module];
        (chain.last == nothing ? chain.first : entries_[chain.last].next) = place;
        chain.last = place;
    }

    // Takes the first of the lines.
    void add_line(std::string_view& lines, UseRule const& use)
    {
        auto const line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
        size_t const space = std::min(line.find(' '), line.size());
        add(line.substr(0, space), line.substr(space), use);
    }

    std::unordered_map<std::string_view, Chain> modules_;
    std::vector<Entry> entries_;
};

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
    static RuleIndex const index;
    bool const in_script = flavour == PickleFlavour::torch_script;
    if (in_script && (module == "__torch__" || module.starts_with("__torch__.")))
        return &script_class;
    auto const* const rule = index.find(module, name);
    return rule && rule->scope != (in_script ? RuleScope::python : RuleScope::torch_script_alone) ? rule : nullptr;
}
