#include "onnx/read.h"

#include "onnx/element.h"
#include "onnx/spelling.h"
#include "onnx/write.h"

#include <gtest/gtest.h>

namespace {

std::string hex(Bytes bytes)
{
    std::string text;
    for (auto const byte : bytes) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(byte));
        text += digits;
    }
    return text;
}

std::string shown(OnnxTensor const& tensor)
{
    std::string text = onnx_type_name(tensor.data_type) + text_of(tensor.dims) + " " + hex(tensor.raw.bytes());
    for (auto const& element : tensor.strings)
        text += "'" + element + "'";
    if (tensor.external)
        text += "@" + tensor.external->location + "+" + std::to_string(tensor.external->offset) + (tensor.external->length ? ":" + std::to_string(*tensor.external->length) : "");
    return text;
}

std::string tensor_answer(std::string const& bytes)
{
    auto const tensor = read_onnx_tensor(SharedBytes::take(bytes));
    return tensor ? shown(*tensor) : "error: " + tensor.error().text();
}

struct Case {
    char const* name;
    std::string bytes;
    char const* answer;
};

std::string packed(std::initializer_list<uint64_t> values)
{
    std::string bytes;
    for (auto const value : values)
        bytes += varint_bytes(value);
    return bytes;
}

Case const tensors[] = {
    {"raw data stands as it is", number(1, 2) + number(2, 3) + text(9, "\1\xff"), "INT8[2] 01ff"},
    {"dims are read packed", text(1, packed({2, 1})) + number(2, 3) + text(9, "\1\xff"), "INT8[2, 1] 01ff"},
    {"dims are read packed and not", text(1, packed({2})) + number(1, 1) + number(2, 3) + text(9, "\1\xff"), "INT8[2, 1] 01ff"},
    {"the last type wins", number(2, 1) + number(2, 3), "INT8[] "},
    {"the last raw data wins", number(2, 3) + text(9, "\1") + text(9, "\2"), "INT8[] 02"},
    {"float_data is packed floats", number(1, 1) + number(2, 1) + text(4, raw_bytes(1.0f)), "FLOAT[1] 0000803f"},
    {"float_data comes in pieces", number(1, 3) + number(2, 1) + fixed(4, 1.0f) + text(4, raw_bytes(2.0f)) + fixed(4, 1.0f), "FLOAT[3] 0000803f000000400000803f"},
    {"double_data is eight bytes wide", number(1, 1) + number(2, 11) + fixed(10, 1.0), "DOUBLE[1] 000000000000f03f"},
    {"complex elements are pairs of floats", number(1, 1) + number(2, 14) + text(4, raw_bytes(1.0f) + raw_bytes(2.0f)), "COMPLEX64[1] 0000803f00000040"},
    {"int64_data keeps its sign", number(1, 2) + number(2, 7) + text(7, packed({1, static_cast<uint64_t>(-2)})), "INT64[2] 0100000000000000feffffffffffffff"},
    {"int32_data narrows to the type", number(1, 3) + number(2, 3) + text(5, packed({1, static_cast<uint64_t>(-1), 127})), "INT8[3] 01ff7f"},
    {"half floats stand in int32_data", number(1, 1) + number(2, 10) + number(5, 0x3c00), "FLOAT16[1] 003c"},
    {"uint64_data holds uint32 too", number(1, 1) + number(2, 12) + number(11, 0xffffffff), "UINT32[1] ffffffff"},
    {"two int4 stand in one entry", number(1, 2) + number(2, 22) + number(5, 0x21), "INT4[2] 21"},
    {"strings are strings", number(1, 2) + number(2, 8) + text(6, "a") + text(6, ""), "STRING[2] 'a'''"},
    {"external data is described, not opened", number(2, 1) + message(13, text(1, "location") + text(2, "w.bin")) + message(13, text(1, "offset") + text(2, "4096")) + message(13, text(1, "length") + text(2, "4")) + number(14, 1), "FLOAT[] @w.bin+4096:4"},

    {"an element that its type cannot hold is refused", number(1, 1) + number(2, 3) + number(5, 300), "error: element 0 is 300, which INT8 cannot hold, byte 0, int32_data"},
    {"a truth is 0 or 1", number(1, 1) + number(2, 9) + number(5, 2), "error: element 0 is 2, which BOOL cannot hold, byte 0, int32_data"},
    {"a tensor's elements stand in one place", number(2, 1) + text(9, "abcd") + fixed(4, 1.0f), "error: elements in two places, float_data and raw_data, byte 0"},
    {"two typed fields are two places", number(2, 7) + number(7, 1) + number(5, 1), "error: elements in two places, the other is int64_data, byte 4, int32_data"},
    {"strings beside numbers are two places", number(2, 8) + text(6, "a") + number(5, 1), "error: elements in two places, string_data and int32_data, byte 0"},
    {"a field must be its type's", number(2, 7) + fixed(4, 1.0f), "error: float_data in a tensor of INT64, whose elements stand in int64_data, byte 0"},
    {"a field needs a known type", number(2, 99) + fixed(4, 1.0f), "error: float_data in a tensor of the unknown type 99, byte 0"},
    {"packed floats are whole", number(2, 1) + text(4, "abc"), "error: 3 bytes are no whole number of elements, byte 2, float_data"},
    {"strings have no raw form", number(2, 8) + text(9, "a"), "error: raw_data in a STRING tensor, byte 0"},
    {"external tensors have nothing of their own", number(2, 1) + text(9, "abcd") + number(14, 1), "error: an external tensor with elements of its own, byte 0"},
    {"external data needs a place", number(2, 1) + number(14, 1), "error: external data without a location, byte 0"},
    {"an offset is a number", number(14, 1) + message(13, text(1, "location") + text(2, "w")) + message(13, text(1, "offset") + text(2, "-1")), "error: external data: offset is \"-1\", wanted a number of bytes, byte 0"},
    {"an offset fits 64 bits", number(14, 1) + message(13, text(1, "location") + text(2, "w")) + message(13, text(1, "offset") + text(2, "18446744073709551616")), "error: external data: offset is \"18446744073709551616\", wanted a number of bytes, byte 0"},
    {"there is one location", number(14, 1) + message(13, text(1, "location") + text(2, "w")) + message(13, text(1, "location") + text(2, "v")), "error: external data: location stands here twice, byte 0"},
    {"there are two kinds of location", number(14, 2), "error: data_location is 2, wanted 0 (here) or 1 (external), byte 0"},
    {"2^40 elements are beyond the budget", number(1, 1ull << 40) + number(2, 1), "error: the tensors declare more than 137438953472 elements, the last one [1099511627776], byte 0"},
};

