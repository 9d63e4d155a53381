#include "torch/exported_model.h"
#include "torch/exported_rules.h"
#include "torch/operator_rules.h"

#include <algorithm>
#include <array>

namespace {

constexpr std::array<std::string_view, 36> operator_functions{"lt", "le", "gt", "ge", "eq", "ne", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos", "abs", "and_", "or_", "xor", "not_", "invert", "inv", "lshift", "rshift",
    "getitem", "matmul", "index", "truth", "is_", "is_not", "iadd", "isub", "imul", "itruediv", "ifloordiv", "contains"};
constexpr std::array<std::string_view, 21> torch_functions{"torch.sym_not", "torch.sym_float", "torch.sym_int", "torch.sym_max", "torch.sym_min", "torch.sym_ite", "torch.sym_sum", "torch._sym_sqrt", "torch._sym_sin", "torch._sym_cos", "torch._sym_tan",
    "torch._sym_log2", "torch._sym_cosh", "torch._sym_sinh", "torch._sym_tanh", "torch._sym_asin", "torch._sym_acos", "torch._sym_atan", "torch.sym_fresh_size", "torch._C._set_grad_enabled",
    "torch.fx.experimental.symbolic_shapes.cast_symbool_to_symint_guardless"};
// Operators whose arguments are programs, which stand in the same document.
constexpr std::array<std::string_view, 27> higher_order_operators{"cond", "while_loop", "while_loop_stack_output", "scan", "map_impl", "map", "associative_scan", "foreach_map", "wrap", "wrap_with_set_grad_enabled", "wrap_with_autocast", "wrap_activation_checkpoint",
    "tag_activation_checkpoint", "checkpoint", "hints_wrapper", "strict_mode", "auto_functionalized", "auto_functionalized_v2", "flex_attention", "flex_attention_backward", "with_effects", "out_dtype", "autograd_function_apply", "invoke_subgraph", "invoke_quant",
    "invoke_quant_packed", "_export_tracepoint"};
constexpr std::array<std::string_view, 9> factories{"list", "dict", "set", "int", "float", "str", "bool", "tuple", "frozenset"};

template <size_t Count>
bool is_one_of(std::array<std::string_view, Count> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr size_t most_findings = 1'000;

std::string in_quotes(std::string_view text) { return "\"" + std::string(text.substr(0, 80)) + (text.size() > 80 ? "...\"" : "\""); }

class ModelJudge {
public:
    ModelJudge(std::string const& member, Limits const& limits, std::vector<TorchFinding>& findings)
        : member_(member),
          limits_(limits),
          findings_(findings)
    {
    }

    void judge(Json const& value)
    {
        if (value.is_array())
            for (auto const& item : value)
                judge(item);
        if (value.is_object())
            for (auto const& [key, item] : value.items())
                judge_member(key, item);
    }

private:
    void add(std::string_view code, std::string message)
    {
        if (findings_.size() < most_findings)
            findings_.push_back({std::string(code), std::move(message), member_, std::nullopt});
    }

    void judge_member(std::string const& key, Json const& item)
    {
        if (key == "metadata") // texts about where a node came from; its parts that PyTorch looks up are only named there
            return;
        if (item.is_string())
            return judge_text(key, item.get_ref<std::string const&>());
        if (key == "guards_code" && item.is_array())
            return judge_guards(item);
        if ((key == "forward_arg_names" || key == "field_names") && item.is_array())
            return judge_names(item);
        if (key == "constant_input")
            judge_constant(item);
        if ((key == "tensor_values" || key.starts_with("sym_") || key == "custom_obj_values") && item.is_object())
            for (auto const& [name, ignored] : item.items())
                judge_name(name);
        if (key == "range_constraints" && item.is_object())
            for (auto const& [symbol, ignored] : item.items())
                judge_expression("a symbol", symbol, check_size_expression(symbol, limits_));
        judge(item);
    }

    void judge_text(std::string const& key, std::string const& text)
    {
        if (key == "expr_str")
            return judge_expression("a size", text, check_size_expression(text, limits_));
        if (key == "target" || key == "as_operator")
            return judge_target(text);
        if (key == "in_spec" || key == "out_spec")
            return judge_tree(text);
        if (key == "name" || key == "as_name")
            return judge_name(text);
        if ((key.ends_with("_name") || key == "fqn") && !is_plain_text(text))
            add("expression", "the name " + in_quotes(text) + " would end the text in which generated code has it");
    }

    void judge_expression(std::string const& what, std::string_view text, Result<void> const& checked)
    {
        if (!checked)
            add("expression", what + " is " + in_quotes(text) + ", which PyTorch evaluates: " + checked.error().text());
    }

    // A node's name is a variable of the Python function that PyTorch generates.
    void judge_name(std::string_view name)
    {
        if (!name.empty() && !is_identifier(name))
            add("expression", "the name " + in_quotes(name) + " is no identifier, and PyTorch generates code with it");
    }

    void judge_names(Json const& names)
    {
        for (auto const& name : names)
            if (name.is_string())
                judge_name(name.get_ref<std::string const&>());
    }

    void judge_guards(Json const& guards)
    {
        for (auto const& guard : guards)
            if (guard.is_string())
                judge_expression("a guard", guard.get_ref<std::string const&>(), check_guard(guard.get_ref<std::string const&>(), limits_));
    }

    // PyTorch puts a text among the inputs between quotes into the code of a guard.
    void judge_constant(Json const& constant)
    {
        auto const value = constant.is_object() ? constant.find("value") : constant.end();
        if (!constant.is_object() || value == constant.end() || !value->is_object())
            return;
        auto const text = value->find("as_string");
        if (text != value->end() && text->is_string() && !is_plain_text(text->get_ref<std::string const&>()))
            add("expression", "the input " + in_quotes(text->get_ref<std::string const&>()) + " would end the text in which generated code has it");
    }

    // What a node calls: PyTorch walks from attribute to attribute of its own modules.
    void judge_target(std::string_view target)
    {
        constexpr std::string_view operators = "torch.ops.";
        constexpr std::string_view higher_order = "torch.ops.higher_order.";
        if (target.starts_with(higher_order)) {
            if (!is_one_of(higher_order_operators, target.substr(higher_order.size())))
                add("custom-code", std::string(target) + ": an operator that runs what is not in the program");
            return;
        }
        if (target.starts_with(operators))
            return judge_operator_target(target.substr(operators.size()));
        if (target.starts_with("_operator.") && is_one_of(operator_functions, target.substr(std::string_view("_operator.").size())))
            return;
        if (target.starts_with("math.") && is_identifier(target.substr(std::string_view("math.").size())))
            return;
        if (target.starts_with("#"))
            return add("custom-code", std::string(target) + ": an operator of a library that the file does not bring along");
        if (!is_one_of(torch_functions, target))
            add("would-call", "a node calls " + in_quotes(target) + ", which is no operator of PyTorch");
    }

    // namespace.name.overload
    void judge_operator_target(std::string_view name)
    {
        size_t const first = name.find('.');
        size_t const second = name.find('.', first + 1);
        bool const is_operator = first != name.npos && second != name.npos && is_identifier(name.substr(0, first)) && is_identifier(name.substr(first + 1, second - first - 1)) && is_identifier(name.substr(second + 1));
        if (!is_operator)
            return add("would-call", "a node calls " + in_quotes(name) + ", which is no operator of PyTorch");
        if (auto const judged = judge_operator(std::string(name.substr(0, first)) + "::" + std::string(name.substr(first + 1, second - first - 1))))
            add(judged->code, judged->message);
    }

    // [1, {"type", "context", "children_spec"}]: contexts name modules to import, and keys come to stand in generated code.
    void judge_tree(std::string const& text)
    {
        auto const tree = read_json(text, limits_);
        if (!tree)
            return add("expression", "the form of inputs or outputs is no JSON: " + tree.error().text());
        judge_context(*tree);
    }

    void judge_context(Json const& value)
    {
        if (value.is_array())
            for (auto const& item : value)
                judge_context(item);
        if (value.is_string())
            judge_context_text(value.get_ref<std::string const&>());
        if (!value.is_object())
            return;
        if (value.contains("fqn"))
            add("would-import", "the form of inputs or outputs names a class to import: " + in_quotes(write_json(value["fqn"])));
        if (value.contains("default_factory_module"))
            judge_factory(value);
        if (auto const type = value.find("type"); type != value.end() && type->is_string() && !is_known_container(type->get_ref<std::string const&>()))
            add("needs-your-code", "inputs or outputs are of the class " + in_quotes(type->get_ref<std::string const&>()) + ", which a library must register");
        for (auto const& [key, item] : value.items())
            if (key != "type" && key != "default_factory_module" && key != "default_factory_name")
                judge_context(item);
    }

    static bool is_known_container(std::string_view type) { return type.starts_with("builtins.") || type.starts_with("collections.") || type.starts_with("torch."); }

    void judge_factory(Json const& context)
    {
        auto const name = json_text(context, "default_factory_name");
        if (context["default_factory_module"] != "builtins" || !name || !is_one_of(factories, *name))
            add("would-import", "the form of inputs or outputs imports " + in_quotes(write_json(context["default_factory_module"]) + "." + name.value_or("?")));
    }

    // A context is JSON once more; a text that is none is a key.
    void judge_context_text(std::string const& text)
    {
        bool const may_be_json = text.starts_with('[') || text.starts_with('{') || text.starts_with('"');
        if (auto const inner = may_be_json ? read_json(text, request_json_depth, limits_) : Result<Json>(Json()); may_be_json && inner)
            return judge_context(*inner);
        if (!is_plain_text(text))
            add("expression", "the key " + in_quotes(text) + " would end the text in which generated code has it");
    }

    std::string const& member_;
    Limits const& limits_;
    std::vector<TorchFinding>& findings_;
};

}

void judge_exported_model(Json const& program, std::string const& member, Limits const& limits, std::vector<TorchFinding>& findings) { ModelJudge(member, limits, findings).judge(program); }
