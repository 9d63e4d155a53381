#include "convert/evaluate.h"

#include "convert/elements.h"
#include "convert/value_form.h"

namespace {

constexpr uint32_t deepest_call = 100;

// A tensor where a number is annotated is read as one: the operator that does so, or nothing for other types.
std::string_view implicit_conversion(ProgramType const& type)
{
    if (type.name == "int")
        return "aten::IntImplicit";
    if (type.name == "float")
        return "aten::FloatImplicit";
    return type.name == "number" || type.name == "Scalar" ? "aten::ScalarImplicit" : "";
}

}

namespace {

// Arithmetic on sizes wraps: whoever makes a program may make tensors that no memory holds.
bool holds_overgrown(Value const& value)
{
    if (auto const* dim = value.as<Dim>())
        return dim->overgrown();
    if (auto const* tensor = value.as<TensorReference>())
        return std::any_of((*tensor)->seen.dims().begin(), (*tensor)->seen.dims().end(), [](Dim const& dim) { return dim.overgrown(); });
    auto const any = [](std::vector<Value> const& items) { return std::any_of(items.begin(), items.end(), [](Value const& item) { return item.is<Dim>() && item.as<Dim>()->overgrown(); }); };
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return any((*list)->items);
    auto const* tuple = value.as<std::shared_ptr<TupleValue>>();
    return tuple != nullptr && any((*tuple)->items);
}

// As PyTorch writes a value into a text; nothing where it is not known, or has many ways to be written.
std::optional<std::string> text_within(Value const& value)
{
    if (auto const* text = value.as<std::string>())
        return *text;
    if (auto const* number = value.as<Dim>(); number != nullptr && number->known())
        return std::to_string(*number->known());
    if (auto const* flag = value.as<bool>())
        return *flag ? "True" : "False";
    return value.is<NoneValue>() ? std::optional<std::string>("None") : std::nullopt;
}

Result<void> check_sizes(Value const& value)
{
    if (holds_overgrown(value))
        return exhausted("a size that is the sum of more than " + std::to_string(Dim::most_terms) + " terms, or of higher power than " + std::to_string(Dim::most_factors));
    auto const* const tensor = value.as<TensorReference>();
    auto const shape = tensor == nullptr ? std::nullopt : known_shape((*tensor)->seen.dims());
    if (shape && !element_count(*shape))
        return malformed("a tensor of shape " + text_of(*shape) + ", which has more elements than can be counted");
    return {};
}

}

Result<Value> Evaluator::call(Function const& function, std::vector<Value> const& arguments, std::vector<std::pair<std::string, Value>> const& named)
{
    if (depth_ >= deepest_call)
        return exhausted("functions call each other more than " + std::to_string(deepest_call) + " deep");
    if (arguments.size() > function.parameters.size())
        return malformed(std::to_string(arguments.size()) + " arguments for " + function.name + ", which takes " + std::to_string(function.parameters.size()));
    Frame frame(function.value_count);
    for (size_t i = 0; i < function.parameters.size(); ++i) {
        Parameter const& parameter = function.parameters[i];
        Value const* given = i < arguments.size() ? &arguments[i] : nullptr;
        for (auto const& [name, value] : named)
            if (name == parameter.name)
                given = &value;
        if (given != nullptr)
            frame[parameter.value] = *given;
        else if (parameter.default_value)
            frame[parameter.value] = value_of(*parameter.default_value, "");
        else
            return malformed("no value for parameter " + parameter.name + " of " + function.name);
    }
    ++depth_;
    auto results = run(function.body, frame);
    --depth_;
    auto values = TRY(std::move(results));
    return values.empty() ? none() : values[0];
}

Result<std::vector<Value>> Evaluator::run(Block const& block, Frame& frame, size_t first)
{
    for (size_t i = first; i < block.calls.size(); ++i) {
        Call const& call = block.calls[i];
        bool const branches = call.target == "prim::If" && argument(call, frame, 0).is<UnknownBool>();
        Notes const notes = branches ? notes_ : Notes();
        auto done = run_call(call, frame);
        if (branches && !done && done.error().code == cannot_join_code) {
            notes_ = notes;
            return run_rest_both_ways(block, i, frame);
        }
        TRY(std::move(done));
    }
    std::vector<Value> results;
    for (ValueId const id : block.results)
        results.push_back(frame[id]);
    return results;
}

