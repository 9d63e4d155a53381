#include "onnx/write.h"

#include "onnx/encoding.h"

namespace {

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

// Describes ONNX's messages to a sink, field by field in the order of their numbers. Source: ONNX onnx.proto.
template <typename Sink>
class Encoder {
public:
    Encoder(Sink& sink, ExternalPlaces const& places)
        : sink_(sink),
          places_(places)
    {
    }

    void body(OnnxModel const& model)
    {
        number(1, model.ir_version);
        text(2, model.producer_name);
        text(3, model.producer_version);
        text(4, model.domain);
        number_unless_zero(5, model.model_version);
        text(6, model.doc_string);
        message(7, model.graph);
        messages(8, model.opsets);
        messages(14, model.metadata);
        messages(20, model.training);
        messages(25, model.functions);
        sink_.text(model.unknown_fields);
    }

    void body(OnnxTensor const& tensor)
    {
        numbers(1, tensor.dims);
        number_unless_zero(2, tensor.data_type);
        auto const place = places_.find(&tensor);
        bool const moved = place != places_.end();
        OnnxExternalData const* const external = moved ? &place->second : tensor.external ? &*tensor.external
                                                                                          : nullptr;
        for (auto const& element : tensor.strings)
            always(6, element);
        text(8, tensor.name);
        if (!external && tensor.raw.size() != 0) {
            key(9, WireType::delimited);
            sink_.varint(tensor.raw.size());
            sink_.elements(tensor.raw);
        }
        text(12, tensor.doc_string);
        if (external)
            external_data(*external);
        sink_.text(tensor.unknown_fields);
    }

private:
    void body(OnnxGraph const& graph)
    {
        messages(1, graph.nodes);
        text(2, graph.name);
        messages(5, graph.initializers);
        text(10, graph.doc_string);
        messages(11, graph.inputs);
        messages(12, graph.outputs);
        messages(13, graph.value_info);
        messages(15, graph.sparse_initializers);
        sink_.text(graph.unknown_fields);
    }

    void body(OnnxNode const& node)
    {
        texts(1, node.inputs);
        texts(2, node.outputs);
        text(3, node.name);
        text(4, node.op_type);
        messages(5, node.attributes);
        text(6, node.doc_string);
        text(7, node.domain);
        sink_.text(node.unknown_fields);
    }

    void body(OnnxAttribute const& attribute)
    {
        always(1, attribute.name);
        int32_t const type = value(attribute);
        text(13, attribute.doc_string);
        number_unless_zero(20, attribute.type != 0 ? attribute.type : type);
        text(21, attribute.reference);
        if (attribute.type != 12)
            messages(22, attribute.sparse_tensors);
        else
            messages(23, attribute.sparse_tensors);
        sink_.text(attribute.unknown_fields);
    }

    // Writes the value and returns the AttributeType that follows from it.
    int32_t value(OnnxAttribute const& attribute)
    {
        return std::visit(Overloaded{
                              [&](std::monostate) { return 0; },
                              [&](float number) {
                                  key(2, WireType::fixed32);
                                  fixed(number);
                                  return 1;
                              },
                              [&](int64_t integer) {
                                  number(3, integer);
                                  return 2;
                              },
                              [&](std::string const& bytes) {
                                  always(4, bytes);
                                  return 3;
                              },
                              [&](OnnxTensor const& tensor) {
                                  message(5, tensor);
                                  return 4;
                              },
                              [&](std::shared_ptr<OnnxGraph> const& graph) {
                                  message(6, *graph);
                                  return 5;
                              },
                              [&](std::vector<float> const& numbers) {
                                  for (float const number : numbers) {
                                      key(7, WireType::fixed32);
                                      fixed(number);
                                  }
                                  return 6;
                              },
                              [&](std::vector<int64_t> const& integers) {
                                  numbers(8, integers);
                                  return 7;
                              },
                              [&](std::vector<std::string> const& list) {
                                  texts(9, list);
                                  return 8;
                              },
                              [&](std::vector<OnnxTensor> const& tensors) {
                                  messages(10, tensors);
                                  return 9;
                              },
                              [&](std::vector<std::shared_ptr<OnnxGraph>> const& graphs) {
                                  for (auto const& graph : graphs)
                                      message(11, *graph);
                                  return 10;
                              },
                          },
            attribute.value);
    }

    void body(OnnxSparseTensor const& sparse)
    {
        message(1, sparse.values);
        message(2, sparse.indices);
        numbers(3, sparse.dims);
        sink_.text(sparse.unknown_fields);
    }

    void body(OnnxValueInfo const& info)
    {
        text(1, info.name);
        if (has_type(info.type))
            message(2, info.type);
        text(3, info.doc_string);
        sink_.text(info.unknown_fields);
    }

    static bool is_tensor(OnnxType const& type) { return type.element_type != 0 || type.shape || !type.tensor_unknown_fields.empty(); }
    static bool has_type(OnnxType const& type) { return is_tensor(type) || !type.other.empty() || !type.unknown_fields.empty(); }

    void body(OnnxType const& type)
    {
        if (!type.other.empty())
            return sink_.text(type.other);
        if (is_tensor(type))
            nested(1, [&] { tensor_type(type); });
        sink_.text(type.unknown_fields);
    }

    void tensor_type(OnnxType const& type)
    {
        number_unless_zero(1, type.element_type);
        if (type.shape)
            nested(2, [&] {
                messages(1, *type.shape);
                sink_.text(type.shape_unknown_fields);
            });
        sink_.text(type.tensor_unknown_fields);
    }

    void body(OnnxDim const& dim)
    {
        if (dim.value)
            number(1, *dim.value);
        else
            text(2, dim.parameter);
        sink_.text(dim.unknown_fields);
    }

