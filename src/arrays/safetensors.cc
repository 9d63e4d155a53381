#include "arrays/safetensors.h"

#include "arrays/elements.h"

#include "base/cursor.h"
#include "base/utf8.h"
#include "json/json.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace {

constexpr uint64_t longest_header_bytes = 100'000'000;
constexpr size_t header_alignment = 8;
constexpr std::string_view metadata_key = "__metadata__";

// In the order of the reference's enumeration: a writer lays tensors out from the last of these to the first.
struct FormatType {
    std::string_view name;
    DType dtype;
};
constexpr std::array<FormatType, 22> format_types{{
    {"BOOL", DType::boolean},
    {"F4", DType::float4_e2m1},
    {"F6_E2M3", DType::float6_e2m3},
    {"F6_E3M2", DType::float6_e3m2},
    {"U8", DType::uint8},
    {"I8", DType::int8},
    {"F8_E5M2", DType::float8_e5m2},
    {"F8_E4M3", DType::float8_e4m3fn},
    {"F8_E8M0", DType::float8_e8m0fnu},
    {"F8_E4M3FNUZ", DType::float8_e4m3fnuz},
    {"F8_E5M2FNUZ", DType::float8_e5m2fnuz},
    {"I16", DType::int16},
    {"U16", DType::uint16},
    {"F16", DType::float16},
    {"BF16", DType::bfloat16},
    {"I32", DType::int32},
    {"U32", DType::uint32},
    {"F32", DType::float32},
    {"C64", DType::complex64},
    {"F64", DType::float64},
    {"I64", DType::int64},
    {"U64", DType::uint64},
}};

Result<DType> read_dtype(Json const& info)
{
    auto const name = TRY(json_text(info, "dtype"));
    for (auto const& type : format_types)
        if (type.name == name)
            return type.dtype;
    return unsupported("the dtype " + write_json(name) + ", which the format did not have when this was written");
}

Result<std::vector<int64_t>> read_sizes(Json const& info, std::string_view key)
{
    auto const* const array = TRY(json_array(info, key));
    std::vector<int64_t> sizes;
    for (auto const& item : *array) {
        if (!item.is_number_unsigned() || item.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))
            return malformed("\"" + std::string(key) + "\" holds " + std::string(json_kind(item)) + " " + write_json(item).substr(0, 40) + ", wanted whole numbers of 0 to 2^63-1");
        sizes.push_back(item.get<int64_t>());
    }
    return sizes;
}

Result<SafeTensorsEntry> read_entry(std::string const& name, Json const& info)
{
    auto const dtype = TRY(read_dtype(info));
    auto shape = TRY(read_sizes(info, "shape"));
    auto const offsets = TRY(read_sizes(info, "data_offsets"));
    if (offsets.size() != 2 || offsets[0] > offsets[1])
        return malformed("\"data_offsets\" are no begin and end");
    if (info.size() != 3)
        return malformed("a tensor has \"dtype\", \"shape\" and \"data_offsets\" and nothing else");
    SafeTensorsEntry entry{name, dtype, std::move(shape), static_cast<uint64_t>(offsets[0]), static_cast<uint64_t>(offsets[1] - offsets[0])};
    auto const count = element_count(entry.shape);
    auto const bytes = count ? bytes_of_elements(entry.dtype, *count) : std::nullopt;
    if (!bytes)
        return malformed("the shape " + text_of(entry.shape) + " has more elements than can be counted");
    if (*count * static_cast<uint64_t>(bits_of(entry.dtype)) % 8 != 0)
        return malformed("the shape " + text_of(entry.shape) + " of " + std::string(name_of(entry.dtype)) + " does not end at a whole byte");
    if (*bytes != entry.bytes)
        return malformed(std::to_string(entry.bytes) + " bytes for the shape " + text_of(entry.shape) + " of " + std::string(name_of(entry.dtype)) + ", wanted " + std::to_string(*bytes));
    return entry;
}

Result<std::map<std::string, std::string>> read_metadata(Json const& object)
{
    if (!object.is_object())
        return malformed("\"__metadata__\" is no object");
    std::map<std::string, std::string> metadata;
    for (auto const& [key, value] : object.items()) {
        if (!value.is_string())
            return malformed("\"__metadata__\" maps " + write_json(key) + " to something else than text");
        metadata.emplace(key, value.get<std::string>());
    }
    return metadata;
}

Result<void> check_coverage(std::vector<SafeTensorsEntry> const& entries, uint64_t data_bytes)
{
    uint64_t place = 0;
    for (auto const& entry : entries) {
        if (entry.offset != place)
            return malformed("its data begins at " + std::to_string(entry.offset) + (entry.offset > place ? ", and leaves a hole from " : ", and overlaps what ends at ") + std::to_string(place)).at("tensor " + entry.name);
        place += entry.bytes;
    }
    if (place != data_bytes)
        return malformed("the tensors end at byte " + std::to_string(place) + " of the data, which has " + std::to_string(data_bytes) + " bytes");
    return {};
}