Result<void> Evaluator::run_call(Call const& call, Frame& frame)
{
    if (steps_left_ == 0)
        return exhausted("the program makes more than 200,000 calls while it is converted").at(place_text(call.place));
    --steps_left_;
    if (heap_.overfull())
        return exhausted("the program piles up more than 4,000,000 items while it is converted").at(place_text(call.place));
    graph_.set_place(place_text(call.place));
    if (!program_.scopes.empty()) // of exported programs; those of TorchScript call methods of modules
        graph_.set_module(module_of(call.place));
    auto results = results_of(call, frame);
    if (!results && results.error().where.empty())
        results.error().where.push_back(place_text(call.place));
    auto values = TRY(std::move(results));
    if (values.size() < call.results.size())
        return malformed(call.target + " gives " + std::to_string(values.size()) + " values, " + std::to_string(call.results.size()) + " are asked for").at(place_text(call.place));
    for (size_t i = 0; i < call.results.size(); ++i) {
        TRY(within(place_text(call.place), within(call.target, check_sizes(values[i]))));
        frame[call.results[i]] = std::move(values[i]);
    }
    return {};
}

Result<std::vector<Value>> Evaluator::results_of(Call const& call, Frame& frame)
{
    std::string_view const target = call.target;
    if (target == "prim::If")
        return run_if(call, frame);
    if (target == "prim::Loop")
        return run_loop(call, frame);
    if (target == "prim::TupleUnpack" || target == "prim::ListUnpack")
        return unpack(call, argument(call, frame, 0));
    auto value = TRY(run_operator(call, frame));
    if (call.results.size() > 1) // an operator of several results, taken apart where it is called
        return unpack(call, value);
    return std::vector<Value>{std::move(value)};
}

// "{}" by "{}": a text that is not known may be given to an error, and is poison to all else.
Result<Value> Evaluator::formatted(Call const& call, Frame const& frame)
{
    static constexpr size_t longest = 1'000'000;
    auto const* pattern = call.arguments.empty() ? nullptr : frame[call.arguments[0].value].as<std::string>();
    if (pattern == nullptr)
        return Value{PoisonValue{}};
    std::string text;
    size_t used = 1;
    size_t begin = 0;
    for (size_t place = pattern->find("{}"); place != std::string::npos; place = pattern->find("{}", begin)) {
        auto const inner = used < call.arguments.size() ? text_within(argument(call, frame, used++)) : std::nullopt;
        if (!inner)
            return Value{PoisonValue{}};
        text += pattern->substr(begin, place - begin) + *inner;
        begin = place + 2;
        if (text.size() > longest)
            return exhausted("a text of more than " + std::to_string(longest) + " bytes");
    }
    return Value{text + pattern->substr(begin)};
}

namespace {

// What an argument is where the condition holds, and where it does not.
struct TwoForms {
    GraphTensor condition;
    Value then_value;
    Value else_value;
};

std::optional<TwoForms> two_forms_of(Value const& value)
{
    if (auto const* optional = value.as<OptionalValue>())
        return TwoForms{optional->present, *optional->inner, none()};
    if (auto const* flag = value.as<UnknownBool>())
        return TwoForms{flag->tensor, Value{true}, Value{false}};
    return std::nullopt;
}

}

// An operator that must know whether an argument is None, or True, is called for each, in the two sides of an If. Nothing where no
// argument is of that kind, or the operator takes neither.
Result<std::optional<Value>> Evaluator::run_for_both_forms(Call const& call, OperatorCall const& bound)
{
    std::optional<TwoForms> forms;
    OperatorCall when = bound;
    OperatorCall otherwise = bound;
    auto const split = [&](Value const& value, Value& then_value, Value& else_value) {
        if (forms)
            return;
        forms = two_forms_of(value);
        if (!forms)
            return;
        then_value = forms->then_value;
        else_value = forms->else_value;
    };
    for (size_t i = 0; i < bound.positional.size(); ++i)
        split(bound.positional[i], when.positional[i], otherwise.positional[i]);
    for (size_t i = 0; i < bound.named.size(); ++i)
        split(bound.named[i].second, when.named[i].second, otherwise.named[i].second);
    if (!forms)
        return std::optional<Value>();
    auto const way = [&](OperatorCall const& one) {
        return [&, this]() -> Result<std::vector<Value>> {
            OperatorNotes said;
            auto result = table_.call(one, graph_, heap_, program_.operator_version, said);
            schemas_.merge(said.schemas);
            for (auto& warning : said.warnings)
                notes_.warnings.push_back({std::move(warning.code), std::move(warning.message), program_.text(call.place)});
            if (!result && (result.error().code == unknown_operator_code || result.error().code == depends_on_data_code))
                if (auto inner = TRY(run_for_both_forms(call, one)))
                    return std::vector<Value>{*std::move(inner)};
            return std::vector<Value>{TRY(std::move(result))};
        };
    };
    auto const notes = notes_;
    auto values = branch(call, forms->condition, way(when), way(otherwise));
    if (values)
        return std::optional((*values)[0]);
    notes_ = notes;
    if (values.error().code == unknown_operator_code || values.error().code == depends_on_data_code)
        return std::optional<Value>(); // what was said before tells more
    return tl::unexpected(std::move(values).error());
}

