#include "convert/evaluate.h"

// What is told beside the graph, and where.

// The line of the user's own code that the place stems from: where PyTorch's own code was called, the call.
std::string Evaluator::place_text(SourcePlace place) const
{
    if (auto text = program_.user_text(place))
        return *std::move(text);
    if (!program_.origins.empty())
        for (auto outer = calls_.rbegin(); outer != calls_.rend(); ++outer)
            if (auto text = program_.user_text(*outer))
                return *std::move(text);
    return program_.text(place);
}

// The path of the module that the place belongs to; empty where it is not known.
std::string Evaluator::module_of(SourcePlace place) const
{
    if (place.scope >= program_.scopes.size() || program_.scopes[place.scope].find(' ') != std::string::npos)
        return ""; // "node 12" is no path
    return program_.scopes[place.scope];
}

std::vector<UnsupportedOperator> Evaluator::unsupported_operators() const
{
    std::vector<UnsupportedOperator> result;
    for (auto const& [name, unsupported_operator] : notes_.unsupported) {
        result.push_back(unsupported_operator.found);
        result.back().where.assign(unsupported_operator.places.begin(), unsupported_operator.places.end());
    }
    return result;
}

void Evaluator::note_unsupported(Call const& call, Error const& error)
{
    auto& entry = notes_.unsupported[call.target];
    entry.found.name = call.target;
    ++entry.found.count;
    entry.places.insert(place_text(call.place));
    if (table_.knows(call.target))
        entry.found.reason = error.what;
    else
        entry.found.nearest = table_.nearest(call.target);
}

namespace {

constexpr std::string_view recompute = "recompute_scale_factor";

// torch.nn.functional.interpolate(): with recompute_scale_factor=True it hands the sizes alone to the operator.
bool is_interpolation(std::string_view function) { return function.starts_with("__torch__.torch.nn.functional.") && function.find("interpolate") != function.npos; }

}

void Evaluator::warn_of_recomputed_scale(Call const& call, Function const& function, std::vector<Value> const& positional, std::vector<std::pair<std::string, Value>> const& named)
{
    if (!is_interpolation(call.name))
        return;
    Value const* given = nullptr;
    for (size_t i = 0; i < function.parameters.size() && i < positional.size(); ++i)
        if (function.parameters[i].name == recompute)
            given = &positional[i];
    for (auto const& [name, value] : named)
        if (name == recompute)
            given = &value;
    if (given != nullptr && given->is<bool>() && *given->as<bool>())
        notes_.warnings.push_back({"G04", "interpolate() computes its scale from the sizes anew (recompute_scale_factor=True): the Resize is given sizes, and its scale is output / input", place_text(call.place)});
}
