#pragma once

#include "pickle/machine.h"
#include "pickle/rule_table.h"

#include <unordered_map>
#include <vector>

// Holds the values of one graph against the rules. Every answer about a shared node is worked out once, so that a graph in which many
// calls share one value costs no more than its nodes. Not a door.

// What a call node does, spelled however the protocol spells it.
struct ResolvedCall {
    UseRule const* rule = nullptr; // null: no rule allows it
    std::string name; // "module.name" of what is really called or made; "" where it is no name
    NodeId class_or_function = 0; // the node that is called, or the class that copyreg is given
    bool fits = false; // the arguments are those of the rule
};

class RuleMatcher {
public:
    struct Field {
        std::string_view key;
        char letter = 0;
    };

    RuleMatcher(Pickle const& pickle, PickleFlavour flavour);

    // Null for everything but an allowed name.
    UseRule const* rule_of(PickleValue value) const;
    ResolvedCall resolve(PickleValue object);
    // Whether the result of a call answers to `letter`.
    bool makes(PickleValue value, char letter) const;
    // Whether BUILD may give this state to what `letter` stands for.
    bool is_state(PickleValue state, char letter);
    // Whether items may become attributes: no name that Python would call by itself is a name or an object.
    bool are_attributes(std::span<std::pair<NodeId, NodeId> const> pairs, PickleValue const& of) const;
    bool is_storage_id(PickleValue id) const;

private:
    bool matches_letter(PickleValue value, char letter) const;
    bool matches(std::span<NodeId const> arguments, PickleValue const& of, std::string_view letters) const;
    bool matches_any(std::span<NodeId const> arguments, PickleValue const& of, std::string_view alternatives) const;
    bool is_new_state(PickleValue state, char letter) const;
    bool is_attribute_dict(PickleValue value) const;
    bool is_wrapper_state(PickleValue state) const;
    bool is_jagged_tensor(PickleValue value) const;
    bool is_column_state(PickleValue state) const;
    // A dict of some of these fields, none else.
    bool is_dict_of(PickleValue value, std::span<Field const> fields) const;
    bool is_distribution_state(PickleValue state) const;
    bool is_partial_state(PickleValue state) const;
    bool is_copied_state(PickleValue state) const;
    bool is_attribute(std::string_view key, PickleValue value) const;
    bool is_data(PickleValue value) const;
    bool is_optimiser_state(PickleValue state) const;
    bool is_loader_state(PickleValue state) const;
    bool is_handle_state(PickleValue state) const;
    bool all_of(PickleValue list, bool (*holds)(PickleValue)) const;
    UseRule const* rule_of_instance(PickleValue object) const;
    ResolvedCall resolve_copyreg(PickleValue object) const;
    ResolvedCall resolve_getattr(PickleValue called) const;
    ResolvedCall resolve_keyword_tuple(PickleValue called) const;

    PickleGraph const& graph_;
    PickleFlavour flavour_;
    std::vector<std::pair<NodeId, UseRule const*>> globals_; // by node, rising
    std::unordered_map<uint64_t, bool> states_; // by node and letter
    uint64_t bytes_to_check_; // honest files give each buffer to one array
};

// torch's old files name the classes of pickled modules by a persistent id ('module', class, file, source text); others are themselves.
PickleValue class_of(PickleValue called);
