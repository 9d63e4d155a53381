#include "cli/weights.h"

#include "arrays/npy.h"
#include "arrays/npz.h"
#include "arrays/safetensors.h"
#include "files/beneath.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "publish/words.h"
#include "torch/exported.h"
#include "torch/torchscript.h"
#include "json/json.h"

#include <algorithm>
#include <cstring>
#include <fnmatch.h>
#include <set>

namespace {

bool matches(std::vector<std::string> const& patterns, std::string const& name)
{
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](std::string const& pattern) { return fnmatch(pattern.c_str(), name.c_str(), 0) == 0; });
}

// The integers that quantised tensors are stored as.
std::optional<DType> stored_type(DType dtype)
{
    switch (dtype) {
    case DType::qint8:
        return DType::int8;
    case DType::quint8:
        return DType::uint8;
    case DType::qint32:
        return DType::int32;
    default:
        return std::nullopt;
    }
}

// Every second element: the real or the imaginary parts.
Tensor half_of(Tensor const& tensor, DType part, bool is_imaginary)
{
    size_t const size = static_cast<size_t>(bits_of(part)) / 8;
    std::vector<std::byte> bytes(tensor.count() * size);
    for (uint64_t index = 0; index < tensor.count(); ++index)
        std::memcpy(bytes.data() + index * size, tensor.bytes().data() + (2 * index + (is_imaginary ? 1 : 0)) * size, size);
    auto result = Tensor::create(part, tensor.shape(), SharedBytes::take(std::move(bytes)));
    CHECK(result.has_value(), "a half has the same shape");
    return *std::move(result);
}

// Gathers tensors, each as safetensors can hold it.
class WeightGatherer {
public:
    WeightGatherer(std::vector<std::string> const& patterns, Limits const& limits)
        : patterns_(patterns),
          limits_(limits)
    {
    }

    bool wants(std::string const& name) const { return matches(patterns_, name); }
    bool has_patterns() const { return !patterns_.empty(); }
    Limits const& limits() const { return limits_; }
    Weights& weights() { return weights_; }

    void warn(std::string code, std::string message, std::string where = {}) { weights_.warnings.push_back({std::move(code), std::move(message), std::move(where)}); }

    void add(std::string const& name, Tensor const& tensor)
    {
        auto const dtype = tensor.dtype();
        if (dtype == DType::complex128 || dtype == DType::complex32) {
            DType const part = dtype == DType::complex128 ? DType::float64 : DType::float16;
            weights_.tensors.push_back({name + ".real", half_of(tensor, part, false)});
            weights_.tensors.push_back({name + ".imag", half_of(tensor, part, true)});
            return warn("parts", std::string(name_of(dtype)) + " is written as its real and imaginary parts", name);
        }
        if (dtype == DType::string || dtype == DType::quint4x2 || dtype == DType::quint2x4 || dtype == DType::int4 || dtype == DType::uint4)
            return warn("left-out", "safetensors has no type for " + std::string(name_of(dtype)) + ": it is left out", name);
        weights_.tensors.push_back({name, tensor});
    }

    Result<void> add(std::string const& name, TorchTensor const& tensor)
    {
        auto data = TRY(within(name, tensor.data(limits_)));
        if (tensor.quantisation)
            return add_quantised(name, data, tensor.quantisation->scales, tensor.quantisation->zero_points, tensor.quantisation->axis);
        note_storage(name, tensor.storage);
        add(name, data);
        return {};
    }

    Result<void> add_quantised(std::string const& name, Tensor const& data, std::vector<double> const& scales, std::vector<int64_t> const& zero_points, std::optional<int64_t> axis)
    {
        auto const stored = stored_type(data.dtype());
        if (!stored) {
            add(name, data);
            return {};
        }
        Shape const shape = axis ? Shape{static_cast<int64_t>(scales.size())} : Shape{};
        auto numbers = TRY(Tensor::create(*stored, data.shape(), data.data()));
        weights_.tensors.push_back({name, std::move(numbers)});
        weights_.tensors.push_back({name + ".scale", Tensor::of<double>(DType::float64, shape, scales)});
        weights_.tensors.push_back({name + ".zero_point", Tensor::of<int64_t>(DType::int64, shape, zero_points)});
        if (axis)
            weights_.tensors.push_back({name + ".axis", Tensor::scalar(*axis)});
        warn("parts", "a quantised tensor is written as its stored integers, its scale and its zero point", name);
        return {};
    }

    void note_storage(std::string const& name, uint64_t storage) { by_storage_[storage].push_back(name); }

    // safetensors has no tensors that share memory: each that shares some is written out by itself.
    Weights finish()
    {
        for (auto const& [storage, names] : by_storage_) {
            if (names.size() < 2)
                continue;
            std::string list;
            for (auto const& name : names)
                list += (list.empty() ? "" : ", ") + name;
            warn("shared", "these share memory in the file and are written once each: " + list);
        }
        return std::move(weights_);
    }

private:
    std::vector<std::string> const& patterns_;
    Limits const& limits_;
    Weights weights_;
    std::map<uint64_t, std::vector<std::string>> by_storage_;
};

