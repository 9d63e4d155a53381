#include "onnx/structure.h"

#include "onnx/domain.h"
#include "onnx/element.h"
#include "onnx/functions.h"
#include "onnx/place.h"

#include <set>
#include <unordered_set>

namespace {

// The names that a graph defines, and the graph around it.
struct Scope {
    Scope const* outer = nullptr;
    std::unordered_set<std::string_view> names;

    bool sees(std::string_view name) const
    {
        for (auto const* scope = this; scope; scope = scope->outer)
            if (scope->names.contains(name))
                return true;
        return false;
    }
};

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

Result<void> check_elements(OnnxTensor const& tensor)
{
    auto const count = element_count(tensor.dims);
    if (!count)
        return malformed("dims " + text_of(tensor.dims) + " are no shape");
    if (tensor.data_type == onnx_string_type) {
        if (tensor.external || tensor.strings.size() != *count)
            return malformed(std::to_string(tensor.strings.size()) + " strings for dims " + text_of(tensor.dims));
        return {};
    }
    auto const wanted = onnx_tensor_bytes(tensor.data_type, tensor.dims);
    if (!wanted)
        return malformed("a tensor of type " + onnx_type_name(tensor.data_type) + " and dims " + text_of(tensor.dims) + " has no size");
    uint64_t const found = tensor.external ? tensor.external->length.value_or(*wanted) : tensor.raw.size();
    if (found != *wanted)
        return malformed(std::to_string(found) + " bytes of elements, " + onnx_type_name(tensor.data_type) + " " + text_of(tensor.dims) + " needs " + std::to_string(*wanted));
    return {};
}

// Indices are [values] or [values, rank]; the reader has no need to know more.
Result<void> check_sparse(OnnxSparseTensor const& sparse)
{
    TRY(in_field("values", check_elements(sparse.values)));
    TRY(in_field("indices", check_elements(sparse.indices)));
    if (!element_count(sparse.dims))
        return malformed("dims " + text_of(sparse.dims) + " are no shape");
    auto const& values = sparse.values.dims;
    auto const& indices = sparse.indices.dims;
    if (values.size() != 1 || indices.empty() || indices.size() > 2 || indices[0] != values[0] || (indices.size() == 2 && indices[1] != static_cast<int64_t>(sparse.dims.size())))
        return malformed("values " + text_of(values) + " and indices " + text_of(indices) + " do not make a sparse tensor " + text_of(sparse.dims));
    return {};
}

// One pass over the graphs of a model, or over the body of one function of it.
class StructureCheck {
public:
    StructureCheck(std::vector<OnnxOpset> const& opsets, bool in_function)
        : opsets_(opsets),
          in_function_(in_function)
    {
    }

    Result<void> imports()
    {
        for (size_t index = 0; index < opsets_.size(); ++index) {
            auto const domain = plain_domain(opsets_[index].domain);
            if (opsets_[index].version < 1)
                return in_item<void>("opset_import", index, malformed("version " + std::to_string(opsets_[index].version) + " of " + shown_domain(domain)));
            if (!imported_.insert(domain).second)
                return in_item<void>("opset_import", index, malformed(shown_domain(domain) + " is imported twice"));
        }
        return {};
    }

    Result<void> graph(OnnxGraph const& graph, Scope const* outer, unsigned depth)
    {
        if (depth > 100)
            return exhausted("graphs are nested deeper than 100");
        Scope scope{outer, {}};
        for (size_t index = 0; index < graph.inputs.size(); ++index)
            TRY(in_item("input", index, define(graph.inputs[index].name, scope)));
        TRY(initializers(graph, scope));
        TRY(nodes(graph.nodes, scope, depth));
        for (size_t index = 0; index < graph.outputs.size(); ++index)
            if (!scope.sees(graph.outputs[index].name))
                return in_item<void>("output", index, malformed(quoted(graph.outputs[index].name) + " is not defined"));
        return {};
    }

    Result<void> function(OnnxFunction const& function)
    {
        Scope scope;
        for (size_t index = 0; index < function.inputs.size(); ++index)
            TRY(in_item("input", index, define(function.inputs[index], scope)));
        TRY(attributes("attribute_proto", function.defaults, scope, 1));
        TRY(nodes(function.nodes, scope, 1));
        for (size_t index = 0; index < function.outputs.size(); ++index)
            if (!scope.sees(function.outputs[index]))
                return in_item<void>("output", index, malformed(quoted(function.outputs[index]) + " is not defined"));
        return {};
    }

private:
    Result<void> define(std::string_view name, Scope& scope)
    {
        if (name.empty())
            return malformed("a value without a name");
        if (!scope.names.insert(name).second)
            return malformed(quoted(name) + " is defined twice");
        return {};
    }

