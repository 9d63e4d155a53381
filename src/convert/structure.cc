#include "convert/evaluate.h"

#include "convert/value_form.h"
#include "operators/open_lists.h"

#include <algorithm>

// Attributes, containers and types of the evaluated program, and how values of the file become values of the evaluation.

Value Evaluator::module() { return value_of(ProgramValue{program_.module}, ""); }

Value Evaluator::tensor_of(std::shared_ptr<ProgramTensor const> const& tensor, std::string const& path)
{
    std::string key = std::to_string(tensor->storage) + "@" + std::to_string(tensor->offset) + text_of(tensor->values.shape()) + text_of(Shape(tensor->strides)) + std::string(name_of(tensor->values.dtype()));
    auto const [place, added] = known_tensors_.try_emplace(key);
    if (added) {
        auto const begun = begun_.find({path, false});
        auto const reference = begun != begun_.end() ? *begun->second.as<TensorReference>()
            : open_state_.contains(path)             ? heap_.tensor(GraphTensor::named(open_state_name(path), tensor->values.dtype(), dims_of(tensor->values.shape())))
                                                     : heap_.tensor(GraphTensor::constant(tensor->values, path));
        reference->cell->born_in = 0; // it was there before any branch
        stored_tensors_.push_back({reference, reference->cell, path, tensor});
        place->second = Value{reference};
    } else
        shared_paths_.insert(path);
    return place->second;
}

Value Evaluator::quantised_tensor_of(ProgramQuantisedTensor const& tensor, std::string const& path)
{
    Tensor const& stored = tensor.stored.values;
    size_t inner = 1;
    for (size_t i = static_cast<size_t>(tensor.axis.value_or(0)) + 1; i < stored.rank(); ++i)
        inner *= static_cast<size_t>(stored.shape()[i]);
    std::vector<float> numbers;
    numbers.reserve(stored.count());
    for (uint64_t i = 0; i < stored.count(); ++i) {
        size_t const channel = tensor.axis ? i / inner % tensor.scales.size() : 0;
        numbers.push_back(static_cast<float>(stored.number_at(i) - static_cast<double>(tensor.zero_points[channel])) * static_cast<float>(tensor.scales[channel]));
    }
    auto const reference = heap_.tensor(GraphTensor::constant(Tensor::of<float>(DType::float32, stored.shape(), std::move(numbers)), path));
    reference->cell->born_in = 0;
    auto grid = std::make_shared<QuantisedGrid>();
    grid->scalar_type = stored.dtype() == DType::qint8 ? 12 : stored.dtype() == DType::quint8 ? 13
                                                                                              : 14;
    grid->scales = tensor.scales;
    grid->zero_points = tensor.zero_points;
    grid->axis = tensor.axis;
    reference->grid = std::move(grid);
    return Value{reference};
}

Result<void> Evaluator::set_up_objects()
{
    auto const objects = objects_of_file_;
    for (auto object = objects.rbegin(); object != objects.rend(); ++object) {
        auto const* state = (*object)->find("__state__");
        auto const* method = program_.method((*object)->class_name, "__setstate__");
        if (state == nullptr || method == nullptr)
            continue;
        auto const saved = (*object)->attributes;
        Notes const notes = notes_;
        auto done = call(*method, {Value{*object}, Value(*state)}, {});
        if (!done && done.error().reason == Reason::exhausted)
            TRY(std::move(done));
        if (done && notes_.unsupported.size() == notes.unsupported.size())
            continue;
        (*object)->attributes = saved; // as if it had not been tried: perhaps nothing asks for what it would have set
        notes_ = notes;
    }
    attributes_read_.clear();
    attributes_written_.clear();
    written_.clear();
    state_.clear();
    return {};
}

namespace {

std::string inner_path(std::string const& path, std::string const& name) { return path.empty() ? name : path + "." + name; }

std::string name_of_key(ProgramValue const& key)
{
    if (auto const* text = std::get_if<std::string>(&key.value))
        return *text;
    if (auto const* number = std::get_if<int64_t>(&key.value))
        return std::to_string(*number);
    if (auto const* flag = std::get_if<bool>(&key.value))
        return *flag ? "True" : "False";
    return "key";
}

}

