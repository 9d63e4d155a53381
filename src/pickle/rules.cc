#include "pickle/rules.h"

#include "pickle/known_modules.h"
#include "pickle/render.h"
#include "pickle/rule_matching.h"

#include <algorithm>

namespace {

class Judge {
public:
    Judge(Pickle const& pickle, PickleFlavour flavour)
        : pickle_(pickle),
          graph_(pickle.graph),
          matcher_(pickle, flavour),
          settled_(graph_.size(), false),
          holds_names_(graph_.size(), false)
    {
    }

    PickleFindings judge();

private:
    void judge_call(PickleValue object);
    void judge_parts(PickleValue object, UseRule const& rule);
    void judge_unknown_call(PickleValue object, ResolvedCall const& call);
    void judge_persistent_id(PickleValue value);
    void judge_mentions();
    void judge_contents(PickleValue value);
    void judge_keys(PickleValue value);
    void judge_place(PickleValue holder, PickleValue held);

    void report(PickleValue place, std::string_view code, std::string message) { findings_.add(code, place, std::move(message)); }
    // This value was judged as what a call is given; if it holds names that are no values it may be nothing else.
    void settle(PickleValue given);

    Pickle const& pickle_;
    PickleGraph const& graph_;
    RuleMatcher matcher_;
    std::vector<bool> settled_; // by node
    std::vector<bool> holds_names_;
    PickleFindings findings_;
};

void Judge::settle(PickleValue given)
{
    if (settled_[given.id()] || !(given.is(NodeKind::tuple) || given.is(NodeKind::dict)))
        return;
    settled_[given.id()] = true;
    auto const is_name = [&](NodeId id) {
        auto const* rule = matcher_.rule_of(graph_.value(id));
        return rule && !rule->is_value;
    };
    auto const items = given.items();
    auto const pairs = given.pairs();
    holds_names_[given.id()] = std::any_of(items.begin(), items.end(), is_name) || std::any_of(pairs.begin(), pairs.end(), [&](auto const& pair) { return is_name(pair.second); });
}

// A class or a function of a program of which only the file's maker is known to have it; of a known package at least a class, which is
// filled and not called.
bool needs_code(PickleValue called, bool is_instance)
{
    auto const named = class_of(called);
    auto const module = named.module().value_or("");
    auto const name = named.name().value_or("");
    if (module.starts_with("cloudpickle") || module.starts_with("dill") || !is_known_module(module))
        return named.is(NodeKind::global);
    bool const is_class = is_instance && !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
    return is_class && is_package_module(module);
}

void Judge::judge_unknown_call(PickleValue object, ResolvedCall const& call)
{
    auto const called = *object.callable();
    if (!called.is(NodeKind::global) && !called.is(NodeKind::object) && !called.is(NodeKind::persistent_id) && !called.is(NodeKind::extension) && !called.is(NodeKind::buffer)) {
        report(object, "misused", text_of(object) + ": a call of what cannot be called");
        return;
    }
    auto const named = graph_.value(call.class_or_function);
    bool const is_instance = object.call_kind() == CallKind::newobj || object.is_call_of("copyreg", "_reconstructor") || class_of(*object.callable()).id() != object.callable()->id();
    if (!named.is(NodeKind::global) || !needs_code(named, is_instance)) {
        report(object, "would-call", text_of(object));
        return;
    }
    auto const module = *named.module();
    if (module.starts_with("cloudpickle") || module.starts_with("dill"))
        report(object, "needs-your-code", text_of(object) + ": code of functions or classes that stands in the file, and runs when it is loaded or called");
    else
        report(object, "needs-your-code", "an instance of " + text_of(named) + ": loading it runs the code of that class");
}

void Judge::judge_call(PickleValue object)
{
    auto const call = matcher_.resolve(object);
    settle(*object.arguments());
    if (!call.rule) {
        judge_unknown_call(object, call);
        return;
    }
    if (!call.fits)
        report(object, "misused", text_of(object) + ": a call that no pickler writes");
    else if (object.is_call_of("torch._tensor", "_rebuild_from_type_v2"))
        settle(object.arguments()->item(2));
    judge_parts(object, *call.rule);
}

void Judge::judge_parts(PickleValue object, UseRule const& rule)
{
    bool const takes_pairs = rule.filling == 'p' || rule.filling == 'a';
    if ((object.size() != 0 && rule.filling != 'l') || (!object.pairs().empty() && !takes_pairs))
        report(object, "misused", text_of(object) + ": filled with items, which it does not take");
    if (rule.filling == 'a' && !matcher_.are_attributes(object.pairs(), object))
        report(object, "misused", text_of(object) + ": an item becomes an attribute that Python would call");
    auto const state = object.state();
    if (!state)
        return;
    if (!matcher_.is_state(*state, rule.state))
        report(*state, "misused", text_of(object) + ": given a state that it does not take"); // at the state: nothing is amiss before it
    else if (rule.state == 'j')
        settle(*state);
}

// Only torch has them, and for storages alone.
void Judge::judge_persistent_id(PickleValue value)
{
    auto const id = *value.persistent_id();
    settle(id);
    bool const is_module = class_of(value).id() != value.id(); // told where it is called
    if (!is_module && !matcher_.is_storage_id(id))
        report(value, "persistent-id", text_of(value) + ": no storage of a torch file");
}

void Judge::judge_mentions()
{
    for (auto const& mention : pickle_.mentions) {
        auto const global = graph_.value(mention.global);
        if (!mention.called && !matcher_.rule_of(global))
            report(global, needs_code(global, false) ? "needs-your-code" : "would-import", global.qualified_name());
    }
}

void Judge::judge_place(PickleValue holder, PickleValue held)
{
    auto const* rule = matcher_.rule_of(held);
    if (rule && !rule->is_value)
        report(holder, "misused", held.qualified_name() + " stands as a value");
    if (holds_names_[held.id()])
        report(holder, "misused", text_of(held) + ": arguments of a call stand as a value");
}

void Judge::judge_keys(PickleValue value)
{
    if (value.pairs().size() < 2)
        return;
    std::vector<std::string_view> keys;
    for (auto const& [key, item] : value.pairs())
        if (auto const text = graph_.value(key).text())
            keys.push_back(*text);
    std::sort(keys.begin(), keys.end());
    auto const twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end())
        report(value, "duplicate-key", "the key \"" + std::string(twice->substr(0, 80)) + "\" stands twice: readers may take either");
}

