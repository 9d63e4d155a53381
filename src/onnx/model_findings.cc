#include "onnx/findings.h"

#include "onnx/domain.h"
#include "onnx/functions.h"
#include "onnx/read.h"
#include "onnx/structure.h"

#include <cstring>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace {

constexpr uint64_t most_elements = uint64_t{1} << 34; // of one value: 64 GiB of float32

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

template <typename Visit>
void each_graph_node(OnnxModel const& model, Visit const& visit)
{
    each_node(model.graph.nodes, visit);
    for (auto const& function : model.functions)
        each_node(function.nodes, visit);
    for (auto const& training : model.training) {
        if (training.initialization)
            each_node(training.initialization->nodes, visit);
        if (training.algorithm)
            each_node(training.algorithm->nodes, visit);
    }
}

// Entries of external_data beside location, offset and length. ONNX Runtime writes the size and digest of weights that it laid out anew.
// Sources: ONNX "External Data"; ONNX Runtime core/framework/tensor_external_data_info.cc.
bool is_known_entry(std::string_view key) { return key == "checksum" || key == "basepath" || key.starts_with("prepacked"); }

void add_external(OnnxModel const& model, std::vector<OnnxFinding>& found)
{
    for (auto const& external : external_tensors(model)) {
        auto const& data = *external.tensor->external;
        if (auto const location = check_external_location(data.location); !location)
            found.push_back({"external-data", location.error().what, external.place});
        std::set<std::string_view> keys;
        for (auto const& [key, value] : data.others)
            if (!is_known_entry(key) || !keys.insert(key).second)
                found.push_back({"external-data", "external data with the entry " + quoted(key) + (is_known_entry(key) ? " twice" : ", which ONNX does not have"), external.place});
    }
}

// A node that carries what the compiler of some processor made, or the name of a file with it. Source: ONNX Runtime "EP Context Design".
constexpr std::string_view compiled_operator = "EPContext";

void add_nodes(OnnxModel const& model, std::vector<OnnxFinding>& found)
{
    for (auto const& domain : custom_domains(model))
        found.push_back({"custom-domain", "operators of the domain " + quoted(domain) + " need a library that whoever runs the model must load", "graph"});
    bool has_compiled = false;
    each_graph_node(model, [&](OnnxNode const& node) {
        if (node.op_type == compiled_operator && is_runtime_domain(node.domain) && !std::exchange(has_compiled, true))
            found.push_back({"native-code", node.op_type + " " + quoted(node.name) + " of " + node.domain + " holds or names compiled code", "graph"});
    });
    for (auto const& function : model.functions)
        if (is_runtime_domain(function.domain) && !is_onnx_domain(function.domain))
            found.push_back({"custom-domain", "the function " + function.name + " stands in " + function.domain + ", which belongs to ONNX Runtime: it takes the place of an operator", "functions"});
}

// A size that is too large where it can be read off. Nothing where a factor is not known.
std::optional<uint64_t> product_of(std::vector<int64_t> const& sizes)
{
    uint64_t product = 1;
    for (int64_t const size : sizes) {
        if (size < 0)
            return std::nullopt;
        if (size != 0 && product > most_elements * 64 / static_cast<uint64_t>(size))
            return most_elements * 64;
        product *= static_cast<uint64_t>(size);
    }
    return product;
}

std::vector<int64_t> numbers_of(OnnxTensor const& tensor)
{
    constexpr int32_t int64_type = 7;
    constexpr size_t most_axes = 64;
    std::vector<int64_t> numbers;
    if (tensor.data_type != int64_type || tensor.external || tensor.raw.size() > most_axes * sizeof(int64_t))
        return numbers;
    numbers.resize(tensor.raw.size() / sizeof(int64_t));
    if (!numbers.empty())
        std::memcpy(numbers.data(), tensor.raw.bytes().data(), numbers.size() * sizeof(int64_t));
    return numbers;
}

// Operators that make a value of a shape which stands in the model: which input, or which attribute. A runtime may make it when it loads.
struct ShapeRule {
    std::string_view op_type;
    int input; // -1: an attribute "shape"
};

constexpr ShapeRule shape_rules[] = {
    {"ConstantOfShape", 0},
    {"Expand", 1},
    {"Tile", 1},
    {"RandomNormal", -1},
    {"RandomUniform", -1},
};

class ShapeSearch {
public:
    explicit ShapeSearch(std::vector<OnnxFinding>& found)
        : found_(found)
    {
    }

