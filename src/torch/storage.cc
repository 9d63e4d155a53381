#include "torch/storage.h"

#include "pickle/plain.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace {

constexpr int most_wrappers = 8; // _rebuild_parameter(_rebuild_parameter(...)): one is honest

constexpr uint64_t most_channel_values = 1 << 24; // tensors may share their scales, we copy them

struct StorageClass {
    std::string_view name;
    DType dtype;
};

constexpr std::array<StorageClass, 18> storage_classes{{
    {"FloatStorage", DType::float32},
    {"DoubleStorage", DType::float64},
    {"HalfStorage", DType::float16},
    {"BFloat16Storage", DType::bfloat16},
    {"LongStorage", DType::int64},
    {"IntStorage", DType::int32},
    {"ShortStorage", DType::int16},
    {"CharStorage", DType::int8},
    {"ByteStorage", DType::uint8},
    {"BoolStorage", DType::boolean},
    {"ComplexFloatStorage", DType::complex64},
    {"ComplexDoubleStorage", DType::complex128},
    {"ComplexHalfStorage", DType::complex32},
    {"QInt8Storage", DType::qint8},
    {"QUInt8Storage", DType::quint8},
    {"QInt32Storage", DType::qint32},
    {"QUInt4x2Storage", DType::quint4x2},
    {"QUInt2x4Storage", DType::quint2x4},
}};

Failure at_value(Failure failure, PickleValue value) { return std::move(failure).at("byte " + std::to_string(value.offset())); }

// The storage's element type; nothing inside for UntypedStorage.
Result<std::optional<DType>> storage_dtype(PickleValue storage_class)
{
    if (storage_class.is_global("torch.storage", "UntypedStorage") || storage_class.is_global("torch", "UntypedStorage"))
        return std::nullopt;
    if (storage_class.module() == "torch" || storage_class.module() == "torch.cuda")
        for (auto const& row : storage_classes)
            if (storage_class.name() == row.name)
                return row.dtype;
    return at_value(unsupported("a storage of class " + storage_class.qualified_name()), storage_class);
}

// (key, offset, size) in elements: a storage that is a part of another one, in files before torch 1.6.
Result<void> read_storage_view(PickleValue view, TorchStorageId& id)
{
    auto const elements = elements_in(view);
    if (view.is_none())
        return {};
    auto const offset = elements && elements->size() == 3 ? view.item(1).integer() : std::nullopt;
    auto const size = elements && elements->size() == 3 ? view.item(2).integer() : std::nullopt;
    if (!offset || !size || *offset < 0 || *size < 0 || !id.dtype)
        return at_value(malformed("a storage's view is not (key, offset, size)"), view);
    auto const first_byte = bytes_of_elements(*id.dtype, static_cast<uint64_t>(*offset));
    auto const bytes = bytes_of_elements(*id.dtype, static_cast<uint64_t>(*size));
    if (!first_byte || !bytes || *first_byte > id.bytes || *bytes > id.bytes - *first_byte)
        return at_value(malformed("a storage's view leaves the storage"), view);
    id.first_byte = *first_byte;
    id.view_bytes = *bytes;
    return {};
}

// A call that makes a tensor. _rebuild_from_type_v2(function, class, arguments, state) is `function(*arguments)` given another class
// and attributes, which change no number.
struct TensorCall {
    PickleValue place;
    PickleValue function;
    PickleValue arguments;

    bool is(std::string_view name) const { return function.is_global("torch._utils", name); }
    Failure broken(std::string what) const { return at_value(malformed(std::move(what)), place); }

    Result<PickleValue> value(size_t index) const
    {
        if (index >= arguments.size())
            return broken(function.qualified_name() + " with " + std::to_string(arguments.size()) + " arguments");
        return arguments.item(index);
    }
    Result<std::vector<int64_t>> integers(size_t index, std::string_view what) const
    {
        auto integers = integers_in(TRY(value(index)));
        if (!integers)
            return broken("a tensor's " + std::string(what) + " are not integers");
        return *std::move(integers);
    }
    Result<int64_t> integer(size_t index, std::string_view what) const
    {
        auto const integer = TRY(value(index)).integer();
        if (!integer)
            return broken("a tensor's " + std::string(what) + " is not an integer");
        return *integer;
    }
    bool flag(size_t index) const { return index < arguments.size() && (arguments.item(index).boolean() == true || arguments.item(index).integer().value_or(0) != 0); }
};

