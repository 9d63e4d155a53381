#include "onnx/read.h"

#include "onnx/reading.h"

Result<OnnxModel> read_onnx(SharedBytes file, Limits const& limits)
{
    if (file.size() > limits.bytes)
        return exhausted("the model has " + std::to_string(file.size()) + " bytes, the limit is " + std::to_string(limits.bytes));
    return OnnxReader(std::move(file), limits).model();
}

Result<OnnxTensor> read_onnx_tensor(SharedBytes file, Limits const& limits)
{
    if (file.size() > limits.bytes)
        return exhausted("the tensor has " + std::to_string(file.size()) + " bytes, the limit is " + std::to_string(limits.bytes));
    return OnnxReader(std::move(file), limits).tensor();
}

Result<OnnxModel> OnnxReader::model()
{
    OnnxModel out;
    Bytes const whole = file_.bytes();
    TRY(model(MessagePieces(&whole, 1), 1, out));
    return out;
}

Result<OnnxTensor> OnnxReader::tensor()
{
    OnnxTensor out;
    Bytes const whole = file_.bytes();
    TRY(tensor(MessagePieces(&whole, 1), 1, out));
    return out;
}

Result<void> OnnxReader::model(MessagePieces pieces, unsigned depth, OnnxModel& out)
{
    bool has_graph = false;
    bool has_ir_version = false;
    TRY(each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            has_ir_version = true;
            return integer("ir_version", field, out.ir_version);
        case 2:
            return text("producer_name", field, out.producer_name);
        case 3:
            return text("producer_version", field, out.producer_version);
        case 4:
            return text("domain", field, out.domain);
        case 5:
            return integer("model_version", field, out.model_version);
        case 6:
            return text("doc_string", field, out.doc_string);
        case 7:
            has_graph = true;
            return single("graph", field, depth, out.graph, &OnnxReader::graph);
        case 8:
            return repeated("opset_import", field, depth, out.opsets, &OnnxReader::opset);
        case 14:
            return repeated("metadata_props", field, depth, out.metadata, &OnnxReader::property);
        case 20:
            return repeated("training_info", field, depth, out.training, &OnnxReader::training);
        case 25:
            return repeated("functions", field, depth, out.functions, &OnnxReader::function);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    }));
    if (!has_ir_version)
        return malformed("no ir_version: this is not an ONNX model");
    if (!has_graph)
        return malformed("no graph: this is not an ONNX model");
    return {};
}

Result<void> OnnxReader::graph(MessagePieces pieces, unsigned depth, OnnxGraph& out)
{
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return repeated("node", field, depth, out.nodes, &OnnxReader::node);
        case 2:
            return text("name", field, out.name);
        case 5:
            return repeated("initializer", field, depth, out.initializers, &OnnxReader::tensor);
        case 10:
            return text("doc_string", field, out.doc_string);
        case 11:
            return repeated("input", field, depth, out.inputs, &OnnxReader::value_info);
        case 12:
            return repeated("output", field, depth, out.outputs, &OnnxReader::value_info);
        case 13:
            return repeated("value_info", field, depth, out.value_info, &OnnxReader::value_info);
        case 15:
            return repeated("sparse_initializer", field, depth, out.sparse_initializers, &OnnxReader::sparse_tensor);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    });
}

Result<void> OnnxReader::node(MessagePieces pieces, unsigned depth, OnnxNode& out)
{
    TRY(count(nodes_, "nodes"));
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return texts("input", field, out.inputs);
        case 2:
            return texts("output", field, out.outputs);
        case 3:
            return text("name", field, out.name);
        case 4:
            return text("op_type", field, out.op_type);
        case 5:
            return repeated("attribute", field, depth, out.attributes, &OnnxReader::attribute);
        case 6:
            return text("doc_string", field, out.doc_string);
        case 7:
            return text("domain", field, out.domain);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    });
}

Result<void> OnnxReader::opset(MessagePieces pieces, unsigned depth, OnnxOpset& out)
{
    TRY(count(values_, "values"));
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return text("domain", field, out.domain);
        case 2:
            return integer("version", field, out.version);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    });
}

Result<void> OnnxReader::property(MessagePieces pieces, unsigned depth, OnnxProperty& out)
{
    TRY(count(values_, "values"));
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return text("key", field, out.key);
        case 2:
            return text("value", field, out.value);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    });
}

