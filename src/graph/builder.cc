#include "graph/builder.h"

#include <algorithm>
#include <functional>
#include <set>

GraphBuilder::GraphBuilder(int64_t opset)
    : opset_(opset)
{
    scopes_.push_back(std::make_unique<GraphScope>());
}

Dims dims_of(Shape const& shape) { return Dims(shape.begin(), shape.end()); }

std::optional<Shape> known_shape(Dims const& dims)
{
    Shape shape;
    for (auto const& dim : dims) {
        auto const size = dim.known();
        if (!size)
            return std::nullopt;
        shape.push_back(*size);
    }
    return shape;
}

Dim count_of(Dims const& dims)
{
    Dim count = 1;
    for (auto const& dim : dims)
        count = count * dim;
    return count;
}

GraphTensor GraphTensor::named(std::string name, DType dtype, Dims dims) { return GraphTensor(std::move(name), dtype, std::move(dims)); }

GraphTensor GraphTensor::sequence(std::string name, DType dtype, int64_t item_rank)
{
    GraphTensor result(std::move(name), dtype, Dims(static_cast<size_t>(item_rank)));
    result.sequence_ = true;
    return result;
}

GraphTensor GraphTensor::constant(Tensor tensor, std::string name)
{
    auto const dtype = tensor.dtype();
    auto dims = dims_of(tensor.shape());
    return GraphTensor(Constant{std::move(tensor), std::move(name)}, dtype, std::move(dims));
}

GraphTensor GraphTensor::integer(Dim value) { return GraphTensor(std::vector<Dim>{std::move(value)}, DType::int64, {}); }

GraphTensor GraphTensor::integers(std::vector<Dim> values)
{
    auto const size = static_cast<int64_t>(values.size());
    return GraphTensor(std::move(values), DType::int64, {size});
}

std::optional<Tensor> GraphTensor::known() const
{
    if (auto const* constant = std::get_if<Constant>(&source_))
        return constant->tensor;
    if (auto const* integers = std::get_if<std::vector<Dim>>(&source_)) {
        auto numbers = known_shape(*integers);
        if (numbers)
            return Tensor::of<int64_t>(DType::int64, *known_shape(dims_), std::move(*numbers));
    }
    return std::nullopt;
}

std::optional<std::vector<Dim>> GraphTensor::as_dims() const
{
    if (auto const* integers = std::get_if<std::vector<Dim>>(&source_))
        return *integers;
    auto const* constant = std::get_if<Constant>(&source_);
    if (constant == nullptr || dtype_ != DType::int64 || rank() > 1)
        return std::nullopt;
    std::vector<Dim> dims;
    for (uint64_t i = 0; i < constant->tensor.count(); ++i)
        dims.emplace_back(constant->tensor.integer_at(i));
    return dims;
}

GraphTensor GraphTensor::with_dims(Dims dims) const
{
    CHECK(dims.size() == dims_.size() && !sequence_, "the rank stays");
    return GraphTensor(source_, dtype_, std::move(dims));
}

OnnxAttribute attribute(std::string name, int64_t value) { return {std::move(name), value, {}, 0, {}, {}}; }
OnnxAttribute attribute(std::string name, float value) { return {std::move(name), value, {}, 0, {}, {}}; }
OnnxAttribute attribute(std::string name, std::string value) { return {std::move(name), std::move(value), {}, 0, {}, {}}; }
OnnxAttribute attribute(std::string name, std::vector<int64_t> value) { return {std::move(name), std::move(value), {}, 0, {}, {}}; }
OnnxAttribute attribute(std::string name, std::vector<float> value) { return {std::move(name), std::move(value), {}, 0, {}, {}}; }
OnnxAttribute attribute(std::string name, std::vector<std::string> value) { return {std::move(name), std::move(value), {}, 0, {}, {}}; }

