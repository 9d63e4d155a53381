#include "torch/script_objects.h"

#include "torch/script_parser.h"

namespace {

// The name of a class that lives in PyTorch itself and has no code in the archive.
bool is_built_in(std::string_view class_name) { return class_name.starts_with("__torch__.torch.classes."); }

std::string place_of(PickleValue value) { return "byte " + std::to_string(value.offset()); }

Result<PickleValue> argument(PickleValue call, size_t index, size_t count)
{
    auto const arguments = call.arguments();
    if (!arguments || !arguments->is(NodeKind::tuple) || arguments->size() != count)
        return malformed(call.qualified_name() + " wants " + std::to_string(count) + " arguments");
    return arguments->item(index);
}

Result<double> real_of(PickleValue value)
{
    if (auto const real = value.real())
        return *real;
    if (auto const integer = value.integer())
        return static_cast<double>(*integer);
    return malformed("found a " + std::string(name_of(value.kind())) + ", wanted a number");
}

// Members of an enumeration have values of one type: int, float or str.
bool is_same(ProgramValue const& one, ProgramValue const& other)
{
    if (one.value.index() != other.value.index())
        return false;
    if (auto const* const integer = std::get_if<int64_t>(&one.value))
        return *integer == std::get<int64_t>(other.value);
    if (auto const* const real = std::get_if<double>(&one.value))
        return *real == std::get<double>(other.value);
    if (auto const* const text = std::get_if<std::string>(&one.value))
        return *text == std::get<std::string>(other.value);
    return false;
}

}

void set_container_types(ProgramValue& value, ProgramType const& type)
{
    auto const& arguments = type.arguments;
    if (type.name == "Optional" && arguments.size() == 1)
        return set_container_types(value, arguments[0]);
    if (auto* const tuple = std::get_if<std::shared_ptr<ProgramTuple>>(&value.value); tuple != nullptr && type.name == "Tuple") {
        for (size_t index = 0; index < arguments.size() && index < (*tuple)->items.size(); ++index)
            set_container_types((*tuple)->items[index], arguments[index]);
    }
    // What has its type already, has given it to its items as well.
    if (auto* const list = std::get_if<std::shared_ptr<ProgramList>>(&value.value); list != nullptr && type.name == "List" && arguments.size() == 1 && (*list)->element_type.name.empty()) {
        (*list)->element_type = arguments[0];
        for (auto& item : (*list)->items)
            set_container_types(item, arguments[0]);
    }
    if (auto* const dict = std::get_if<std::shared_ptr<ProgramDict>>(&value.value); dict != nullptr && type.name == "Dict" && arguments.size() == 2 && (*dict)->key_type.name.empty()) {
        (*dict)->key_type = arguments[0];
        (*dict)->value_type = arguments[1];
        for (auto& item : (*dict)->items)
            set_container_types(item.second, arguments[1]);
    }
}

Result<ProgramValue> ScriptObjects::read(PickleValue value)
{
    auto const [entry, is_new] = read_.try_emplace(value.id(), std::nullopt);
    if (!is_new) {
        if (!entry->second)
            return unsupported("a " + std::string(name_of(value.kind())) + " that contains itself").at(place_of(value));
        return *entry->second;
    }
    if (++depth_ > limits_.depth)
        return exhausted("values nest deeper than " + std::to_string(limits_.depth)).at(place_of(value));
    auto result = read_new(value);
    if (!result)
        return result.error().where.empty() ? within(place_of(value), std::move(result)) : std::move(result);
    --depth_;
    read_[value.id()] = *result;
    return result;
}