Value Evaluator::constant_of(Call const& call)
{
    Value value = value_of(call.literal, "");
    auto const* tensor = value.as<TensorReference>();
    if (tensor == nullptr || (*tensor)->seen.rank() != 0)
        return value;
    DType const dtype = (*tensor)->seen.dtype();
    if (dtype != DType::float64 && dtype != DType::int64 && dtype != DType::boolean)
        return value;
    // Tracing makes tensors of Python's numbers, which promote as numbers do; no other code holds such constants.
    auto const number_of_program = std::make_shared<TensorView>(**tensor);
    number_of_program->wrapped_number = true;
    return Value{number_of_program};
}

Result<Value> Evaluator::run_operator(Call const& call, Frame const& frame)
{
    std::string_view const target = call.target;
    if (target == "prim::Constant")
        return constant_of(call);
    if (target == "prim::GetAttr")
        return get_attribute(call, argument(call, frame, 0));
    if (target == "prim::SetAttr")
        return set_attribute(call, argument(call, frame, 0), argument(call, frame, 1));
    if (target == "prim::CallMethod" || target == "prim::CallFunction")
        return call_method(call, frame);
    if (target == "prim::CreateObject")
        return create_object(call);
    if (target == "prim::Uninitialized")
        return Value{UninitialisedValue{}};
    bool const tensor_annotated = target == "prim::annotate" && argument(call, frame, 0).is<TensorReference>();
    std::string_view const conversion = tensor_annotated ? implicit_conversion(call.type) : "";
    if (auto const* optional = target == "prim::unchecked_cast" ? argument(call, frame, 0).as<OptionalValue>() : nullptr)
        return *optional->inner;
    if (target == "prim::unchecked_cast" || (target == "prim::annotate" && conversion.empty()) || target == "aten::wait")
        return argument(call, frame, 0);
    if (target == "prim::isinstance")
        return Value{TRY(is_instance(argument(call, frame, 0), call.type))};
    if (target == "aten::format")
        return formatted(call, frame);
    if (auto const* tensor = target == "prim::tolist" ? argument(call, frame, 0).as<TensorReference>() : nullptr)
        return elements_of(graph_, heap_, TRY(heap_.read(*tensor)));
    if (target == "prim::Print") // takes any number of values
        return none();
    if (target == "prim::RaiseException")
        return unsupported("the program raises " + (call.arguments.empty() ? std::string("an error") : kind_of(argument(call, frame, 0)) == "str" ? "\"" + *argument(call, frame, 0).as<std::string>() + "\""
                                                                                                                                                  : "an error"))
            .code(program_raises_code);

    OperatorCall bound{conversion.empty() ? target : conversion, {}, {}};
    for (auto const& given : call.arguments) {
        Value value = as_decided(frame[given.value]);
        if (given.name.empty())
            bound.positional.push_back(std::move(value));
        else
            bound.named.emplace_back(given.name, std::move(value));
    }
    if (target == "prim::ListConstruct")
        return heap_.list_of(std::move(bound.positional));
    if (target == "prim::TupleConstruct")
        return tuple_of(std::move(bound.positional));
    if (target == "prim::DictConstruct") {
        std::vector<std::pair<Value, Value>> items;
        for (size_t i = 0; i + 1 < bound.positional.size(); i += 2)
            items.emplace_back(bound.positional[i], bound.positional[i + 1]);
        return heap_.dict_of(std::move(items));
    }
    if (target == "prim::TupleIndex" || (target == "aten::__getitem__" && bound.positional[0].is<std::shared_ptr<TupleValue>>()))
        return tuple_item(bound.positional[0], bound.positional[1]);

    if (options_.allow_custom && !table_.knows(bound.target))
        return run_custom(call, bound);
    OperatorNotes said;
    auto result = table_.call(bound, graph_, heap_, program_.operator_version, said);
    for (auto& warning : said.warnings)
        notes_.warnings.push_back({std::move(warning.code), std::move(warning.message), place_text(call.place)});
    schemas_.merge(said.schemas);
    if (said.poisoned && notes_.unsupported.empty()) // else one that came before is named
        note_unsupported(call, unsupported("it takes a result that cannot be converted: of an operator that is converted in its other results alone").value());
    if (!result && (result.error().code == unknown_operator_code || result.error().code == depends_on_data_code) && table_.knows(target))
        if (auto forms = TRY(run_for_both_forms(call, bound)))
            return *std::move(forms);
    if (!result && result.error().code == unknown_operator_code) {
        note_unsupported(call, result.error());
        return Value{PoisonValue{}};
    }
    if (result)
        note_negation(call, bound, *result);
    if (!result && !result.error().where.empty()) // parts of the operator; the line that calls it comes after them
        result.error().where.push_back(place_text(call.place));
    return result;
}