OnnxTensor onnx_tensor(Tensor const& tensor, std::string name)
{
    auto const data_type = onnx_data_type(tensor.dtype());
    CHECK(data_type.has_value(), "a constant of the graph has a dtype that ONNX knows");
    OnnxTensor result;
    result.name = std::move(name);
    result.data_type = *data_type;
    result.dims = tensor.shape();
    if (tensor.dtype() == DType::string)
        result.strings = tensor.strings();
    else
        result.raw = tensor.data();
    return result;
}

namespace {

// Complex numbers as pairs of real ones along a new last axis; other tensors as they are.
Tensor as_real_numbers(Tensor const& tensor)
{
    if (!is_complex(tensor.dtype()))
        return tensor;
    CHECK(tensor.dtype() == DType::complex64 || tensor.dtype() == DType::complex128, "complex numbers of the graph are of one of two dtypes");
    Shape shape = tensor.shape();
    shape.push_back(2);
    auto pairs = Tensor::create(tensor.dtype() == DType::complex64 ? DType::float32 : DType::float64, std::move(shape), tensor.data());
    CHECK(pairs.has_value(), "a complex number is two real ones");
    return *std::move(pairs);
}

// TypeProto{sequence_type{elem_type{tensor_type{elem_type}}}} in protobuf's wire format; all numbers are below 128.
std::string sequence_type(int32_t data_type)
{
    auto const field = [](char tag, std::string const& inner) { return std::string{tag, static_cast<char>(inner.size())} + inner; };
    std::string const tensor{'\x08', static_cast<char>(data_type)};
    return field('\x22', field('\x0a', field('\x0a', tensor)));
}

// What a name may hold in every runtime: the rest becomes '_'.
std::string clean_name(std::string const& wish)
{
    std::string name;
    for (char const c : wish)
        name += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '/' || c == ':' ? c : '_';
    return name;
}

}

OnnxAttribute attribute(std::string name, Tensor const& value) { return {std::move(name), onnx_tensor(value, ""), {}, 0, {}, {}}; }

std::string GraphBuilder::unique_name(std::string const& wish)
{
    std::string const name = clean_name(wish);
    uint64_t& count = name_counts_[name];
    std::string candidate = count == 0 ? name : name + "_" + std::to_string(count);
    ++count;
    while (candidate != name && name_counts_.contains(candidate))
        candidate = name + "_" + std::to_string(count++);
    name_counts_.try_emplace(candidate, 1);
    return candidate;
}

std::string GraphBuilder::fresh_name(std::string const& op_type) { return unique_name(op_type); }

OnnxValueInfo GraphBuilder::value_info(std::string const& name, DType dtype, Dims const& dims, bool sequence) const
{
    OnnxValueInfo info;
    info.name = name;
    if (sequence) {
        info.type.other = sequence_type(onnx_data_type(dtype).value_or(0));
        return info;
    }
    info.type.element_type = onnx_data_type(dtype).value_or(0);
    info.type.shape.emplace();
    for (auto const& dim : dims) {
        OnnxDim written;
        if (auto const number = dim.known())
            written.value = *number;
        else
            written.parameter = symbols_.text_of(dim);
        info.type.shape->push_back(std::move(written));
    }
    return info;
}

GraphTensor GraphBuilder::add_input(std::string name, DType dtype, Dims dims)
{
    name = unique_name(name);
    inputs_.push_back(value_info(name, dtype, dims));
    return GraphTensor::named(std::move(name), dtype, std::move(dims));
}

bool GraphBuilder::is_input(std::string const& name) const
{
    return std::any_of(inputs_.begin(), inputs_.end(), [&](OnnxValueInfo const& input) { return input.name == name; });
}

std::string GraphBuilder::output_node(std::string const& wish, std::string const& value)
{
    CHECK(scopes_.size() == 1, "outputs belong to the outermost graph");
    OnnxNode node;
    node.op_type = "Identity";
    node.name = unique_name(wish);
    node.inputs = {value};
    node.outputs = {node.name};
    scopes_.back()->nodes.push_back(node);
    return node.name;
}