void Judge::judge_contents(PickleValue value)
{
    if (!settled_[value.id()]) {
        for (NodeId const id : value.items())
            judge_place(value, graph_.value(id));
        for (auto const& [key, item] : value.pairs()) {
            judge_place(value, graph_.value(key));
            judge_place(value, graph_.value(item));
        }
    }
    // A dict is settled only as the state of joblib's stand-in for an array.
    if (auto const state = value.state(); state && !(state->is(NodeKind::dict) && settled_[state->id()]))
        judge_place(value, *state);
    judge_keys(value);
}

PickleFindings Judge::judge()
{
    judge_mentions();
    for (NodeId id = 0; id < graph_.size(); ++id) {
        auto const value = graph_.value(id);
        if (value.is(NodeKind::object))
            judge_call(value);
        else if (value.is(NodeKind::persistent_id))
            judge_persistent_id(value);
    }
    for (NodeId id = 0; id < graph_.size(); ++id)
        if (graph_.value(id).may_hold_others())
            judge_contents(graph_.value(id));
    if (pickle_.end > pickle_.start) // what breaks off has no root
        judge_place(pickle_.root(), pickle_.root());
    return std::move(findings_);
}

}

PickleFindings judge_pickle(Pickle const& pickle, PickleFlavour flavour)
{
    PickleFindings findings;
    if (pickle.graph.size() != 0)
        findings = Judge(pickle, flavour).judge();
    for (auto const& array : pickle.arrays)
        if (array.nested)
            findings.add(judge_pickle(*array.nested, flavour)); // which has no inline arrays of its own
    return findings;
}