Result<ProgramValue> ScriptObjects::read_new(PickleValue value)
{
    switch (value.kind()) {
    case NodeKind::none:
        return ProgramValue{ProgramNone{}};
    case NodeKind::boolean:
        return ProgramValue{*value.boolean()};
    case NodeKind::integer:
        return ProgramValue{*value.integer()};
    case NodeKind::real:
        return ProgramValue{*value.real()};
    case NodeKind::text:
        return ProgramValue{std::string(*value.text())};
    case NodeKind::tuple: {
        auto tuple = std::make_shared<ProgramTuple>();
        tuple->items = TRY(read_items(value));
        return ProgramValue{std::move(tuple)};
    }
    case NodeKind::list: {
        auto list = std::make_shared<ProgramList>();
        list->items = TRY(read_items(value));
        return ProgramValue{std::move(list)};
    }
    case NodeKind::dict:
        return read_dict(value);
    case NodeKind::object:
        return read_call(value);
    default:
        return malformed("found a " + std::string(name_of(value.kind())) + ", which no TorchScript file holds");
    }
}

Result<std::vector<ProgramValue>> ScriptObjects::read_items(PickleValue value)
{
    std::vector<ProgramValue> items;
    items.reserve(value.size());
    for (size_t index = 0; index < value.size(); ++index)
        items.push_back(TRY(read(value.item(index))));
    return items;
}

Result<ProgramValue> ScriptObjects::read_dict(PickleValue value)
{
    auto dict = std::make_shared<ProgramDict>();
    for (auto const& [key_id, value_id] : value.pairs()) {
        ProgramValue key = TRY(read(value.other(key_id)));
        ProgramValue item = TRY(read(value.other(value_id)));
        dict->items.emplace_back(std::move(key), std::move(item));
    }
    return ProgramValue{std::move(dict)};
}

Result<ProgramValue> ScriptObjects::read_call(PickleValue value)
{
    constexpr std::string_view tags = "torch.jit._pickle.";
    if (is_tensor_call(value))
        return read_tensor(value);
    std::string const name = value.qualified_name();
    if (name.starts_with(tags))
        return read_tagged(value, std::string_view(name).substr(tags.size()));
    if (name == "builtins.complex")
        return read_complex(value);
    if (name == "torch.device")
        return read_device(value);
    if (name.starts_with("__torch__."))
        return read_object(value, name);
    return refused("a call of " + (name.empty() ? "something without a name" : name) + ", which no TorchScript file makes");
}

Result<ProgramValue> ScriptObjects::read_tagged(PickleValue value, std::string_view function)
{
    static constexpr std::pair<std::string_view, std::string_view> lists[] = {{"build_intlist", "int"}, {"build_tensorlist", "Tensor"}, {"build_doublelist", "float"}, {"build_boollist", "bool"}};
    for (auto const& [name, type] : lists) {
        if (name != function)
            continue;
        ProgramValue list = TRY(read(TRY(argument(value, 0, 1))));
        if (!std::holds_alternative<std::shared_ptr<ProgramList>>(list.value))
            return malformed(std::string(function) + " wants a list");
        set_container_types(list, {"List", {{std::string(type), {}}}});
        return list;
    }
    if (function != "restore_type_tag")
        return malformed("torch.jit._pickle has no " + std::string(function) + " that a file of this format names");
    ProgramValue container = TRY(read(TRY(argument(value, 0, 2))));
    auto const type = TRY(argument(value, 1, 2)).text();
    if (!type)
        return malformed("restore_type_tag wants a type as text");
    set_container_types(container, TRY(within("type \"" + std::string(type->substr(0, 80)) + "\"", parse_script_type(*type, limits_))));
    return container;
}

Result<ProgramValue> ScriptObjects::read_complex(PickleValue value)
{
    double const real = TRY(real_of(TRY(argument(value, 0, 2))));
    double const imaginary = TRY(real_of(TRY(argument(value, 1, 2))));
    return ProgramValue{std::complex<double>(real, imaginary)};
}

Result<ProgramValue> ScriptObjects::read_device(PickleValue value)
{
    auto const text = TRY(argument(value, 0, 1)).text();
    if (!text)
        return malformed("torch.device wants a text");
    return ProgramValue{ProgramDevice{std::string(*text)}};
}

