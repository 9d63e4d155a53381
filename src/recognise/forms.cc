#include "recognise/forms.h"

#include "foreign/protobuf_fields.h"
#include "recognise/tar_members.h"

#include <algorithm>
#include <cstring>

namespace {

using enum ProtobufWire;

struct ModelField {
    uint32_t number;
    ProtobufWire wire;
};

constexpr ModelField model_fields[] = {
    {1, varint}, // ir_version
    {2, delimited}, // producer_name
    {3, delimited}, // producer_version
    {4, delimited}, // domain
    {5, varint}, // model_version
    {6, delimited}, // doc_string
    {7, delimited}, // graph
    {8, delimited}, // opset_import
    {14, delimited}, // metadata_props
    {20, delimited}, // training_info
    {25, delimited}, // functions
    {26, delimited}, // configuration
};

bool is_model_field(ProtobufField const& field)
{
    return std::any_of(std::begin(model_fields), std::end(model_fields), [&](ModelField const& one) { return field.is(one.number, one.wire); });
}

// A field that ONNX may come to have: its readers pass it over, so it does not make the file anything else.
bool is_later_field(ProtobufField const& field) { return field.number > std::rbegin(model_fields)->number; }

// A GraphProto begins with one of its own fields: nodes, a name, initializers, values...
bool looks_like_graph(Bytes graph)
{
    auto const first = ProtobufFields(graph).next();
    return !first || (first->wire == delimited && (first->number <= 2 || first->number == 5 || (first->number >= 10 && first->number <= 16)));
}

}

bool looks_like_onnx(Bytes file)
{
    constexpr uint64_t most_versions = 1'000;
    ProtobufFields fields(file);
    bool has_graph = false;
    bool has_version = false;
    while (auto const field = fields.next()) {
        bool const is_fitting = is_model_field(*field) ? field->number != 7 || looks_like_graph(field->bytes) : is_later_field(*field) && has_graph;
        if (!is_fitting || (field->number == 1 && (field->value == 0 || field->value > most_versions)))
            return false;
        has_version = has_version || field->number == 1 || field->number == 8;
        has_graph = has_graph || field->number == 7;
    }
    return has_version && has_graph && !fields.is_broken();
}

bool looks_like_safetensors(Bytes file)
{
    constexpr uint64_t longest_header = 100'000'000;
    if (file.size() < 10)
        return false;
    uint64_t length;
    std::memcpy(&length, file.data(), sizeof length);
    std::string_view const header = text_of(file).substr(8);
    return length >= 2 && length <= longest_header && (header.starts_with("{\"") || header.starts_with("{}") || header.starts_with("{ ") || header.starts_with("{\n"));
}

bool looks_like_tar(Bytes file) { return is_tar_header(file); }

bool looks_like_npy(Bytes file) { return text_of(file).starts_with("\x93NUMPY"); }