void GraphBuilder::add_output(std::string name, GraphTensor const& tensor)
{
    name = output_node(name, name_of(tensor));
    outputs_.push_back(value_info(name, tensor.dtype(), tensor.dims(), tensor.is_sequence()));
}

void GraphBuilder::add_untyped_output(std::string name, std::string const& value)
{
    outputs_.emplace_back();
    outputs_.back().name = output_node(name, value);
}

std::vector<GraphTensor> GraphBuilder::nodes(std::string op_type, std::vector<GraphTensor const*> const& inputs, std::vector<GraphType> results, Attributes attributes, std::string domain)
{
    OnnxNode node;
    for (auto const* input : inputs)
        node.inputs.push_back(input == nullptr ? "" : name_of(*input));
    node.name = unique_name(module_.empty() ? op_type : module_ + "/" + op_type);
    node.doc_string = place_;
    std::vector<GraphTensor> values;
    for (size_t i = 0; i < results.size(); ++i) {
        std::string const name = results.size() == 1 ? unique_name(node.name + ":0") : unique_name(node.name + ":" + std::to_string(i));
        node.outputs.push_back(name);
        if (results[i].sequence)
            values.push_back(GraphTensor::sequence(name, results[i].dtype, static_cast<int64_t>(results[i].dims.size())));
        else
            values.push_back(GraphTensor::named(name, results[i].dtype, std::move(results[i].dims)));
    }
    node.op_type = std::move(op_type);
    node.domain = std::move(domain);
    node.attributes = std::move(attributes);
    scopes_.back()->nodes.push_back(std::move(node));
    return values;
}

GraphTensor GraphBuilder::node(std::string op_type, std::vector<GraphTensor const*> const& inputs, GraphType result, Attributes attributes, std::string domain)
{
    std::vector<GraphType> results;
    results.push_back(std::move(result));
    return nodes(std::move(op_type), inputs, std::move(results), std::move(attributes), std::move(domain))[0];
}

GraphTensor GraphBuilder::node(std::string op_type, std::vector<GraphTensor> const& inputs, GraphType result, Attributes attributes, std::string domain)
{
    std::vector<GraphTensor const*> pointers;
    for (auto const& input : inputs)
        pointers.push_back(&input);
    return node(std::move(op_type), pointers, std::move(result), std::move(attributes), std::move(domain));
}

std::string GraphBuilder::initializer(Tensor const& tensor, std::string const& wish)
{
    static constexpr size_t small_bytes = 256;
    std::string key;
    if (wish.empty() && tensor.bytes().size() <= small_bytes && tensor.dtype() != DType::string) {
        key = std::string(::name_of(tensor.dtype())) + text_of(tensor.shape()) + std::string(text_of(tensor.bytes()));
        if (auto const same = small_constants_.find(key); same != small_constants_.end())
            return same->second;
    } else if (!wish.empty()) {
        key = "name " + wish;
        if (auto const same = small_constants_.find(key); same != small_constants_.end())
            return same->second;
    }
    std::string const name = unique_name(wish.empty() ? "constant" : wish);
    initializers_.push_back(onnx_tensor(tensor, name));
    if (!key.empty())
        small_constants_.emplace(key, name);
    return name;
}

std::string GraphBuilder::name_of(GraphTensor const& tensor)
{
    if (auto const* name = tensor.name())
        return *name;
    if (auto const* constant = std::get_if<GraphTensor::Constant>(&tensor.source_))
        return initializer(as_real_numbers(constant->tensor), constant->name);
    if (auto const known = tensor.known())
        return initializer(*known, "");
    auto const& values = std::get<std::vector<Dim>>(tensor.source_);
    if (tensor.rank() == 0)
        return compute(values[0]);
    std::string text;
    for (auto const& value : values)
        text += symbols_.text_of(value) + ";";
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
        if (auto const same = (*scope)->computed_dims.find(text); same != (*scope)->computed_dims.end())
            return same->second;
    std::vector<GraphTensor> parts;
    for (auto const& value : values) {
        if (auto const number = value.known())
            parts.push_back(GraphTensor::constant(Tensor::vector({*number})));
        else
            parts.push_back(node("Unsqueeze", {GraphTensor::integer(value), GraphTensor::constant(Tensor::vector({0}))}, {DType::int64, {1}}));
    }
    std::string const name = name_of(parts.size() == 1 ? parts[0] : node("Concat", parts, {DType::int64, tensor.dims()}, {attribute("axis", int64_t{0})}));
    scopes_.back()->computed_dims.emplace(text, name);
    return name;
}