std::optional<TensorCall> tensor_call(PickleValue value)
{
    if (!value.is(NodeKind::object))
        return std::nullopt;
    auto const arguments = *value.arguments();
    if (!value.is_call_of("torch._tensor", "_rebuild_from_type_v2"))
        return TensorCall{value, *value.callable(), arguments};
    if (arguments.size() != 4 || !arguments.item(2).is(NodeKind::tuple))
        return std::nullopt;
    return TensorCall{value, arguments.item(0), arguments.item(2)};
}

Result<TensorRecipe> read_view(TensorCall const& call)
{
    TensorRecipe recipe;
    recipe.storage = TRY(read_storage_id(TRY(call.value(0))));
    recipe.offset = TRY(call.integer(1, "offset"));
    recipe.shape = TRY(call.integers(2, "sizes"));
    recipe.strides = TRY(call.integers(3, "strides"));
    return recipe;
}

Result<void> check_recipe(TensorRecipe const& recipe, TensorCall const& call)
{
    uint64_t const elements = recipe.storage.view_bytes * 8 / static_cast<uint64_t>(bits_of(recipe.dtype));
    auto const checked = check_view(recipe.shape, recipe.strides, recipe.offset, elements);
    return checked ? checked : within("byte " + std::to_string(call.place.offset()), checked);
}

void read_math_bits(PickleValue metadata, TensorRecipe& recipe)
{
    auto const set = [&](std::string_view name) {
        auto const bit = metadata.find(name);
        return bit && bit->boolean() == true;
    };
    recipe.is_conjugated = set("conj");
    recipe.is_negated = set("neg");
}

// torch.float4_e2m1fn_x2 counts bytes of two numbers each; ours counts numbers.
Result<TensorRecipe> as_float4(TensorRecipe recipe, TensorCall const& call)
{
    recipe.dtype = DType::uint8;
    TRY(check_recipe(recipe, call));
    bool const is_row_major = recipe.strides == contiguous_strides(recipe.shape);
    if (recipe.shape.empty() || !is_row_major || __builtin_mul_overflow(recipe.shape.back(), 2, &recipe.shape.back()) || !element_count(recipe.shape))
        return at_value(unsupported("a view of float4 elements that is not contiguous"), call.place);
    recipe.storage.first_byte += static_cast<uint64_t>(recipe.offset);
    recipe.storage.view_bytes -= static_cast<uint64_t>(recipe.offset);
    recipe.dtype = DType::float4_e2m1;
    recipe.offset = 0;
    recipe.strides = contiguous_strides(recipe.shape);
    return recipe;
}

Result<TensorRecipe> read_dense(TensorCall const& call)
{
    bool const names_type = call.is("_rebuild_tensor_v3");
    auto recipe = TRY(read_view(call));
    recipe.requires_grad = call.flag(4);
    auto dtype = recipe.storage.dtype;
    if (names_type) {
        auto const named = TRY(call.value(6));
        dtype = torch_dtype(named);
        if (named.is_global("torch", "float4_e2m1fn_x2"))
            return as_float4(std::move(recipe), call);
        if (!dtype)
            return at_value(unsupported("a tensor of type " + named.qualified_name()), call.place);
    }
    if (!dtype)
        return call.broken("a tensor over an untyped storage does not say its type");
    recipe.dtype = *dtype;
    size_t const metadata = names_type ? 7 : 6;
    if (call.arguments.size() > metadata)
        read_math_bits(TRY(call.value(metadata)), recipe);
    TRY(check_recipe(recipe, call));
    return recipe;
}

bool is_dense(TensorCall const& call) { return call.is("_rebuild_tensor") || call.is("_rebuild_tensor_v2") || call.is("_rebuild_tensor_v3"); }

// A tensor of scales or of zero points.
Result<TensorRecipe> read_channel_values(PickleValue value)
{
    auto const call = tensor_call(value);
    if (!call || !is_dense(*call))
        return at_value(malformed("scales and zero points of a per-channel tensor are not tensors"), value);
    return read_dense(*call);
}

