#include "torch/exported_lowering.h"

#include <algorithm>
#include <array>
#include <limits>

// Operators that own graphs. A graph has no names of its surroundings: it is given what it uses, so its nodes can stand in the block that
// calls it.

namespace {

// Those that only say under which settings of the framework their graph runs.
constexpr std::array<std::string_view, 9> wrapping{"wrap_with_set_grad_enabled", "wrap_with_autocast", "wrap", "wrap_activation_checkpoint", "tag_activation_checkpoint", "checkpoint", "hints_wrapper", "strict_mode", "invoke_subgraph"};

bool is_keyword(Json const& input)
{
    auto const kind = input.find("kind");
    constexpr int keyword = 2; // schema.ArgumentKind
    return kind != input.end() && *kind == keyword;
}

Result<ExportedUnion> argument_at(Json const& inputs, size_t index)
{
    if (index >= inputs.size())
        return malformed("a call with " + std::to_string(inputs.size()) + " arguments, wanted more");
    return exported_union(*TRY(json_object(inputs[index], "arg")));
}

}

Result<Json const*> ExportedLowering::graph_argument(Json const& inputs, size_t index) const
{
    auto const [kind, value] = TRY(argument_at(inputs, index));
    if (kind != "as_graph")
        return malformed("argument " + std::to_string(index) + " is of the kind " + kind + ", wanted a graph");
    return json_object(*value, "graph");
}

// The tensors and numbers of one argument, lists taken apart.
Result<ExportedLowering::Values> ExportedLowering::operands_of(Json const& inputs, size_t index)
{
    auto const [kind, value] = TRY(argument_at(inputs, index));
    bool const is_text_or_dict = kind == "as_string" || kind == "as_string_to_argument";
    if (is_text_or_dict && (kind == "as_string" || value->empty()))
        return Values();
    auto const known = TRY(exported_constant(kind, *value));
    if (!known && value->is_array()) {
        Values values;
        for (auto const& item : *value)
            values.push_back(TRY(kind == "as_tensors" ? tensor_item(item) : kind == "as_optional_tensors" ? optional_tensor_item(item)
                                                                                                          : symbol_item(item)));
        return values;
    }
    if (auto const* const list = known ? std::get_if<std::shared_ptr<ProgramList>>(&known->value) : nullptr) {
        Values values;
        for (auto const& item : (*list)->items)
            values.push_back(constant(item));
        return values;
    }
    return Values{TRY(argument(inputs[index]["arg"]))};
}

Result<void> ExportedLowering::lower_higher_order(std::string const& name, Json const& node)
{
    auto const* const inputs = TRY(json_array(node, "inputs"));
    Values results;
    if (name == "cond")
        results = TRY(lower_cond(*inputs));
    else if (name == "while_loop")
        results = TRY(lower_while_loop(*inputs));
    else if (name == "scan" || name == "map_impl" || name == "map")
        results = TRY(lower_scan(*inputs, name == "scan"));
    else if (std::find(wrapping.begin(), wrapping.end(), name) != wrapping.end())
        results = TRY(lower_wrapped(name, *inputs));
    else
        return unsupported("the higher-order operator " + name);

    std::vector<std::string> names;
    for (auto const& output : *TRY(json_array(node, "outputs"))) {
        auto const [kind, value] = TRY(exported_union(output));
        if (kind == "as_tensors" && value->is_array())
            for (auto const& item : *value)
                names.push_back(TRY(json_text(item, "name")));
        else
            names.push_back(kind == "as_none" ? std::string() : TRY(json_text(*value, kind == "as_tensor" ? "name" : "as_name")));
    }
    if (names.size() != results.size())
        return malformed("its graph gives " + std::to_string(results.size()) + " values, the call " + std::to_string(names.size()));
    for (size_t i = 0; i < names.size(); ++i)
        if (!names[i].empty())
            TRY(bind(names[i], results[i]));
    return {};
}

Result<Block> ExportedLowering::block_of(Json const& graph, Values const& operands)
{
    Block block;
    Block* const outer = std::exchange(block_, &block);
    auto results = lower_graph(graph, operands);
    block_ = outer;
    block.results = TRY(std::move(results));
    return block;
}

