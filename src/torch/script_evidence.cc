#include "torch/script_evidence.h"

#include "pickle/rules.h"
#include "torch/operator_rules.h"
#include "torch/script_constants.h"

#include <algorithm>
#include <array>

namespace {

// Classes that PyTorch itself registers. Any other is code that the file does not bring along.
constexpr std::string_view built_in_classes = "__torch__.torch.classes.";
constexpr std::array<std::string_view, 5> known_class_namespaces{"quantized", "rnn", "sparse", "mkldnn", "xnnpack"};

bool is_foreign_class(std::string_view name)
{
    if (!name.starts_with(built_in_classes))
        return false;
    auto const rest = name.substr(built_in_classes.size());
    return std::find(known_class_namespaces.begin(), known_class_namespaces.end(), rest.substr(0, rest.find('.'))) == known_class_namespaces.end();
}

// Recursion is bounded by the depth that the parser allows.
class OperatorCounter {
public:
    OperatorCounter(uint32_t file, std::map<std::string, TorchScriptOperator>& by_name)
        : file_(file),
          by_name_(by_name)
    {
    }

    void count(ScriptFunction const& function)
    {
        for (auto const& parameter : function.parameters)
            if (parameter.default_value)
                count(*parameter.default_value);
        count(function.body);
    }
    void count(std::vector<ScriptStatement> const& statements)
    {
        for (auto const& statement : statements) {
            for (auto const& value : statement.values)
                count(value);
            if (statement.target_object)
                count(*statement.target_object);
            for (auto const& body : statement.bodies)
                count(body);
        }
    }
    void count(ScriptExpression const& expression)
    {
        for (auto const& child : expression.children)
            count(child);
        if (expression.kind != ScriptExpressionKind::call || expression.children[0].kind != ScriptExpressionKind::attribute)
            return;
        auto const& callee = expression.children[0];
        auto const dotted = dotted_name(callee);
        auto name = dotted ? script_operator(*dotted) : std::nullopt;
        if (!name && judge_operator("aten::" + callee.name) && judge_operator("aten::" + callee.name)->code == "writes-files")
            name = "aten::" + callee.name;
        if (!name)
            return;
        auto& found = by_name_[*name];
        found.name = *name;
        ++found.count;
        if (found.places.size() < TorchScriptOperator::places_kept)
            found.places.push_back({file_, expression.line});
    }

private:
    uint32_t file_;
    std::map<std::string, TorchScriptOperator>& by_name_;
};

}

void judge_script_pickle(Pickle const& pickle, std::string const& member, uint64_t size, std::set<uint64_t> const& allowed, std::vector<TorchFinding>& findings)
{
    PickleFindings found = pickle.findings;
    found.add(judge_pickle(pickle, PickleFlavour::torch_script));
    for (auto const& finding : found.list)
        if (!allowed.contains(finding.offset))
            findings.push_back({"pickle", finding.message, member, finding.offset});
    for (auto const& mention : pickle.mentions) {
        std::string const name = pickle.graph.value(mention.global).qualified_name();
        if (is_foreign_class(name))
            findings.push_back({"custom-code", name + ": a class of a library that the file does not bring along", member, mention.offset});
    }
    if (pickle.end != size)
        findings.push_back({"trailing-bytes", std::to_string(size - pickle.end) + " bytes follow the pickle", member, pickle.end});
}

void judge_mobile_operators(Pickle const& pickle, std::string const& member, std::vector<TorchFinding>& findings)
{
    std::set<NodeId> seen; // of lists of operators, which many functions may share
    for (NodeId id = 0; id < pickle.graph.size(); ++id) {
        auto const field = pickle.graph.value(id);
        if (!field.is(NodeKind::tuple) || field.size() != 2 || field.item(0).text() != "operators" || !seen.insert(field.item(1).id()).second)
            continue;
        for (NodeId const row : field.item(1).items()) {
            auto const operation = field.other(row);
            auto const name = operation.size() == 0 ? std::nullopt : operation.item(0).text();
            auto const judged = name ? judge_operator(*name) : OperatorJudgement{"custom-code", "an operator without a name"};
            if (judged)
                findings.push_back({std::string(judged->code), judged->message, member, operation.offset()});
        }
    }
}

std::optional<std::string> script_operator(std::string_view dotted_name)
{
    if (dotted_name == "torch.autograd.grad" || dotted_name == "torch.autograd.backward")
        return "aten::" + std::string(dotted_name.substr(dotted_name.rfind('.') + 1));
    bool const is_torch = dotted_name.starts_with("torch.");
    if (!is_torch && !dotted_name.starts_with("ops."))
        return std::nullopt;
    std::string_view const rest = dotted_name.substr(dotted_name.find('.') + 1);
    size_t const dot = rest.find('.');
    if (is_torch)
        return dot == std::string_view::npos ? std::optional("aten::" + std::string(rest)) : std::nullopt;
    if (dot == std::string_view::npos || rest.find('.', dot + 1) != std::string_view::npos)
        return std::nullopt;
    return std::string(rest.substr(0, dot)) + "::" + std::string(rest.substr(dot + 1));
}

void count_script_operators(ScriptFile const& file, uint32_t file_index, std::map<std::string, TorchScriptOperator>& by_name)
{
    OperatorCounter counter(file_index, by_name);
    for (auto const& function : file.functions)
        counter.count(function);
    for (auto const& type : file.classes) {
        for (auto const& constant : type.constants)
            counter.count(constant.value);
        for (auto const& method : type.methods)
            counter.count(method);
    }
}
