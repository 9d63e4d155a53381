#include "torch/checkpoint_values.h"

#include <algorithm>
#include <array>

namespace {

// Names that training scripts give to the model's weights, the surest first.
constexpr std::array<std::string_view, 14> weight_names{"model_state_dict", "model_state", "state_dict", "model", "net", "network", "module", "weights", "params", "generator", "ema", "model_ema", "ema_state_dict", "teacher"};

template <typename T>
bool holds(CheckpointValue const& value) { return std::holds_alternative<T>(value.value); }

// Tensors, and what quantised modules put beside them.
bool fits_state_dict(CheckpointValue const& value)
{
    if (auto const* sequence = std::get_if<CheckpointSequence>(&value.value))
        return sequence->kind == SequenceKind::tuple && std::any_of(sequence->items.begin(), sequence->items.end(), holds<CheckpointTensorIndex>);
    return holds<CheckpointTensorIndex>(value) || holds<CheckpointName>(value) || holds<CheckpointNone>(value);
}

bool is_state_dict(CheckpointValue const& value)
{
    auto const* dict = value.dict();
    if (!dict)
        return false;
    auto const& items = dict->items;
    auto const is_entry = [](auto const& item) { return holds<std::string>(item.first) && fits_state_dict(item.second); };
    auto const is_tensor = [](auto const& item) { return holds<CheckpointTensorIndex>(item.second); };
    return std::all_of(items.begin(), items.end(), is_entry) && std::any_of(items.begin(), items.end(), is_tensor);
}

bool is_module(CheckpointValue const& value)
{
    auto const* object = value.object();
    return object && std::any_of(object->attributes.begin(), object->attributes.end(), [](auto const& item) {
        auto const* key = std::get_if<std::string>(&item.first.value);
        return key && (*key == "_modules" || *key == "_parameters");
    });
}

// The key of the model's weights in a checkpoint dict; empty where there is none.
std::string weights_key(CheckpointDict const& dict)
{
    std::vector<std::string> candidates;
    for (auto const& [key, item] : dict.items)
        if (auto const* name = std::get_if<std::string>(&key.value); name && (is_state_dict(item) || is_module(item)) && name->find("optim") == name->npos)
            candidates.push_back(*name);
    for (auto const wanted : weight_names)
        if (std::find(candidates.begin(), candidates.end(), wanted) != candidates.end())
            return std::string(wanted);
    return candidates.empty() ? "" : candidates.front();
}

}

CheckpointItems::CheckpointItems() = default;
CheckpointItems::CheckpointItems(CheckpointItems const&) = default;
CheckpointItems::CheckpointItems(CheckpointItems&&) noexcept = default;
CheckpointItems& CheckpointItems::operator=(CheckpointItems const&) = default;
CheckpointItems& CheckpointItems::operator=(CheckpointItems&&) noexcept = default;
CheckpointItems::~CheckpointItems() = default;

CheckpointValue const* CheckpointValue::find(std::string_view key) const
{
    if (auto const* items = dict())
        for (auto const& [name, item] : items->items)
            if (auto const* text = std::get_if<std::string>(&name.value); text && *text == key)
                return &item;
    return nullptr;
}

std::string_view name_of(CheckpointKind kind)
{
    static constexpr std::array<std::string_view, 4> names{"state dict", "checkpoint", "pickled module", "values"};
    return names[static_cast<size_t>(kind)];
}

void classify_checkpoint(Checkpoint& checkpoint)
{
    checkpoint.kind = CheckpointKind::other;
    if (is_state_dict(checkpoint.value))
        checkpoint.kind = CheckpointKind::state_dict;
    else if (is_module(checkpoint.value))
        checkpoint.kind = CheckpointKind::module;
    else if (auto const* dict = checkpoint.value.dict()) {
        checkpoint.weights = weights_key(*dict);
        if (!checkpoint.weights.empty())
            checkpoint.kind = CheckpointKind::checkpoint;
    }
}