// (condition, graph, graph, operands)
Result<ExportedLowering::Values> ExportedLowering::lower_cond(Json const& inputs)
{
    ValueId const condition = truth_of(TRY(argument_at(inputs, 0)).kind, TRY(argument(inputs[0]["arg"])));
    auto const* const then_graph = TRY(graph_argument(inputs, 1));
    auto const* const else_graph = TRY(graph_argument(inputs, 2));
    auto const operands = TRY(operands_of(inputs, 3));
    Call call = new_call("prim::If");
    call.arguments = {{"", condition}};
    call.blocks.push_back(TRY(block_of(*then_graph, operands)));
    call.blocks.push_back(TRY(block_of(*else_graph, operands)));
    size_t const count = call.blocks[0].results.size();
    if (count != call.blocks[1].results.size())
        return malformed("one side of a condition gives " + std::to_string(count) + " values, the other " + std::to_string(call.blocks[1].results.size()));
    for (size_t i = 0; i < count; ++i)
        call.results.push_back(new_value());
    auto results = call.results;
    add_call(std::move(call));
    return results;
}

ValueId ExportedLowering::truth_of(std::string const& kind, ValueId value) { return kind == "as_tensor" ? add_value("aten::Bool", {value}) : value; }

// The one value of a graph that says whether to go on.
Result<ValueId> ExportedLowering::truth_of_graph(Json const& graph, Values const& operands)
{
    auto const values = TRY(lower_graph(graph, operands));
    auto const* const outputs = TRY(json_array(graph, "outputs"));
    if (values.size() != 1)
        return malformed("the condition of a loop gives " + std::to_string(values.size()) + " values, wanted one");
    return truth_of(TRY(exported_union((*outputs)[0])).kind, values[0]);
}

// (condition graph, body graph, carried, additional)
Result<ExportedLowering::Values> ExportedLowering::lower_while_loop(Json const& inputs)
{
    auto const* const condition = TRY(graph_argument(inputs, 0));
    auto const* const body = TRY(graph_argument(inputs, 1));
    auto const carried = TRY(operands_of(inputs, 2));
    auto const additional = TRY(operands_of(inputs, 3));
    auto const with_additional = [&](Values values) {
        values.insert(values.end(), additional.begin(), additional.end());
        return values;
    };
    ValueId const trips = constant(ProgramValue{std::numeric_limits<int64_t>::max()});
    ValueId const start = TRY(truth_of_graph(*condition, with_additional(carried)));
    Call loop = new_call("prim::Loop");
    loop.arguments = {{"", trips}, {"", start}};
    Block block;
    block.parameters.push_back(new_value());
    Values inner;
    for (ValueId const value : carried) {
        loop.arguments.push_back({"", value});
        inner.push_back(new_value());
        loop.results.push_back(new_value());
    }
    block.parameters.insert(block.parameters.end(), inner.begin(), inner.end());
    Block* const outer = std::exchange(block_, &block);
    auto const run = [&]() -> Result<void> {
        auto const next = TRY(lower_graph(*body, with_additional(inner)));
        if (next.size() != carried.size())
            return malformed("a loop carries " + std::to_string(carried.size()) + " values, its body gives " + std::to_string(next.size()));
        block.results = {TRY(truth_of_graph(*condition, with_additional(next)))};
        block.results.insert(block.results.end(), next.begin(), next.end());
        return {};
    };
    auto const done = run();
    block_ = outer;
    TRY(done);
    loop.blocks.push_back(std::move(block));
    auto results = loop.results;
    add_call(std::move(loop));
    return results;
}