std::string GraphBuilder::local_name_of(GraphTensor const& tensor)
{
    GraphTensor const copy = node("Identity", {tensor}, {tensor.dtype(), tensor.dims(), tensor.is_sequence()});
    return *copy.name();
}

Dim GraphBuilder::dim_of(GraphTensor const& tensor, bool not_negative)
{
    CHECK(tensor.dtype() == DType::int64 && tensor.rank() == 0, "an integer is an int64 tensor of rank 0");
    if (auto const known = tensor.as_dims())
        return (*known)[0];
    std::string const name = name_of(tensor);
    return Dim::of_symbol(symbols_.add({name, IntegerOfValue{name, not_negative}, std::nullopt, false}));
}

Dim GraphBuilder::size_of(std::string const& value_name, int64_t axis)
{
    return Dim::of_symbol(symbols_.add({value_name + ".size" + std::to_string(axis), SizeOfValue{value_name, axis}, std::nullopt, false}));
}

void GraphBuilder::want_pinned(Dim const& dim)
{
    for (SymbolId const root : symbols_.roots_of(dim))
        pins_wanted_.push_back(root);
}

std::string GraphBuilder::integer_node(std::string op_type, std::string const& left, std::string const& right)
{
    GraphTensor const a = GraphTensor::named(left, DType::int64, {});
    GraphTensor const b = GraphTensor::named(right, DType::int64, {});
    return *node(std::move(op_type), {a, b}, {DType::int64, {}}).name();
}

std::string GraphBuilder::size_node(std::string const& value, int64_t axis)
{
    // The dtype of the value does not matter to Shape.
    GraphTensor const whole = GraphTensor::named(value, DType::float32, {});
    GraphTensor const size = node("Shape", {whole}, {DType::int64, {1}}, {attribute("start", axis), attribute("end", axis + 1)});
    return *node("Squeeze", {size, GraphTensor::constant(Tensor::vector({0}))}, {DType::int64, {}}).name();
}

std::string GraphBuilder::compute_symbol(SymbolId id)
{
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
        if (auto const same = (*scope)->computed_symbols.find(id); same != (*scope)->computed_symbols.end())
            return same->second;
    SymbolMeaning const meaning = symbols_[id].meaning; // a copy: computing may add symbols
    std::string name;
    if (auto const* axis = std::get_if<InputAxis>(&meaning)) {
        name = size_node(axis->input, axis->axis);
        if (axis->offset != 0)
            name = integer_node("Sub", name, initializer(Tensor::scalar(axis->offset), ""));
        if (axis->factor != 1)
            name = integer_node("Div", name, initializer(Tensor::scalar(axis->factor), ""));
    } else if (auto const* size = std::get_if<SizeOfValue>(&meaning))
        name = size_node(size->value, size->axis);
    else if (auto const* integer = std::get_if<IntegerOfValue>(&meaning))
        name = integer->value;
    else {
        auto const& derived = std::get<DerivedInteger>(meaning);
        std::string const left = compute(derived.left);
        std::string const right = compute(derived.right);
        switch (derived.operation) {
        case IntegerOperation::maximum:
            name = integer_node("Max", left, right);
            break;
        case IntegerOperation::minimum:
            name = integer_node("Min", left, right);
            break;
        case IntegerOperation::remainder: // ONNX Mod with fmod=0 has the sign of the divisor, as Python
            name = integer_node("Mod", left, right);
            break;
        case IntegerOperation::floor_divide: { // ONNX Div truncates: take the remainder off first
            std::string const rest = integer_node("Mod", left, right);
            name = integer_node("Div", integer_node("Sub", left, rest), right);
            break;
        }
        }
    }
    scopes_.back()->computed_symbols.emplace(id, name);
    return name;
}