// The name under which a checkpoint's tensor is written; nothing where it is not wanted.
std::optional<std::string> name_in_state_dict(std::string const& name, std::string const& prefix, WeightGatherer const& gatherer)
{
    bool const is_within = name.starts_with(prefix);
    std::string own = is_within ? name.substr(prefix.size()) : name;
    bool const is_wanted = gatherer.has_patterns() ? gatherer.wants(own) || gatherer.wants(name) : is_within;
    return is_wanted ? std::optional(std::move(own)) : std::nullopt;
}

Result<void> add_checkpoint(Checkpoint const& checkpoint, WeightGatherer& gatherer)
{
    std::string const prefix = checkpoint.weights.empty() ? "" : checkpoint.weights + ".";
    size_t left_out = 0;
    for (auto const& [name, tensor] : checkpoint.tensors) {
        if (auto const own = name_in_state_dict(name, prefix, gatherer))
            TRY(gatherer.add(*own, tensor));
        else
            ++left_out;
    }
    if (left_out > 0 && !gatherer.has_patterns())
        gatherer.warn("left-out", count_text(left_out, "tensor") + " outside of " + checkpoint.weights + " (an optimiser's state, for example) are left out; --select '*' takes them too");
    for (auto const& odd : checkpoint.odd_tensors) {
        auto const own = name_in_state_dict(odd.name, prefix, gatherer);
        if (odd.parts == 0 && (own || !gatherer.has_patterns()))
            gatherer.warn("left-out", odd.made_by + " makes no dense tensor: it is left out", odd.name);
        if (odd.parts == 0 || !own)
            continue;
        gatherer.weights().metadata[*own + ".layout"] = odd.layout;
        gatherer.weights().metadata[*own + ".shape"] = text_of(odd.shape);
        gatherer.warn("parts", "a sparse tensor is written as its indices and values", *own);
    }
    for (auto const& finding : checkpoint.findings)
        if (!finding.is_danger() && finding.code != "no-crc")
            gatherer.warn(finding.code, finding.message, finding.where());
    return {};
}

// Attributes of objects, items of lists, tuples and dicts, all with a stack of its own; an object that stands in two places is taken at
// the first.
Result<void> add_program(Program const& program, WeightGatherer& gatherer)
{
    std::set<void const*> seen;
    std::vector<std::pair<std::string, ProgramValue>> stack{{"", ProgramValue{program.module}}};
    auto const push = [&](std::string const& prefix, std::vector<std::pair<std::string, ProgramValue>> const& values) {
        for (auto value = values.rbegin(); value != values.rend(); ++value)
            stack.emplace_back(prefix.empty() ? value->first : prefix + "." + value->first, value->second);
    };
    auto const push_items = [&](std::string const& prefix, std::vector<ProgramValue> const& items) {
        std::vector<std::pair<std::string, ProgramValue>> named;
        for (size_t index = 0; index < items.size(); ++index)
            named.emplace_back(std::to_string(index), items[index]);
        push(prefix, named);
    };
    while (!stack.empty()) {
        auto const [name, value] = stack.back();
        stack.pop_back();
        if (auto const* tensor = std::get_if<std::shared_ptr<ProgramTensor const>>(&value.value)) {
            if (!gatherer.wants(name))
                continue;
            gatherer.note_storage(name, (*tensor)->storage);
            gatherer.add(name, (*tensor)->values);
        } else if (auto const* quantised = std::get_if<std::shared_ptr<ProgramQuantisedTensor const>>(&value.value)) {
            if (gatherer.wants(name))
                TRY(gatherer.add_quantised(name, (*quantised)->stored.values, (*quantised)->scales, (*quantised)->zero_points, (*quantised)->axis));
        } else if (auto const* object = std::get_if<std::shared_ptr<ProgramObject>>(&value.value)) {
            if (*object && seen.insert(object->get()).second)
                push(name, (*object)->attributes);
        } else if (auto const* list = std::get_if<std::shared_ptr<ProgramList>>(&value.value)) {
            if (seen.insert(list->get()).second)
                push_items(name, (*list)->items);
        } else if (auto const* tuple = std::get_if<std::shared_ptr<ProgramTuple>>(&value.value)) {
            if (seen.insert(tuple->get()).second)
                push_items(name, (*tuple)->items);
        } else if (auto const* dict = std::get_if<std::shared_ptr<ProgramDict>>(&value.value)) {
            if (!seen.insert(dict->get()).second)
                continue;
            std::vector<std::pair<std::string, ProgramValue>> named;
            for (auto const& [key, item] : (*dict)->items) {
                auto const* text = std::get_if<std::string>(&key.value);
                named.emplace_back(text != nullptr ? *text : std::to_string(named.size()), item);
            }
            push(name, named);
        }
    }
    return {};
}