// scan(graph, initial, slices, additional) and map(graph, slices, additional): the graph runs once for each index of the slices' first axis;
// what it gives beside the carried values is stacked.
Result<ExportedLowering::Values> ExportedLowering::lower_scan(Json const& inputs, bool carries)
{
    auto const* const graph = TRY(graph_argument(inputs, 0));
    auto const carried = carries ? TRY(operands_of(inputs, 1)) : Values();
    auto const slices = TRY(operands_of(inputs, carries ? 2 : 1));
    auto const additional = TRY(operands_of(inputs, carries ? 3 : 2));
    size_t const outputs = TRY(json_array(*graph, "outputs"))->size();
    if (slices.empty() || outputs < carried.size())
        return malformed("a loop over " + std::to_string(slices.size()) + " tensors that gives " + std::to_string(outputs) + " values and carries " + std::to_string(carried.size()));
    ValueId const zero = constant(ProgramValue{int64_t{0}});
    Call loop = new_call("prim::Loop");
    loop.arguments = {{"", add_value("aten::size", {slices[0], zero})}, {"", constant(ProgramValue{true})}};
    Values lists;
    for (size_t i = carried.size(); i < outputs; ++i) {
        lists.push_back(add_value("prim::ListConstruct", {}));
        block_->calls.back().type = {"List", {{"Tensor", {}}}};
    }
    Block block;
    block.parameters.push_back(new_value());
    Values operands;
    for (ValueId const value : carried) {
        loop.arguments.push_back({"", value});
        operands.push_back(new_value());
        block.parameters.push_back(operands.back());
        loop.results.push_back(new_value());
    }
    Block* const outer = std::exchange(block_, &block);
    for (ValueId const slice : slices)
        operands.push_back(add_value("aten::select", {slice, zero, block.parameters[0]}));
    operands.insert(operands.end(), additional.begin(), additional.end());
    auto const given = lower_graph(*graph, operands);
    if (given) {
        block.results = {constant(ProgramValue{true})};
        block.results.insert(block.results.end(), given->begin(), given->begin() + static_cast<ptrdiff_t>(carried.size()));
        for (size_t i = 0; i < lists.size(); ++i)
            add_value("aten::append", {lists[i], (*given)[carried.size() + i]});
    }
    block_ = outer;
    TRY(given);
    loop.blocks.push_back(std::move(block));
    auto results = loop.results;
    add_call(std::move(loop));
    for (ValueId const list : lists)
        results.push_back(add_value("aten::stack", {list, zero}));
    return results;
}

// (settings..., graph, operands...)
Result<ExportedLowering::Values> ExportedLowering::lower_wrapped(std::string const& name, Json const& inputs)
{
    if (name == "wrap_with_autocast")
        TRY(check_autocast(inputs));
    size_t place = 0;
    while (place < inputs.size() && TRY(argument_at(inputs, place)).kind != "as_graph")
        ++place;
    auto const* const graph = TRY(graph_argument(inputs, place));
    Values operands;
    for (size_t i = place + 1; i < inputs.size(); ++i) {
        if (is_keyword(inputs[i]))
            continue;
        auto const values = TRY(operands_of(inputs, i));
        operands.insert(operands.end(), values.begin(), values.end());
    }
    return lower_graph(*graph, operands);
}

// (device type, dtype, enabled, caches, graph...): where autocast is on for the device of the graph's tensors, its operators compute in other
// dtypes than it says.
Result<void> ExportedLowering::check_autocast(Json const& inputs) const
{
    auto const device = TRY(argument_at(inputs, 0));
    auto const enabled = TRY(argument_at(inputs, 2));
    if (*enabled.value != true)
        return {};
    auto const* const graph = TRY(graph_argument(inputs, 4));
    for (auto const& [name, meta] : TRY(json_object(*graph, "tensor_values"))->items())
        if (TRY(json_text(*TRY(within(name, json_object(meta, "device"))), "type")) == *device.value)
            return unsupported("autocast, under which operators compute in another dtype than the graph says").hint("export the model without torch.autocast, or after model.to(torch.bfloat16)");
    return {};
}

// What is asserted holds, or the program raises.
void ExportedLowering::add_assertion(ValueId condition, ValueId message)
{
    Call call = new_call("prim::If");
    call.arguments = {{"", condition}};
    call.blocks.resize(2);
    Call raise = new_call("prim::RaiseException");
    raise.arguments = {{"", message}};
    call.blocks[1].calls.push_back(std::move(raise));
    add_call(std::move(call));
}