Value Evaluator::value_of(ProgramValue const& known, std::string const& path)
{
    struct Converter {
        Evaluator& evaluator;
        std::string const& path;

        Value operator()(ProgramNone const&) const { return none(); }
        Value operator()(bool value) const { return Value{value}; }
        Value operator()(int64_t value) const { return Value{Dim(value)}; }
        Value operator()(double value) const { return Value{value}; }
        Value operator()(std::complex<double> const& value) const { return Value{value}; }
        Value operator()(std::string const& value) const { return Value{value}; }
        Value operator()(ProgramDevice const& value) const { return Value{DeviceValue{value.text}}; }
        Value operator()(std::shared_ptr<ProgramTensor const> const& value) const { return evaluator.tensor_of(value, path); }
        Value operator()(std::shared_ptr<ProgramQuantisedTensor const> const& value) const { return evaluator.quantised_tensor_of(*value, path); }
        Value operator()(std::shared_ptr<ProgramList> const& list) const
        {
            auto const [place, added] = evaluator.known_containers_.try_emplace(list.get());
            if (added) {
                auto result = std::make_shared<ListValue>();
                place->second = Value{result};
                for (size_t i = 0; i < list->items.size(); ++i)
                    result->items.push_back(evaluator.value_of(list->items[i], inner_path(path, std::to_string(i))));
                evaluator.stored_lists_.push_back({result, result->items, path});
                return Value{result};
            }
            return place->second;
        }
        Value operator()(std::shared_ptr<ProgramTuple> const& tuple) const
        {
            std::vector<Value> items;
            for (size_t i = 0; i < tuple->items.size(); ++i)
                items.push_back(evaluator.value_of(tuple->items[i], inner_path(path, std::to_string(i))));
            return tuple_of(std::move(items));
        }
        Value operator()(std::shared_ptr<ProgramDict> const& dict) const
        {
            auto const [place, added] = evaluator.known_containers_.try_emplace(dict.get());
            if (added) {
                auto result = std::make_shared<DictValue>();
                place->second = Value{result};
                for (auto const& [key, value] : dict->items)
                    result->items.emplace_back(evaluator.value_of(key, path), evaluator.value_of(value, inner_path(path, name_of_key(key))));
                evaluator.stored_dicts_.push_back({result, result->items, path});
                return Value{result};
            }
            return place->second;
        }
        Value operator()(std::shared_ptr<ProgramObject> const& object) const
        {
            auto const [place, added] = evaluator.known_containers_.try_emplace(object.get());
            if (added) {
                auto result = std::make_shared<ObjectValue>(ObjectValue{object->class_name, {}, 0, true, path});
                place->second = Value{result};
                evaluator.objects_of_file_.push_back(result);
                for (auto const& [name, value] : object->attributes) {
                    auto held = evaluator.value_of(value, inner_path(path, name));
                    auto const begun = evaluator.begun_.find({inner_path(path, name), true});
                    result->attributes.emplace_back(name, begun == evaluator.begun_.end() ? std::move(held) : begun->second);
                }
                return Value{result};
            }
            return place->second;
        }
    };
    return std::visit(Converter{*this, path}, known.value);
}

Result<Value> Evaluator::get_attribute(Call const& call, Value const& object)
{
    if (object.is<PoisonValue>())
        return object;
    auto const* held = object.as<std::shared_ptr<ObjectValue>>();
    if (held == nullptr)
        return malformed("attribute " + call.name + " of a " + kind_of(object));
    if (auto const* value = (*held)->find(call.name)) {
        if (!attributes_written_.contains({held->get(), call.name}))
            attributes_read_.insert({held->get(), call.name});
        return *value;
    }
    auto const type = program_.classes.find((*held)->class_name);
    if (type != program_.classes.end())
        for (auto const& [name, value] : type->second.constants)
            if (name == call.name)
                return value_of(value, "");
    bool const is_saved = (*held)->find("__state__") != nullptr;
    return malformed("an object of " + (*held)->class_name + " has no attribute " + call.name + (is_saved ? ": its __setstate__ cannot be evaluated" : ""));
}

Result<Value> Evaluator::set_attribute(Call const& call, Value const& object, Value const& value)
{
    auto const* held = object.as<std::shared_ptr<ObjectValue>>();
    if (held == nullptr)
        return malformed("attribute " + call.name + " of a " + kind_of(object) + " is set");
    auto const* tensor = value.as<TensorReference>();
    auto const* present = (*held)->find(call.name);
    if (tensor != nullptr && present != nullptr && present->is<TensorReference>() && *present->as<TensorReference>() == *tensor)
        return none(); // self.s += x: it is written into, and stays the tensor that it is
    // What a branch writes may be read after it as it was before.
    bool const may_be_read = attributes_read_.contains({held->get(), call.name}) || graph_.depth() > 1;
    auto const path = inner_path((*held)->path, call.name);
    if ((*held)->from_file)
        written_.insert_or_assign(path, std::pair(*held, call.name));
    if ((*held)->from_file && may_be_read)
        state_.insert(path);
    attributes_written_.insert({held->get(), call.name});
    heap_.will_change(*held);
    if (auto* known = (*held)->find(call.name))
        *known = value;
    else
        (*held)->attributes.emplace_back(call.name, value);
    return none();
}

Result<Value> Evaluator::create_object(Call const& call)
{
    return heap_.object_of(call.type.name);
}

