#include "convert/stated_inputs.h"

#include "graph/compose.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace {

bool is_number(Parameter const& parameter)
{
    std::string const& type = parameter.type.name;
    return type == "int" || type == "float" || type == "bool";
}

// PyTorch traces with sizes of 2 and more, and states that although the program takes 0 and 1 as well.
constexpr int64_t least_traced = 2;

int64_t demanded_least(ProgramSymbol const& symbol) { return symbol.least && *symbol.least > least_traced ? *symbol.least : 0; }

std::string range_text(ProgramSymbol const& symbol)
{
    return (symbol.least ? std::to_string(*symbol.least) : "") + ".." + (symbol.most ? std::to_string(*symbol.most) : "");
}

// a * symbol + b, where a size is that.
struct LinearSize {
    std::string symbol;
    int64_t factor = 1;
    int64_t offset = 0;
};

std::optional<LinearSize> linear_size(ProgramSize const& size)
{
    using Kind = ProgramSize::Kind;
    if (size.kind == Kind::symbol)
        return LinearSize{size.symbol, 1, 0};
    if (size.operands.size() != 2 || (size.kind != Kind::sum && size.kind != Kind::product))
        return std::nullopt;
    bool const is_left_number = size.operands[0].kind == Kind::number;
    auto const& number = size.operands[is_left_number ? 0 : 1];
    auto inner = linear_size(size.operands[is_left_number ? 1 : 0]);
    if (!inner || number.kind != Kind::number)
        return std::nullopt;
    bool const overflows = size.kind == Kind::sum ? __builtin_add_overflow(inner->offset, number.number, &inner->offset)
                                                  : __builtin_mul_overflow(inner->offset, number.number, &inner->offset) || __builtin_mul_overflow(inner->factor, number.number, &inner->factor);
    return overflows || inner->factor == 0 ? std::nullopt : inner;
}

// The symbols of the stated sizes as symbols of the graph: a symbol is the size of an axis, or follows from one that is linear in it.
class StatedSizes {
public:
    StatedSizes(Function const& method, ConvertOptions const& options, GraphBuilder& graph)
        : method_(method),
          options_(options),
          graph_(graph)
    {
    }

    // `name` is the graph's name of the input, `given` what a sample says about it, if anything. Axes that are just a symbol define it.
    void define(std::string const& name, ProgramTensorType const& type, InputSpecification const* given, bool only_plain)
    {
        for (size_t axis = 0; axis < type.sizes.size(); ++axis) {
            auto const linear = linear_size(type.sizes[axis]);
            bool const is_plain = type.sizes[axis].kind == ProgramSize::Kind::symbol;
            if (!linear || is_plain != only_plain || symbols_.contains(linear->symbol))
                continue;
            auto const size = given != nullptr && given->axes[axis].size ? given->axes[axis].size : type.sizes[axis].example;
            auto const example = size ? std::optional((*size - linear->offset) / linear->factor) : std::nullopt;
            auto const* const range = range_of(linear->symbol);
            Symbol symbol{shown_name(linear->symbol), InputAxis{name, static_cast<int64_t>(axis), linear->factor, linear->offset}, example, true};
            symbol.least = range == nullptr ? 0 : demanded_least(*range);
            symbol.traced_least = range == nullptr ? 0 : range->least.value_or(0);
            symbol.range = range == nullptr ? "" : range_text(*range);
            symbol.stated = linear->symbol;
            symbols_.emplace(linear->symbol, graph_.symbols().add(std::move(symbol)));
        }
    }

    Result<Dims> dims(std::string const& name, ProgramTensorType const& type)
    {
        Dims result;
        for (size_t axis = 0; axis < type.sizes.size(); ++axis)
            result.push_back(TRY(within("axis " + std::to_string(axis) + " of " + name, dim(type.sizes[axis]))));
        return result;
    }