    // An initializer may give an input of the same name its default.
    Result<void> initializers(OnnxGraph const& graph, Scope& scope)
    {
        std::unordered_set<std::string_view> seen;
        auto const name = [&](std::string_view text) -> Result<void> {
            if (text.empty())
                return malformed("an initializer without a name");
            if (!seen.insert(text).second)
                return malformed("the initializer " + quoted(text) + " stands here twice");
            scope.names.insert(text);
            return {};
        };
        for (size_t index = 0; index < graph.initializers.size(); ++index) {
            TRY(in_item("initializer", index, name(graph.initializers[index].name)));
            TRY(in_item("initializer", index, check_elements(graph.initializers[index])));
        }
        for (size_t index = 0; index < graph.sparse_initializers.size(); ++index) {
            TRY(in_item("sparse_initializer", index, name(graph.sparse_initializers[index].values.name)));
            TRY(in_item("sparse_initializer", index, check_sparse(graph.sparse_initializers[index])));
        }
        return {};
    }

    Result<void> nodes(std::vector<OnnxNode> const& nodes, Scope& scope, unsigned depth)
    {
        for (size_t index = 0; index < nodes.size(); ++index) {
            auto result = node(nodes[index], scope, depth);
            if (!result && !missing_name_.empty())
                result = explain_missing(nodes, index);
            TRY(in_item("node", index, std::move(result)));
        }
        return {};
    }

    Result<void> node(OnnxNode const& node, Scope& scope, unsigned depth)
    {
        if (node.op_type.empty())
            return malformed("a node without an operator");
        if (!imported_.contains(plain_domain(node.domain)))
            return malformed(node.op_type + " is of " + shown_domain(node.domain) + ", which the model does not import");
        for (auto const& input : node.inputs)
            if (!input.empty() && !scope.sees(input)) {
                missing_name_ = input;
                return malformed(node.op_type + " uses " + quoted(input) + ", which is not defined");
            }
        TRY(attributes("attribute", node.attributes, scope, depth));
        for (auto const& output : node.outputs)
            if (!output.empty())
                TRY(define(output, scope));
        return {};
    }

    // Tells a name that comes too late from one that never comes.
    Result<void> explain_missing(std::vector<OnnxNode> const& nodes, size_t index)
    {
        std::string const name = std::exchange(missing_name_, {});
        for (size_t later = index; later < nodes.size(); ++later)
            for (auto const& output : nodes[later].outputs)
                if (output == name)
                    return malformed(nodes[index].op_type + " uses " + quoted(name) + ", which node[" + std::to_string(later) + "] defines only then: the nodes are not in topological order");
        return malformed(nodes[index].op_type + " uses " + quoted(name) + ", which is not defined");
    }

    Result<void> attributes(char const* field, std::vector<OnnxAttribute> const& attributes, Scope const& scope, unsigned depth)
    {
        std::set<std::string_view> seen;
        for (size_t index = 0; index < attributes.size(); ++index) {
            auto const& name = attributes[index].name;
            if (name.empty() || !seen.insert(name).second)
                return in_item<void>(field, index, malformed(name.empty() ? "an attribute without a name" : "the attribute " + quoted(name) + " stands here twice"));
            TRY(in_item(field, index, attribute(attributes[index], scope, depth)));
        }
        return {};
    }

    Result<void> attribute(OnnxAttribute const& attribute, Scope const& scope, unsigned depth)
    {
        if (!attribute.reference.empty() && !in_function_)
            return malformed("a reference to the attribute " + quoted(attribute.reference) + " of a caller, outside a function");
        if (auto const* const tensor = std::get_if<OnnxTensor>(&attribute.value))
            return in_field("t", check_elements(*tensor));
        if (auto const* const tensors = std::get_if<std::vector<OnnxTensor>>(&attribute.value))
            for (size_t index = 0; index < tensors->size(); ++index)
                TRY(in_item("tensors", index, check_elements((*tensors)[index])));
        if (auto const* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
            return in_field("g", graph(**inner, &scope, depth + 1));
        if (auto const* const inner = std::get_if<std::vector<std::shared_ptr<OnnxGraph>>>(&attribute.value))
            for (size_t index = 0; index < inner->size(); ++index)
                TRY(in_item("graphs", index, graph(*(*inner)[index], &scope, depth + 1)));
        for (size_t index = 0; index < attribute.sparse_tensors.size(); ++index)
            TRY(in_item("sparse_tensors", index, check_sparse(attribute.sparse_tensors[index])));
        return {};
    }

    std::vector<OnnxOpset> const& opsets_;
    bool in_function_;
    std::set<std::string_view> imported_;
    std::string missing_name_; // of the graph whose node has just failed
};

}

Result<void> check_structure(OnnxModel const& model, Limits const& limits)
{
    if (model.ir_version >= 3 && model.opsets.empty())
        return malformed("no opset is imported");
    // Before IR version 3 there were no imports: everything was version 1 of ai.onnx.
    std::vector<OnnxOpset> const first{OnnxOpset{"", 1}};
    StructureCheck check(model.ir_version < 3 ? first : model.opsets, false);
    TRY(check.imports());
    TRY(in_field("graph", check.graph(model.graph, nullptr, 1)));

    for (size_t index = 0; index < model.functions.size(); ++index) {
        StructureCheck inside(model.functions[index].opsets, true);
        TRY(in_item("functions", index, inside.imports()));
        TRY(in_item("functions", index, inside.function(model.functions[index])));
    }
    return check_functions(model, limits);
}
