#include "onnx/element.h"
#include "onnx/reading.h"

#include <charconv>

namespace {

std::string byte_place(MessagePieces pieces, SharedBytes const& file)
{
    return "byte " + std::to_string(pieces.empty() ? 0 : pieces.front().data() - file.bytes().data());
}

char const* name_of_field(uint32_t field)
{
    switch (static_cast<OnnxDataField>(field)) {
    case OnnxDataField::float_data:
        return "float_data";
    case OnnxDataField::int32_data:
        return "int32_data";
    case OnnxDataField::string_data:
        return "string_data";
    case OnnxDataField::int64_data:
        return "int64_data";
    case OnnxDataField::double_data:
        return "double_data";
    case OnnxDataField::uint64_data:
        return "uint64_data";
    case OnnxDataField::none:
        break;
    }
    return "no field";
}

Result<uint64_t> decimal(OnnxProperty const& entry)
{
    uint64_t number = 0;
    auto const* const end = entry.value.data() + entry.value.size();
    auto const [stop, fault] = std::from_chars(entry.value.data(), end, number);
    if (fault != std::errc{} || stop != end)
        return malformed("external data: " + entry.key + " is \"" + entry.value.substr(0, 40) + "\", wanted a number of bytes");
    return number;
}

Result<OnnxExternalData> external_data(std::vector<OnnxProperty> const& entries)
{
    OnnxExternalData out;
    std::vector<std::string_view> seen;
    for (auto const& entry : entries) {
        bool const known = entry.key == "location" || entry.key == "offset" || entry.key == "length";
        if (known && std::ranges::find(seen, entry.key) != seen.end())
            return malformed("external data: " + entry.key + " stands here twice");
        if (entry.key == "location")
            out.location = entry.value;
        else if (entry.key == "offset")
            out.offset = TRY(decimal(entry));
        else if (entry.key == "length")
            out.length = TRY(decimal(entry));
        else
            out.others.emplace_back(entry.key, entry.value);
        if (known)
            seen.push_back(entry.key);
    }
    if (out.location.empty())
        return malformed("external data without a location");
    return out;
}

template <typename Number>
SharedBytes narrowed(std::vector<uint64_t> const& values)
{
    std::vector<Number> numbers(values.size());
    std::ranges::transform(values, numbers.begin(), [](uint64_t value) { return static_cast<Number>(value); });
    return SharedBytes::take(std::move(numbers));
}

// Entries of int32_data, int64_data or uint64_data as raw elements. Protobuf gives an int32 the low half of its varint.
Result<SharedBytes> varint_elements(OnnxElement const& element, std::vector<uint64_t> const& values)
{
    bool const is_int32 = element.field == OnnxDataField::int32_data;
    for (size_t index = 0; index < values.size() && element.entry_bytes < 8; ++index) {
        int64_t const value = is_int32 ? static_cast<int32_t>(values[index]) : static_cast<int64_t>(values[index]);
        if (value < element.lowest || value > element.highest)
            return malformed("element " + std::to_string(index) + " is " + std::to_string(value) + ", which " + element.name + " cannot hold");
    }
    switch (element.entry_bytes) {
    case 1:
        return narrowed<uint8_t>(values);
    case 2:
        return narrowed<uint16_t>(values);
    case 4:
        return narrowed<uint32_t>(values);
    default:
        return narrowed<uint64_t>(values);
    }
}

}

Result<void> OnnxReader::tensor(MessagePieces pieces, unsigned depth, OnnxTensor& out)
{
    auto result = count(tensors_, "tensors");
    OnnxTensorData data;
    if (result)
        result = each_field(pieces, depth, [&](WireField const& field) { return tensor_field(field, depth, out, data); });
    if (result)
        result = finish_tensor(out, data);
    if (!result && (result.error().where.empty() || !result.error().where.front().starts_with("byte ")))
        result.error().where.insert(result.error().where.begin(), byte_place(pieces, file_));
    return result;
}

Result<void> OnnxReader::tensor_field(WireField const& field, unsigned depth, OnnxTensor& out, OnnxTensorData& data)
{
    switch (field.number) {
    case 1:
        return integers("dims", field, out.dims);
    case 2:
        return enumeration("data_type", field, out.data_type);
    case 4:
    case 10:
        return add_fixed_data(name_of_field(field.number), field, field.number == 4 ? WireType::fixed32 : WireType::fixed64, data);
    case 5:
    case 7:
    case 11:
        return add_varint_data(name_of_field(field.number), field, data);
    case 6:
        TRY(spend_decoded(sizeof(std::string)));
        return texts("string_data", field, out.strings);
    case 8:
        return text("name", field, out.name);
    case 9:
        data.raw = field.bytes;
        return in_field("raw_data", wants(field, WireType::delimited));
    case 12:
        return text("doc_string", field, out.doc_string);
    case 13:
        return add_external_data(field, depth, data);
    case 14:
        data.location = field.value;
        return in_field("data_location", wants(field, WireType::varint));
    default:
        out.unknown_fields += text_of(field.whole);
        return {};
    }
}