// (condition, message), or of a range (number, least, most); the functional forms hand a token on.
Result<void> ExportedLowering::lower_assertion(Json const& node, bool is_range)
{
    auto const* const inputs = TRY(json_array(node, "inputs"));
    std::map<std::string, ValueId> values;
    std::string kind;
    for (auto const& input : *inputs) {
        std::string const name = TRY(json_text(input, "name"));
        auto const said = TRY(exported_union(*TRY(json_object(input, "arg"))));
        if (kind.empty())
            kind = said.kind;
        if (said.kind != "as_none")
            values[values.empty() ? "self" : name] = TRY(argument(input["arg"]));
    }
    if (!values.contains("self"))
        return malformed("an assertion of nothing");
    if (!is_range) {
        ValueId const message = values.contains("assert_msg") ? values["assert_msg"] : constant(ProgramValue{std::string("an assertion fails")});
        add_assertion(truth_of(kind, values["self"]), message);
    }
    for (auto const& [name, comparison] : {std::pair{"min", "aten::ge"}, std::pair{"max", "aten::le"}})
        if (is_range && values.contains(name)) {
            ValueId const message = constant(ProgramValue{std::string("a number is outside of the range that the program was exported for")});
            add_assertion(add_value(comparison, {values["self"], values[name]}), message);
        }
    auto const* const outputs = TRY(json_array(node, "outputs"));
    if (outputs->empty())
        return {};
    return bind(TRY(json_text(*TRY(json_object((*outputs)[0], "as_tensor")), "name")), values.contains("dep_token") ? values["dep_token"] : constant(ProgramValue{ProgramNone{}}));
}

// (tensor, sizes, strides, dtype...): sizes and strides follow from those of the inputs, which the program states.
Result<void> ExportedLowering::lower_type_assertion(Json const& node)
{
    auto const* const inputs = TRY(json_array(node, "inputs"));
    if (inputs->empty())
        return malformed("an assertion of nothing");
    for (auto const& input : *inputs) {
        if (TRY(json_text(input, "name")) != "dtype" || TRY(exported_union(*TRY(json_object(input, "arg")))).kind == "as_none")
            continue;
        ValueId const tensor = TRY(argument(*TRY(json_object((*inputs)[0], "arg"))));
        ValueId const dtype = add_value("prim::dtype", {tensor});
        ValueId const wanted = TRY(argument(input["arg"]));
        ValueId const message = constant(ProgramValue{std::string("a tensor is not of the element type that the program was exported for")});
        add_assertion(add_value("aten::eq", {dtype, wanted}), message);
    }
    return {};
}

// torch.sym_ite(condition, then, else)
Result<void> ExportedLowering::lower_choice(Json const& node)
{
    auto const* const inputs = TRY(json_array(node, "inputs"));
    Values values;
    for (size_t i = 0; i < inputs->size(); ++i)
        values.push_back(TRY(argument(*TRY(json_object((*inputs)[i], "arg")))));
    if (values.size() != 3)
        return malformed("a choice of " + std::to_string(values.size()) + " arguments, wanted 3");
    Call call = new_call("prim::If");
    call.arguments = {{"", values[0]}};
    call.blocks.resize(2);
    call.blocks[0].results = {values[1]};
    call.blocks[1].results = {values[2]};
    return bind_results(std::move(call), *TRY(json_array(node, "outputs")));
}

// (base, exponent): TorchScript's power of ints is a float, Python's an int.
Result<void> ExportedLowering::lower_power(Json const& node)
{
    constexpr int64_t most_factors = 64;
    auto const* const inputs = TRY(json_array(node, "inputs"));
    auto const base = TRY(argument_at(*inputs, 0));
    auto const exponent = TRY(argument_at(*inputs, 1));
    bool const is_whole = (base.kind == "as_int" || base.kind == "as_sym_int") && (exponent.kind == "as_int" || exponent.kind == "as_sym_int");
    if (!is_whole)
        return lower_operator("aten::pow", node, false);
    bool const is_known = exponent.kind == "as_int" && exponent.value->is_number_integer() && *exponent.value >= 0 && *exponent.value <= most_factors;
    if (!is_known)
        return unsupported("an int raised to " + (exponent.kind == "as_int" ? write_json(*exponent.value) : std::string("a size")));
    ValueId const factor = TRY(argument((*inputs)[0]["arg"]));
    ValueId product = constant(ProgramValue{int64_t{1}});
    for (auto left = exponent.value->get<int64_t>(); left > 0; --left)
        product = add_value("aten::mul", {product, factor});
    auto const* const outputs = TRY(json_array(node, "outputs"));
    if (outputs->size() != 1)
        return malformed("a power of " + std::to_string(outputs->size()) + " results");
    return bind(TRY(json_text(*TRY(exported_union((*outputs)[0])).value, "as_name")), product);
}
