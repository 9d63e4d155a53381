#include "onnx/findings.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "onnx/write.h"

#include "base/check.h"
#include "onnx/wire.h"

#include <algorithm>
#include <random>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

// A message as a tree, so that a change deep inside keeps the lengths around it right.
struct FuzzField {
    uint64_t tag = 0;
    std::string bytes; // the value as it stands, without a length
    bool is_delimited = false;
    bool is_message = false;
    std::vector<FuzzField> fields;
};

constexpr int deepest = 16;

std::string varint_of(uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7)
        bytes += static_cast<char>(value | 0x80);
    return bytes + static_cast<char>(value);
}

// Nothing where the bytes are no message.
std::optional<std::vector<FuzzField>> fields_of(Bytes message, int depth)
{
    std::vector<FuzzField> fields;
    WireCursor cursor(message, message.data());
    while (!cursor.at_end()) {
        auto const field = cursor.next();
        if (!field)
            return std::nullopt;
        FuzzField one;
        one.tag = uint64_t{field->number} << 3 | static_cast<uint64_t>(field->type);
        one.is_delimited = field->type == WireType::delimited;
        one.bytes = one.is_delimited ? std::string(text_of(field->bytes)) : std::string(text_of(field->whole)).substr(varint_of(one.tag).size());
        if (auto inner = one.is_delimited && depth < deepest && !field->bytes.empty() ? fields_of(field->bytes, depth + 1) : std::nullopt) {
            one.is_message = true;
            one.fields = std::move(*inner);
        }
        fields.push_back(std::move(one));
    }
    return fields;
}

std::string bytes_of_fields(std::vector<FuzzField> const& fields)
{
    std::string bytes;
    for (auto const& field : fields) {
        std::string const value = field.is_message ? bytes_of_fields(field.fields) : field.bytes;
        bytes += varint_of(field.tag) + (field.is_delimited ? varint_of(value.size()) : "") + value;
    }
    return bytes;
}

// Goes down to a message chosen at random and changes one field of it.
void mutate(std::vector<FuzzField>& fields, std::minstd_rand& random)
{
    if (fields.empty())
        return;
    size_t const index = random() % fields.size();
    auto& field = fields[index];
    if (field.is_message && random() % 4 != 0)
        return mutate(field.fields, random);
    switch (random() % 6) {
    case 0: // a repetition
        fields.insert(fields.begin() + static_cast<ptrdiff_t>(random() % (fields.size() + 1)), FuzzField(field));
        break;
    case 1:
        fields.erase(fields.begin() + static_cast<ptrdiff_t>(index));
        break;
    case 2: // another wire type, groups among them
        field.tag = (field.tag & ~uint64_t{7}) | random() % 8;
        break;
    case 3: // another field
        field.tag = (random() % 27) << 3 | (field.tag & 7);
        break;
    case 4: { // another number
        constexpr uint64_t numbers[] = {0, 1, 2, 7, 8, 16, 100, uint64_t{1} << 31, uint64_t{1} << 40, uint64_t{1} << 62, ~uint64_t{0}};
        if (!field.is_delimited)
            field.bytes = varint_of(numbers[random() % std::size(numbers)]);
        break;
    }
    default:
        std::swap(field, fields[random() % fields.size()]);
    }
}

}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed)
{
    std::minstd_rand random(seed);
    auto fields = fields_of(std::as_bytes(std::span(data, size)), 0);
    if (!fields || fields->empty() || random() % 3 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    for (auto changes = 1 + random() % 3; changes > 0; --changes)
        mutate(*fields, random);
    std::string const bytes = bytes_of_fields(*fields);
    if (bytes.size() > max_size)
        return LLVMFuzzerMutate(data, size, max_size);
    std::copy(bytes.begin(), bytes.end(), data);
    return bytes.size();
}

// What is read is written in one way, and the structure of any model can be judged and asked about.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    Limits limits;
    limits.entries = 10'000;
    limits.unpacked_bytes = 1 << 24;
    findings_of_bytes(std::as_bytes(std::span(data, size)), limits);
    auto model = read_onnx(SharedBytes(std::as_bytes(std::span(data, size)), nullptr), limits);
    if (!model)
        return 0;
    std::string const written = write_onnx(*model);
    auto const again = read_onnx(SharedBytes::take(written), limits);
    CHECK(again.has_value() && write_onnx(*again) == written, "a model that was written reads as itself");

    if (check_structure(*model, limits))
        for (auto const& tensor : model->graph.initializers)
            CHECK(tensor.external || !dtype_of_onnx(tensor.data_type) || to_tensor(tensor).has_value(), "elements of a sound model are tensors");
    findings_of_model(*model);
    static_cast<void>(check_external_ranges(*model));
    required_inputs(*model);
    operator_counts(*model);
    parameter_count(*model);
    custom_domains(*model);
    auto const load = [](OnnxExternalData const& place) -> Result<SharedBytes> {
        return SharedBytes::take(std::string(*place.length, '\0'));
    };
    if (load_external_data(*model, load, limits))
        CHECK(external_tensors(*model).empty(), "what was loaded is external no more");
    return 0;
}
