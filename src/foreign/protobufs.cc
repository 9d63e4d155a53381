#include "foreign/protobuf_fields.h"
#include "foreign/signatures.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace {

using enum ProtobufWire;

// Passes over a message's fields: each must be one of `allowed` (number and wire type), the whole message must be there.
struct AllowedField {
    uint32_t number;
    ProtobufWire wire;
};

template <size_t count>
bool is_made_of(Bytes message, std::array<AllowedField, count> const& allowed)
{
    ProtobufFields fields(message);
    while (auto const field = fields.next())
        if (std::none_of(allowed.begin(), allowed.end(), [&](AllowedField const& one) { return field->is(one.number, one.wire); }))
            return false;
    return !fields.is_broken() && !fields.is_cut();
}

// SavedModel: {1: schema version, 2: MetaGraphDef...}, a MetaGraphDef beginning with its meta information. Source: TensorFlow
// core/protobuf/saved_model.proto.
bool is_saved_model(Bytes file)
{
    ProtobufFields fields(file);
    bool has_graph = false;
    while (auto const field = fields.next()) {
        if (field->is(1, varint) && field->value >= 1 && field->value <= 10)
            continue;
        if (!field->is(2, delimited))
            return false;
        auto const first = ProtobufFields(field->bytes).next();
        if (!first || !(first->is(1, delimited) || first->is(2, delimited)))
            return false;
        has_graph = true;
    }
    return has_graph && !fields.is_broken() && text_of(file).starts_with("\x08");
}

// Core ML's Model: {1: specification version, 2: description, one field of 200 and above: what kind of model}. Source: Core ML
// Model.proto.
bool is_core_ml(Bytes file)
{
    constexpr uint64_t most_versions = 30;
    ProtobufFields fields(file);
    bool has_version = false;
    bool has_model = false;
    while (auto const field = fields.next()) {
        if (field->is(1, varint) && field->value >= 1 && field->value <= most_versions)
            has_version = true;
        else if (field->wire == delimited && field->number >= 200 && field->number <= 3000)
            has_model = true;
        else if (!field->is(2, delimited) && !field->is(10, varint))
            return false;
    }
    return has_version && has_model && !fields.is_broken();
}

bool is_name(Bytes bytes)
{
    return !bytes.empty() && is_utf8(text_of(bytes)) && std::none_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte < std::byte{' '}; });
}

// GraphDef: {1: NodeDef {1: name, 2: operator, ...}..., 4: versions}. Source: TensorFlow core/framework/graph.proto.
bool is_graph_def(Bytes file)
{
    constexpr size_t enough_nodes = 4;
    ProtobufFields fields(file);
    size_t nodes = 0;
    while (auto const field = fields.next()) {
        if (!field->is(1, delimited))
            return nodes >= 1 && (field->is(4, delimited) || field->is(2, delimited) || field->is(3, varint));
        ProtobufFields node(field->bytes);
        auto const name = node.next();
        auto const operation = node.next();
        if (!name || !operation || !name->is(1, delimited) || !operation->is(2, delimited) || !is_name(name->bytes) || !is_name(operation->bytes))
            return false;
        if (++nodes == enough_nodes)
            return true;
    }
    return false;
}

// NetParameter: {1: name, 100: LayerParameter {1: name, 2: type}...}. Source: Caffe caffe.proto.
bool is_caffe(Bytes file)
{
    ProtobufFields fields(file);
    auto const name = fields.next();
    auto const layer = fields.next();
    if (!name || !layer || !name->is(1, delimited) || !is_name(name->bytes) || layer->wire != delimited || (layer->number != 100 && layer->number != 3))
        return false;
    ProtobufFields inner(layer->bytes);
    auto const first = inner.next();
    return layer->number == 100 && first && first->is(1, delimited) && is_name(first->bytes);
}

