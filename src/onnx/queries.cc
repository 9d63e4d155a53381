#include "onnx/domain.h"
#include "onnx/element.h"
#include "onnx/functions.h"
#include "onnx/structure.h"

#include <map>
#include <set>
#include <unordered_set>

namespace {

template <typename Visit>
void each_node_of(OnnxModel const& model, Visit const& visit)
{
    each_node(model.graph.nodes, visit);
    for (auto const& function : model.functions)
        each_node(function.nodes, visit);
}

uint64_t stored_elements(OnnxGraph const& graph)
{
    uint64_t total = 0;
    for (auto const& tensor : graph.initializers)
        total += element_count(tensor.dims).value_or(0);
    for (auto const& sparse : graph.sparse_initializers)
        total += element_count(sparse.values.dims).value_or(0);
    return total;
}

}

std::vector<OnnxValueInfo> required_inputs(OnnxModel const& model)
{
    std::unordered_set<std::string_view> given;
    for (auto const& tensor : model.graph.initializers)
        given.insert(tensor.name);
    for (auto const& sparse : model.graph.sparse_initializers)
        given.insert(sparse.values.name);
    std::vector<OnnxValueInfo> inputs;
    for (auto const& input : model.graph.inputs)
        if (!given.contains(input.name))
            inputs.push_back(input);
    return inputs;
}

std::vector<OnnxOperatorCount> operator_counts(OnnxModel const& model)
{
    std::map<std::pair<std::string_view, std::string_view>, uint64_t> counts;
    each_node_of(model, [&](OnnxNode const& node) { ++counts[{plain_domain(node.domain), node.op_type}]; });
    std::vector<OnnxOperatorCount> list;
    for (auto const& [name, count] : counts)
        list.push_back({std::string(name.first), std::string(name.second), count});
    return list;
}

uint64_t parameter_count(OnnxModel const& model)
{
    uint64_t total = stored_elements(model.graph);
    each_node(model.graph.nodes, [&](OnnxNode const& node) {
        for (auto const& attribute : node.attributes) {
            if (auto const* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
                total += stored_elements(**inner);
            if (auto const* const inner = std::get_if<std::vector<std::shared_ptr<OnnxGraph>>>(&attribute.value))
                for (auto const& graph : *inner)
                    total += stored_elements(*graph);
        }
    });
    return total;
}

std::vector<std::string> custom_domains(OnnxModel const& model)
{
    std::set<std::pair<std::string_view, std::string_view>> defined;
    for (auto const& function : model.functions)
        defined.emplace(function.domain, function.name);
    std::set<std::string> found;
    each_node_of(model, [&](OnnxNode const& node) {
        if (!is_runtime_domain(node.domain) && !defined.contains({node.domain, node.op_type}))
            found.insert(node.domain);
    });
    return {found.begin(), found.end()};
}

Result<Tensor> to_tensor(OnnxTensor const& tensor)
{
    if (tensor.external)
        return missing("the elements of \"" + tensor.name + "\" stand in \"" + tensor.external->location + "\" and are not loaded");
    auto const dtype = dtype_of_onnx(tensor.data_type);
    if (!dtype)
        return unsupported("a tensor of ONNX's type " + onnx_type_name(tensor.data_type));
    if (*dtype == DType::string)
        return Tensor::create_strings(tensor.dims, tensor.strings);
    return Tensor::create(*dtype, tensor.dims, tensor.raw);
}

Result<OnnxTensor> from_tensor(std::string name, Tensor const& tensor)
{
    auto const data_type = onnx_data_type(tensor.dtype());
    if (!data_type)
        return unsupported("ONNX has no element type " + std::string(name_of(tensor.dtype())));
    OnnxTensor out;
    out.name = std::move(name);
    out.data_type = *data_type;
    out.dims = tensor.shape();
    if (tensor.dtype() == DType::string)
        out.strings = tensor.strings();
    else
        out.raw = tensor.data();
    return out;
}
