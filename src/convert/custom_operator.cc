#include "convert/evaluate.h"

#include <algorithm>
#include <functional>

// Operators of other libraries, kept as nodes: mylib::foo is the node foo of the domain mylib. Tensors, and numbers that are not known,
// are its inputs in the order of the arguments; all else is an attribute under the argument's name.

namespace {

// The arguments of a custom call as a node takes them.
class CustomNode {
public:
    explicit CustomNode(Heap& heap)
        : heap_(heap)
    {
    }

    Result<void> add(std::string const& name, Value const& value)
    {
        if (auto const* tensor = value.as<TensorReference>())
            inputs.push_back(TRY(heap_.read(*tensor)));
        else if (auto const* unshaped = value.as<UnshapedTensor>())
            inputs.push_back(GraphTensor::named(unshaped->name, DType::float32, {})); // the name alone is written
        else if (auto const* number = value.as<Dim>(); number != nullptr && number->known())
            attributes.push_back(attribute(name, *number->known()));
        else if (number != nullptr)
            inputs.push_back(GraphTensor::integer(*number));
        else if (auto const* flag = value.as<bool>())
            attributes.push_back(attribute(name, static_cast<int64_t>(*flag)));
        else if (auto const* real = value.as<double>())
            attributes.push_back(attribute(name, static_cast<float>(*real)));
        else if (auto const* unknown = value.as<UnknownFloat>())
            inputs.push_back(unknown->tensor);
        else if (auto const* unknown_flag = value.as<UnknownBool>())
            inputs.push_back(unknown_flag->tensor);
        else if (auto const* text = value.as<std::string>())
            attributes.push_back(attribute(name, *text));
        else if (auto const* device = value.as<DeviceValue>())
            attributes.push_back(attribute(name, device->text));
        else if (auto const* list = value.as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->uncertain && !(*list)->open)
            return add_items(name, (*list)->items);
        else if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
            return add_items(name, (*tuple)->items);
        else if (!value.is<NoneValue>())
            return unsupported("its argument " + name + " is a " + kind_of(value));
        return {};
    }

    std::vector<GraphTensor> inputs;
    Attributes attributes;

private:
    // Tensors are inputs one by one, and an attribute says how many; numbers are one attribute, or one input where some are not known.
    Result<void> add_items(std::string const& name, std::vector<Value> const& items)
    {
        auto const all = [&](auto const& fits) { return std::all_of(items.begin(), items.end(), fits); };
        if (items.empty())
            return {};
        if (all([](Value const& item) { return item.is<TensorReference>() || item.is<UnshapedTensor>(); })) {
            for (auto const& item : items)
                TRY(add(name, item));
            attributes.push_back(attribute(name + "_count", static_cast<int64_t>(items.size())));
            return {};
        }
        if (all([](Value const& item) { return item.is<Dim>() || item.is<bool>(); })) {
            std::vector<Dim> numbers;
            for (auto const& item : items)
                numbers.push_back(item.is<bool>() ? Dim(*item.as<bool>() ? 1 : 0) : *item.as<Dim>());
            if (auto known = known_shape(numbers))
                attributes.push_back(attribute(name, std::vector<int64_t>(known->begin(), known->end())));
            else
                inputs.push_back(GraphTensor::integers(std::move(numbers)));
            return {};
        }
        if (all([](Value const& item) { return item.is<double>(); })) {
            std::vector<float> numbers;
            for (auto const& item : items)
                numbers.push_back(static_cast<float>(*item.as<double>()));
            attributes.push_back(attribute(name, std::move(numbers)));
            return {};
        }
        if (all([](Value const& item) { return item.is<std::string>(); })) {
            std::vector<std::string> texts;
            for (auto const& item : items)
                texts.push_back(*item.as<std::string>());
            attributes.push_back(attribute(name, std::move(texts)));
            return {};
        }
        return unsupported("its argument " + name + " is a list of things that are neither all tensors nor all numbers or texts");
    }

    Heap& heap_;
};

// A size that the file or the user states of a result, over the symbols that the inputs have; nothing where it is over others.
class StatedResult {
public:
    explicit StatedResult(GraphBuilder& graph)
        : graph_(graph)
    {
    }

