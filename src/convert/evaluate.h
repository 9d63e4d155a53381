#pragma once

#include "convert/carried_state.h"
#include "convert/convert.h"
#include "graph/heap.h"
#include "operators/table.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

// Runs a Program with symbolic tensors. Control flow on what is known disappears; the rest becomes ONNX If and Loop.

std::string open_state_name(std::string const& path);
Failure state_is_kept(std::string const& names);

// One side of a branch on data: what it gives, what it changes, and its nodes.
struct BranchSide {
    std::unique_ptr<GraphScope> scope;
    Result<std::vector<Value>> results = std::vector<Value>();
    Changes changes;

    bool raises() const { return !results && results.error().code == program_raises_code; }
};

// The values of one function while it runs, by ValueId. Nested blocks of the function use the same frame.
using Frame = std::vector<Value>;

class Evaluator {
public:
    // Tensors of the module at the paths in `open_state` are unknown: whatever depends on what they hold stands in the graph, under
    // the name that open_state_name() gives.
    Evaluator(Program const& program, OperatorTable const& table, ConvertOptions const& options, GraphBuilder& graph, Heap& heap, std::set<std::string> const& open_state)
        : program_(program),
          table_(table),
          options_(options),
          graph_(graph),
          heap_(heap),
          open_state_(open_state)
    {
    }

    // What the module holds when the call begins, where that is not what the file says; to be told before module() is asked for.
    void begin_with(StateValues begun) { begun_ = std::move(begun); }
    // The value that is `self`: the module tree with its tensors as constants. Tensors that share storage are one constant.
    Value module();
    // Calls __setstate__ of the module's objects that have a saved state; once, before anything else runs. Objects where that cannot be
    // evaluated are left as they are. Fails where a limit is reached.
    Result<void> set_up_objects();
    // Calls a function of the program.
    Result<Value> call(Function const& function, std::vector<Value> const& arguments, std::vector<std::pair<std::string, Value>> const& named);

    std::vector<ConversionWarning> const& warnings() const { return notes_.warnings; }
    std::vector<std::string> const& assumptions() const { return notes_.assumptions; }
    std::set<std::string_view> const& schemas() const { return schemas_; }
    // Fails with unsupported where the program left something in the module that its next call may read: one call is all that a model
    // of ONNX is. Changed tensors at open paths are no matter, nor caches where they are allowed.
    Result<void> check_no_state(bool caches_are_allowed = false) const;
    // What the program added to dicts of the module, in order; nothing where that is not all that it changed.
    std::optional<std::vector<Value>> cached() const;
    // Paths of the module's tensors that the program changed and that could be opened.
    std::set<std::string> changed_tensors() const;
    // All that this call wrote in the module, read before or not, since a later call may take other ways; and all that begin_with()
    // told. Fails with unsupported where it cannot be handed from call to call.
    Result<StateValues> left_state() const;
    // Operators met so far that have no rule.
    std::vector<UnsupportedOperator> unsupported_operators() const;

private:
    Result<std::vector<Value>> run(Block const& block, Frame& frame, size_t first = 0);
    Result<void> run_call(Call const& call, Frame& frame);
    Result<std::vector<Value>> results_of(Call const& call, Frame& frame);
    Result<Value> run_operator(Call const& call, Frame const& frame);
    Result<std::optional<Value>> run_for_both_forms(Call const& call, OperatorCall const& bound);
    Value constant_of(Call const& call);
    std::string place_text(SourcePlace place) const;
    std::string module_of(SourcePlace place) const;
    Result<Value> formatted(Call const& call, Frame const& frame);

    // custom_operator.cc
    Result<Value> run_custom(Call const& call, OperatorCall const& given);
    void warn_of_custom(Call const& call, bool is_known);

    // control_flow.cc
    Result<std::vector<Value>> run_if(Call const& call, Frame& frame);
    using Way = std::function<Result<std::vector<Value>>()>;
    Result<std::vector<Value>> branch(Call const& call, GraphTensor const& condition, Way const& then_way, Way const& else_way);
    BranchSide run_side(GraphTensor const& condition, bool holds, Way const& way);
    // What the value is where the branches that are being evaluated have decided it.
    Value as_decided(Value const& value) const;
    void note_negation(Call const& call, OperatorCall const& bound, Value const& result);
    Result<std::vector<Value>> run_rest_both_ways(Block const& block, size_t place, Frame& frame);
    struct LoopState {
        int64_t round = 0;
        Value condition;
        std::vector<Value> carried;
    };
    Result<std::vector<Value>> run_loop(Call const& call, Frame& frame);
    Result<LoopState> run_round(Call const& call, Frame& frame, Dim const& round, std::vector<Value> const& carried);
    Result<std::vector<Value>> run_rounds(Call const& call, Frame& frame, Dim const& trips, LoopState state);
    Result<std::vector<Value>> run_rest_of_loop(Call const& call, Frame& frame, Dim const& trips, LoopState state);

