#include "onnx/reading.h"

#include <array>

namespace {

// AttributeProto.AttributeType, those that OnnxAttribute spells out. Source: ONNX onnx.proto.
enum Kind : int32_t {
    undefined = 0,
    float_kind = 1,
    int_kind = 2,
    string_kind = 3,
    tensor_kind = 4,
    graph_kind = 5,
    floats_kind = 6,
    ints_kind = 7,
    strings_kind = 8,
    tensors_kind = 9,
    graphs_kind = 10,
    sparse_tensor_kind = 11,
    sparse_tensors_kind = 12,
    kind_count = 13,
};

constexpr std::array<char const*, kind_count> kind_names{"undefined", "f", "i", "s", "t", "g", "floats", "ints", "strings", "tensors", "graphs", "sparse_tensor", "sparse_tensors"};

}

// What was found, by kind; joined where a field came more than once.
struct OnnxAttributeParts {
    std::array<bool, kind_count> present{};
    uint64_t float_bits = 0;
    int64_t integer = 0;
    std::string text;
    std::vector<Bytes> tensor;
    std::vector<Bytes> sparse;
    std::shared_ptr<OnnxGraph> graph;
    std::vector<float> floats;
    std::vector<int64_t> integers;
    std::vector<std::string> texts;
    std::vector<OnnxTensor> tensors;
    std::vector<std::shared_ptr<OnnxGraph>> graphs;
};

namespace {

// The one kind of value that is there and that `type` (0: any) names; undefined for no value.
Result<Kind> decide_kind(OnnxAttributeParts const& parts, OnnxAttribute const& attribute)
{
    Kind found = undefined;
    for (int32_t kind = float_kind; kind < kind_count; ++kind) {
        if (!parts.present[static_cast<size_t>(kind)])
            continue;
        if (found != undefined)
            return malformed(std::string("an attribute of two values, ") + kind_names[found] + " and " + kind_names[static_cast<size_t>(kind)]);
        found = static_cast<Kind>(kind);
    }
    if (!attribute.reference.empty()) {
        if (found != undefined)
            return malformed(std::string("a reference to an attribute with a value of its own, ") + kind_names[found]);
        return undefined;
    }
    if (attribute.type == undefined)
        return found;
    if (found != undefined && attribute.type != found)
        return malformed("the attribute's type is " + std::to_string(attribute.type) + ", its value is in " + kind_names[found]);
    if (attribute.type < 0 || attribute.type >= kind_count)
        return undefined; // type protos and what comes after them stay in unknown_fields
    return static_cast<Kind>(attribute.type); // a value left out is the default: writers of proto3 leave out zeros
}

}

Result<void> OnnxReader::attribute_field(WireField const& field, unsigned depth, OnnxAttribute& out, OnnxAttributeParts& parts)
{
    auto const has = [&](Kind kind) { parts.present[kind] = true; };
    switch (field.number) {
    case 1:
        return text("name", field, out.name);
    case 2:
        has(float_kind);
        parts.float_bits = field.value;
        return in_field("f", wants(field, WireType::fixed32));
    case 3:
        has(int_kind);
        return integer("i", field, parts.integer);
    case 4:
        has(string_kind);
        return text("s", field, parts.text);
    case 5:
        has(tensor_kind);
        parts.tensor.push_back(field.bytes);
        return in_field("t", wants(field, WireType::delimited));
    case 6:
        has(graph_kind);
        if (!parts.graph)
            parts.graph = std::make_shared<OnnxGraph>();
        return single("g", field, depth, *parts.graph, &OnnxReader::graph);
    case 7:
        has(floats_kind);
        return floats("floats", field, parts.floats);
    case 8:
        has(ints_kind);
        return integers("ints", field, parts.integers);
    case 9:
        has(strings_kind);
        return texts("strings", field, parts.texts);
    case 10:
        has(tensors_kind);
        return repeated("tensors", field, depth, parts.tensors, &OnnxReader::tensor);
    case 11: {
        has(graphs_kind);
        TRY(count(nodes_, "nodes"));
        size_t const index = parts.graphs.size();
        auto const& graph = parts.graphs.emplace_back(std::make_shared<OnnxGraph>());
        TRY(in_item("graphs", index, wants(field, WireType::delimited)));
        return in_item("graphs", index, this->graph(MessagePieces(&field.bytes, 1), depth + 1, *graph));
    }
    case 13:
        return text("doc_string", field, out.doc_string);
    case 20:
        return enumeration("type", field, out.type);
    case 21:
        return text("ref_attr_name", field, out.reference);
    case 22:
        has(sparse_tensor_kind);
        parts.sparse.push_back(field.bytes);
        return in_field("sparse_tensor", wants(field, WireType::delimited));
    case 23:
        has(sparse_tensors_kind);
        return repeated("sparse_tensors", field, depth, out.sparse_tensors, &OnnxReader::sparse_tensor);
    default:
        out.unknown_fields += text_of(field.whole);
        return {};
    }
}

Result<void> OnnxReader::attribute(MessagePieces pieces, unsigned depth, OnnxAttribute& out)
{
    TRY(count(attributes_, "attributes"));
    OnnxAttributeParts parts;
    TRY(each_field(pieces, depth, [&](WireField const& field) { return attribute_field(field, depth, out, parts); }));
    switch (TRY(decide_kind(parts, out))) {
    case float_kind:
        out.value = std::bit_cast<float>(static_cast<uint32_t>(parts.float_bits));
        break;
    case int_kind:
        out.value = parts.integer;
        break;
    case string_kind:
        out.value = std::move(parts.text);
        break;
    case tensor_kind:
        TRY(in_field("t", tensor(parts.tensor, depth + 1, out.value.emplace<OnnxTensor>())));
        break;
    case graph_kind:
        out.value = parts.graph ? std::move(parts.graph) : std::make_shared<OnnxGraph>();
        break;
    case floats_kind:
        out.value = std::move(parts.floats);
        break;
    case ints_kind:
        out.value = std::move(parts.integers);
        break;
    case strings_kind:
        out.value = std::move(parts.texts);
        break;
    case tensors_kind:
        out.value = std::move(parts.tensors);
        break;
    case graphs_kind:
        out.value = std::move(parts.graphs);
        break;
    case sparse_tensor_kind:
        out.type = sparse_tensor_kind;
        return in_field("sparse_tensor", sparse_tensor(parts.sparse, depth + 1, out.sparse_tensors.emplace_back()));
    case sparse_tensors_kind:
        out.type = sparse_tensors_kind;
        break;
    case undefined:
    case kind_count:
        break;
    }
    return {};
}