Result<Value> Evaluator::call_method(Call const& call, Frame const& frame)
{
    calls_.push_back(call.place);
    auto result = call_at_place(call, frame);
    calls_.pop_back();
    return result;
}

Result<Value> Evaluator::call_at_place(Call const& call, Frame const& frame)
{
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;
    for (auto const& given : call.arguments) {
        if (given.name.empty())
            positional.push_back(frame[given.value]);
        else
            named.emplace_back(given.name, frame[given.value]);
    }
    if (call.target == "prim::CallFunction") {
        auto const function = program_.functions.find(call.name);
        if (function == program_.functions.end())
            return malformed("the function " + call.name + " is not in the file");
        warn_of_recomputed_scale(call, function->second, positional, named);
        return this->call(function->second, positional, named);
    }
    if (positional.empty() || positional[0].is<PoisonValue>())
        return Value{PoisonValue{}};
    auto const* object = positional[0].as<std::shared_ptr<ObjectValue>>();
    if (object == nullptr)
        return malformed("method " + call.name + " of a " + kind_of(positional[0]));
    auto const* method = program_.method((*object)->class_name, call.name);
    if (method == nullptr)
        return unsupported("the method " + call.name + " of " + (*object)->class_name + ", which is not in the file");
    auto const outside = graph_.module();
    if ((*object)->from_file)
        graph_.set_module((*object)->path);
    auto result = this->call(*method, positional, named);
    graph_.set_module(outside);
    return result;
}

Result<std::vector<Value>> Evaluator::unpack(Call const& call, Value const& container)
{
    if (container.is<PoisonValue>() || container.is<UninitialisedValue>())
        return std::vector<Value>(call.results.size(), container);
    std::vector<Value> items;
    if (auto const* tuple = container.as<std::shared_ptr<TupleValue>>())
        items = (*tuple)->items;
    else if (auto const* list = container.as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->uncertain) {
        if ((*list)->open)
            return items_of_open_list(graph_, heap_, *(*list)->open, call.results.size());
        items = (*list)->items;
    } else
        return malformed("a " + kind_of(container) + " is unpacked");
    if (items.size() != call.results.size())
        return malformed(kind_of(container) + " is unpacked into " + std::to_string(call.results.size()));
    return items;
}

Result<Value> Evaluator::tuple_item(Value const& container, Value const& index)
{
    if (container.is<PoisonValue>())
        return container;
    auto const* tuple = container.as<std::shared_ptr<TupleValue>>();
    auto const* place = index.as<Dim>();
    if (tuple == nullptr || place == nullptr)
        return malformed("item " + kind_of(index) + " of a " + kind_of(container));
    auto const size = static_cast<int64_t>((*tuple)->items.size());
    auto number = TRY(need_number(graph_, *place, "the index into a tuple"));
    number += number < 0 ? size : 0;
    if (number < 0 || number >= size)
        return malformed("item " + std::to_string(number) + " of a tuple of " + std::to_string(size));
    return (*tuple)->items[static_cast<size_t>(number)];
}

Result<bool> Evaluator::is_instance(Value const& value, ProgramType const& type)
{
    if (value.is<PoisonValue>() || value.is<UninitialisedValue>() || value.is<OptionalValue>())
        return unsupported("isinstance() of a " + kind_of(value));
    std::string const& name = type.name;
    if (name == "Optional" || name == "Union" || name == "Tuple") {
        if (name == "Tuple")
            return value.is<std::shared_ptr<TupleValue>>();
        for (auto const& inner : type.arguments)
            if (TRY(is_instance(value, inner)))
                return true;
        return name == "Optional" && value.is<NoneValue>();
    }
    if (name == "Tensor")
        return value.is<TensorReference>();
    if (name == "int")
        return value.is<Dim>();
    if (name == "float")
        return value.is<double>() || value.is<UnknownFloat>();
    if (name == "bool")
        return value.is<bool>() || value.is<UnknownBool>();
    if (name == "str")
        return value.is<std::string>();
    if (name == "NoneType" || name == "None")
        return value.is<NoneValue>();
    if (name == "List") {
        auto const* list = value.as<std::shared_ptr<ListValue>>();
        if (list == nullptr)
            return false;
        if (auto const& open = (*list)->open; open && !type.arguments.empty()) {
            static constexpr std::string_view names[] = {"Tensor", "int", "float", "bool"};
            return type.arguments[0].name == names[static_cast<size_t>(open->kind)];
        }
        return (*list)->items.empty() || type.arguments.empty() ? Result<bool>(true) : is_instance((*list)->items[0], type.arguments[0]);
    }
    if (name == "Dict")
        return value.is<std::shared_ptr<DictValue>>();
    auto const* object = value.as<std::shared_ptr<ObjectValue>>();
    return object != nullptr && (*object)->class_name == name;
}