std::string GraphBuilder::compute(Dim const& dim)
{
    overgrown_ = overgrown_ || dim.overgrown();
    if (auto const number = dim.known())
        return initializer(Tensor::scalar(*number), "");
    if (auto const symbol = dim.single_symbol())
        return compute_symbol(*symbol);
    std::string const text = symbols_.text_of(dim);
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
        if (auto const same = (*scope)->computed_dims.find(text); same != (*scope)->computed_dims.end())
            return same->second;
    std::string sum;
    for (auto const& [monomial, coefficient] : dim.terms()) {
        std::string product;
        if (coefficient != 1 || monomial.empty())
            product = initializer(Tensor::scalar(coefficient), "");
        for (SymbolId const id : monomial)
            product = product.empty() ? compute_symbol(id) : integer_node("Mul", product, compute_symbol(id));
        sum = sum.empty() ? product : integer_node("Add", sum, product);
    }
    scopes_.back()->computed_dims.emplace(text, sum);
    return sum;
}

GraphTensor const* GraphBuilder::recalled(std::string const& key) const
{
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
        if (auto const found = (*scope)->remembered.find(key); found != (*scope)->remembered.end())
            return &found->second;
    return nullptr;
}

void GraphBuilder::open_scope() { scopes_.push_back(std::make_unique<GraphScope>()); }

std::shared_ptr<OnnxGraph> GraphBuilder::close_scope(std::string name, std::vector<GraphTensor> const& results)
{
    CHECK(scopes_.size() > 1, "a scope was opened");
    auto graph = std::make_shared<OnnxGraph>();
    for (auto const& result : results)
        graph->outputs.push_back(value_info(local_name_of(result), result.dtype(), result.dims(), result.is_sequence()));
    graph->name = std::move(name);
    graph->nodes = std::move(scopes_.back()->nodes);
    scopes_.pop_back();
    return graph;
}

GraphTensor GraphBuilder::inner_input(std::string const& name, GraphType const& type)
{
    std::string const unique = unique_name(name);
    if (type.sequence)
        return GraphTensor::sequence(unique, type.dtype, static_cast<int64_t>(type.dims.size()));
    Dims dims = type.dims;
    for (size_t i = 0; i < dims.size(); ++i)
        if (dims[i] == open_size)
            dims[i] = size_of(unique, static_cast<int64_t>(i));
    return GraphTensor::named(unique, type.dtype, std::move(dims));
}

void GraphBuilder::set_inputs(OnnxGraph& graph, std::vector<GraphTensor> const& inputs) const
{
    graph.inputs.clear();
    for (auto const& input : inputs)
        graph.inputs.push_back(value_info(*input.name(), input.dtype(), input.dims(), input.is_sequence()));
}

void GraphBuilder::abandon_scope()
{
    CHECK(scopes_.size() > 1, "a scope was opened");
    scopes_.pop_back();
}

std::unique_ptr<GraphScope> GraphBuilder::set_scope_aside()
{
    CHECK(scopes_.size() > 1, "a scope was opened");
    auto scope = std::move(scopes_.back());
    scopes_.pop_back();
    return scope;
}

void GraphBuilder::take_scope_back(std::unique_ptr<GraphScope> scope) { scopes_.push_back(std::move(scope)); }

void GraphBuilder::splice_scope(std::unique_ptr<GraphScope> scope)
{
    auto& into = *scopes_.back();
    into.nodes.insert(into.nodes.end(), std::make_move_iterator(scope->nodes.begin()), std::make_move_iterator(scope->nodes.end()));
    into.computed_dims.merge(scope->computed_dims);
    into.computed_symbols.merge(scope->computed_symbols);
    into.remembered.merge(scope->remembered);
}