// (torch.per_tensor_affine, scale, zero point) or (torch.per_channel_affine, scales, zero points, axis); TorchScript gives the
// scheme as a number.
Result<TensorRecipe::Quantisation> read_quantisation(PickleValue parameters)
{
    TensorRecipe::Quantisation quantisation;
    auto const elements = elements_in(parameters);
    if (!elements || elements->size() < 3)
        return at_value(malformed("the parameters of a quantised tensor are not (scheme, scale, zero point)"), parameters);
    auto const scale = parameters.other((*elements)[1]);
    auto const zero_point = parameters.other((*elements)[2]);
    if (elements->size() == 3) {
        auto const number = number_in(scale);
        if (!number || !zero_point.integer())
            return at_value(malformed("scale and zero point of a quantised tensor are not numbers"), parameters);
        quantisation.scale = *number;
        quantisation.zero_point = *zero_point.integer();
        return quantisation;
    }
    quantisation.channels.push_back(TRY(read_channel_values(scale)));
    quantisation.channels.push_back(TRY(read_channel_values(zero_point)));
    auto const axis = parameters.other((*elements)[3]).integer();
    if (!axis)
        return at_value(malformed("the axis of a per-channel tensor is not an integer"), parameters);
    quantisation.axis = *axis;
    return quantisation;
}

Result<TensorRecipe> read_quantised(TensorCall const& call)
{
    auto recipe = TRY(read_view(call));
    if (!recipe.storage.dtype)
        return call.broken("a quantised tensor over an untyped storage");
    recipe.dtype = *recipe.storage.dtype;
    recipe.quantisation = TRY(read_quantisation(TRY(call.value(4))));
    recipe.requires_grad = call.flag(5);
    if (!recipe.quantisation->channels.empty()) {
        auto const& [scales, zero_points] = std::tie(recipe.quantisation->channels[0], recipe.quantisation->channels[1]);
        int64_t const axis = recipe.quantisation->axis;
        bool const on_axis = axis >= 0 && static_cast<size_t>(axis) < recipe.shape.size();
        if (!on_axis || scales.shape != Shape{recipe.shape[static_cast<size_t>(axis)]} || zero_points.shape != scales.shape)
            return call.broken("a per-channel tensor has not one scale and one zero point an index of its axis");
    }
    TRY(check_recipe(recipe, call));
    return recipe;
}

struct SparseLayout {
    std::string_view name;
    std::array<std::string_view, 3> parts; // an empty one: the layout has two
};
constexpr std::array<SparseLayout, 5> sparse_layouts{{
    {"torch.sparse_coo", {"indices", "values", ""}},
    {"torch.sparse_csr", {"crow_indices", "col_indices", "values"}},
    {"torch.sparse_bsr", {"crow_indices", "col_indices", "values"}},
    {"torch.sparse_csc", {"ccol_indices", "row_indices", "values"}},
    {"torch.sparse_bsc", {"ccol_indices", "row_indices", "values"}},
}};

// torch.serialization._get_layout('torch.sparse_csr')
std::string layout_name(PickleValue layout)
{
    if (layout.is_call_of("torch.serialization", "_get_layout") && layout.arguments()->size() == 1)
        return std::string(layout.arguments()->item(0).text().value_or(""));
    return layout.qualified_name();
}

// nested, sparse, meta... by what is called.
bool makes_tensor(TensorCall const& call)
{
    auto const name = call.function.name().value_or("");
    return call.function.module() == "torch._utils" && name.starts_with("_rebuild_");
}

bool makes_parameter(TensorCall const& call) { return call.is("_rebuild_parameter") || call.is("_rebuild_parameter_with_state"); }

}

std::optional<DType> torch_dtype(PickleValue global)
{
    if (global.module() != "torch")
        return std::nullopt;
    auto const name = *global.name();
    if (name == "string")
        return std::nullopt;
    if (name == "float")
        return DType::float32;
    if (name == "double")
        return DType::float64;
    if (name == "half")
        return DType::float16;
    if (name == "long")
        return DType::int64;
    if (name == "int")
        return DType::int32;
    return dtype_named(name);
}

Result<TorchStorageId> read_storage_id(PickleValue value)
{
    auto const tuple = value.persistent_id();
    if (!tuple || !tuple->is(NodeKind::tuple) || tuple->size() < 5 || tuple->size() > 6 || tuple->item(0).text() != "storage")
        return at_value(malformed("where a storage is wanted stands no persistent id ('storage', class, key, location, count)"), value);
    TorchStorageId id;
    id.dtype = TRY(storage_dtype(tuple->item(1)));
    auto const key = tuple->item(2).text();
    auto const location = tuple->item(3).text();
    auto const count = tuple->item(4).integer();
    if (!key || !location || !count || *count < 0)
        return at_value(malformed("a storage's key, location or count is of the wrong kind"), value);
    id.key = *key;
    id.location = *location;
    bool const counts_bytes = !id.dtype || bits_of(*id.dtype) < 8; // UntypedStorage, and the packed ones
    auto const bytes = bytes_of_elements(counts_bytes ? DType::uint8 : *id.dtype, static_cast<uint64_t>(*count));
    if (!bytes)
        return at_value(malformed("a storage of " + std::to_string(*count) + " elements"), value);
    id.bytes = *bytes;
    id.view_bytes = *bytes;
    if (tuple->size() == 6)
        TRY(read_storage_view(tuple->item(5), id));
    return id;
}

