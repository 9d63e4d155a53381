#include "onnx/read.h"
#include "onnx/spelling.h"
#include "onnx/write.h"

#include <gtest/gtest.h>

namespace {

std::string external(std::string const& location, uint64_t offset, uint64_t length, std::string const& more = {})
{
    auto const entry = [](std::string const& key, std::string const& value) { return message(13, text(1, key) + text(2, value)); };
    return number(1, length) + number(2, 2) + more + entry("location", location) + entry("offset", std::to_string(offset)) + entry("length", std::to_string(length)) + number(14, 1);
}

std::string load_answer(std::string const& file, ExternalLoader const& load, Limits const& limits = {})
{
    auto model = read_onnx(SharedBytes::take(file));
    if (!model)
        return "error: " + model.error().text();
    auto const loaded = load_external_data(*model, load, limits);
    return loaded ? "loaded" : "error: " + loaded.error().text();
}

Result<SharedBytes> zeros(OnnxExternalData const& data) { return SharedBytes::take(std::string(*data.length, '\0')); }
Result<SharedBytes> never(OnnxExternalData const&) { return malformed("nothing may be opened"); }

TEST(OnnxExternalData, is_found_wherever_a_tensor_may_stand)
{
    std::string const tensor = external("w.bin", 0, 1);
    std::string const sparse = message(1, tensor) + message(2, tensor);
    std::string const graph = message(5, external("w.bin", 0, 1, text(8, "weight"))) + message(15, sparse);
    std::string const node = message(1, text(4, "Op") + message(5, text(1, "t") + message(5, tensor)) + message(5, text(1, "ts") + message(10, tensor)) + message(5, text(1, "g") + message(6, graph)) + message(5, text(1, "gs") + message(11, graph)) + message(5, text(1, "s") + message(22, sparse)) + message(5, text(1, "ss") + message(23, sparse)));
    std::string const file = model_of(node + graph) + message(20, message(1, graph) + message(2, graph)) + message(25, text(1, "f") + message(7, text(4, "Op") + message(5, text(1, "t") + message(5, tensor))) + message(11, text(1, "d") + message(5, tensor)));
    auto model = read_onnx(SharedBytes::take(file));
    ASSERT_TRUE(model) << model.error().text();
    std::string places;
    for (auto const& found : external_tensors(*model))
        places += found.place + "\n";
    EXPECT_EQ(places, R"(graph.node[0].attribute[0].t
graph.node[0].attribute[1].tensors[0]
graph.node[0].attribute[2].g.initializer[0] "weight"
graph.node[0].attribute[2].g.sparse_initializer[0].values
graph.node[0].attribute[2].g.sparse_initializer[0].indices
graph.node[0].attribute[3].graphs[0].initializer[0] "weight"
graph.node[0].attribute[3].graphs[0].sparse_initializer[0].values
graph.node[0].attribute[3].graphs[0].sparse_initializer[0].indices
graph.node[0].attribute[4].sparse_tensors[0].values
graph.node[0].attribute[4].sparse_tensors[0].indices
graph.node[0].attribute[5].sparse_tensors[0].values
graph.node[0].attribute[5].sparse_tensors[0].indices
graph.initializer[0] "weight"
graph.sparse_initializer[0].values
graph.sparse_initializer[0].indices
training_info[0].initialization.initializer[0] "weight"
training_info[0].initialization.sparse_initializer[0].values
training_info[0].initialization.sparse_initializer[0].indices
training_info[0].algorithm.initializer[0] "weight"
training_info[0].algorithm.sparse_initializer[0].values
training_info[0].algorithm.sparse_initializer[0].indices
functions[0].attribute_proto[0].t
functions[0].node[0].attribute[0].t
)");
    ASSERT_TRUE(load_external_data(*model, zeros));
    EXPECT_TRUE(external_tensors(*model).empty());
    EXPECT_EQ(model->graph.initializers[0].raw.size(), 1u);
}

TEST(OnnxExternalData, stands_in_plain_relative_places)
{
    for (auto const* location : {"w", "a/w.bin", "...", "weights.data"})
        EXPECT_TRUE(check_external_location(location)) << location;
    for (auto const& location : {std::string(), std::string("../w"), std::string("a/../../w"), std::string("/etc/passwd"), std::string("a//w"), std::string("./w"), std::string("w/"), std::string("a\\w"), std::string("w\0", 2), std::string("..")})
        EXPECT_FALSE(check_external_location(location)) << location;
}

TEST(OnnxExternalData, is_judged_before_anything_is_opened)
{
    struct {
        char const* name;
        std::string graph;
        char const* answer;
    } const cases[] = {
        {"no way out of the folder", message(5, external("../w", 0, 1)), "error: external data in \"../w\": wanted plain names joined by \"/\", graph.initializer[0]"},
        {"not even in a later tensor", message(5, external("w", 0, 1)) + message(5, external("/w", 0, 1)), "error: external data in \"/w\": an absolute path, wanted one that is relative to the model, graph.initializer[1]"},
        {"the length is the tensor's", message(5, external("w", 0, 1, number(1, 3))), "error: external data of 1 bytes for UINT8 [1, 3], which needs 3, graph.initializer[0]"},
        {"an offset is within some file", message(5, external("w", ~0ull, 1)), "error: external data at offset 18446744073709551615, beyond any file, graph.initializer[0]"},
        {"tensors do not overlap in part", message(5, external("w", 0, 8)) + message(5, external("w", 4, 8)), "error: external data of two tensors overlaps: \"w\" bytes 0 to 8, \"w\" bytes 4 to 12"},
        {"negative sizes have no bytes", message(5, external("w", 0, ~0ull)), "error: external data for UINT8 [-1], which has no size, graph.initializer[0]"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(load_answer(model_of(c.graph), never), c.answer) << c.name;
}

TEST(OnnxExternalData, may_be_shared_whole)
{
    EXPECT_EQ(load_answer(model_of(message(5, external("w", 0, 8)) + message(5, external("w", 0, 8)) + message(5, external("w", 8, 8)) + message(5, external("v", 4, 8))), zeros), "loaded");
}

TEST(OnnxExternalData, comes_as_long_as_it_was_asked_for)
{
    auto const shorter = [](OnnxExternalData const&) -> Result<SharedBytes> { return SharedBytes::take(std::string("a")); };
    EXPECT_EQ(load_answer(model_of(message(5, external("w", 0, 2))), shorter), "error: external data: 1 bytes came, wanted 2, graph.initializer[0]");
    Limits limits;
    limits.unpacked_bytes = 3;
    EXPECT_EQ(load_answer(model_of(message(5, external("w", 0, 2)) + message(5, external("w", 2, 2))), never, limits), "error: external data of more than 3 bytes, graph.initializer[1]");
}

TEST(OnnxExternalData, is_written_at_whole_pages_and_read_again)
{
    auto const weight = [](char name, size_t size) { return message(5, number(1, size) + number(2, 2) + text(8, std::string(1, name)) + text(9, std::string(size, name))); };
    std::string const inner = message(1, text(4, "If") + message(5, text(1, "then_branch") + message(6, weight('d', 3000))));
    auto const model = read_onnx(SharedBytes::take(model_of(inner + weight('a', 5000) + weight('b', 10) + weight('c', 4096))));
    ASSERT_TRUE(model) << model.error().text();

    auto const files = encode_onnx_external(*model, "model.onnx.data");
    std::string const data = files.data.joined();
    EXPECT_EQ(files.data.size, data.size());
    auto again = read_onnx(SharedBytes::take(files.model.joined()));
    ASSERT_TRUE(again) << again.error().text();
    std::string places;
    for (auto const& found : external_tensors(*again))
        places += found.tensor->name + "+" + std::to_string(found.tensor->external->offset) + ":" + std::to_string(*found.tensor->external->length) + " ";
    EXPECT_EQ(places, "d+12288:3000 a+0:5000 c+8192:4096 ");

    ASSERT_TRUE(load_external_data(*again, [&](OnnxExternalData const& place) -> Result<SharedBytes> { return SharedBytes::take(data.substr(place.offset, *place.length)); }));
    EXPECT_TRUE(write_onnx(*again) == write_onnx(*model));
}

TEST(OnnxExternalData, keeps_what_it_was_told)
{
    std::string const file = model_of(message(5, number(1, 1) + number(2, 2) + text(8, "w") + message(13, text(1, "location") + text(2, "w")) + message(13, text(1, "offset") + text(2, "0")) + message(13, text(1, "checksum") + text(2, "abc")) + number(14, 1)));
    auto const model = read_onnx(SharedBytes::take(file));
    ASSERT_TRUE(model) << model.error().text();
    std::string const written = write_onnx(*model);
    EXPECT_NE(written.find("checksum"), std::string::npos);
    auto const& place = *model->graph.initializers[0].external;
    EXPECT_EQ(check_external_checksum(place, {}).error().what, "external data in \"w\" whose SHA-1 is da39a3ee5e6b4b0d3255bfef95601890afd80709, and the model says abc");
    EXPECT_TRUE(check_external_checksum({"w", 0, {}, {{"checksum", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"}}}, {}));
    EXPECT_TRUE(check_external_checksum({"w", 0, {}, {}}, {}));
    EXPECT_TRUE(write_onnx(*read_onnx(SharedBytes::take(written))) == written);
}

}