    void graph(OnnxGraph const& graph)
    {
        for (auto const& tensor : graph.initializers)
            constants_[tensor.name] = &tensor;
        for (auto const& tensor : graph.sparse_initializers)
            sparse(tensor);
        for (auto const& list : {&graph.inputs, &graph.outputs, &graph.value_info})
            for (auto const& value : *list)
                value_info(value);
    }

    void node(OnnxNode const& node)
    {
        for (auto const& attribute : node.attributes) {
            if (auto const* const tensor = std::get_if<OnnxTensor>(&attribute.value); tensor && node.op_type == "Constant" && !node.outputs.empty())
                constants_[node.outputs.front()] = tensor;
            if (auto const* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
                graph(**inner);
            if (auto const* const inner = std::get_if<std::vector<std::shared_ptr<OnnxGraph>>>(&attribute.value))
                for (auto const& one : *inner)
                    graph(*one);
        }
        for (auto const& rule : shape_rules)
            if (node.op_type == rule.op_type && plain_domain(node.domain).empty())
                judge(node, shape_of(node, rule));
    }

private:
    // A runtime makes it dense when it loads, and writes where the indices say: linear ones, or one coordinate an axis.
    void sparse(OnnxSparseTensor const& tensor)
    {
        auto const elements = product_of(tensor.dims).value_or(0);
        if (elements > most_elements)
            found_.push_back({"limit", "the sparse tensor " + quoted(tensor.values.name) + " has a shape of more than " + std::to_string(most_elements) + " elements", "graph"});
        bool const is_linear = tensor.indices.dims.size() == 1;
        size_t const axes = tensor.dims.size();
        Bytes const raw = tensor.indices.raw.bytes();
        for (size_t at = 0; at + sizeof(int64_t) <= raw.size(); at += sizeof(int64_t)) {
            int64_t index;
            std::memcpy(&index, raw.data() + at, sizeof index);
            int64_t const end = is_linear || axes == 0 ? static_cast<int64_t>(elements) : tensor.dims[at / sizeof(int64_t) % axes];
            if (index >= 0 && index < end)
                continue;
            found_.push_back({"malformed", "the sparse tensor " + quoted(tensor.values.name) + " has the index " + std::to_string(index) + ", the end is " + std::to_string(end), "graph"});
            return;
        }
    }

    void value_info(OnnxValueInfo const& value)
    {
        std::vector<int64_t> sizes;
        if (value.type.shape)
            for (auto const& dim : *value.type.shape)
                sizes.push_back(dim.value.value_or(1));
        if (product_of(sizes).value_or(0) > most_elements)
            found_.push_back({"limit", "the value " + quoted(value.name) + " has a shape of more than " + std::to_string(most_elements) + " elements", "graph"});
    }

    std::vector<int64_t> shape_of(OnnxNode const& node, ShapeRule const& rule) const
    {
        if (rule.input < 0) {
            for (auto const& attribute : node.attributes)
                if (auto const* const sizes = std::get_if<std::vector<int64_t>>(&attribute.value); sizes && attribute.name == "shape")
                    return *sizes;
            return {};
        }
        if (node.inputs.size() <= static_cast<size_t>(rule.input))
            return {};
        auto const constant = constants_.find(node.inputs[static_cast<size_t>(rule.input)]);
        return constant == constants_.end() ? std::vector<int64_t>() : numbers_of(*constant->second);
    }

    void judge(OnnxNode const& node, std::vector<int64_t> const& sizes)
    {
        if (product_of(sizes).value_or(0) > most_elements)
            found_.push_back({"limit", node.op_type + " " + quoted(node.name) + " makes a value of more than " + std::to_string(most_elements) + " elements", "graph"});
    }

    std::unordered_map<std::string_view, OnnxTensor const*> constants_;
    std::vector<OnnxFinding>& found_;
};

void add_shapes(OnnxModel const& model, std::vector<OnnxFinding>& found)
{
    ShapeSearch search(found);
    search.graph(model.graph);
    each_node(model.graph.nodes, [&](OnnxNode const& node) { search.node(node); });
    for (auto const& function : model.functions) {
        ShapeSearch inside(found);
        each_node(function.nodes, [&](OnnxNode const& node) { inside.node(node); });
    }
}

}

std::vector<OnnxFinding> findings_of_model(OnnxModel const& model)
{
    constexpr int64_t no_such_opset = 100; // ONNX adds one or two a year, and has 26
    std::vector<OnnxFinding> found;
    for (auto const& opset : model.opsets)
        if (plain_domain(opset.domain).empty() && opset.version >= no_such_opset)
            found.push_back({"malformed", "opset " + std::to_string(opset.version) + ", which ONNX does not have", "opset_import"});
    add_external(model, found);
    add_nodes(model, found);
    add_shapes(model, found);
    return found;
}