Result<Json> read_header(Cursor& cursor, Limits const& limits)
{
    auto const length = TRY(cursor.take_number<uint64_t>());
    if (length > longest_header_bytes)
        return malformed("a header of " + std::to_string(length) + " bytes, the format allows " + std::to_string(longest_header_bytes));
    auto const text = TRY(cursor.take_text(length));
    if (!text.starts_with('{'))
        return malformed("the header does not start with '{'").at("byte 8");
    return within("header", read_json(text, limits));
}

FormatType const* format_type_of(DType dtype)
{
    auto const found = std::find_if(format_types.begin(), format_types.end(), [dtype](FormatType const& type) { return type.dtype == dtype; });
    return found == format_types.end() ? nullptr : &*found;
}

Result<void> check_writable(std::span<NamedTensor const> tensors)
{
    std::set<std::string_view> names;
    for (auto const& [name, tensor] : tensors) {
        if (!is_utf8(name) || name == metadata_key)
            return refused("the name " + write_json(name) + " cannot stand in a safetensors file");
        if (!names.insert(name).second)
            return refused("the name " + write_json(name) + " stands twice");
        if (format_type_of(tensor.dtype()) == nullptr)
            return unsupported("safetensors has no dtype for " + std::string(name_of(tensor.dtype()))).at("tensor " + name);
        if (tensor.count() * static_cast<uint64_t>(bits_of(tensor.dtype())) % 8 != 0)
            return unsupported("safetensors holds " + std::string(name_of(tensor.dtype())) + " only where it fills whole bytes").at("tensor " + name);
    }
    return {};
}

}

Result<SafeTensorsHeader> read_safetensors_header(Bytes file, Limits const& limits)
{
    if (file.size() > limits.bytes)
        return exhausted("a file of " + std::to_string(file.size()) + " bytes, the limit is " + std::to_string(limits.bytes));
    Cursor cursor(file);
    auto const json = TRY(read_header(cursor, limits));
    if (json.size() > limits.entries)
        return exhausted(std::to_string(json.size()) + " tensors, the limit is " + std::to_string(limits.entries));

    SafeTensorsHeader header;
    for (auto const& [name, info] : json.get_ref<Json::object_t const&>()) {
        if (name == metadata_key) {
            header.metadata = TRY(read_metadata(info));
        } else {
            auto entry = TRY(within("tensor " + name, read_entry(name, info)));
            header.tensors.push_back(std::move(entry));
        }
    }
    std::sort(header.tensors.begin(), header.tensors.end(), [](auto const& a, auto const& b) { return std::tie(a.offset, a.bytes, a.name) < std::tie(b.offset, b.bytes, b.name); });
    TRY(check_coverage(header.tensors, cursor.left()));
    for (auto& entry : header.tensors)
        entry.offset += cursor.offset();
    return header;
}

Result<SafeTensors> read_safetensors(SharedBytes file, Limits const& limits)
{
    auto header = TRY(read_safetensors_header(file.bytes(), limits));
    SafeTensors result{{}, std::move(header.metadata)};
    for (auto& entry : header.tensors) {
        auto tensor = TRY(tensor_in_place(entry.dtype, std::move(entry.shape), file.part(entry.offset, entry.bytes)));
        result.tensors.push_back({std::move(entry.name), std::move(tensor)});
    }
    return result;
}

Result<std::vector<SharedBytes>> write_safetensors(std::span<NamedTensor const> tensors, std::map<std::string, std::string> const& metadata)
{
    TRY(check_writable(tensors));
    std::vector<NamedTensor const*> order;
    for (auto const& tensor : tensors)
        order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](auto const* a, auto const* b) {
        auto const* const left = format_type_of(a->tensor.dtype());
        auto const* const right = format_type_of(b->tensor.dtype());
        return left != right ? left > right : a->name < b->name;
    });

    auto header = Json::object();
    if (!metadata.empty())
        header[std::string(metadata_key)] = metadata;
    auto& members = header.get_ref<Json::object_t&>();
    std::vector<SharedBytes> parts{{}};
    uint64_t place = 0;
    for (auto const* const named : order) {
        auto const& tensor = named->tensor;
        uint64_t const end = place + tensor.data().size();
        Json info{{"dtype", format_type_of(tensor.dtype())->name}, {"shape", tensor.shape()}, {"data_offsets", {place, end}}};
        members.emplace_back(named->name, std::move(info)); // names are distinct: no search for each
        parts.push_back(tensor.data());
        place = end;
    }
    std::string text = write_json(header);
    text.append((header_alignment - text.size() % header_alignment) % header_alignment, ' ');
    if (text.size() > longest_header_bytes)
        return exhausted("the header would have " + std::to_string(text.size()) + " bytes, the format allows " + std::to_string(longest_header_bytes));
    auto const length = static_cast<uint64_t>(text.size());
    parts[0] = SharedBytes::take(std::string(reinterpret_cast<char const*>(&length), sizeof length) + text);
    return parts;
}
