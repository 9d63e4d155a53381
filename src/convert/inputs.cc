#include "convert/inputs.h"

#include "convert/stated_inputs.h"
#include "graph/compose.h"

#include <algorithm>

namespace {

bool is_number(ProgramType const& type) { return type.name == "int" || type.name == "float" || type.name == "bool" || type.name == "number" || type.name == "Scalar"; }
bool is_list(ProgramType const& type) { return type.name == "List"; }

bool is_dict_of_tensors(ProgramType const& type) { return type.name == "Dict" && type.arguments.size() == 2 && type.arguments[0].name == "str" && type.arguments[1].name == "Tensor"; }

// The keys under which a method reads a dict; nothing where it does anything else with it.
std::optional<std::set<std::string>> keys_read(Function const& method, ValueId dict)
{
    std::set<std::string> keys;
    std::map<ValueId, std::string> texts;
    for (auto const& call : method.body.calls) {
        if (auto const* text = std::get_if<std::string>(&call.literal.value); text != nullptr && call.target == "prim::Constant" && !call.results.empty())
            texts[call.results[0]] = *text;
        bool const uses = std::any_of(call.arguments.begin(), call.arguments.end(), [&](CallArgument const& argument) { return argument.value == dict; });
        if (!call.blocks.empty() || (uses && (call.target != "aten::__getitem__" || call.arguments.size() != 2 || !texts.contains(call.arguments[1].value))))
            return std::nullopt;
        if (uses)
            keys.insert(texts[call.arguments[1].value]);
    }
    return keys;
}

// How many arrays of a sample a parameter needs at least.
size_t least_arrays(ProgramType const& type)
{
    if (type.name == "Optional" || is_list(type))
        return 0;
    if (is_dict_of_tensors(type))
        return 1;
    if (type.name != "Tuple")
        return type.name == "Tensor" || is_number(type) ? 1 : 0;
    size_t sum = 0;
    for (auto const& inner : type.arguments)
        sum += least_arrays(inner);
    return sum;
}

// Deals the arrays of a sample out to parameters, left to right. `take` is called once for each leaf and gives its value.
class Dealer {
public:
    using Take = std::function<Result<Value>(std::string const& path, ProgramType const& type)>;

    Dealer(size_t array_count, Take take) : left_(array_count),
                                            take_(std::move(take)) {}

    Result<std::vector<Value>> deal(Function const& method, std::function<Value(ProgramValue const&)> const& default_value)
    {
        std::vector<Value> values;
        for (size_t i = 1; i < method.parameters.size(); ++i) {
            later_ = 0;
            for (size_t j = i + 1; j < method.parameters.size(); ++j)
                later_ += method.parameters[j].default_value ? 0 : least_arrays(method.parameters[j].type);
            auto const& parameter = method.parameters[i];
            if (left_ <= later_ && parameter.default_value) {
                values.push_back(default_value(*parameter.default_value));
                continue;
            }
            values.push_back(is_dict_of_tensors(parameter.type) ? TRY(deal_dict(method, parameter)) : TRY(deal_one(parameter.name, parameter.type)));
        }
        if (left_ != 0)
            return bad_usage(std::to_string(left_) + " more inputs are given than " + method.name + "() takes").hint("hullmark inspect shows what it takes");
        return values;
    }

private:
    // A sample does not name keys: where the method reads one alone, that is the key.
    Result<Value> deal_dict(Function const& method, Parameter const& parameter)
    {
        auto const keys = keys_read(method, parameter.value);
        if (!keys || keys->size() != 1)
            return unsupported("parameter " + parameter.name + " of type " + parameter.type.text() + ", but for a dict that is read under one key");
        auto dict = std::make_shared<DictValue>();
        dict->items.emplace_back(Value{*keys->begin()}, TRY(deal_one(parameter.name + "." + *keys->begin(), parameter.type.arguments[1])));
        return Value{std::move(dict)};
    }

    Result<Value> deal_one(std::string const& path, ProgramType const& type)
    {
        if (type.name == "Optional" && !type.arguments.empty()) {
            if (left_ <= later_)
                return none();
            return deal_one(path, type.arguments[0]);
        }
        if (type.name == "Tuple") {
            std::vector<Value> items;
            for (size_t i = 0; i < type.arguments.size(); ++i)
                items.push_back(TRY(deal_one(path + "." + std::to_string(i), type.arguments[i])));
            return tuple_of(std::move(items));
        }
        if (is_list(type) && !type.arguments.empty()) {
            std::vector<Value> items;
            size_t const each = std::max<size_t>(1, least_arrays(type.arguments[0]));
            while (left_ >= later_ + each)
                items.push_back(TRY(deal_one(path + "." + std::to_string(items.size()), type.arguments[0])));
            return Value{std::make_shared<ListValue>(ListValue{std::move(items), 0})};
        }
        if (type.name != "Tensor" && !is_number(type) && !type.name.empty())
            return unsupported("parameter " + path + " of type " + type.text());
        if (left_ == 0)
            return bad_usage("nothing is known about input " + path).hint("give --sample FILE.npz, or --input " + path + ":float32[batch,...]");
        --left_;
        return take_(path, type);
    }

