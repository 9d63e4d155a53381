#include "pickle/rules.h"

#include "pickle/plain.h"
#include "pickle/render.h"
#include "pickle/rule_table.h"

#include <algorithm>

namespace {

constexpr size_t most_arguments = 64;

class Judge {
public:
    Judge(Pickle const& pickle, PickleFlavour flavour)
        : pickle_(pickle),
          graph_(pickle.graph),
          flavour_(flavour),
          called_(graph_.size(), false),
          judged_(graph_.size(), false),
          holds_names_(graph_.size(), false)
    {
        for (auto const& mention : pickle.mentions)
            called_[mention.global] = mention.called;
    }

    PickleFindings judge();

private:
    void judge_call(PickleValue object);
    void judge_parts(PickleValue object, GlobalRule const& rule);
    void judge_persistent_id(PickleValue value);
    void judge_global(PickleValue global);
    void judge_contents(PickleValue value);
    void judge_keys(PickleValue value);
    void judge_place(PickleValue holder, PickleValue held);

    GlobalRule const* rule_of(PickleValue value) const { return value.is(NodeKind::global) ? rule_for(value, flavour_) : nullptr; }
    bool is_class_of_tensor(PickleValue value) const { return value.is_global("torch", "Tensor") || value.is_global("torch.nn.parameter", "Parameter") || value.is_global("torch.nn.parameter", "Buffer"); }
    bool is_storage_class(PickleValue value) const;
    bool is_factory(PickleValue value) const;
    bool is_rebuild(PickleValue value) const;
    bool matches_letter(PickleValue value, char letter) const;
    bool matches(PickleValue arguments, std::string_view letters) const;
    bool matches_any(PickleValue arguments, std::string_view alternatives) const;
    void report(PickleValue place, std::string_view code, std::string message) { findings_.add(code, place.offset(), std::move(message)); }
    // This tuple was judged as what it is an argument list of; if it holds names it may be nothing else.
    void settle(PickleValue arguments);