TEST(OnnxTensors, are_read_from_every_form_of_elements)
{
    for (auto const& c : tensors)
        EXPECT_EQ(tensor_answer(c.bytes), c.answer) << c.name;
}

std::string model_answer(std::string const& bytes, Limits const& limits = {})
{
    auto const model = read_onnx(SharedBytes::take(bytes), limits);
    if (!model)
        return "error: " + model.error().text();
    std::string text = "graph \"" + model->graph.name + "\"";
    for (auto const& node : model->graph.nodes) {
        text += " " + node.op_type;
        for (auto const& attribute : node.attributes)
            text += " " + attribute.name + "#" + std::to_string(attribute.value.index());
    }
    return text;
}

std::string attribute(std::string const& fields) { return model_of(message(1, text(4, "Op") + message(5, text(1, "a") + fields))); }

// A graph inside a graph, `levels` deep.
std::string nested_graphs(int levels)
{
    std::string graph;
    for (int level = 0; level < levels; ++level)
        graph = message(1, message(5, message(6, graph)));
    return model_of(graph);
}

// A sequence of sequences as the type of an input.
std::string nested_types(int levels)
{
    std::string type = message(1, number(1, 1));
    for (int level = 0; level < levels; ++level)
        type = message(4, message(1, type));
    return model_of(message(11, message(2, type)));
}