    size_t left_;
    size_t later_ = 0;
    Take take_;
};

// The symbols of the graph's inputs, by the names that people read.
class AxisNamer {
public:
    AxisNamer(ConvertOptions const& options, std::set<PinnedAxis> const& pinned, GraphBuilder& graph) : options_(options),
                                                                                                        pinned_(pinned),
                                                                                                        graph_(graph) {}

    Result<Dims> dims(std::string const& input, InputSpecification const& specification)
    {
        Dims result;
        for (size_t axis = 0; axis < specification.axes.size(); ++axis)
            result.push_back(TRY(dim(input, static_cast<int64_t>(axis), specification.axes[axis])));
        return result;
    }

    // Each axis that the user named must be one of an input.
    Result<void> check_wishes() const
    {
        for (size_t i = 0; i < options_.dynamic_axes.size(); ++i)
            if (!wishes_met_.contains(i))
                return bad_usage("--dynamic " + options_.dynamic_axes[i].input + ":" + std::to_string(options_.dynamic_axes[i].axis) + " names no axis of an input");
        return {};
    }

private:
    Result<Dim> dim(std::string const& input, int64_t axis, InputAxisSize const& size)
    {
        if (!size.symbol.empty() || size.anonymous)
            return symbol(input, axis, size.anonymous ? input + "_" + std::to_string(axis) : size.symbol, size.size, true);
        for (size_t i = 0; i < options_.dynamic_axes.size(); ++i) {
            auto const& wish = options_.dynamic_axes[i];
            if ((wish.input != input && wish.input != "*") || wish.axis != axis)
                continue;
            wishes_met_.insert(i);
            return symbol(input, axis, wish.symbol.empty() ? default_name(input, axis, size.size) : wish.symbol, size.size, true);
        }
        bool const varies = options_.dynamic == DynamicMode::all || (options_.dynamic == DynamicMode::automatic && axis == 0);
        if (!size.size)
            return bad_usage("axis " + std::to_string(axis) + " of input " + input + " has neither a size nor a symbol");
        if (!varies || pinned_.contains({input, axis}))
            return Dim(*size.size);
        return symbol(input, axis, default_name(input, axis, size.size), size.size, false);
    }

    // Axis 0 is the batch; another input whose axis 0 has another size in the sample has a batch of its own.
    std::string default_name(std::string const& input, int64_t axis, std::optional<int64_t> size)
    {
        if (axis != 0)
            return input + "_" + std::to_string(axis);
        if (!batch_size_)
            batch_size_ = size;
        return batch_size_ == size ? "batch" : input + "_0";
    }

    Result<Dim> symbol(std::string const& input, int64_t axis, std::string const& name, std::optional<int64_t> example, bool by_user)
    {
        auto const [place, added] = symbols_.try_emplace(name);
        if (added)
            place->second = graph_.symbols().add({name, InputAxis{input, axis}, example, by_user});
        auto const known = graph_.symbols()[place->second].example;
        if (known && example && known != example)
            return bad_usage("the symbol " + name + " would be " + std::to_string(*known) + " and, for axis " + std::to_string(axis) + " of " + input + ", " + std::to_string(*example)).hint("give that axis a symbol of its own");
        return Dim::of_symbol(place->second);
    }

    ConvertOptions const& options_;
    std::set<PinnedAxis> const& pinned_;
    GraphBuilder& graph_;
    std::map<std::string, SymbolId> symbols_;
    std::set<size_t> wishes_met_;
    std::optional<int64_t> batch_size_;
};

Value number_of(Tensor const& tensor, ProgramType const& type)
{
    if (type.name == "bool" || tensor.dtype() == DType::boolean)
        return Value{tensor.integer_at(0) != 0};
    if (type.name == "int" || (type.name != "float" && is_integer(tensor.dtype())))
        return Value{Dim(is_floating(tensor.dtype()) ? static_cast<int64_t>(tensor.number_at(0)) : tensor.integer_at(0))};
    return Value{tensor.number_at(0)};
}

}

InputSpecification specification_of(Tensor const& tensor)
{
    InputSpecification specification;
    specification.dtype = tensor.dtype();
    for (int64_t const size : tensor.shape())
        specification.axes.push_back({size, "", false});
    specification.value = tensor;
    return specification;
}

