#include "torch/exported_lowering.h"

#include <algorithm>
#include <array>

namespace {

struct TargetName {
    std::string_view exported;
    std::string_view ours;
};

// Functions of Python on numbers, under the names that TorchScript has for the same things.
constexpr std::array<TargetName, 45> function_names{{{"_operator.add", "aten::add"}, {"_operator.sub", "aten::sub"}, {"_operator.mul", "aten::mul"}, {"_operator.truediv", "aten::div"}, {"_operator.floordiv", "aten::floordiv"}, {"_operator.mod", "aten::remainder"}, {"_operator.pow", "aten::pow"}, {"_operator.neg", "aten::neg"},
    {"_operator.abs", "prim::abs"}, {"_operator.eq", "aten::eq"}, {"_operator.ne", "aten::ne"}, {"_operator.lt", "aten::lt"}, {"_operator.le", "aten::le"}, {"_operator.gt", "aten::gt"}, {"_operator.ge", "aten::ge"}, {"_operator.and_", "aten::__and__"}, {"_operator.or_", "aten::__or__"}, {"_operator.xor", "aten::__xor__"},
    {"_operator.not_", "aten::__not__"}, {"_operator.lshift", "aten::__lshift__"}, {"_operator.rshift", "aten::__rshift__"}, {"_operator.getitem", "aten::__getitem__"}, {"_operator.matmul", "aten::matmul"}, {"math.ceil", "aten::ceil"}, {"math.floor", "aten::floor"}, {"math.trunc", "aten::Int"}, {"math.sqrt", "aten::sqrt"}, {"math.pow", "aten::pow"},
    {"math.sin", "aten::sin"}, {"math.cos", "aten::cos"}, {"math.tan", "aten::tan"}, {"math.log2", "aten::log2"}, {"math.exp", "aten::exp"}, {"math.log", "aten::log"}, {"torch.sym_float", "aten::Float"}, {"torch.sym_int", "aten::Int"}, {"torch.sym_max", "prim::max"}, {"torch.sym_min", "prim::min"}, {"torch.sym_not", "aten::__not__"}, {"torch.sym_sum", "aten::sum"},
    {"torch._sym_sqrt", "aten::sqrt"}, {"torch._sym_sin", "aten::sin"}, {"torch._sym_cos", "aten::cos"}, {"torch._sym_log2", "aten::log2"}, {"_operator.pos", "aten::pos"}}};

// Copies where TorchScript has views alone.
constexpr std::array<std::string_view, 14> copied_views{"alias", "detach", "view", "expand", "permute", "select", "slice", "squeeze", "t", "transpose", "unsqueeze", "diagonal", "unfold", "as_strided"};
// Their arguments have other names in TorchScript.
constexpr std::array<TargetName, 2> by_position{{{"aten::item", "aten::item"}, {"aten::_local_scalar_dense", "aten::item"}}};
constexpr std::array<std::string_view, 3> assertions{"aten::_assert_scalar", "aten::_assert_async", "aten::_functional_assert_async"};
constexpr std::array<std::string_view, 4> range_assertions{"aten::sym_constrain_range", "aten::sym_constrain_range_for_size", "aten::_functional_sym_constrain_range", "aten::_functional_sym_constrain_range_for_size"};

template <size_t Count>
bool is_one_of(std::array<std::string_view, Count> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

// "view" of aten::view_copy; empty for other operators.
std::string_view copied_view(std::string_view target)
{
    constexpr std::string_view space = "aten::";
    constexpr std::string_view ending = "_copy";
    if (!target.starts_with(space) || !target.ends_with(ending) || target.size() < space.size() + ending.size())
        return {};
    auto const name = target.substr(space.size(), target.size() - space.size() - ending.size());
    return is_one_of(copied_views, name) ? name : std::string_view();
}

constexpr std::string_view operators = "torch.ops.";
constexpr std::string_view higher_order = "torch.ops.higher_order.";

std::string_view name_of(ExportedInputKind kind)
{
    switch (kind) {
    case ExportedInputKind::parameter:
        return "parameter";
    case ExportedInputKind::buffer:
        return "buffer";
    default:
        return "constant";
    }
}

std::string text_of(ProgramTensorType const& type)
{
    std::string sizes;
    for (auto const& size : type.sizes)
        sizes += (sizes.empty() ? "" : ", ") + size.text();
    return std::string(name_of(type.dtype)) + "[" + sizes + "]";
}

bool is_of_type(Tensor const& tensor, ProgramTensorType const& type)
{
    bool fits = tensor.dtype() == type.dtype && tensor.rank() == type.sizes.size();
    for (size_t axis = 0; fits && axis < tensor.rank(); ++axis)
        fits = type.sizes[axis].kind != ProgramSize::Kind::number || type.sizes[axis].number == tensor.shape()[axis];
    return fits;
}

// TorchScript's name for the type of an Argument.
std::string_view type_of_argument(std::string_view kind)
{
    if (kind == "as_tensor")
        return "Tensor";
    if (kind == "as_int" || kind == "as_sym_int")
        return "int";
    if (kind == "as_float" || kind == "as_sym_float")
        return "float";
    if (kind == "as_bool" || kind == "as_sym_bool")
        return "bool";
    return kind == "as_string" ? "str" : kind == "as_none" ? "NoneType"
                                                           : "Any";
}

// The name that the graph gives an input; empty for those that are no values.
Result<std::string> name_of_graph_input(Json const& argument)
{
    auto const [kind, value] = TRY(exported_union(argument));
    if (!value->is_object())
        return std::string();
    if (kind.starts_with("as_sym_"))
        return value->contains("as_name") ? json_text(*value, "as_name") : Result<std::string>(std::string());
    return json_text(*value, "name");
}

}

ValueId ExportedLowering::new_value(std::string name)
{
    function_.value_names.push_back(std::move(name));
    return function_.value_count++;
}

Call ExportedLowering::new_call(std::string target) const
{
    Call call;
    call.target = std::move(target);
    call.place = place_;
    return call;
}

void ExportedLowering::add_call(Call call) { block_->calls.push_back(std::move(call)); }

ValueId ExportedLowering::add_value(std::string target, Values const& arguments, std::string name)
{
    Call call = new_call(std::move(target));
    for (ValueId const value : arguments)
        call.arguments.push_back({"", value});
    ValueId const result = new_value(std::move(name));
    call.results = {result};
    add_call(std::move(call));
    return result;
}

ValueId ExportedLowering::constant(ProgramValue value)
{
    Call call = new_call("prim::Constant");
    call.literal = std::move(value);
    ValueId const result = new_value();
    call.results = {result};
    add_call(std::move(call));
    return result;
}

Result<void> ExportedLowering::bind(std::string const& name, ValueId value)
{
    if (!scope_.emplace(name, value).second)
        return malformed("the name " + name + " is set twice");
    return {};
}

Result<ValueId> ExportedLowering::find(std::string const& name) const
{
    auto const found = scope_.find(name);
    if (found == scope_.end())
        return malformed("the name " + name + " is used before it is set");
    return found->second;
}

Result<Function> ExportedLowering::lower(std::string name)
{
    auto const* const module = TRY(json_object(document_, "graph_module"));
    auto const* const graph = TRY(json_object(*module, "graph"));
    auto const signature = TRY(within("signature", read_exported_signature(document_, limits_)));
    function_.name = std::move(name);
    function_.symbols = signature.symbols;
    function_.conditions = signature.conditions;
    function_.parameters.push_back({"self", {std::string(exported_class), {}}, new_value("self"), std::nullopt, std::nullopt, false});
    function_.return_type.name = "Tuple";
    block_ = &function_.body;
    place_ = places_.of_node(Json::object(), member_);
    TRY(lower_body(*graph, signature));
    return std::move(function_);
}

Result<void> ExportedLowering::lower_body(Json const& graph, ExportedSignature const& signature)
{
    auto const* const inputs = TRY(json_array(graph, "inputs"));
    if (inputs->size() != signature.inputs.size())
        return malformed("the graph has " + std::to_string(inputs->size()) + " inputs, its signature " + std::to_string(signature.inputs.size()));
    for (size_t i = 0; i < inputs->size(); ++i)
        TRY(within("input " + std::to_string(i), bind_input(signature.inputs[i], (*inputs)[i], graph)));
    TRY(lower_nodes(graph));
    place_ = places_.of_node(Json::object(), member_);
    return lower_outputs(signature, graph);
}

Result<void> ExportedLowering::bind_input(ExportedInput const& input, Json const& graph_argument, Json const& graph)
{
    std::string const name = TRY(name_of_graph_input(graph_argument));
    bool const is_named = input.kind != ExportedInputKind::constant;
    if (is_named && name != input.name)
        return malformed("the graph calls it " + name + ", the signature " + input.name);
    if (input.kind == ExportedInputKind::custom_object)
        return unsupported("the program takes " + (input.path.empty() ? input.name : input.path) + ", an object of a class of its own, whose methods are code that the file does not hold");
    if (input.kind == ExportedInputKind::token)
        return bind(name, constant(ProgramValue{ProgramNone{}}));
    if (input.kind == ExportedInputKind::parameter || input.kind == ExportedInputKind::buffer || input.kind == ExportedInputKind::tensor_constant)
        return bind(name, TRY(module_tensor(input, graph)));
    Parameter parameter;
    parameter.name = input.path;
    parameter.value = new_value(input.name);
    if (input.kind == ExportedInputKind::constant) {
        auto const [kind, value] = TRY(exported_union(*input.value));
        parameter.default_value = TRY(exported_constant(kind, *value));
        if (!parameter.default_value)
            return unsupported("a constant input of the kind " + kind);
        parameter.is_fixed = true;
        parameter.type.name = type_of_argument(kind);
        function_.parameters.push_back(std::move(parameter));
        return {};
    }
    auto const kind = TRY(exported_union(graph_argument)).kind;
    parameter.type.name = type_of_argument(kind);
    if (kind == "as_tensor")
        parameter.tensor = TRY(exported_tensor_type(graph, name, limits_));
    TRY(bind(name, parameter.value));
    function_.parameters.push_back(std::move(parameter));
    return {};
}

Result<ValueId> ExportedLowering::module_tensor(ExportedInput const& input, Json const& graph)
{
    std::string const attribute = prefix_ + input.path;
    auto const* const known = module_.find(attribute);
    if (known == nullptr)
        return malformed("the archive has no tensor for the " + std::string(name_of(input.kind)) + " " + input.path);
    auto const* const tensor = std::get_if<std::shared_ptr<ProgramTensor const>>(&known->value);
    if (tensor == nullptr)
        return unsupported("the " + std::string(name_of(input.kind)) + " " + input.path + " is no plain tensor");
    auto const type = TRY(exported_tensor_type(graph, input.name, limits_));
    if (!is_of_type((*tensor)->values, type))
        return malformed("the " + std::string(name_of(input.kind)) + " " + input.path + " is " + std::string(::name_of((*tensor)->values.dtype())) + ::text_of((*tensor)->values.shape()) + ", the graph takes " + text_of(type));
    Call call = new_call("prim::GetAttr");
    call.name = attribute;
    call.arguments = {{"", function_.parameters[0].value}};
    ValueId const result = new_value(input.name);
    call.results = {result};
    add_call(std::move(call));
    return result;
}

// Mutations are written where the functional graph computes them; what is given stands in the tuple's order.
Result<void> ExportedLowering::lower_outputs(ExportedSignature const& signature, Json const& graph)
{
    auto const* const outputs = TRY(json_array(graph, "outputs"));
    if (outputs->size() != signature.outputs.size())
        return malformed("the graph has " + std::to_string(outputs->size()) + " outputs, its signature " + std::to_string(signature.outputs.size()));
    bool const is_functional = std::any_of(signature.outputs.begin(), signature.outputs.end(), [](ExportedOutput const& output) { return output.kind == ExportedOutputKind::buffer_mutation || output.kind == ExportedOutputKind::input_mutation; });
    Values given;
    std::vector<std::pair<ValueId, ValueId>> writes;
    for (size_t i = 0; i < outputs->size(); ++i) {
        auto const& output = signature.outputs[i];
        std::string const place = "output " + std::to_string(i);
        if (output.kind == ExportedOutputKind::gradient)
            return unsupported("a program that computes gradients").at(place);
        if (output.kind == ExportedOutputKind::token)
            continue;
        ValueId value = TRY(within(place, argument((*outputs)[i])));
        if (output.kind == ExportedOutputKind::user) {
            // Written to afterwards is what the caller holds: a view that the graph gives is to be what it was before.
            bool const is_input = std::any_of(function_.parameters.begin(), function_.parameters.end(), [&](Parameter const& parameter) { return parameter.value == value; });
            if (is_functional && !is_input && (*outputs)[i].contains("as_tensor"))
                value = add_value("aten::clone", {value});
            given.push_back(value);
            function_.return_type.arguments.push_back({std::string(type_of_argument(TRY(exported_union((*outputs)[i])).kind)), {}});
            continue;
        }
        bool const is_buffer = output.kind == ExportedOutputKind::buffer_mutation;
        auto const input = std::find_if(signature.inputs.begin(), signature.inputs.end(), [&](ExportedInput const& known) {
            return is_buffer ? (known.kind == ExportedInputKind::buffer || known.kind == ExportedInputKind::parameter) && known.path == output.target : known.kind == ExportedInputKind::user && known.name == output.target;
        });
        if (input == signature.inputs.end())
            return malformed("it changes " + output.target + ", which the program does not take").at(place);
        writes.emplace_back(TRY(find(input->name)), value);
    }
    for (auto const& [target, value] : writes)
        add_value("aten::copy_", {target, value});
    function_.body.results = {add_value("prim::TupleConstruct", given)};
    return {};
}

Result<void> ExportedLowering::lower_nodes(Json const& graph)
{
    size_t number = 0;
    auto const* const outer = std::exchange(graph_, &graph);
    for (auto const& node : *TRY(json_array(graph, "nodes"))) {
        place_ = places_.of_node(node, member_);
        auto lowered = lower_node(node);
        if (!lowered)
            return within("node " + std::to_string(number) + ", " + json_text(node, "target").value_or("?").substr(0, 200), std::move(lowered));
        if (function_.value_count > limits_.entries)
            return exhausted("a program of more than " + std::to_string(limits_.entries) + " values");
        ++number;
    }
    graph_ = outer;
    return {};
}

Result<void> ExportedLowering::lower_node(Json const& node)
{
    std::string const target = TRY(json_text(node, "target"));
    if (target.starts_with(higher_order))
        return lower_higher_order(target.substr(higher_order.size()), node);
    if (target.starts_with(operators)) {
        std::string_view const rest = std::string_view(target).substr(operators.size());
        size_t const first = rest.find('.');
        size_t const second = rest.find('.', first + 1);
        if (first == rest.npos || second == rest.npos || first == 0 || second == first + 1)
            return malformed("a call of " + target + ", which is no operator");
        return lower_named(std::string(rest.substr(0, first)) + "::" + std::string(rest.substr(first + 1, second - first - 1)), node);
    }
    if (target == "_operator.pow")
        return lower_power(node);
    for (auto const& [exported, ours] : function_names)
        if (exported == target)
            return lower_operator(std::string(ours), node, false);
    if (target == "torch.sym_ite")
        return lower_choice(node);
    return unsupported("a call of " + target + ", which is no operator");
}

// An operator of PyTorch under TorchScript's name.
Result<void> ExportedLowering::lower_named(std::string const& target, Json const& node)
{
    if (is_one_of(assertions, target) || is_one_of(range_assertions, target))
        return lower_assertion(node, is_one_of(range_assertions, target));
    if (target == "aten::_assert_tensor_metadata")
        return lower_type_assertion(node);
    for (auto const& [exported, ours] : by_position)
        if (exported == target)
            return lower_operator(std::string(ours), node, false);
    auto const view = copied_view(target);
    if (view.empty())
        return lower_operator(target, node, true);
    TRY(lower_operator("aten::" + std::string(view), node, true));
    auto const* const outputs = TRY(json_array(node, "outputs"));
    if (outputs->size() != 1)
        return malformed(target + " with " + std::to_string(outputs->size()) + " results");
    std::string const name = TRY(name_of_graph_input((*outputs)[0]));
    ValueId& value = scope_[name];
    value = add_value("aten::clone", {value}, name);
    return {};
}

Result<void> ExportedLowering::lower_operator(std::string target, Json const& node, bool by_name)
{
    Call call = new_call(std::move(target));
    for (auto const& input : *TRY(json_array(node, "inputs"))) {
        std::string name = TRY(json_text(input, "name"));
        ValueId const value = TRY(within("argument " + name, argument(*TRY(json_object(input, "arg")))));
        call.arguments.push_back({by_name ? std::move(name) : std::string(), value});
    }
    auto const* const outputs = TRY(json_array(node, "outputs"));
    state_results(call, *outputs);
    return bind_results(std::move(call), *outputs);
}

// What an operator of another library gives; PyTorch's own are computed. What cannot be read is not stated.
void ExportedLowering::state_results(Call& call, Json const& outputs) const
{
    static constexpr std::array<std::string_view, 4> known_spaces{"aten::", "prim::", "prims::", "quantized_decomposed::"};
    if (std::any_of(known_spaces.begin(), known_spaces.end(), [&](std::string_view space) { return call.target.starts_with(space); }))
        return;
    for (auto const& output : outputs) {
        auto const name = name_of_graph_input(output);
        auto type = name && !name->empty() ? exported_tensor_type(*graph_, *name, limits_) : Result<ProgramTensorType>(malformed("no tensor"));
        call.result_types.push_back(type ? std::optional(*std::move(type)) : std::nullopt);
    }
}

// An operator that gives a list has one output, which names the list's items.
Result<void> ExportedLowering::bind_results(Call call, Json const& outputs)
{
    std::vector<std::pair<ValueId, Json const*>> lists;
    for (auto const& output : outputs) {
        auto const [kind, value] = TRY(exported_union(output));
        if (kind == "as_tensors") {
            lists.emplace_back(new_value(), value);
            call.results.push_back(lists.back().first);
            continue;
        }
        std::string const name = TRY(name_of_graph_input(output));
        call.results.push_back(new_value(name));
        if (!name.empty())
            TRY(bind(name, call.results.back()));
    }
    add_call(std::move(call));
    for (auto const& [list, items] : lists) {
        if (!items->is_array())
            return malformed("a list of results that is a JSON " + std::string(json_kind(*items)));
        Call unpack = new_call("prim::TupleUnpack");
        unpack.arguments = {{"", list}};
        for (auto const& item : *items) {
            std::string const name = TRY(json_text(item, "name"));
            unpack.results.push_back(new_value(name));
            TRY(bind(name, unpack.results.back()));
        }
        if (!unpack.results.empty())
            add_call(std::move(unpack));
    }
    return {};
}

Result<ExportedLowering::Values> ExportedLowering::lower_graph(Json const& graph, Values const& operands)
{
    if (++depth_ > program_depth)
        return exhausted("graphs nest deeper than " + std::to_string(program_depth));
    auto const* const inputs = TRY(json_array(graph, "inputs"));
    if (inputs->size() != operands.size())
        return malformed("a graph of " + std::to_string(inputs->size()) + " inputs is given " + std::to_string(operands.size()));
    Scope outer = std::exchange(scope_, {});
    SourcePlace const place = place_;
    for (size_t i = 0; i < operands.size(); ++i)
        if (std::string const name = TRY(name_of_graph_input((*inputs)[i])); !name.empty())
            TRY(bind(name, operands[i]));
    TRY(lower_nodes(graph));
    Values results;
    for (auto const& output : *TRY(json_array(graph, "outputs")))
        results.push_back(TRY(argument(output)));
    scope_ = std::move(outer);
    place_ = place;
    --depth_;
    return results;
}