    Pickle const& pickle_;
    PickleGraph const& graph_;
    PickleFlavour flavour_;
    std::vector<bool> called_; // by node, of globals
    std::vector<bool> judged_; // by node, of tuples: settled
    std::vector<bool> holds_names_;
    PickleFindings findings_;
};

bool Judge::is_storage_class(PickleValue value) const
{
    auto const* rule = rule_of(value);
    return rule && rule->arguments == "!" && value.name()->ends_with("Storage");
}

bool Judge::is_factory(PickleValue value) const { return value.is_none() || (value.module() == "builtins" && rule_of(value)); }

bool Judge::is_rebuild(PickleValue value) const { return rule_of(value) && value.module() == "torch._utils"; }

// What each letter of a rule stands for. Only the letters of the first group are names.
bool Judge::matches_letter(PickleValue value, char letter) const
{
    auto const is = [&](auto... kinds) { return (value.is(kinds) || ...); };
    switch (letter) {
    case 'd': // a dtype
        return rule_of(value) && rule_of(value)->is_value;
    case 'N': // numpy.ndarray
        return value.is_global("numpy", "ndarray");
    case 'F': // what fills a defaultdict
        return is_factory(value);
    case 'R': // a function that makes tensors
        return is_rebuild(value);
    case 'C': // a class of tensors
        return is_class_of_tensor(value);
    case 'P': // a storage
        return is(NodeKind::persistent_id);
    case 'i':
        return is(NodeKind::integer, NodeKind::big_integer, NodeKind::boolean);
    case 'b':
        return is(NodeKind::boolean, NodeKind::integer);
    case 'f':
        return is(NodeKind::real, NodeKind::integer);
    case 's':
        return is(NodeKind::text);
    case 'L':
        return value.text() == "latin1" || value.text() == "latin-1";
    case 'r': // bytes, however the protocol spells them
        return is(NodeKind::bytes, NodeKind::byte_array, NodeKind::text) || value.is_call_of("_codecs", "encode") || value.is_call_of("builtins", "bytes") || value.is_call_of("builtins", "bytearray");
    case 'B': // a buffer from outside
        return is(NodeKind::buffer);
    case 'n': // None or an integer
        return is(NodeKind::none, NodeKind::integer);
    case 't': // sizes
        return is(NodeKind::tuple, NodeKind::list) || value.is_call_of("torch", "Size");
    case 'l':
        return is(NodeKind::list, NodeKind::tuple, NodeKind::set, NodeKind::frozen_set);
    case 'm':
        return is(NodeKind::none, NodeKind::dict);
    case 'o': // hooks, a layout: a call judged by itself
        return is(NodeKind::none, NodeKind::object);
    case 'T': // a tensor
        return value.is(NodeKind::object) && (is_rebuild(*value.callable()) || value.is_call_of("torch._tensor", "_rebuild_from_type_v2"));
    case 'A': // a numpy dtype
        return value.is_call_of("numpy", "dtype");
    case 'x':
        return !is(NodeKind::global);
    default:
        return false;
    }
}

bool Judge::matches(PickleValue arguments, std::string_view letters) const
{
    bool const repeats = letters.ends_with('*');
    size_t const count = letters.size() - (repeats ? 1 : 0);
    if (repeats ? arguments.size() + 1 < count : arguments.size() != count)
        return false;
    for (size_t index = 0; index < arguments.size(); ++index)
        if (!matches_letter(arguments.item(index), letters[std::min(index, count - 1)]))
            return false;
    return true;
}

bool Judge::matches_any(PickleValue arguments, std::string_view alternatives) const
{
    if (!arguments.is(NodeKind::tuple) || arguments.size() > most_arguments || alternatives.starts_with('!'))
        return false;
    for (;;) {
        auto const bar = alternatives.find('|');
        if (matches(arguments, alternatives.substr(0, bar)))
            return true;
        if (bar == alternatives.npos)
            return false;
        alternatives.remove_prefix(bar + 1);
    }
}

void Judge::settle(PickleValue arguments)
{
    if (!arguments.is(NodeKind::tuple) || arguments.size() > most_arguments || judged_[arguments.id()])
        return;
    judged_[arguments.id()] = true;
    for (NodeId const id : arguments.items())
        if (auto const* rule = rule_of(graph_.value(id)); rule && !rule->is_value)
            holds_names_[arguments.id()] = true;
}

// torch's old files name the classes of pickled modules by ('module', class, file, source text).
PickleValue class_of(PickleValue called)
{
    auto const id = called.persistent_id();
    return id && id->size() == 4 && id->item(0).text() == "module" ? id->item(1) : called;
}

// The file's own classes, and those that only exist with the program that made the file.
bool needs_code(PickleValue called)
{
    auto const named = class_of(called);
    if (named.id() != called.id())
        return true;
    auto const module = called.module().value_or("");
    return module == "__main__" || module.starts_with("__main__.") || module.starts_with("cloudpickle") || module.starts_with("torch.nn.");
}

void Judge::judge_call(PickleValue object)
{
    auto const called = *object.callable();
    auto const arguments = *object.arguments();
    auto const* rule = rule_of(called);
    if (!rule) {
        settle(arguments);
        if (needs_code(called))
            report(object, "needs-your-code", "an instance of " + text_of(class_of(called)) + ": loading it runs the code of that class");
        else
            report(object, "would-call", text_of(object));
        return;
    }
    bool fits = matches_any(arguments, rule->arguments) && !object.keyword_arguments();
    if (fits && object.is_call_of("torch._tensor", "_rebuild_from_type_v2")) { // it calls its first argument with its third
        fits = matches_any(arguments.item(2), rule_of(arguments.item(0))->arguments);
        settle(arguments.item(2));
    }
    if (!fits)
        report(object, "misused", text_of(object) + ": a call that no pickler writes");
    settle(arguments);
    judge_parts(object, *rule);
}

void Judge::judge_parts(PickleValue object, GlobalRule const& rule)
{
    bool const is_filled = object.size() != 0 || !object.pairs().empty();
    if (is_filled && !rule.grows)
        report(object, "misused", text_of(object) + ": filled with items, which it does not take");
    auto const state = object.state();
    if (state && (rule.state == '-' || !matches_letter(*state, rule.state)))
        report(object, "misused", text_of(object) + ": given a state that it does not take");
}

// Only torch has them, and for storages alone.
void Judge::judge_persistent_id(PickleValue value)
{
    auto const id = *value.persistent_id();
    settle(id);
    bool const is_module = id.size() == 4 && id.item(0).text() == "module"; // told where it is called
    bool const is_storage = flavour_ >= PickleFlavour::torch_state && id.is(NodeKind::tuple) && id.size() >= 5 && id.item(0).text() == "storage" && is_storage_class(id.item(1))
        && id.item(2).text() && id.item(3).text() && id.item(4).integer();
    if (!is_storage && !is_module)
        report(value, "persistent-id", text_of(value) + ": no storage of a torch file");
}

void Judge::judge_global(PickleValue global)
{
    if (!rule_of(global) && !called_[global.id()])
        report(global, needs_code(global) ? "needs-your-code" : "would-import", global.qualified_name());
}

void Judge::judge_place(PickleValue holder, PickleValue held)
{
    auto const* rule = rule_of(held);
    if (rule && !rule->is_value)
        report(holder, "misused", held.qualified_name() + " stands as a value");
    if (holds_names_[held.id()])
        report(holder, "misused", text_of(held) + ": arguments of a call stand as a value");
}

void Judge::judge_keys(PickleValue value)
{
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
    if (!judged_[value.id()])
        for (NodeId const id : value.items())
            judge_place(value, graph_.value(id));
    for (auto const& [key, item] : value.pairs()) {
        judge_place(value, graph_.value(key));
        judge_place(value, graph_.value(item));
    }
    if (auto const state = value.state())
        judge_place(value, *state);
    judge_keys(value);
}

PickleFindings Judge::judge()
{
    for (NodeId id = 0; id < graph_.size(); ++id) {
        auto const value = graph_.value(id);
        if (value.is(NodeKind::global))
            judge_global(value);
        else if (value.is(NodeKind::object))
            judge_call(value);
        else if (value.is(NodeKind::persistent_id))
            judge_persistent_id(value);
    }
    for (NodeId id = 0; id < graph_.size(); ++id)
        judge_contents(graph_.value(id));
    judge_place(pickle_.root(), pickle_.root());
    return std::move(findings_);
}

}

PickleFindings judge_pickle(Pickle const& pickle, PickleFlavour flavour)
{
    if (pickle.graph.size() == 0)
        return {};
    return Judge(pickle, flavour).judge();
}