std::optional<DType> storage_class_dtype(PickleValue storage_class)
{
    auto const dtype = storage_dtype(storage_class);
    return dtype ? *dtype : std::nullopt;
}

std::set<std::string> storage_keys(PickleGraph const& graph)
{
    std::set<std::string> keys;
    for (NodeId id = 0; id < graph.size(); ++id) {
        auto const tuple = graph.value(id).persistent_id();
        if (tuple && tuple->is(NodeKind::tuple) && tuple->size() >= 5 && tuple->item(0).text() == "storage")
            if (auto const key = tuple->item(2).text())
                keys.emplace(*key);
    }
    return keys;
}

bool is_tensor_call(PickleValue value)
{
    auto const call = tensor_call(value);
    return call && makes_tensor(*call);
}

Result<TensorRecipe> read_tensor_recipe(PickleValue value)
{
    bool is_parameter = false;
    bool requires_grad = false;
    for (int wrapper = 0; wrapper < most_wrappers; ++wrapper) {
        auto const call = tensor_call(value);
        if (!call)
            return at_value(malformed("no call that makes a tensor"), value);
        if (makes_parameter(*call)) {
            value = TRY(call->value(0));
            requires_grad = call->flag(1);
            is_parameter = true;
            continue;
        }
        if (!is_dense(*call) && !call->is("_rebuild_qtensor"))
            return at_value(unsupported("a tensor made by " + call->function.qualified_name() + ", which is not dense"), value);
        auto recipe = TRY(is_dense(*call) ? read_dense(*call) : read_quantised(*call));
        recipe.is_parameter = is_parameter;
        recipe.requires_grad = recipe.requires_grad || requires_grad;
        return recipe;
    }
    return at_value(malformed("a parameter of a parameter of a parameter..."), value);
}

bool is_sparse_call(PickleValue value)
{
    auto const call = tensor_call(value);
    return call && call->is("_rebuild_sparse_tensor");
}

// (layout, (indices, values, size)) and, since PyTorch 2.0, whether it is coalesced; compressed ones have two tensors of indices.
Result<SparseRecipe> read_sparse_recipe(PickleValue value)
{
    auto const call = *tensor_call(value);
    SparseRecipe sparse;
    sparse.layout = layout_name(TRY(call.value(0)));
    auto const data = TRY(call.value(1));
    auto const* const layout = std::find_if(sparse_layouts.begin(), sparse_layouts.end(), [&](SparseLayout const& row) { return row.name == sparse.layout; });
    if (layout == sparse_layouts.end())
        return at_value(unsupported("a sparse tensor of the layout " + sparse.layout.substr(0, 40)), value);
    size_t const parts = layout->parts[2].empty() ? 2 : 3;
    if (data.size() < parts + 1)
        return call.broken("a sparse tensor of " + std::to_string(data.size()) + " parts");
    for (size_t part = 0; part < parts; ++part)
        sparse.parts.emplace_back(layout->parts[part], TRY(read_tensor_recipe(data.item(part))));
    auto shape = integers_in(data.item(parts));
    if (!shape || !element_count(*shape))
        return call.broken("a sparse tensor's size is not integers");
    sparse.shape = *std::move(shape);
    return sparse;
}

Result<TensorRecipe> read_storage_recipe(PickleValue persistent_id)
{
    TensorRecipe recipe;
    recipe.storage = TRY(read_storage_id(persistent_id));
    recipe.dtype = recipe.storage.dtype.value_or(DType::uint8);
    recipe.shape = {static_cast<int64_t>(recipe.storage.view_bytes * 8 / static_cast<uint64_t>(bits_of(recipe.dtype)))};
    recipe.strides = {1};
    return recipe;
}