Result<ProgramValue> ScriptObjects::read_tensor(PickleValue value)
{
    TensorRecipe const recipe = TRY(read_tensor_recipe(value));
    TorchTensor const opened = TRY(storages_.open(recipe));
    ProgramTensor tensor = TRY(program_tensor(opened, limits_));
    if (!opened.quantisation)
        return ProgramValue{std::make_shared<ProgramTensor const>(std::move(tensor))};
    ProgramQuantisedTensor quantised;
    quantised.stored = std::move(tensor);
    quantised.scales = opened.quantisation->scales;
    quantised.zero_points = opened.quantisation->zero_points;
    quantised.axis = opened.quantisation->axis;
    return ProgramValue{std::make_shared<ProgramQuantisedTensor const>(std::move(quantised))};
}

Result<ProgramValue> ScriptObjects::read_object(PickleValue value, std::string const& class_name)
{
    auto const found = code_.classes().find(class_name);
    if (found == code_.classes().end() && !is_built_in(class_name))
        return malformed("an object of " + class_name + ", a class that the code does not define");
    ClassType const built_in{class_name, ClassKind::plain, {}, {}, {}};
    ClassType const& type = found == code_.classes().end() ? built_in : found->second;
    if (type.kind == ClassKind::enumeration)
        return read_member(value, type);
    if (value.call_kind() != CallKind::newobj || type.kind == ClassKind::named_tuple || type.kind == ClassKind::interface)
        return malformed("an object of " + class_name + " that is made in another way than objects are");
    auto object = std::make_shared<ProgramObject>();
    object->class_name = class_name;
    auto const state = value.state();
    if (is_built_in(class_name) || code_.sets_state(class_name)) {
        ProgramValue saved = state ? TRY(read(*state)) : ProgramValue{};
        object->attributes.emplace_back("__state__", std::move(saved));
    } else if (state) {
        TRY(read_attributes(*state, type, *object));
    }
    return ProgramValue{std::move(object)};
}

Result<void> ScriptObjects::read_attributes(PickleValue state, ClassType const& type, ProgramObject& into)
{
    if (!state.is(NodeKind::dict))
        return malformed("the state of an object of " + type.name + " is a " + std::string(name_of(state.kind())) + ", wanted a dict");
    std::map<std::string_view, ProgramType const*> declared;
    for (auto const& [name, attribute_type] : type.attributes)
        declared.emplace(name, &attribute_type);
    std::set<std::string_view> seen;
    for (auto const& [key_id, value_id] : state.pairs()) {
        auto const name = state.other(key_id).text();
        if (!name || !seen.insert(*name).second)
            return malformed("an attribute of an object of " + type.name + (name ? " stands twice: " + std::string(*name) : " has no name"));
        ProgramValue value = TRY(read(state.other(value_id)));
        if (auto const found = declared.find(*name); found != declared.end())
            set_container_types(value, *found->second);
        if (auto const* const tensor = std::get_if<std::shared_ptr<ProgramTensor const>>(&value.value); tensor != nullptr && code_.is_parameter(type.name, *name)) {
            auto parameter = std::make_shared<ProgramTensor>(**tensor);
            parameter->is_parameter = true;
            value.value = std::shared_ptr<ProgramTensor const>(std::move(parameter));
            read_[value_id] = value;
        }
        into.attributes.emplace_back(std::string(*name), std::move(value));
    }
    return {};
}

// Its value is the argument itself, not a tuple of it.
Result<ProgramValue> ScriptObjects::read_member(PickleValue value, ClassType const& type)
{
    auto const argument = value.arguments();
    if (value.call_kind() != CallKind::reduce || !argument)
        return malformed("a member of " + type.name + " that is made in another way than members are");
    ProgramValue const wanted = TRY(read(*argument));
    member_offsets_.insert(value.offset());
    for (auto const& [name, member] : type.constants) {
        auto const& object = std::get<std::shared_ptr<ProgramObject>>(member.value);
        if (is_same(*object->find("value"), wanted))
            return member;
    }
    return malformed(type.name + " has no member of that value");
}
