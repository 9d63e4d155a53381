#pragma once

#include "graph/heap.h"
#include "operators/operation.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The one table of operators: name -> rules, one a schema. Makes nothing happen by being linked: create one and pass it on.

// The number of the error page that says: no rule for this operator, or not for this form of it.
inline constexpr int unknown_operator_code = 203;

// What calls leave besides their results.
struct OperatorNotes {
    std::vector<OperatorWarning> warnings;
    std::set<std::string_view> schemas; // of the rules that were used, as the table spells them
    bool poisoned = false; // nothing was converted: an argument cannot be
};

struct OperatorCall {
    std::string_view target; // "aten::relu"
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;
};

class OperatorTable {
public:
    OperatorTable();

    // True where some form of the operator has a rule; `aten::relu_` has that of `aten::relu`.
    bool knows(std::string_view target) const;
    // The result of the first rule whose schema the call fits. A call with a poisoned argument gives poison, and says so. In-place forms
    // (a name that ends in one underscore) write the result of the plain form into `self`; where out= is given it is written there.
    // Fails with `unsupported` code 203 where no rule fits, and with what the rule says.
    Result<Value> call(OperatorCall const& call, GraphBuilder& graph, Heap& heap, int64_t operator_version, OperatorNotes& notes) const;
    // The known name nearest in spelling, for messages; empty where none is near.
    std::string nearest(std::string_view target) const;
    // All schemas, in the table's order: for the documents and the tests.
    std::vector<std::string_view> schemas() const;

private:
    struct Entry {
        Schema schema;
        Rule rule;
        std::string_view text;
    };
    using Entries = std::map<std::string, std::vector<Entry>, std::less<>>;
    static void add(Entries& entries, OperatorRow const& row);
    bool has_name(std::string_view name) const;
    std::vector<Entry> const* find(std::string_view target) const;
    std::vector<Entry> const* find_for(std::string_view name, OperatorCall const& call) const;
    // What the first entry gives that the call fits; nothing where it fits none.
    Result<std::optional<Value>> call_one_of(std::vector<Entry> const& entries, OperatorCall const& call, GraphBuilder& graph, Heap& heap, int64_t operator_version, OperatorNotes& notes) const;

    Entries entries_;
    Entries complex_entries_; // of operators on complex numbers; those that only move elements are in the other
};