Result<void> OnnxReader::function(MessagePieces pieces, unsigned depth, OnnxFunction& out)
{
    TRY(count(nodes_, "nodes"));
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return text("name", field, out.name);
        case 4:
            return texts("input", field, out.inputs);
        case 5:
            return texts("output", field, out.outputs);
        case 6:
            return texts("attribute", field, out.attributes);
        case 7:
            return repeated("node", field, depth, out.nodes, &OnnxReader::node);
        case 8:
            return text("doc_string", field, out.doc_string);
        case 9:
            return repeated("opset_import", field, depth, out.opsets, &OnnxReader::opset);
        case 10:
            return text("domain", field, out.domain);
        case 11:
            return repeated("attribute_proto", field, depth, out.defaults, &OnnxReader::attribute);
        case 12:
            return repeated("value_info", field, depth, out.value_info, &OnnxReader::value_info);
        case 13:
            return text("overload", field, out.overload);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    });
}

Result<void> OnnxReader::training(MessagePieces pieces, unsigned depth, OnnxTraining& out)
{
    TRY(count(nodes_, "nodes"));
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return single("initialization", field, depth, out.initialization ? *out.initialization : out.initialization.emplace(), &OnnxReader::graph);
        case 2:
            return single("algorithm", field, depth, out.algorithm ? *out.algorithm : out.algorithm.emplace(), &OnnxReader::graph);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    });
}

Result<void> OnnxReader::wants(WireField const& field, WireType type) const
{
    if (field.type == type)
        return {};
    return malformed("field " + std::to_string(field.number) + " has wire type " + std::to_string(static_cast<int>(field.type)) + ", wanted " + std::to_string(static_cast<int>(type)));
}

Result<void> OnnxReader::count_step()
{
    if (++steps_ > limits_.steps)
        return exhausted("more than " + std::to_string(limits_.steps) + " fields");
    return {};
}

Result<void> OnnxReader::count(uint64_t& counter, char const* what)
{
    if (++counter > limits_.entries)
        return exhausted("more than " + std::to_string(limits_.entries) + " " + what);
    return {};
}

Result<void> OnnxReader::spend_decoded(uint64_t bytes)
{
    decoded_bytes_ += bytes; // each call is bounded by eight times a part of the file: no overflow
    if (decoded_bytes_ > limits_.unpacked_bytes)
        return exhausted("numbers decode to more than " + std::to_string(limits_.unpacked_bytes) + " bytes");
    return {};
}

Result<void> OnnxReader::text(char const* name, WireField const& field, std::string& out)
{
    TRY(in_field(name, wants(field, WireType::delimited)));
    out = text_of(field.bytes);
    return {};
}

Result<void> OnnxReader::texts(char const* name, WireField const& field, std::vector<std::string>& out)
{
    TRY(in_item(name, out.size(), wants(field, WireType::delimited)));
    out.emplace_back(text_of(field.bytes));
    return {};
}

Result<void> OnnxReader::integer(char const* name, WireField const& field, int64_t& out)
{
    TRY(in_field(name, wants(field, WireType::varint)));
    out = static_cast<int64_t>(field.value);
    return {};
}

Result<void> OnnxReader::enumeration(char const* name, WireField const& field, int32_t& out)
{
    TRY(in_field(name, wants(field, WireType::varint)));
    out = static_cast<int32_t>(field.value);
    return {};
}

Result<void> OnnxReader::integers(char const* name, WireField const& field, std::vector<int64_t>& out)
{
    if (field.type != WireType::delimited) {
        TRY(in_item(name, out.size(), wants(field, WireType::varint)));
        out.push_back(static_cast<int64_t>(field.value));
        return {};
    }
    TRY(in_field(name, spend_decoded(count_varints(field.bytes) * sizeof(int64_t))));
    auto const values = TRY(in_field(name, packed_varints(field)));
    out.insert(out.end(), values.begin(), values.end());
    return {};
}

Result<void> OnnxReader::floats(char const* name, WireField const& field, std::vector<float>& out)
{
    if (field.type != WireType::delimited) {
        TRY(in_item(name, out.size(), wants(field, WireType::fixed32)));
        out.push_back(std::bit_cast<float>(static_cast<uint32_t>(field.value)));
        return {};
    }
    if (field.bytes.size() % sizeof(float) != 0)
        return in_field<void>(name, malformed(std::to_string(field.bytes.size()) + " bytes are no whole number of floats"));
    if (field.bytes.empty())
        return {};
    size_t const before = out.size();
    out.resize(before + field.bytes.size() / sizeof(float));
    std::memcpy(out.data() + before, field.bytes.data(), field.bytes.size());
    return {};
}
