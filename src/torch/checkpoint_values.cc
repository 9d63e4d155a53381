#include "torch/checkpoint_values.h"

#include "pickle/plain.h"
#include "pickle/render.h"
#include "torch/numpy_values.h"

#include <set>
#include <vector>

namespace {

class CheckpointWalk {
public:
    CheckpointWalk(PickleValue root, SharedBytes const& pickle, TorchStorages& storages, Limits const& limits, Checkpoint& checkpoint)
        : pickle_(pickle),
          storages_(storages),
          limits_(limits),
          checkpoint_(checkpoint),
          open_(root.graph().size(), false)
    {
    }

    Result<CheckpointValue> read(PickleValue value, std::string const& path, uint32_t depth);

private:
    Result<CheckpointValue> read_container(PickleValue value, std::string const& path, uint32_t depth);
    Result<CheckpointValue> read_tensor(PickleValue value, std::string const& path);
    Result<CheckpointValue> read_odd_tensor(PickleValue value, std::string const& name);
    Result<CheckpointValue> read_storage(PickleValue value, std::string const& path);
    Result<CheckpointValue> read_numpy(PickleValue value, std::string const& path);
    Result<CheckpointValue> read_sequence(PickleValue value, std::span<NodeId const> elements, std::string const& path, uint32_t depth);
    Result<CheckpointValue> read_dict(PickleValue value, std::string const& path, uint32_t depth);
    Result<CheckpointValue> read_object(PickleValue value, std::string const& path, uint32_t depth);
    Result<void> read_attributes(PickleValue state, std::string const& path, uint32_t depth, CheckpointItems& attributes);
    Result<void> read_pairs(PickleValue mapping, std::string const& path, bool of_module, uint32_t depth, CheckpointItems& items);
    void keep_source(PickleValue persistent_id);

    SharedBytes const& pickle_;
    TorchStorages& storages_;
    Limits const& limits_;
    Checkpoint& checkpoint_;
    // Texts that a file mentions often are copied often: their bytes are counted.
    Result<void> count_text(size_t bytes);