namespace {

void note_uses(std::vector<OnnxNode> const& nodes, std::set<std::string>& used)
{
    for (auto const& node : nodes) {
        used.insert(node.inputs.begin(), node.inputs.end());
        for (auto const& attribute : node.attributes)
            if (auto const* graph = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value)) {
                note_uses((*graph)->nodes, used);
                for (auto const& output : (*graph)->outputs)
                    used.insert(output.name);
            }
    }
}

// Domains beside ONNX's own.
void note_domains(std::vector<OnnxNode> const& nodes, std::set<std::string>& domains)
{
    for (auto const& node : nodes) {
        if (!node.domain.empty())
            domains.insert(node.domain);
        for (auto const& attribute : node.attributes)
            if (auto const* graph = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
                note_domains((*graph)->nodes, domains);
    }
}

// Drops, from the end, each node none of whose results is used; nested graphs first.
void drop_dead(std::vector<OnnxNode>& nodes, std::set<std::string>& used)
{
    std::vector<OnnxNode> kept;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        bool const live = std::any_of(node->outputs.begin(), node->outputs.end(), [&](auto const& output) { return used.contains(output); });
        if (!live)
            continue;
        for (auto& attribute : node->attributes)
            if (auto const* graph = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value)) {
                for (auto const& output : (*graph)->outputs)
                    used.insert(output.name);
                drop_dead((*graph)->nodes, used);
            }
        used.insert(node->inputs.begin(), node->inputs.end());
        kept.push_back(std::move(*node));
    }
    nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

// A result that only an Identity makes of a node's own result takes that node's place, so that the graph ends in real nodes.
void name_results_directly(OnnxGraph& graph)
{
    std::map<std::string, size_t> producers;
    std::set<std::string> used;
    for (size_t i = 0; i < graph.nodes.size(); ++i)
        for (auto const& output : graph.nodes[i].outputs)
            producers.emplace(output, i);
    note_uses(graph.nodes, used);
    std::vector<bool> drop(graph.nodes.size(), false);
    std::map<std::string, std::string> renamed;
    for (auto const& output : graph.outputs) {
        auto const place = producers.find(output.name);
        if (place == producers.end() || graph.nodes[place->second].op_type != "Identity")
            continue;
        std::string const source = graph.nodes[place->second].inputs[0];
        if (!producers.contains(source) || renamed.contains(source))
            continue;
        renamed.emplace(source, output.name);
        drop[place->second] = true;
    }
    std::vector<OnnxNode> kept;
    std::function<void(std::vector<OnnxNode>&)> const rename_in = [&](std::vector<OnnxNode>& nodes) {
        for (auto& node : nodes) {
            for (auto* names : {&node.inputs, &node.outputs})
                for (auto& name : *names)
                    if (auto const place = renamed.find(name); place != renamed.end())
                        name = place->second;
            for (auto& attribute : node.attributes)
                if (auto const* inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
                    rename_in((*inner)->nodes);
        }
    };
    for (size_t i = 0; i < graph.nodes.size(); ++i)
        if (!drop[i])
            kept.push_back(std::move(graph.nodes[i]));
    rename_in(kept);
    graph.nodes = std::move(kept);
}

}

OnnxModel GraphBuilder::finish(std::string graph_name)
{
    CHECK(scopes_.size() == 1, "all scopes are closed");
    OnnxModel model;
    model.opsets.push_back({"", opset_});
    model.graph.name = std::move(graph_name);
    model.graph.nodes = std::move(scopes_.back()->nodes);
    model.graph.inputs = inputs_;
    model.graph.outputs = outputs_;
    std::set<std::string> used;
    for (auto const& output : outputs_)
        used.insert(output.name);
    drop_dead(model.graph.nodes, used);
    name_results_directly(model.graph);
    used.clear();
    note_uses(model.graph.nodes, used);
    std::set<std::string> domains;
    note_domains(model.graph.nodes, domains);
    for (auto const& domain : domains)
        model.opsets.push_back({domain, 1});
    for (auto& tensor : initializers_)
        if (used.contains(tensor.name))
            model.graph.initializers.push_back(std::move(tensor));
    return model;
}