Result<void> add_exported(ExportedProgramFile const& file, WeightGatherer& gatherer)
{
    for (auto const& model : file.models) {
        std::string const prefix = file.models.size() == 1 ? "" : model.name + ".";
        for (auto const* const tensors : {&model.weights, &model.constants})
            for (auto const& [name, tensor] : *tensors)
                if (gatherer.wants(prefix + name))
                    TRY(gatherer.add(prefix + name, tensor));
        for (auto const& reason : model.left_out)
            gatherer.warn("left-out", reason, prefix + "weights");
    }
    return {};
}

Result<void> add_onnx(SourceFile const& source, WeightGatherer& gatherer)
{
    auto const onnx = TRY(read_onnx_source(source, gatherer.limits()));
    for (auto const& initializer : onnx.model.graph.initializers) {
        if (!gatherer.wants(initializer.name))
            continue;
        if (!initializer.external) {
            gatherer.add(initializer.name, TRY(within(initializer.name, to_tensor(initializer))));
            continue;
        }
        auto const& place = *initializer.external;
        auto const file = std::find_if(onnx.external_files.begin(), onnx.external_files.end(), [&](ExternalFile const& candidate) { return candidate.location == place.location; });
        auto const dtype = dtype_of_onnx(initializer.data_type);
        if (file == onnx.external_files.end() || !dtype)
            return unsupported("weights of a type that is not known").at(initializer.name);
        auto const data = file->bytes.part(place.offset, place.length.value_or(file->bytes.size() - place.offset));
        gatherer.add(initializer.name, TRY(within(initializer.name, Tensor::create(*dtype, initializer.dims, data))));
    }
    return {};
}

void add_tensors(std::vector<NamedTensor> const& tensors, WeightGatherer& gatherer)
{
    for (auto const& [name, tensor] : tensors)
        if (gatherer.wants(name))
            gatherer.add(name, tensor);
}

Result<void> add_safetensors(SharedBytes const& bytes, WeightGatherer& gatherer)
{
    auto const file = TRY(read_safetensors(bytes, gatherer.limits()));
    gatherer.weights().metadata.insert(file.metadata.begin(), file.metadata.end());
    add_tensors(file.tensors, gatherer);
    return {};
}

// {"weight_map": {name of a tensor: name of a file}}; a file whose tensors are not all in the map gives those that are.
Result<void> add_shards(SourceFile const& source, WeightGatherer& gatherer)
{
    auto const index = TRY(read_json(text_of(source.file.bytes()), gatherer.limits()));
    std::set<std::string> files;
    for (auto const& [name, file] : TRY(json_object(index, "weight_map"))->items()) {
        if (!file.is_string())
            return malformed("weight_map maps \"" + name + "\" to no name of a file");
        files.insert(file.get<std::string>());
    }
    auto const folder = std::filesystem::path(source.file.path()).parent_path();
    for (auto const& name : files) {
        auto const shard = TRY(open_beneath(folder, name, gatherer.limits()));
        if (source.kind == Kind::safetensors_index) {
            TRY(within(name, add_safetensors(shard.shared(), gatherer)));
        } else {
            auto const checkpoint = TRY(within(name, read_checkpoint(shard.shared(), {gatherer.limits(), true})));
            TRY(within(name, add_checkpoint(checkpoint, gatherer)));
        }
    }
    return {};
}

Result<void> add_source(SourceFile const& source, WeightGatherer& gatherer)
{
    auto const& bytes = source.file.shared();
    auto const& limits = gatherer.limits();
    switch (source.kind) {
    case Kind::torch_checkpoint:
    case Kind::torch_module:
        return add_checkpoint(TRY(read_checkpoint(bytes, {limits, true})), gatherer);
    case Kind::torchscript:
        return add_program(TRY(read_torchscript(bytes, limits)).program, gatherer);
    case Kind::torch_exported_program:
        return add_exported(TRY(read_exported_program(bytes, limits)), gatherer);
    case Kind::onnx:
        return add_onnx(source, gatherer);
    case Kind::safetensors:
        return add_safetensors(bytes, gatherer);
    case Kind::safetensors_index:
    case Kind::pytorch_index:
        return add_shards(source, gatherer);
    case Kind::numpy_archive:
        add_tensors(TRY(read_npz(bytes, limits)), gatherer);
        return {};
    case Kind::numpy: {
        auto const array = TRY(read_npy(bytes, limits));
        add_tensors({{"array", array}}, gatherer);
        return {};
    }
    default:
        return cannot_read(source, "a file with weights");
    }
}

bool is_of_torch(Kind kind) { return kind == Kind::torch_checkpoint || kind == Kind::torch_module || kind == Kind::torchscript || kind == Kind::torch_exported_program || kind == Kind::pytorch_index; }

}

Result<Weights> read_weights(SourceFile const& source, std::vector<std::string> const& patterns, Limits const& limits)
{
    WeightGatherer gatherer(patterns, limits);
    if (is_of_torch(source.kind))
        gatherer.weights().metadata["format"] = "pt";
    TRY(add_source(source, gatherer));
    return gatherer.finish();
}