    // What the options call the symbols. Two symbols never get one name: equal names say equal sizes.
    Result<void> rename(std::string const& name, ProgramTensorType const& type, InputSpecification const* given)
    {
        for (size_t axis = 0; axis < type.sizes.size(); ++axis) {
            if (given != nullptr && !given->axes[axis].symbol.empty())
                TRY(rename_axis(name, axis, type.sizes[axis], given->axes[axis].symbol, true));
            for (auto const& wish : options_.dynamic_axes)
                if (wish.axis == static_cast<int64_t>(axis) && (wish.input == name || wish.input == "*")) {
                    wishes_met_.insert(&wish);
                    TRY(rename_axis(name, axis, type.sizes[axis], wish.symbol, wish.input != "*"));
                }
        }
        return {};
    }

    Result<void> check_wishes() const
    {
        for (auto const& wish : options_.dynamic_axes)
            if (wish.input != "*" && !wishes_met_.contains(&wish))
                return bad_usage("--dynamic " + wish.input + ":" + std::to_string(wish.axis) + " names no axis of an input");
        return {};
    }

private:
    ProgramSymbol const* range_of(std::string const& symbol) const
    {
        auto const found = std::find_if(method_.symbols.begin(), method_.symbols.end(), [&](auto const& known) { return known.name == symbol; });
        return found == method_.symbols.end() ? nullptr : &*found;
    }

    std::string shown_name(std::string const& symbol) const
    {
        auto const found = names_.find(symbol);
        return found == names_.end() ? symbol : found->second;
    }

    Result<void> rename_axis(std::string const& name, size_t axis, ProgramSize const& size, std::string const& wish, bool is_meant)
    {
        std::string const place = "axis " + std::to_string(axis) + " of " + name;
        if (size.kind != ProgramSize::Kind::symbol) {
            if (!is_meant || size.kind != ProgramSize::Kind::number)
                return {};
            return bad_usage(place + " is " + size.text() + " for good: the program was exported so").hint("export it again with dynamic_shapes for that axis");
        }
        if (wish.empty())
            return {};
        auto const taken = std::find_if(names_.begin(), names_.end(), [&](auto const& known) { return known.second == wish && known.first != size.symbol; });
        if (taken != names_.end() || (wish != size.symbol && range_of(wish) != nullptr)) {
            std::string const other = taken != names_.end() ? taken->first : wish;
            return is_meant ? Result<void>(bad_usage(place + ", " + size.symbol + ", and " + other + " may have different sizes, and both would be called " + wish)) : Result<void>();
        }
        auto const [known, added] = names_.emplace(size.symbol, wish);
        if (!added && known->second != wish && is_meant)
            return bad_usage(place + " is of the size " + size.symbol + ", which would be called " + known->second + " and " + wish);
        return {};
    }

    Result<Dim> dim(ProgramSize const& size)
    {
        using Kind = ProgramSize::Kind;
        if (size.kind == Kind::number)
            return Dim(size.number);
        if (size.kind == Kind::symbol) {
            auto const found = symbols_.find(size.symbol);
            if (found == symbols_.end())
                return unsupported("the size " + size.symbol + " follows from no axis of an input");
            return Dim::of_symbol(found->second);
        }
        auto const left = TRY(dim(size.operands[0]));
        auto const right = TRY(dim(size.operands[1]));
        switch (size.kind) {
        case Kind::sum:
            return left + right;
        case Kind::product:
            return left * right;
        case Kind::maximum:
            return graph_.symbols().derived(IntegerOperation::maximum, left, right);
        case Kind::minimum:
            return graph_.symbols().derived(IntegerOperation::minimum, left, right);
        default:
            if (right.is(0))
                return malformed("a size that is divided by 0");
            return graph_.symbols().derived(size.kind == Kind::remainder ? IntegerOperation::remainder : IntegerOperation::floor_divide, left, right);
        }
    }