Case const models[] = {
    {"the graph is the model's", model_of(text(2, "g") + message(1, text(4, "Add"))), "graph \"g\" Add"},
    {"occurrences of the graph are joined", model_of(text(2, "g") + message(1, text(4, "Add"))) + message(7, text(2, "h") + message(1, text(4, "Mul"))), "graph \"h\" Add Mul"},
    {"an attribute is what its field says", attribute(fixed(2, 1.0f)), "graph \"\" Op a#1"},
    {"an attribute left at zero is still a number", attribute(number(20, 2)), "graph \"\" Op a#2"},
    {"an empty list is a list", attribute(number(20, 7)), "graph \"\" Op a#7"},
    {"a reference has no value", attribute(number(20, 2) + text(21, "b")), "graph \"\" Op a#0"},
    {"33 graphs may be nested", nested_graphs(32), "graph \"\" "},

    {"nothing is no model", "", "error: no ir_version: this is not an ONNX model"},
    {"a model has a graph", number(1, 8), "error: no graph: this is not an ONNX model"},
    {"text is no model", "hello, world", "error: a group (field 13): ONNX has none, byte 2"},
    {"groups are refused", model_of("\x0b\x0c"), "error: a group (field 1): ONNX has none, byte 8, graph"},
    {"field 0 names nothing", std::string("\0\0", 2), "error: the tag 0 names no field, byte 0"},
    {"wire type 7 does not exist", "\x0f", "error: wire type 7 does not exist, byte 0"},
    {"tags end at 32 bits", varint_bytes(1ull << 35) + "a", "error: the tag 34359738368 names no field, byte 0"},
    {"a varint has at most ten bytes", "\x08" + std::string(11, '\xff') + std::string(10, '\1'), "error: a varint of more than ten bytes, byte 1"},
    {"a varint may be cut short", "\x08\xff", "error: a varint is cut short, byte 1"},
    {"a length of 2^31 is a claim", varint_bytes(7 << 3 | 2) + varint_bytes((1ull << 31) - 1), "error: cut short: field 7 wants 2147483647 bytes, its message has 0 left, byte 0"},
    {"a length of 2^32 is not taken for 0", varint_bytes(7 << 3 | 2) + varint_bytes(1ull << 32), "error: cut short: field 7 wants 4294967296 bytes, its message has 0 left, byte 0"},
    {"a length of 2^64 - 1 is no overflow", varint_bytes(7 << 3 | 2) + varint_bytes(~0ull), "error: cut short: field 7 wants 18446744073709551615 bytes, its message has 0 left, byte 0"},
    {"a known field has its wire type", model_of(message(1, message(5, "") + message(5, number(1, 1)))), "error: field 1 has wire type 0, wanted 2, byte 14, graph.node[0].attribute[1].name"},
    {"a node is no number", model_of(number(1, 1)), "error: field 1 has wire type 0, wanted 2, byte 8, graph.node[0]"},
    {"an inner message ends where its length says", model_of(message(1, "\x0a\x05")), "error: cut short: field 1 wants 5 bytes, its message has 0 left, byte 10, graph.node[0]"},
    {"packed floats are whole", attribute(text(7, "abc")), "error: 3 bytes are no whole number of floats, byte 19, graph.node[0].attribute[0].floats"},
    {"packed varints are whole", attribute(text(8, "\1\x80")), "error: element 1: a varint is cut short, byte 19, graph.node[0].attribute[0].ints"},
    {"an attribute has one value", attribute(fixed(2, 1.0f) + number(3, 1)), "error: an attribute of two values, f and i, byte 14, graph.node[0].attribute[0]"},
    {"an attribute's type and value agree", attribute(number(20, 1) + number(3, 1)), "error: the attribute's type is 1, its value is in i, byte 14, graph.node[0].attribute[0]"},
    {"a reference and a value are two", attribute(text(21, "b") + number(3, 1)), "error: a reference to an attribute with a value of its own, i, byte 14, graph.node[0].attribute[0]"},
    {"graphs end at 100 messages", nested_graphs(33), nullptr},
    {"types end at 100 messages", nested_types(60), nullptr},
    {"a type is of one kind", model_of(message(11, message(2, message(1, number(1, 1)) + message(4, "")))), "error: a type of two kinds, fields 1 and 4, byte 16, graph.input[0].type"},
};

TEST(OnnxModels, are_read_or_refused_with_the_place)
{
    for (auto const& c : models) {
        auto const answer = model_answer(c.bytes);
        if (c.answer)
            EXPECT_EQ(answer.substr(0, std::strlen(c.answer)), c.answer) << c.name;
        else
            EXPECT_TRUE(answer.starts_with("error: messages are nested deeper than 100")) << c.name << ": " << answer;
    }
}

TEST(OnnxModels, survive_their_deepest_nesting)
{
    std::string graph = text(2, "core");
    for (int level = 0; level < 30; ++level)
        graph = message(1, text(4, "If") + message(5, text(1, "then_branch") + message(6, graph)));
    auto const model = read_onnx(SharedBytes::take(model_of(graph)));
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_NE(write_onnx(*model).find("core"), std::string::npos);
}