    // structure.cc: attributes, containers, types
    Result<Value> get_attribute(Call const& call, Value const& object);
    Result<Value> set_attribute(Call const& call, Value const& object, Value const& value);
    Result<Value> call_method(Call const& call, Frame const& frame);
    Result<Value> call_at_place(Call const& call, Frame const& frame);
    void warn_of_recomputed_scale(Call const& call, Function const& function, std::vector<Value> const& positional, std::vector<std::pair<std::string, Value>> const& named);
    Result<Value> create_object(Call const& call);
    Result<std::vector<Value>> unpack(Call const& call, Value const& container);
    Result<Value> tuple_item(Value const& tuple, Value const& index);
    Result<bool> is_instance(Value const& value, ProgramType const& type);
    Value value_of(ProgramValue const& known, std::string const& path);
    Value tensor_of(std::shared_ptr<ProgramTensor const> const& tensor, std::string const& path);

    void note_unsupported(Call const& call, Error const& error);
    Value argument(Call const& call, Frame const& frame, size_t index) const { return as_decided(frame[call.arguments[index].value]); }

    Program const& program_;
    OperatorTable const& table_;
    ConvertOptions const& options_;
    GraphBuilder& graph_;
    Heap& heap_;
    std::set<std::string> const& open_state_;
    Value quantised_tensor_of(ProgramQuantisedTensor const& tensor, std::string const& path);
    std::vector<std::shared_ptr<ObjectValue>> objects_of_file_; // each before the objects that it holds
    std::map<void const*, Value> known_containers_; // shared lists, dicts and objects of the file, once converted
    std::map<std::string, Value> known_tensors_; // by storage, offset, sizes and strides
    struct StoredTensor {
        TensorReference tensor;
        std::shared_ptr<StorageCell> cell; // as it was when the call began
        std::string path;
        std::shared_ptr<ProgramTensor const> stored;
    };
    bool is_written(StoredTensor const& tensor) const;
    bool is_changed(StoredTensor const& tensor) const;
    // Into another view, by transpose_() or the like.
    static bool is_turned(StoredTensor const& tensor) { return tensor.tensor->cell != tensor.cell || !tensor.tensor->steps.empty(); }
    std::set<std::string> changed_containers() const;
    std::set<std::string> kept_beside_containers() const;
    bool shares_memory(StoredTensor const& tensor) const;
    Result<void> check_no_aliases(StateValues const& left) const;
    StateValues begun_;
    std::vector<StoredTensor> stored_tensors_;
    std::set<std::string> shared_paths_; // of tensors that stand at several places of the module
    // Lists and dicts of the module, with what the file holds.
    template <typename Container, typename Item>
    struct StoredContainer {
        std::shared_ptr<Container> container;
        std::vector<Item> items;
        std::string path;
    };
    std::vector<StoredContainer<ListValue, Value>> stored_lists_;
    std::vector<StoredContainer<DictValue, std::pair<Value, Value>>> stored_dicts_;
    std::set<std::pair<void const*, std::string>> attributes_read_; // before they were written
    std::set<std::pair<void const*, std::string>> attributes_written_;
    std::map<std::string, std::pair<std::shared_ptr<ObjectValue>, std::string>> written_; // by path: attributes of the module
    std::set<std::string> state_; // those that were read before they were written
    std::set<std::string_view> schemas_; // of the operators met
    struct Unsupported {
        UnsupportedOperator found;
        std::set<std::string> places;
    };
    // What is told beside the graph; taken back where an evaluation is given up.
    struct Notes {
        std::vector<ConversionWarning> warnings;
        std::vector<std::string> assumptions;
        std::map<std::string, Unsupported> unsupported;
    };
    Notes notes_;
    static constexpr size_t deepest_graph = 64;
    uint32_t depth_ = 0; // of calls
    std::map<std::string, bool> decided_; // conditions, by their names in the graph, on the sides that they have
    std::map<std::string, std::string> negations_; // the name of what is the opposite of a condition -> the condition
    std::vector<SourcePlace> calls_; // of functions and methods, the outermost first: where they are called
    uint64_t steps_left_ = 200'000;
    static constexpr uint32_t most_both_ways = 1'000;
    uint32_t both_ways_left_ = most_both_ways; // each doubles what follows it
};