TorchStorages::TorchStorages(std::shared_ptr<ZipArchive const> archive, std::string folder, bool is_big_endian, uint64_t first_number)
    : archive_(std::move(archive)),
      folder_(std::move(folder)),
      is_big_endian_(is_big_endian),
      first_number_(first_number)
{
}

TorchStorages::TorchStorages(std::map<std::string, SharedBytes, std::less<>> by_key, bool is_big_endian)
    : by_key_(std::move(by_key)),
      is_big_endian_(is_big_endian),
      first_number_(0)
{
}

Result<TorchStorages::Opened> TorchStorages::find(std::string const& key)
{
    if (auto const known = opened_.find(key); known != opened_.end())
        return known->second;
    SharedBytes bytes;
    if (archive_) {
        auto const* entry = archive_->find(folder_ + key);
        if (!entry)
            return malformed("the archive has no storage \"" + folder_ + key + "\"");
        bytes = TRY(within(entry->name, archive_->content(*entry)));
    } else {
        auto const entry = by_key_.find(key);
        if (entry == by_key_.end())
            return malformed("the file has no storage \"" + key + "\"");
        bytes = entry->second;
    }
    Opened const opened{next_number(), std::move(bytes)};
    opened_.emplace(key, opened);
    return opened;
}

Result<TorchTensor> TorchStorages::open(TensorRecipe const& recipe)
{
    auto const opened = TRY(find(recipe.storage.key));
    if (opened.bytes.size() != recipe.storage.bytes)
        return malformed("storage \"" + recipe.storage.key + "\" holds " + std::to_string(opened.bytes.size()) + " bytes, its tensors want " + std::to_string(recipe.storage.bytes));
    TorchTensor tensor;
    tensor.dtype = recipe.dtype;
    tensor.shape = recipe.shape;
    tensor.strides = recipe.strides;
    tensor.offset = recipe.offset;
    tensor.storage_key = recipe.storage.key;
    tensor.storage = opened.number;
    tensor.storage_bytes = opened.bytes.part(recipe.storage.first_byte, recipe.storage.view_bytes);
    tensor.is_big_endian = is_big_endian_;
    tensor.is_conjugated = recipe.is_conjugated;
    tensor.is_negated = recipe.is_negated;
    tensor.is_parameter = recipe.is_parameter;
    tensor.requires_grad = recipe.requires_grad;
    if (recipe.quantisation)
        tensor.quantisation = TRY(open_quantisation(*recipe.quantisation));
    return tensor;
}

Result<TorchQuantisation> TorchStorages::open_quantisation(TensorRecipe::Quantisation const& recipe)
{
    TorchQuantisation quantisation;
    if (recipe.channels.empty()) {
        quantisation.scales = {recipe.scale};
        quantisation.zero_points = {recipe.zero_point};
        return quantisation;
    }
    channel_values_ += *element_count(recipe.channels[0].shape);
    if (channel_values_ > most_channel_values)
        return exhausted("more than " + std::to_string(most_channel_values) + " scales of quantised channels");
    auto const scales = TRY(TRY(TRY(open(recipe.channels[0])).data()).cast(DType::float64));
    auto const zero_points = TRY(TRY(TRY(open(recipe.channels[1])).data()).cast(DType::int64));
    for (uint64_t index = 0; index < scales.count(); ++index) {
        quantisation.scales.push_back(scales.number_at(index));
        quantisation.zero_points.push_back(zero_points.integer_at(index));
    }
    quantisation.axis = recipe.axis;
    return quantisation;
}

TorchTensor const* TorchStorages::tensor(PickleValue persistent_id) const
{
    auto const id = persistent_id.persistent_id();
    if (!id || tensors_.empty())
        return nullptr;
    auto const number = id->integer();
    auto const found = tensors_.find(number ? std::to_string(*number) : std::string(id->text().value_or("")));
    return found == tensors_.end() ? nullptr : &found->second;
}

std::vector<std::string> TorchStorages::damaged() const
{
    std::vector<std::string> keys;
    for (auto const& [key, opened] : opened_)
        if (archive_ && !check_crc(*archive_->find(folder_ + key), opened.bytes.bytes()))
            keys.push_back(key);
    return keys;
}

Result<ProgramTensor> program_tensor(TorchTensor const& tensor, Limits const& limits)
{
    ProgramTensor program;
    program.values = TRY(tensor.data(limits));
    program.storage = tensor.storage;
    program.offset = tensor.offset;
    program.strides = tensor.strides;
    program.is_parameter = tensor.is_parameter;
    return program;
}