    Function const& method_;
    ConvertOptions const& options_;
    GraphBuilder& graph_;
    std::map<std::string, SymbolId> symbols_;
    std::map<std::string, std::string> names_; // the file's → the wished ones
    std::set<DynamicAxis const*> wishes_met_;
};

// What is said about each parameter, by its place; null where nothing is.
Result<std::vector<InputSpecification const*>> specifications_of_parameters(Function const& method, std::vector<InputSpecification> const& given)
{
    std::vector<InputSpecification const*> by_place(method.parameters.size(), nullptr);
    bool const has_unnamed = std::any_of(given.begin(), given.end(), [](auto const& specification) { return specification.name.empty(); });
    auto const paths = has_unnamed ? TRY(stated_input_paths(method, given.size())) : std::vector<std::string>();
    for (size_t i = 0; i < given.size(); ++i) {
        std::string const& name = given[i].name.empty() ? paths[i] : given[i].name;
        auto const found = std::find_if(method.parameters.begin() + 1, method.parameters.end(), [&](Parameter const& parameter) { return parameter.name == name; });
        if (found == method.parameters.end()) {
            std::string known;
            for (size_t place = 1; place < method.parameters.size(); ++place)
                known += (known.empty() ? "" : ", ") + method.parameters[place].name;
            return bad_usage("the program has no input named " + name).hint("its inputs are: " + known);
        }
        by_place[static_cast<size_t>(found - method.parameters.begin())] = &given[i];
    }
    return by_place;
}

Result<void> check_given(Function const& method, Parameter const& parameter, InputSpecification const& given)
{
    auto const& type = *parameter.tensor;
    if (given.dtype != type.dtype)
        return bad_usage("input " + parameter.name + " is given as " + std::string(name_of(given.dtype)) + ", the program takes " + std::string(name_of(type.dtype)));
    if (given.axes.size() != type.sizes.size())
        return bad_usage("input " + parameter.name + " is given with rank " + std::to_string(given.axes.size()) + ", the program takes rank " + std::to_string(type.sizes.size()));
    for (size_t axis = 0; axis < type.sizes.size(); ++axis) {
        auto const& stated = type.sizes[axis];
        auto const size = given.axes[axis].size;
        std::string const place = "axis " + std::to_string(axis) + " of input " + parameter.name;
        if (size && stated.kind == ProgramSize::Kind::number && *size != stated.number)
            return bad_usage(place + " is given as " + std::to_string(*size) + ", the program was exported for " + std::to_string(stated.number)).hint("export it again with dynamic_shapes for that axis");
        for (auto const& symbol : method.symbols)
            if (size && stated.kind == ProgramSize::Kind::symbol && symbol.name == stated.symbol && (*size < demanded_least(symbol) || (symbol.most && *size > *symbol.most)))
                return bad_usage(place + " is given as " + std::to_string(*size) + ", the program takes " + range_text(symbol));
    }
    return {};
}

// The value that the program was made for; a sample may repeat it, and say nothing else.
Result<Value> fixed_value(Parameter const& parameter, InputSpecification const* given)
{
    auto const& known = parameter.default_value->value;
    std::optional<double> number;
    Value value = none();
    if (auto const* integer = std::get_if<int64_t>(&known)) {
        number = static_cast<double>(*integer);
        value = Value{Dim(*integer)};
    } else if (auto const* real = std::get_if<double>(&known)) {
        number = *real;
        value = Value{*real};
    } else if (auto const* flag = std::get_if<bool>(&known)) {
        number = *flag ? 1 : 0;
        value = Value{*flag};
    } else if (auto const* text = std::get_if<std::string>(&known)) {
        value = Value{*text};
    }
    if (given != nullptr && given->value && number) {
        bool const is_number_type = given->value->count() == 1 && !is_complex(given->value->dtype()) && given->value->dtype() != DType::string;
        if (!is_number_type || (given->value->number_at(0) != *number && !(*number != *number)))
            return bad_usage("input " + parameter.name + " is another number in the sample than the one that the program was exported for").hint("export it again with the wanted number");
    }
    return value;
}

