#include "torch/script_scope.h"

#include <unordered_set>

ScriptBinding const* ScriptScope::find(std::string_view name) const
{
    auto const found = bindings_.find(name);
    return found == bindings_.end() ? nullptr : &found->second;
}

void ScriptScope::set(std::string_view name, ScriptBinding binding)
{
    auto const* const before = find(name);
    log_.push_back({name, before == nullptr ? std::nullopt : std::optional(*before)});
    bindings_[name] = binding;
}

void ScriptScope::unset(std::string_view name)
{
    auto const* const before = find(name);
    if (before == nullptr)
        return;
    log_.push_back({name, *before});
    bindings_.erase(name);
}

std::vector<ScriptScope::Assigned> ScriptScope::take_back(size_t mark)
{
    std::vector<Assigned> assigned;
    std::unordered_set<std::string_view> seen;
    for (size_t index = mark; index < log_.size(); ++index) {
        auto const name = log_[index].name;
        auto const* const binding = find(name);
        if (seen.insert(name).second && binding != nullptr)
            assigned.push_back({name, *binding});
    }
    for (; log_.size() > mark; log_.pop_back()) {
        if (log_.back().before)
            bindings_[log_.back().name] = *log_.back().before;
        else
            bindings_.erase(log_.back().name);
    }
    return assigned;
}