// SentencePiece's ModelProto: {1: SentencePiece {1: piece, 2: score as a float, 3: type}...}. Source: sentencepiece_model.proto.
bool is_sentence_piece(Bytes file)
{
    constexpr size_t enough_pieces = 3;
    ProtobufFields fields(file);
    for (size_t piece = 0; piece < enough_pieces; ++piece) {
        auto const field = fields.next();
        if (!field || !field->is(1, delimited))
            return false;
        ProtobufFields inner(field->bytes);
        auto const text = inner.next();
        auto const score = inner.next();
        if (!text || !score || !text->is(1, delimited) || !is_utf8(text_of(text->bytes)) || !score->is(2, fixed32))
            return false;
    }
    return true;
}

constexpr std::array tensor_fields{AllowedField{1, varint}, AllowedField{1, delimited}, AllowedField{2, varint}, AllowedField{3, delimited}, AllowedField{4, delimited}, AllowedField{4, fixed32}, AllowedField{5, delimited}, AllowedField{5, varint}, AllowedField{6, delimited}, AllowedField{7, delimited}, AllowedField{7, varint}, AllowedField{8, delimited}, AllowedField{9, delimited}, AllowedField{10, delimited}, AllowedField{10, fixed64}, AllowedField{11, delimited}, AllowedField{11, varint}, AllowedField{12, delimited}, AllowedField{13, delimited}, AllowedField{14, varint}, AllowedField{16, delimited}};

bool is_element_type(uint64_t number) { return number >= 1 && number <= 30; }

// TensorProto: an element type, and elements or a name. Source: ONNX onnx.proto.
bool is_onnx_tensor(Bytes file)
{
    if (!is_made_of(file, tensor_fields))
        return false;
    bool has_type = false;
    bool has_more = false;
    ProtobufFields fields(file);
    while (auto const field = fields.next()) {
        if (field->is(2, varint) && !is_element_type(field->value))
            return false;
        if (field->is(8, delimited) && !is_utf8(text_of(field->bytes)))
            return false;
        has_type = has_type || field->is(2, varint);
        has_more = has_more || field->number >= 4;
    }
    return has_type && has_more;
}

// SequenceProto and OptionalProto: {1: name, 2: what the elements are, 3 and above: the elements}. ONNX's test data has them beside models.
bool is_onnx_sequence(Bytes file, int depth = 0)
{
    constexpr int deepest = 4;
    constexpr uint64_t most_types = 5;
    if (depth == deepest)
        return false;
    bool has_type = false;
    ProtobufFields fields(file);
    while (auto const field = fields.next()) {
        if (field->is(1, delimited) && is_utf8(text_of(field->bytes)))
            continue;
        if (field->is(2, varint) && field->value <= most_types)
            has_type = true;
        else if (field->wire != delimited || field->number < 3 || field->number > 7 || (!is_onnx_tensor(field->bytes) && !is_onnx_sequence(field->bytes, depth + 1)))
            return false;
    }
    return has_type && !fields.is_broken() && !fields.is_cut();
}

struct ProtobufRow {
    ForeignFormat format;
    bool (*holds)(Bytes);
};

constexpr ProtobufRow rows[] = {
    {{"TensorFlow SavedModel", "tensorflow-saved-model", ForeignNature::model}, is_saved_model},
    {{"Core ML model", "unknown", ForeignNature::model}, is_core_ml},
    {{"SentencePiece tokenizer", "unknown", ForeignNature::data}, is_sentence_piece},
    {{"TensorFlow graph", "unknown", ForeignNature::model}, is_graph_def},
    {{"Caffe model", "unknown", ForeignNature::model}, is_caffe},
    {{"ONNX tensor", "unknown", ForeignNature::data}, is_onnx_tensor},
    {{"ONNX sequence", "unknown", ForeignNature::data}, [](Bytes file) { return is_onnx_sequence(file); }},
};

}

std::optional<ForeignFormat> format_by_protobuf(Bytes file)
{
    if (file.empty() || file[0] > std::byte{0x80}) // every one begins with a field below 16
        return std::nullopt;
    for (auto const& row : rows)
        if (row.holds(file))
            return row.format;
    return std::nullopt;
}
