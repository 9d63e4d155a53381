#include "onnx/functions.h"

#include "onnx/domain.h"
#include "onnx/place.h"

#include <limits>
#include <map>
#include <tuple>

namespace {

using FunctionKey = std::pair<std::string_view, std::string_view>; // domain and name: a call counts for every overload, which is never too little

FunctionKey key_of(OnnxFunction const& function) { return {plain_domain(function.domain), function.name}; }

constexpr uint32_t deepest_calls = 100; // as many graphs may be nested

struct CallGraph {
    std::map<FunctionKey, std::vector<size_t>> functions;
    std::vector<std::vector<size_t>> callers; // of each function, once a call
    std::vector<size_t> open_calls; // calls in it whose size is not known yet
    std::vector<uint64_t> unfolded; // nodes, with those of the calls that are known
    std::vector<uint32_t> depth; // of calls in calls
};

Result<void> check_names(OnnxModel const& model)
{
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, size_t> seen;
    for (size_t index = 0; index < model.functions.size(); ++index) {
        auto const& function = model.functions[index];
        if (function.name.empty())
            return in_item<void>("functions", index, malformed("a function without a name"));
        if (is_onnx_domain(function.domain))
            return in_item<void>("functions", index, refused("the function " + function.name + " stands in " + shown_domain(plain_domain(function.domain)) + ", which belongs to ONNX itself"));
        if (!seen.emplace(std::tuple(std::string_view(function.domain), std::string_view(function.name), std::string_view(function.overload)), index).second)
            return in_item<void>("functions", index, malformed("the function " + function.domain + "." + function.name + " stands here twice"));
    }
    return {};
}

CallGraph calls_of(OnnxModel const& model)
{
    CallGraph calls;
    size_t const count = model.functions.size();
    calls.callers.resize(count);
    calls.open_calls.resize(count);
    calls.unfolded.resize(count);
    calls.depth.assign(count, 1);
    for (size_t index = 0; index < count; ++index)
        calls.functions[key_of(model.functions[index])].push_back(index);
    for (size_t index = 0; index < count; ++index)
        each_node(model.functions[index].nodes, [&](OnnxNode const& node) {
            ++calls.unfolded[index];
            auto const callee = calls.functions.find({plain_domain(node.domain), node.op_type});
            if (callee == calls.functions.end())
                return;
            for (size_t const one : callee->second) {
                calls.callers[one].push_back(index);
                ++calls.open_calls[index];
            }
        });
    return calls;
}

}

Result<void> check_functions(OnnxModel const& model, Limits const& limits)
{
    if (model.functions.empty())
        return {};
    TRY(check_names(model));
    CallGraph calls = calls_of(model);

    // Functions whose calls are all known become known themselves; what remains goes round in a circle.
    std::vector<size_t> known;
    for (size_t index = 0; index < calls.open_calls.size(); ++index)
        if (calls.open_calls[index] == 0)
            known.push_back(index);
    for (size_t next = 0; next < known.size(); ++next) {
        size_t const index = known[next];
        if (calls.unfolded[index] > limits.entries)
            return in_item<void>("functions", index, exhausted("the function unfolds to more than " + std::to_string(limits.entries) + " nodes"));
        if (calls.depth[index] > deepest_calls)
            return in_item<void>("functions", index, exhausted("functions call each other deeper than " + std::to_string(deepest_calls)));
        for (size_t const caller : calls.callers[index]) {
            calls.depth[caller] = std::max(calls.depth[caller], calls.depth[index] + 1);
            calls.unfolded[caller] += calls.unfolded[index]; // both are bounded by `entries` times the calls of one file
            if (calls.unfolded[caller] > limits.entries)
                return in_item<void>("functions", caller, exhausted("the function unfolds to more than " + std::to_string(limits.entries) + " nodes"));
            if (--calls.open_calls[caller] == 0)
                known.push_back(caller);
        }
    }
    for (size_t index = 0; index < calls.open_calls.size(); ++index)
        if (calls.open_calls[index] != 0)
            return in_item<void>("functions", index, malformed("the function " + model.functions[index].domain + "." + model.functions[index].name + " calls itself, or another that does"));

    uint64_t total = 0;
    each_node(model.graph.nodes, [&](OnnxNode const& node) {
        auto const callee = calls.functions.find({plain_domain(node.domain), node.op_type});
        for (size_t const one : callee == calls.functions.end() ? std::vector<size_t>() : callee->second)
            total = std::min(total + calls.unfolded[one], std::numeric_limits<uint64_t>::max() / 2);
    });
    if (total > limits.entries)
        return exhausted("the functions that the graph calls unfold to more than " + std::to_string(limits.entries) + " nodes").at("graph");
    return {};
}