    std::vector<bool> open_; // by node: being read, further out
    std::set<std::string> known_sources_;
    uint64_t text_bytes_ = 0;
    uint64_t values_ = 0;
    uint64_t arrays_ = 0;
};

std::string joined(std::string const& path, std::string const& part) { return path.empty() ? part : path + "." + part; }

std::string key_text(PickleValue key)
{
    if (auto const text = key.text())
        return std::string(*text);
    return text_of(key, 80);
}

// A tensor's name in a module's state dict has no trace of these.
bool is_module_part(PickleValue key)
{
    auto const text = key.text();
    return text == "_modules" || text == "_parameters" || text == "_buffers";
}

bool is_module_state(PickleValue state) { return state.find("_modules") || state.find("_parameters"); }

// Old files name the classes of pickled modules by ('module', class, file, source text).
std::optional<PickleValue> module_class(PickleValue callable)
{
    auto const id = callable.persistent_id();
    if (!id || id->size() != 4 || id->item(0).text() != "module")
        return std::nullopt;
    return id->item(1);
}

std::string class_name_of(PickleValue object)
{
    auto const arguments = *object.arguments();
    auto called = *object.callable();
    if (called.is_global("copyreg", "_reconstructor") && arguments.size() != 0)
        called = arguments.item(0);
    return text_of(module_class(called).value_or(called), 200);
}

std::string device_name(PickleValue device)
{
    auto const arguments = *device.arguments();
    std::string name = "device";
    for (size_t index = 0; index < arguments.size() && index < 2; ++index)
        name += (index == 0 ? " " : ":") + key_text(arguments.item(index));
    return name;
}

Result<CheckpointValue> CheckpointWalk::read(PickleValue value, std::string const& path, uint32_t depth)
{
    if (++values_ > limits_.entries)
        return exhausted("more than " + std::to_string(limits_.entries) + " values, which is the limit");
    if (depth > limits_.depth)
        return exhausted("values nested deeper than " + std::to_string(limits_.depth) + ", which is the limit");
    TRY(count_text(path.size() + value.text().value_or("").size()));
    switch (value.kind()) {
    case NodeKind::none:
        return CheckpointValue{CheckpointNone{}};
    case NodeKind::boolean:
        return CheckpointValue{*value.boolean()};
    case NodeKind::integer:
        return CheckpointValue{*value.integer()};
    case NodeKind::big_integer:
        return CheckpointValue{CheckpointBigInteger{integer_text(value)}};
    case NodeKind::real:
        return CheckpointValue{*value.real()};
    case NodeKind::text:
        return CheckpointValue{std::string(*value.text())};
    case NodeKind::bytes:
    case NodeKind::byte_array:
        return CheckpointValue{CheckpointBytes{SharedBytes(*value.bytes(), pickle_.owner())}};
    case NodeKind::global:
        return CheckpointValue{CheckpointName{value.qualified_name()}};
    case NodeKind::persistent_id:
        return read_storage(value, path);
    case NodeKind::extension:
    case NodeKind::buffer:
        return CheckpointValue{CheckpointName{text_of(value)}};
    default:
        break;
    }
    if (open_[value.id()])
        return CheckpointValue{CheckpointName{"a value around this one"}};
    open_[value.id()] = true;
    auto result = read_container(value, path, depth);
    open_[value.id()] = false;
    return result;
}

Result<void> CheckpointWalk::count_text(size_t bytes)
{
    text_bytes_ += bytes;
    if (text_bytes_ > limits_.document_bytes)
        return exhausted("more than " + std::to_string(limits_.document_bytes) + " bytes of texts and names, which is the limit");
    return {};
}

Result<CheckpointValue> CheckpointWalk::read_container(PickleValue value, std::string const& path, uint32_t depth)
{
    if (is_tensor_call(value))
        return read_tensor(value, path);
    if (is_numpy_call(value))
        return read_numpy(value, path);
    if (is_mapping(value))
        return read_dict(value, path, depth);
    if (auto const elements = elements_in(value))
        return read_sequence(value, *elements, path, depth);
    if (auto const complex = complex_in(value))
        return CheckpointValue{std::complex<double>(complex->first, complex->second)};
    if (auto const bytes = bytes_in(value)) {
        TRY(count_text(bytes->size()));
        return CheckpointValue{CheckpointBytes{bytes->owner() ? *bytes : SharedBytes(bytes->bytes(), pickle_.owner())}};
    }
    if (value.is_call_of("torch", "device"))
        return CheckpointValue{CheckpointName{device_name(value)}};
    return read_object(value, path, depth);
}

Result<CheckpointValue> CheckpointWalk::read_tensor(PickleValue value, std::string const& path)
{
    std::string const name = path.empty() ? "tensor" : path;
    auto const recipe = read_tensor_recipe(value);
    if (!recipe && recipe.error().reason == Reason::unsupported)
        return read_odd_tensor(value, name);
    if (!recipe)
        return within("tensor \"" + name + "\"", Result<CheckpointValue>(Failure(recipe.error())));
    auto tensor = storages_.open(*recipe);
    if (!tensor)
        return within("tensor \"" + name + "\"", Result<CheckpointValue>(Failure(tensor.error())));
    checkpoint_.tensors.push_back({name, *std::move(tensor)});
    return CheckpointValue{CheckpointTensorIndex{checkpoint_.tensors.size() - 1}};
}

Result<CheckpointValue> CheckpointWalk::read_odd_tensor(PickleValue value, std::string const& name)
{
    CheckpointOddTensor odd{name, value.qualified_name(), {}, {}, 0};
    auto sparse = is_sparse_call(value) ? read_sparse_recipe(value) : Result<SparseRecipe>(unsupported("a tensor that is not dense"));
    if (!sparse && sparse.error().reason != Reason::unsupported)
        return within("tensor \"" + name + "\"", Result<CheckpointValue>(Failure(sparse.error())));
    if (sparse) {
        odd.layout = sparse->layout;
        odd.shape = sparse->shape;
        odd.parts = sparse->parts.size();
        for (auto const& [part, recipe] : sparse->parts) {
            std::string part_name = name + "." + std::string(part);
            auto tensor = TRY(within("tensor \"" + part_name + "\"", storages_.open(recipe)));
            checkpoint_.tensors.push_back({std::move(part_name), std::move(tensor)});
        }
    }
    checkpoint_.odd_tensors.push_back(std::move(odd));
    return CheckpointValue{CheckpointName{text_of(value)}};
}

// A tensor by its key, or a storage that stands for itself; other persistent ids are known by their text alone.
Result<CheckpointValue> CheckpointWalk::read_storage(PickleValue value, std::string const& path)
{
    std::string name = path.empty() ? "tensor" : path;
    auto const* const kept = storages_.tensor(value);
    auto const recipe = kept != nullptr ? Result<TensorRecipe>() : read_storage_recipe(value);
    if (!recipe)
        return CheckpointValue{CheckpointName{text_of(value)}};
    auto tensor = kept != nullptr ? *kept : TRY(within("storage \"" + name + "\"", storages_.open(*recipe)));
    checkpoint_.tensors.push_back({std::move(name), std::move(tensor)});
    return CheckpointValue{CheckpointTensorIndex{checkpoint_.tensors.size() - 1}};
}

Result<CheckpointValue> CheckpointWalk::read_numpy(PickleValue value, std::string const& path)
{
    std::string const name = path.empty() ? "array" : path;
    constexpr uint64_t beyond_storages = uint64_t{1} << 62; // arrays share their memory with nothing
    auto array = read_numpy_value(value, pickle_, beyond_storages + arrays_++);
    if (!array && array.error().reason == Reason::unsupported)
        return CheckpointValue{CheckpointName{text_of(value)}};
    if (!array)
        return within("array \"" + name + "\"", Result<CheckpointValue>(Failure(array.error())));
    if (array->shape.empty() && !is_complex(array->dtype)) { // a scalar is a number
        auto const number = TRY(array->data());
        if (array->dtype == DType::boolean)
            return CheckpointValue{number.integer_at(0) != 0};
        if (array->dtype == DType::uint64 && number.integer_at(0) < 0)
            return CheckpointValue{CheckpointBigInteger{std::to_string(static_cast<uint64_t>(number.integer_at(0)))}};
        return is_integer(array->dtype) ? CheckpointValue{number.integer_at(0)} : CheckpointValue{number.number_at(0)};
    }
    checkpoint_.tensors.push_back({name, *std::move(array)});
    return CheckpointValue{CheckpointTensorIndex{checkpoint_.tensors.size() - 1}};
}

Result<CheckpointValue> CheckpointWalk::read_sequence(PickleValue value, std::span<NodeId const> elements, std::string const& path, uint32_t depth)
{
    CheckpointSequence sequence;
    bool const is_set = value.is(NodeKind::set) || value.is(NodeKind::frozen_set) || value.is_call_of("builtins", "set") || value.is_call_of("builtins", "frozenset");
    bool const is_tuple = value.is(NodeKind::tuple) || value.is_call_of("torch", "Size");
    sequence.kind = is_set ? SequenceKind::set : is_tuple ? SequenceKind::tuple
                                                          : SequenceKind::list;
    for (size_t index = 0; index < elements.size(); ++index)
        sequence.items.push_back(TRY(read(value.other(elements[index]), joined(path, std::to_string(index)), depth + 1)));
    return CheckpointValue{std::move(sequence)};
}

Result<void> CheckpointWalk::read_pairs(PickleValue mapping, std::string const& path, bool of_module, uint32_t depth, CheckpointItems& items)
{
    for (auto const& [key, item] : items_in(mapping)) {
        auto const key_value = mapping.other(key);
        std::string const inner = of_module && is_module_part(key_value) ? path : joined(path, key_text(key_value));
        auto key_read = TRY(read(key_value, inner, depth + 1));
        auto item_read = TRY(read(mapping.other(item), inner, depth + 1));
        items.emplace_back(std::move(key_read), std::move(item_read));
    }
    return {};
}

Result<CheckpointValue> CheckpointWalk::read_dict(PickleValue value, std::string const& path, uint32_t depth)
{
    CheckpointDict dict;
    TRY(read_pairs(value, path, false, depth, dict.items));
    return CheckpointValue{std::move(dict)};
}

// What BUILD was given: a dict, (dict or None, dict of slots), or something of the class's own.
Result<void> CheckpointWalk::read_attributes(PickleValue state, std::string const& path, uint32_t depth, CheckpointItems& attributes)
{
    if (is_mapping(state))
        return read_pairs(state, path, is_module_state(state), depth, attributes);
    bool const has_slots = state.is(NodeKind::tuple) && state.size() == 2 && (state.item(0).is_none() || is_mapping(state.item(0))) && is_mapping(state.item(1));
    if (has_slots) {
        if (is_mapping(state.item(0)))
            TRY(read_pairs(state.item(0), path, is_module_state(state.item(0)), depth, attributes));
        return read_pairs(state.item(1), path, false, depth, attributes);
    }
    auto read_state = TRY(read(state, joined(path, "state"), depth + 1));
    attributes.emplace_back(CheckpointValue{std::string("state")}, std::move(read_state));
    return {};
}

void CheckpointWalk::keep_source(PickleValue persistent_id)
{
    auto const id = *persistent_id.persistent_id();
    std::string const name = text_of(id.item(1), 200);
    if (!known_sources_.insert(name).second)
        return;
    checkpoint_.sources.push_back({name, std::string(id.item(2).text().value_or("")), std::string(id.item(3).text().value_or(""))});
}

Result<CheckpointValue> CheckpointWalk::read_object(PickleValue value, std::string const& path, uint32_t depth)
{
    CheckpointObject object;
    object.class_name = class_name_of(value);
    if (module_class(*value.callable()))
        keep_source(*value.callable());
    bool const reconstructed = value.is_call_of("copyreg", "_reconstructor"); // (class, base, state of the base)
    auto const arguments = *value.arguments();
    for (size_t index = 0; index < arguments.size() && !reconstructed; ++index)
        object.arguments.push_back(TRY(read(arguments.item(index), joined(path, std::to_string(index)), depth + 1)));
    for (auto const& [key, item] : value.pairs()) {
        auto key_read = TRY(read(value.other(key), path, depth + 1));
        auto item_read = TRY(read(value.other(item), joined(path, key_text(value.other(key))), depth + 1));
        object.attributes.emplace_back(std::move(key_read), std::move(item_read));
    }
    if (value.size() != 0) {
        auto items = TRY(read_sequence(value, value.items(), path, depth));
        object.attributes.emplace_back(CheckpointValue{std::string("items")}, std::move(items));
    }
    if (auto const state = value.state())
        TRY(read_attributes(*state, path, depth, object.attributes));
    return CheckpointValue{std::move(object)};
}

}

Result<void> read_checkpoint_values(PickleValue root, SharedBytes const& pickle, TorchStorages& storages, Limits const& limits, Checkpoint& checkpoint)
{
    CheckpointWalk walk(root, pickle, storages, limits, checkpoint);
    checkpoint.value = TRY(walk.read(root, "", 0));
    return {};
}