    void body(OnnxOpset const& opset)
    {
        always(1, opset.domain);
        number(2, opset.version);
        sink_.text(opset.unknown_fields);
    }

    void body(OnnxProperty const& property) { entry(property.key, property.value, property.unknown_fields); }

    void body(OnnxFunction const& function)
    {
        text(1, function.name);
        texts(4, function.inputs);
        texts(5, function.outputs);
        texts(6, function.attributes);
        messages(7, function.nodes);
        text(8, function.doc_string);
        messages(9, function.opsets);
        text(10, function.domain);
        messages(11, function.defaults);
        messages(12, function.value_info);
        text(13, function.overload);
        sink_.text(function.unknown_fields);
    }

    void body(OnnxTraining const& training)
    {
        if (training.initialization)
            message(1, *training.initialization);
        if (training.algorithm)
            message(2, *training.algorithm);
        sink_.text(training.unknown_fields);
    }

    void external_data(OnnxExternalData const& external)
    {
        auto const add = [&](std::string_view name, std::string_view what) { nested(13, [&] { entry(name, what, {}); }); };
        add("location", external.location);
        add("offset", std::to_string(external.offset));
        if (external.length)
            add("length", std::to_string(*external.length));
        for (auto const& [name, what] : external.others)
            add(name, what);
        number(14, 1);
    }

    void entry(std::string_view name, std::string_view what, std::string_view unknown_fields)
    {
        always(1, name);
        always(2, what);
        sink_.text(unknown_fields);
    }

    void key(uint32_t field, WireType type) { sink_.varint(field << 3 | static_cast<uint32_t>(type)); }

    template <typename Body>
    void nested(uint32_t field, Body inner)
    {
        key(field, WireType::delimited);
        sink_.message(inner);
    }

    template <typename Message>
    void message(uint32_t field, Message const& value)
    {
        nested(field, [&] { body(value); });
    }

    template <typename Message>
    void messages(uint32_t field, std::vector<Message> const& values)
    {
        for (auto const& value : values)
            message(field, value);
    }

    void number(uint32_t field, int64_t value)
    {
        key(field, WireType::varint);
        sink_.varint(static_cast<uint64_t>(value));
    }

    void number_unless_zero(uint32_t field, int64_t value)
    {
        if (value != 0)
            number(field, value);
    }

    void always(uint32_t field, std::string_view value)
    {
        key(field, WireType::delimited);
        sink_.varint(value.size());
        sink_.text(value);
    }

    void text(uint32_t field, std::string_view value)
    {
        if (!value.empty())
            always(field, value);
    }

    void texts(uint32_t field, std::vector<std::string> const& values)
    {
        for (auto const& value : values)
            always(field, value);
    }

    template <typename Number>
    void fixed(Number number)
    {
        sink_.text({reinterpret_cast<char const*>(&number), sizeof number});
    }

    // ONNX declares these lists without [packed], so its own writers write each number by itself.
    void numbers(uint32_t field, std::vector<int64_t> const& values)
    {
        for (int64_t const value : values)
            number(field, value);
    }

    Sink& sink_;
    ExternalPlaces const& places_;
};

template <typename Message>
OnnxFile encode(Message const& message, ExternalPlaces const& places)
{
    EncodedSizes sizes;
    Encoder<EncodedSizes>(sizes, places).body(message);
    EncodedParts parts(sizes.sizes());
    Encoder<EncodedParts>(parts, places).body(message);

    OnnxFile file{parts.finish(), 0};
    for (auto const& part : file.parts)
        file.size += part.size();
    return file;
}

// The initializers of a graph and of the graphs inside it, in their order.
void list_initializers(OnnxGraph const& graph, std::vector<OnnxTensor const*>& out)
{
    for (auto const& tensor : graph.initializers)
        out.push_back(&tensor);
    for (auto const& node : graph.nodes)
        for (auto const& attribute : node.attributes) {
            if (auto const* const one = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
                list_initializers(**one, out);
            if (auto const* const many = std::get_if<std::vector<std::shared_ptr<OnnxGraph>>>(&attribute.value))
                for (auto const& inner : *many)
                    list_initializers(*inner, out);
        }
}

}

std::string OnnxFile::joined() const
{
    std::string text;
    text.reserve(size);
    for (auto const& part : parts)
        text += text_of(part.bytes());
    return text;
}

OnnxFile encode_onnx(OnnxModel const& model) { return encode(model, {}); }

std::string write_onnx(OnnxModel const& model) { return encode_onnx(model).joined(); }

std::string write_onnx_tensor(OnnxTensor const& tensor) { return encode(tensor, {}).joined(); }

OnnxFiles encode_onnx_external(OnnxModel const& model, std::string const& location, uint64_t smallest)
{
    static constexpr uint64_t page = 4096;
    static std::string const zeros(page, '\0');
    std::vector<OnnxTensor const*> initializers;
    list_initializers(model.graph, initializers);

    OnnxFiles files;
    ExternalPlaces places;
    for (auto const* const tensor : initializers) {
        if (tensor->external || tensor->raw.size() < smallest || tensor->raw.size() == 0 || places.contains(tensor))
            continue;
        uint64_t const padding = (page - files.data.size % page) % page;
        if (padding != 0)
            files.data.parts.push_back(SharedBytes(bytes_of(zeros).first(padding), nullptr));
        files.data.parts.push_back(tensor->raw);
        places[tensor] = OnnxExternalData{location, files.data.size + padding, tensor->raw.size(), {}};
        files.data.size += padding + tensor->raw.size();
    }
    files.model = encode(model, places);
    return files;
}
