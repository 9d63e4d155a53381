#include "torch/exported_weights.h"

#include "torch/exported_model.h"

namespace {

constexpr int64_t strided_layout = 7; // schema.Layout

Result<int64_t> number_in(Json const& size)
{
    if (!size.is_object() || !size.contains("as_int"))
        return malformed("a weight's size is no number");
    return json_integer(size, "as_int");
}

Result<std::vector<int64_t>> numbers_in(Json const& meta, std::string_view key)
{
    std::vector<int64_t> numbers;
    for (auto const& size : *TRY(json_array(meta, key)))
        numbers.push_back(TRY(number_in(size)));
    return numbers;
}

// Nothing for what is no plain tensor.
Result<std::optional<TorchTensor>> read_tensor(Json const& meta, SharedBytes bytes)
{
    auto const dtype = exported_dtype(TRY(json_integer(meta, "dtype")));
    if (!dtype || TRY(json_integer(meta, "layout")) != strided_layout)
        return std::optional<TorchTensor>();
    TorchTensor tensor;
    tensor.dtype = *dtype;
    tensor.shape = TRY(numbers_in(meta, "sizes"));
    tensor.strides = TRY(numbers_in(meta, "strides"));
    tensor.offset = TRY(number_in(*TRY(json_object(meta, "storage_offset"))));
    tensor.requires_grad = TRY(json_boolean(meta, "requires_grad"));
    TRY(check_view(tensor.shape, tensor.strides, tensor.offset, bytes.size() * 8 / static_cast<uint64_t>(bits_of(*dtype))));
    tensor.storage_bytes = std::move(bytes);
    return std::optional(std::move(tensor));
}

}

Result<void> read_exported_weights(Json const& config, std::string const& folder, TorchMembers& members, bool is_big_endian, std::map<std::string, uint64_t>& storages,
    std::vector<CheckpointTensor>& tensors, std::vector<std::string>& left_out, ExportedProgramFile& file)
{
    for (auto const& [name, entry] : TRY(json_object(config, "config"))->items()) {
        std::string const path = folder + TRY(within(name, json_text(entry, "path_name")));
        auto const& meta = entry.contains("tensor_meta") ? entry["tensor_meta"] : Json();
        if (TRY(within(name, json_boolean(entry, "use_pickle")))) {
            if (!members.was_read(path)) {
                auto bytes = TRY(within(name, members.read(path)));
                file.parts.push_back({path, std::move(bytes)});
            }
            left_out.push_back(name + " is no plain tensor: PyTorch loads " + path + " as a pickle");
            continue;
        }
        if (!meta.is_object())
            return malformed("a weight without tensor_meta").at(name);
        auto const* const member = members.find(path);
        if (member == nullptr)
            return malformed("the archive has no member " + path).at(name);
        members.mark_read(path);
        auto tensor = TRY(within(name, read_tensor(meta, TRY(within(path, members.archive()->content(*member))))));
        if (!tensor) {
            left_out.push_back(name + " has an element type or a layout that is not known");
            continue;
        }
        tensor->storage_key = path;
        tensor->storage = storages.emplace(path, storages.size()).first->second;
        tensor->is_big_endian = is_big_endian;
        tensor->is_parameter = entry.value("is_param", false);
        tensors.push_back({name, *std::move(tensor)});
    }
    return {};
}