    std::optional<Dim> dim(ProgramSize const& size) const
    {
        using Kind = ProgramSize::Kind;
        if (size.kind == Kind::number)
            return Dim(size.number);
        if (size.kind == Kind::symbol)
            return symbol([&](Symbol const& known) { return known.stated == size.symbol; });
        auto const left = dim(size.operands[0]);
        auto const right = dim(size.operands[1]);
        if (!left || !right || ((size.kind == Kind::floor_quotient || size.kind == Kind::remainder) && right->is(0)))
            return std::nullopt;
        switch (size.kind) {
        case Kind::sum:
            return *left + *right;
        case Kind::product:
            return *left * *right;
        case Kind::maximum:
            return graph_.symbols().derived(IntegerOperation::maximum, *left, *right, true);
        case Kind::minimum:
            return graph_.symbols().derived(IntegerOperation::minimum, *left, *right, true);
        case Kind::remainder:
            return graph_.symbols().derived(IntegerOperation::remainder, *left, *right);
        default:
            return graph_.symbols().derived(IntegerOperation::floor_divide, *left, *right);
        }
    }

    std::optional<Dim> dim(InputAxisSize const& size) const
    {
        if (size.size)
            return Dim(*size.size);
        return size.symbol.empty() ? std::nullopt : symbol([&](Symbol const& known) { return known.name == size.symbol; });
    }

    // The value with these sizes; those that nothing is known about are sizes of their own.
    template <typename Size>
    GraphTensor typed(std::string const& name, DType dtype, std::vector<Size> const& sizes) const
    {
        Dims dims;
        for (size_t axis = 0; axis < sizes.size(); ++axis) {
            auto const known = dim(sizes[axis]);
            dims.push_back(known ? *known : graph_.size_of(name, static_cast<int64_t>(axis)));
        }
        return GraphTensor::named(name, dtype, std::move(dims));
    }

private:
    std::optional<Dim> symbol(std::function<bool(Symbol const&)> const& is_meant) const
    {
        auto const& symbols = graph_.symbols();
        for (SymbolId id = 0; id < symbols.count(); ++id)
            if (std::holds_alternative<InputAxis>(symbols[id].meaning) && is_meant(symbols[id]))
                return Dim::of_symbol(id);
        return std::nullopt;
    }

    GraphBuilder& graph_;
};

std::string argument_name(Call const& call, size_t index)
{
    return call.arguments[index].name.empty() ? "argument" + std::to_string(index) : call.arguments[index].name;
}

}

void Evaluator::warn_of_custom(Call const& call, bool is_known)
{
    std::string message = call.target + " is kept as a node of another library: whoever runs the model must have that";
    if (!is_known)
        message += ". Neither dtype nor sizes of what it gives are known";
    notes_.warnings.push_back({"G03", std::move(message), place_text(call.place)});
}

Result<Value> Evaluator::run_custom(Call const& call, OperatorCall const& given)
{
    size_t const colons = call.target.find("::");
    if (colons == std::string::npos || colons == 0)
        return unsupported("the operator " + call.target).code(unknown_operator_code);
    auto const refused = [&](std::string const& reason) -> Value {
        note_unsupported(call, unsupported(reason).value());
        notes_.unsupported[call.target].found.reason = reason;
        return Value{PoisonValue{}};
    };
    if (call.target.ends_with('_') && !call.target.ends_with("__"))
        return refused("it writes into its argument, and what it writes is not known");
    CustomNode node(heap_);
    for (size_t i = 0; i < call.arguments.size(); ++i) {
        Value const& value = i < given.positional.size() ? given.positional[i] : given.named[i - given.positional.size()].second;
        if (value.is<PoisonValue>())
            return value;
        if (auto const added = node.add(argument_name(call, i), value); !added)
            return refused(added.error().what);
    }
    std::vector<InputSpecification const*> wished;
    for (auto const& result : options_.custom_results)
        if (result.name == call.target)
            wished.push_back(&result);
    size_t const count = std::max<size_t>({call.results.size(), call.result_types.size(), wished.size(), 1});
    std::vector<GraphTensor const*> inputs;
    for (auto const& input : node.inputs)
        inputs.push_back(&input);
    auto const made = graph_.nodes(call.target.substr(colons + 2), inputs, std::vector<GraphType>(count), std::move(node.attributes), call.target.substr(0, colons));
    StatedResult const stated(graph_);
    bool is_known = true;
    std::vector<Value> values;
    for (size_t i = 0; i < count; ++i) {
        std::string const& name = *made[i].name();
        if (i < wished.size())
            values.push_back(Value{heap_.tensor(stated.typed(name, wished[i]->dtype, wished[i]->axes))});
        else if (i < call.result_types.size() && call.result_types[i])
            values.push_back(Value{heap_.tensor(stated.typed(name, call.result_types[i]->dtype, call.result_types[i]->sizes))});
        else {
            values.push_back(Value{UnshapedTensor{name, call.target}});
            is_known = false;
        }
    }
    warn_of_custom(call, is_known);
    return count == 1 ? values[0] : tuple_of(std::move(values));
}
