#pragma once

#include "base/result.h"
#include "graph/builder.h"
#include "graph/heap.h"
#include "graph/value.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

// How values that depend on data cross the border of a nested graph: the results of an ONNX If, and what an ONNX Loop carries
// from round to round. A form is the least that holds every value it was joined with: what is the same each time stays known, the
// rest becomes tensors and sequences of the graph.

// The number of the error that says: ONNX cannot hold both values. What follows may be evaluated for each of them instead.
inline constexpr int cannot_join_code = 215;

struct ValueForm {
    enum class Kind : uint8_t { known, // the same value each time
        tensor,
        integer,
        floating,
        boolean,
        items, // a list or tuple of as many items each time
        members, // an object or dict with the same names or keys each time
        open_list, // a list whose length depends on data
        optional } kind
        = Kind::known;
    Value known;
    DType dtype = DType::float32; // of a tensor, or of the tensors of an open list
    std::vector<std::optional<Dim>> dims; // nothing: the size differs
    std::vector<std::shared_ptr<StorageCell>> cells; // which the tensor may be
    bool contiguous = true; // see TensorView
    bool wrapped_number = false;
    bool not_negative = false; // of an integer
    bool tuple = false; // of items
    std::vector<std::shared_ptr<ListValue>> lists; // which the list may be
    bool uncertain = false; // of a list: see ListValue
    std::string class_name; // of members; empty: a dict
    std::vector<std::string> names;
    std::vector<Value> keys;
    std::vector<ValueForm> parts; // of items and members; of an optional the one inside of it
    OpenList::Kind list_kind = OpenList::Kind::tensors;
};

ValueForm known_form(Value value);

// Values that need nothing of a graph and are the same; integers and tensors never are.
bool same_plain_value(Value const& left, Value const& right);

// True where the polynomials alone need nothing that was computed since `first_inner_symbol` was the next symbol.
bool holds_outside(SymbolTable const& symbols, Dim const& dim, SymbolId first_inner_symbol);

class FormJoiner {
public:
    // To be made before the nested graphs are: what comes later is of them.
    FormJoiner(GraphBuilder& graph, Heap& heap)
        : graph_(graph),
          first_inner_symbol_(graph.symbols().count()),
          first_inner_journal_(heap.next_journal())
    {
    }

    // What lists became where the values come from, if that is not what they hold now: those that forms begin with, and those
    // that they are joined with.
    void take_from(Changes const* begun, Changes const* joined)
    {
        begun_changes_ = begun;
        changes_ = joined;
    }
    // Widens the form so that it holds the value as well; true where it had to change. The value is one of a nested graph; that
    // which the form began with is of the graph around where `began_outside`.
    // Fails with unsupported, code 215, where ONNX cannot hold both: another rank, dtype or kind.
    Result<bool> join(ValueForm& form, Value const& value, bool began_outside, int depth = 0);
    // Makes known tensors and numbers those of a nested graph: nothing of the value is reached from outside of it.
    Result<ValueForm> generalised(Value const& value, int depth = 0);

private:
    Result<ValueForm> generalised_begun(Value const& value, int depth);
    Result<bool> join_known(ValueForm& form, Value const& value, bool began_outside, int depth);
    Result<bool> join_tensor(ValueForm& form, Value const& value);
    Result<bool> join_items(ValueForm& form, Value const& value, bool began_outside, int depth);
    Result<bool> join_members(ValueForm& form, Value const& value, bool began_outside, int depth);
    Result<bool> join_open_list(ValueForm& form, Value const& value);
    Result<bool> join_optional(ValueForm& form, Value const& value, bool began_outside, int depth);
    Result<void> join_list_item(ValueForm& form, Value const& item, bool& typed);
    Result<std::optional<ValueForm>> opened(ValueForm const& items);
    ListValue const& contents(std::shared_ptr<ListValue> const& list) const;
    bool outside(Dim const& dim) const { return holds_outside(graph_.symbols(), dim, first_inner_symbol_); }

    template <typename Thing>
    bool is_inner(Thing const& thing) const { return thing.born_in >= first_inner_journal_; }

    GraphBuilder& graph_;
    SymbolId first_inner_symbol_;
    uint64_t first_inner_journal_;
    Changes const* begun_changes_ = nullptr;
    Changes const* changes_ = nullptr;
    uint64_t parts_made_ = 0;
};

// What a form needs of the graph, in order; sizes that differ are `open_size`.
void types_of(ValueForm const& form, std::vector<GraphType>& types);
// The tensors of a value that the form holds, in the innermost scope. Where the value was never set they are zeros.
Result<void> emit_value(GraphBuilder& graph, ValueForm const& form, Value const& value, Changes const* changes, std::vector<GraphTensor>& tensors);
// The value again; takes its tensors from `next` on.
Value rebuild_value(GraphBuilder& graph, Heap& heap, ValueForm const& form, std::vector<GraphTensor> const& tensors, size_t& next);
