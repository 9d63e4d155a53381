#pragma once

#include "base/limits.h"
#include "program/program.h"
#include "torch/exported_places.h"
#include "torch/exported_signature.h"
#include "json/json.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// One model of an exported program becoming a Function.

inline constexpr std::string_view exported_class = "ExportedProgram";

class ExportedLowering {
public:
    // `document` is the whole ExportedProgram, `member` where it stands; names of tensors of the module begin with `prefix`.
    ExportedLowering(Json const& document, std::string member, std::string prefix, ProgramObject const& module, ExportedPlaces& places, Limits const& limits)
        : document_(document),
          member_(std::move(member)),
          prefix_(std::move(prefix)),
          module_(module),
          places_(places),
          limits_(limits)
    {
    }

    Result<Function> lower(std::string name);

private:
    using Scope = std::map<std::string, ValueId, std::less<>>;
    using Values = std::vector<ValueId>;

    // exported_lowering.cc: graphs and nodes
    Result<void> lower_body(Json const& graph, ExportedSignature const& signature);
    Result<void> bind_input(ExportedInput const& input, Json const& graph_argument, Json const& graph);
    Result<ValueId> module_tensor(ExportedInput const& input, Json const& graph);
    Result<void> lower_outputs(ExportedSignature const& signature, Json const& graph);
    Result<void> lower_nodes(Json const& graph);
    Result<void> lower_node(Json const& node);
    Result<void> lower_named(std::string const& target, Json const& node);
    Result<void> lower_operator(std::string target, Json const& node, bool by_name);
    Result<void> bind_results(Call call, Json const& outputs);
    void state_results(Call& call, Json const& outputs) const;
    // The graph in place, its inputs being `operands`; what it gives.
    Result<Values> lower_graph(Json const& graph, Values const& operands);

    // exported_arguments.cc: arguments and known values
    Result<ValueId> argument(Json const& argument);
    Result<ValueId> name_argument(Json const& holder, std::string_view key);
    Result<ValueId> list_argument(Json const& items, Result<ValueId> (ExportedLowering::*item)(Json const&));
    Result<ValueId> tensor_item(Json const& item);
    Result<ValueId> optional_tensor_item(Json const& item);
    Result<ValueId> symbol_item(Json const& item);
    Result<ValueId> tensor_list_item(Json const& item);

    // exported_higher_order.cc: operators that own graphs
    Result<void> lower_higher_order(std::string const& name, Json const& node);
    Result<Block> block_of(Json const& graph, Values const& operands);
    Result<ValueId> truth_of_graph(Json const& graph, Values const& operands);
    ValueId truth_of(std::string const& kind, ValueId value);
    Result<Values> lower_cond(Json const& inputs);
    Result<Values> lower_while_loop(Json const& inputs);
    Result<Values> lower_scan(Json const& inputs, bool carries);
    Result<Values> lower_wrapped(std::string const& name, Json const& inputs);
    Result<void> check_autocast(Json const& inputs) const;
    Result<Values> operands_of(Json const& inputs, size_t index);
    Result<Json const*> graph_argument(Json const& inputs, size_t index) const;
    Result<void> lower_assertion(Json const& node, bool is_range);
    Result<void> lower_type_assertion(Json const& node);
    void add_assertion(ValueId condition, ValueId message);
    Result<void> lower_choice(Json const& node);
    Result<void> lower_power(Json const& node);

    // Calls of our own.
    ValueId new_value(std::string name = {});
    ValueId constant(ProgramValue value);
    Call new_call(std::string target) const;
    void add_call(Call call);
    ValueId add_value(std::string target, Values const& arguments, std::string name = {});
    Result<void> bind(std::string const& name, ValueId value);
    Result<ValueId> find(std::string const& name) const;

    Json const& document_;
    std::string member_;
    std::string prefix_;
    ProgramObject const& module_;
    ExportedPlaces& places_;
    Limits const& limits_;
    Json const* graph_ = nullptr; // the innermost one
    Function function_;
    Block* block_ = nullptr; // where calls are added
    Scope scope_; // names of the innermost graph
    SourcePlace place_;
    uint32_t depth_ = 0; // of graphs in graphs
};

// A value that an Argument states without naming one of the graph; nothing for other kinds. Fails with malformed where it has not the form of
// its kind.
Result<std::optional<ProgramValue>> exported_constant(std::string const& kind, Json const& value);