// A number that varies: an input of rank 0.
Value number_input(Parameter const& parameter, std::string const& name, GraphBuilder& graph)
{
    if (parameter.type.name == "int")
        return Value{graph.dim_of(graph.add_input(name, DType::int64, {}))};
    if (parameter.type.name == "bool")
        return Value{UnknownBool{graph.add_input(name, DType::boolean, {})}};
    return Value{UnknownFloat{graph.add_input(name, DType::float64, {})}};
}

}

bool states_inputs(Function const& method)
{
    return std::any_of(method.parameters.begin(), method.parameters.end(), [](Parameter const& parameter) { return parameter.tensor || parameter.is_fixed; });
}

Result<std::vector<std::string>> stated_input_paths(Function const& method, size_t array_count)
{
    std::vector<std::string> varying;
    std::vector<std::string> with_numbers;
    for (size_t i = 1; i < method.parameters.size(); ++i) {
        auto const& parameter = method.parameters[i];
        if (!parameter.is_fixed)
            varying.push_back(parameter.name);
        if (!parameter.is_fixed || is_number(parameter))
            with_numbers.push_back(parameter.name);
    }
    if (array_count == varying.size())
        return varying;
    if (array_count == with_numbers.size())
        return with_numbers;
    std::string names;
    for (auto const& name : with_numbers)
        names += (names.empty() ? "" : ", ") + name;
    return bad_usage(std::to_string(array_count) + " inputs are given, the program takes " + std::to_string(varying.size()) + (names.empty() ? "" : ": " + names)).hint("hullmark inspect shows what it takes");
}

Result<std::vector<Value>> bind_stated_inputs(Function const& method, ConvertOptions const& options, GraphBuilder& graph, Heap& heap)
{
    auto const given = TRY(specifications_of_parameters(method, options.inputs));
    std::vector<std::string> names(method.parameters.size());
    size_t count = 0;
    for (size_t i = 1; i < names.size(); ++i)
        if (!method.parameters[i].is_fixed) {
            names[i] = count < options.input_names.size() ? options.input_names[count] : method.parameters[i].name;
            ++count;
        }
    if (!options.input_names.empty() && options.input_names.size() != count)
        return bad_usage("--input-names gives " + std::to_string(options.input_names.size()) + " names for " + std::to_string(count) + " inputs");
    StatedSizes sizes(method, options, graph);
    auto const for_each_tensor = [&](auto const& act) -> Result<void> {
        for (size_t i = 1; i < names.size(); ++i)
            if (method.parameters[i].tensor)
                TRY(act(method.parameters[i], names[i], given[i]));
        return {};
    };
    TRY(for_each_tensor([&](Parameter const& parameter, std::string const& name, InputSpecification const* said) -> Result<void> {
        if (said != nullptr)
            TRY(check_given(method, parameter, *said));
        return sizes.rename(name, *parameter.tensor, said);
    }));
    TRY(sizes.check_wishes());
    for (bool const only_plain : {true, false})
        TRY(for_each_tensor([&](Parameter const& parameter, std::string const& name, InputSpecification const* said) -> Result<void> {
            sizes.define(name, *parameter.tensor, said, only_plain);
            return {};
        }));
    std::vector<Value> values;
    for (size_t i = 1; i < names.size(); ++i) {
        auto const& parameter = method.parameters[i];
        if (parameter.is_fixed) {
            values.push_back(TRY(fixed_value(parameter, given[i])));
        } else if (parameter.tensor) {
            auto dims = TRY(sizes.dims(names[i], *parameter.tensor));
            values.push_back(Value{heap.tensor(graph.add_input(names[i], parameter.tensor->dtype, std::move(dims)))});
        } else {
            values.push_back(number_input(parameter, names[i], graph));
        }
    }
    return values;
}