Result<void> OnnxReader::add_fixed_data(char const* name, WireField const& field, WireType unpacked, OnnxTensorData& data)
{
    size_t const width = unpacked == WireType::fixed32 ? 4 : 8;
    Bytes run = field.bytes;
    if (field.type == unpacked)
        run = field.whole.last(width);
    else
        TRY(in_field(name, wants(field, WireType::delimited)));
    if (run.empty())
        return {};
    if (run.size() % width != 0)
        return in_field<void>(name, malformed(std::to_string(run.size()) + " bytes are no whole number of elements"));
    if (data.field != 0 && data.field != field.number)
        return in_field<void>(name, malformed(std::string("elements in two places, the other is ") + name_of_field(data.field)));
    data.field = field.number;
    data.fixed.push_back(run);
    return {};
}

Result<void> OnnxReader::add_varint_data(char const* name, WireField const& field, OnnxTensorData& data)
{
    std::vector<uint64_t> values{field.value};
    if (field.type == WireType::delimited) {
        TRY(in_field(name, spend_decoded(count_varints(field.bytes) * sizeof(uint64_t))));
        values = TRY(in_field(name, packed_varints(field)));
    } else
        TRY(in_field(name, wants(field, WireType::varint)));
    if (values.empty())
        return {};
    if (data.field != 0 && data.field != field.number)
        return in_field<void>(name, malformed(std::string("elements in two places, the other is ") + name_of_field(data.field)));
    data.field = field.number;
    if (data.varints.empty())
        data.varints = std::move(values);
    else
        data.varints.insert(data.varints.end(), values.begin(), values.end());
    return {};
}

Result<void> OnnxReader::add_external_data(WireField const& field, unsigned depth, OnnxTensorData& data)
{
    data.external_fields += text_of(field.whole);
    return repeated("external_data", field, depth, data.external, &OnnxReader::property);
}

// One run is used where it stands; several are joined.
Result<SharedBytes> OnnxReader::fixed_elements(std::vector<Bytes> const& runs)
{
    if (runs.size() == 1)
        return part_of_file(runs.front());
    size_t total = 0;
    for (Bytes const run : runs)
        total += run.size();
    TRY(spend_decoded(total));
    std::vector<std::byte> joined;
    joined.reserve(total);
    for (Bytes const run : runs)
        joined.insert(joined.end(), run.begin(), run.end());
    return SharedBytes::take(std::move(joined));
}

Result<void> OnnxReader::finish_tensor(OnnxTensor& out, OnnxTensorData& data)
{
    if (auto const declared = element_count(out.dims))
        elements_ = *declared > limits_.unpacked_bytes ? limits_.unpacked_bytes + 1 : elements_ + *declared;
    if (elements_ > limits_.unpacked_bytes)
        return exhausted("the tensors declare more than " + std::to_string(limits_.unpacked_bytes) + " elements, the last one " + text_of(out.dims));

    bool const has_raw = data.raw && !data.raw->empty();
    uint32_t const field = out.strings.empty() ? data.field : static_cast<uint32_t>(OnnxDataField::string_data);
    if ((!out.strings.empty() && data.field != 0) || (has_raw && field != 0))
        return malformed(std::string("elements in two places, ") + name_of_field(field) + " and " + (has_raw ? "raw_data" : name_of_field(data.field)));
    if (data.location == 1) {
        if (has_raw || field != 0)
            return malformed("an external tensor with elements of its own");
        out.external = TRY(external_data(data.external));
        return {};
    }
    if (data.location != 0)
        return malformed("data_location is " + std::to_string(data.location) + ", wanted 0 (here) or 1 (external)");
    out.unknown_fields += data.external_fields;
    if (has_raw && out.data_type == onnx_string_type)
        return malformed("raw_data in a STRING tensor");
    if (has_raw)
        out.raw = part_of_file(*data.raw);
    if (field == 0)
        return {};

    auto const* const element = onnx_element(out.data_type);
    if (!element)
        return malformed(std::string(name_of_field(field)) + " in a tensor of the unknown type " + std::to_string(out.data_type));
    if (static_cast<uint32_t>(element->field) != field)
        return malformed(std::string(name_of_field(field)) + " in a tensor of " + element->name + ", whose elements stand in " + name_of_field(static_cast<uint32_t>(element->field)));
    if (!data.fixed.empty())
        out.raw = TRY(fixed_elements(data.fixed));
    else if (!data.varints.empty())
        out.raw = TRY(in_field(name_of_field(field), varint_elements(*element, data.varints)));
    return {};
}

Result<void> OnnxReader::sparse_tensor(MessagePieces pieces, unsigned depth, OnnxSparseTensor& out)
{
    TRY(count(tensors_, "tensors"));
    std::vector<Bytes> values;
    std::vector<Bytes> indices;
    TRY(each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            values.push_back(field.bytes);
            return in_field("values", wants(field, WireType::delimited));
        case 2:
            indices.push_back(field.bytes);
            return in_field("indices", wants(field, WireType::delimited));
        case 3:
            return integers("dims", field, out.dims);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    }));
    TRY(in_field("values", tensor(values, depth + 1, out.values)));
    return in_field("indices", tensor(indices, depth + 1, out.indices));
}