std::vector<InputSpecification> inputs_of_file(Program const& program, std::string const& method)
{
    std::vector<InputSpecification> result;
    auto const examples = program.example_inputs.find(method);
    if (examples == program.example_inputs.end())
        return result;
    for (auto const& example : examples->second) {
        if (!example)
            continue;
        InputSpecification specification;
        specification.dtype = example->dtype;
        for (int64_t const size : example->shape)
            specification.axes.push_back({size, "", false});
        result.push_back(std::move(specification));
    }
    return result;
}

Result<std::vector<std::string>> input_paths(Program const&, Function const& method, size_t array_count)
{
    if (states_inputs(method))
        return stated_input_paths(method, array_count);
    std::vector<std::string> paths;
    Dealer dealer(array_count, [&](std::string const& path, ProgramType const&) -> Result<Value> {
        paths.push_back(path);
        return none();
    });
    TRY(dealer.deal(method, [](ProgramValue const&) { return none(); }));
    return paths;
}

namespace {

// Those with a name stand where it says, the others fill the places that are left, in order.
Result<std::vector<InputSpecification const*>> specifications_by_place(std::vector<InputSpecification> const& given, std::vector<std::string> const& paths)
{
    std::vector<InputSpecification const*> by_place(paths.size(), nullptr);
    for (auto const& specification : given)
        if (!specification.name.empty()) {
            auto& place = by_place[static_cast<size_t>(std::find(paths.begin(), paths.end(), specification.name) - paths.begin())];
            if (place != nullptr)
                return bad_usage("input " + specification.name + " is given twice");
            place = &specification;
        }
    size_t next = 0;
    for (auto const& specification : given)
        if (specification.name.empty()) {
            while (by_place[next] != nullptr)
                ++next;
            by_place[next] = &specification;
        }
    return by_place;
}

}

Result<std::vector<Value>> bind_inputs(Program const& program, Function const& method, ConvertOptions const& options, std::set<PinnedAxis> const& pinned, GraphBuilder& graph, Heap& heap)
{
    if (states_inputs(method))
        return bind_stated_inputs(method, options, graph, heap);
    auto const& given = options.inputs;
    auto const paths = TRY(input_paths(program, method, given.size()));
    for (auto const& specification : given)
        if (!specification.name.empty() && std::find(paths.begin(), paths.end(), specification.name) == paths.end()) {
            std::string known;
            for (auto const& path : paths)
                known += (known.empty() ? "" : ", ") + path;
            return bad_usage("the program has no input named " + specification.name).hint("its inputs are: " + known);
        }
    auto const by_place = TRY(specifications_by_place(given, paths));
    AxisNamer namer(options, pinned, graph);
    size_t next = 0;
    size_t graph_inputs = 0;
    Dealer dealer(given.size(), [&](std::string const& path, ProgramType const& type) -> Result<Value> {
        InputSpecification const& specification = *by_place[next++];
        if (is_number(type) && !options.number_inputs) {
            if (!specification.value)
                return bad_usage("input " + path + " is a number of the program, and no sample gives it").hint("give --sample FILE.npz");
            if (specification.value->count() != 1)
                return bad_usage("input " + path + " is a number of the program, and the sample holds " + text_of(specification.value->shape()));
            return number_of(*specification.value, type);
        }
        std::string const name = graph_inputs < options.input_names.size() ? options.input_names[graph_inputs] : path;
        ++graph_inputs;
        if (name.empty())
            return bad_usage("--input-names gives input " + path + " an empty name");
        if (is_complex(specification.dtype))
            return unsupported("input " + name + " is of complex numbers, which ONNX Runtime does not have").hint("take pairs of real numbers, and torch.view_as_complex(...) of them");
        auto dims = TRY(namer.dims(name, specification));
        GraphTensor const input = graph.add_input(name, specification.dtype, std::move(dims));
        if (!is_number(type))
            return Value{heap.tensor(input)};
        if (type.name == "bool")
            return Value{UnknownBool{TRY(cast(graph, input, DType::boolean))}};
        if (type.name == "int")
            return Value{graph.dim_of(TRY(cast(graph, input, DType::int64)))};
        return Value{UnknownFloat{TRY(cast(graph, input, DType::float64))}};
    });
    auto arguments = TRY(dealer.deal(method, [&](ProgramValue const& value) {
        if (auto const* number = std::get_if<int64_t>(&value.value))
            return Value{Dim(*number)};
        if (auto const* number = std::get_if<double>(&value.value))
            return Value{*number};
        if (auto const* flag = std::get_if<bool>(&value.value))
            return Value{*flag};
        if (auto const* text = std::get_if<std::string>(&value.value))
            return Value{*text};
        return none();
    }));
    if (!options.input_names.empty() && options.input_names.size() != graph_inputs)
        return bad_usage("--input-names gives " + std::to_string(options.input_names.size()) + " names for " + std::to_string(graph_inputs) + " inputs");
    TRY(namer.check_wishes());
    return arguments;
}