TEST(OnnxModels, stop_at_each_budget)
{
    std::string const two_nodes = model_of(message(1, text(4, "Add")) + message(1, text(4, "Add")));
    Limits limits;
    limits.entries = 1;
    EXPECT_EQ(model_answer(two_nodes, limits), "error: more than 1 nodes, byte 15, graph.node[1]");
    EXPECT_EQ(model_answer(model_of(message(5, "") + message(5, "")), limits), "error: more than 1 tensors, byte 12, graph.initializer[1]");
    limits = {};
    limits.steps = 4;
    EXPECT_EQ(model_answer(two_nodes, limits), "error: more than 4 fields, byte 8, graph");
    limits = {};
    limits.bytes = 3;
    EXPECT_EQ(model_answer(two_nodes, limits), "error: the model has 22 bytes, the limit is 3");
    limits = {};
    limits.unpacked_bytes = 16;
    EXPECT_EQ(model_answer(attribute(text(8, "\1\2\3")), limits), "error: numbers decode to more than 16 bytes, byte 19, graph.node[0].attribute[0].ints");
    limits = {};
    limits.depth = 2;
    EXPECT_EQ(model_answer(two_nodes, limits), "error: messages are nested deeper than 2, byte 10, graph.node[0]");
}

TEST(OnnxModels, share_the_bytes_that_were_read)
{
    auto const file = SharedBytes::take(model_of(message(5, number(1, 4) + number(2, 2) + text(8, "w") + text(9, "abcd"))));
    auto const model = read_onnx(file);
    ASSERT_TRUE(model) << model.error().text();
    auto const raw = model->graph.initializers[0].raw.bytes();
    EXPECT_TRUE(raw.data() > file.bytes().data() && raw.data() < file.bytes().data() + file.size());
}

// Fields that onnx.proto does not have, in every message that can hold some.
TEST(OnnxModels, keep_unknown_fields_in_order)
{
    std::string const odd = text(900, "later") + number(901, 7) + number(900, 1);
    std::string const type = message(1, number(1, 1) + message(2, message(1, number(1, 3) + odd) + odd) + odd) + odd;
    std::string const tensor = number(2, 2) + text(9, "a") + odd;
    std::string const node = message(1, text(4, "Op") + message(5, text(1, "a") + number(3, 1) + number(20, 2) + odd) + odd);
    std::string const graph = node + message(5, tensor) + message(11, text(1, "x") + message(2, type) + odd) + message(15, message(1, tensor) + message(2, tensor) + odd) + odd;
    std::string const model = number(1, 8) + message(7, graph) + message(8, text(1, "") + number(2, 17) + odd) + message(14, text(1, "k") + text(2, "v") + odd)
        + message(20, message(1, graph) + odd) + message(25, text(1, "f") + message(7, text(4, "Op")) + odd) + odd;
    auto const read = read_onnx(SharedBytes::take(model));
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_TRUE(write_onnx(*read) == model);
}

std::string const busy_model = model_of(text(2, "g") + message(1, text(1, "x") + text(2, "y") + text(4, "Op") + message(5, text(1, "a") + text(8, "\1\2") + number(20, 7)) + message(5, text(1, "g") + message(6, message(1, text(4, "In"))) + number(20, 5)))
                                   + message(5, number(1, 2) + number(2, 1) + text(8, "w") + text(4, raw_bytes(1.0f) + raw_bytes(2.0f))) + message(11, text(1, "x") + message(2, message(1, number(1, 1) + message(2, message(1, text(2, "n"))))))
                                   + message(15, message(1, number(1, 1) + number(2, 7) + number(7, 5))))
    + message(25, text(1, "f") + message(7, text(4, "Op")));

TEST(OnnxModels, survive_every_cut_and_every_changed_byte)
{
    ASSERT_EQ(model_answer(busy_model), "graph \"g\" Op a#7 g#5");
    for (size_t length = 0; length < busy_model.size(); ++length)
        model_answer(busy_model.substr(0, length));
    for (size_t place = 0; place < busy_model.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = busy_model;
            changed[place] = static_cast<char>(byte);
            auto const model = read_onnx(SharedBytes::take(changed));
            if (!model)
                continue;
            std::string const written = write_onnx(*model);
            auto const again = read_onnx(SharedBytes::take(written));
            ASSERT_TRUE(again) << place << " " << byte << ": " << again.error().text();
            EXPECT_TRUE(write_onnx(*again) == written) << place << " " << byte;
        }
}

}
