#include "onnx/findings.h"
#include "onnx/read.h"
#include "onnx/spelling.h"
#include "onnx/structure.h"

#include <gtest/gtest.h>

namespace {

std::string words_of(std::vector<OnnxFinding> const& findings)
{
    std::string all;
    for (auto const& finding : findings)
        all += std::string(finding.word) + ": " + finding.message + "\n";
    return all;
}

std::string const tensor = number(1, 2) + number(2, 1) + text(8, "w") + text(9, "12345678");
std::string external(std::string const& location, std::string const& more = {})
{
    auto const entry = [](std::string const& key, std::string const& value) { return message(13, text(1, key) + text(2, value)); };
    return number(1, 2) + number(2, 1) + text(8, "w") + entry("location", location) + more + number(14, 1);
}
std::string entry(std::string const& key, std::string const& value) { return message(13, text(1, key) + text(2, value)); }

struct Case {
    char const* name;
    std::string file;
    char const* found; // a part of what is said; "" for nothing
};

Case const about_bytes[] = {
    {"a sound model", model_of(message(5, tensor)), ""},
    {"metadata, functions and training", model_of(message(5, tensor)) + message(14, text(1, "a") + text(2, "b")) + message(20, message(1, text(2, "g"))) + message(25, text(1, "f") + text(10, "d")), ""},
    {"a name twice", model_of(text(2, "one") + text(2, "two")), "GraphProto.name stands here twice"},
    {"a graph twice", model_of(message(5, tensor)) + message(7, text(2, "g")), "ModelProto.graph stands here twice: readers join"},
    {"raw data twice", model_of(message(5, tensor + text(9, "87654321"))), "TensorProto.raw_data stands here twice"},
    {"a type of two kinds", model_of(message(11, text(1, "x") + message(2, message(1, number(1, 1)) + message(4, "")))), "TypeProto.sequence_type stands beside another"},
    {"a size that is number and name", model_of(message(11, text(1, "x") + message(2, message(1, number(1, 1) + message(2, message(1, number(1, 3) + text(2, "n"))))))), "TensorShapeProto.Dimension.dim_param stands beside another"},
    {"a field that ONNX does not have", model_of(text(90, "hidden")), "field 90 in a GraphProto"},
    {"an element type beyond 32 bits", model_of(message(5, number(2, (uint64_t{1} << 32) + 1) + text(8, "w"))), "TensorProto.data_type is 4294967297, beyond 32 bits"},
    {"a negative element type is one of 32 bits", model_of(message(5, number(2, ~uint64_t{0}) + text(8, "w"))), ""},
    {"a name that is no text", model_of(text(2, "\xff\xfe")), "GraphProto.name is not UTF-8"},
    {"bytes need not be text", model_of(message(1, text(4, "Op") + message(5, text(1, "s") + text(4, "\xff\xfe")))), ""},
    {"external data beside data", model_of(message(5, tensor + entry("location", "../x"))), "names external data and says that its data is here"},
    {"external data", model_of(message(5, external("w.bin"))), ""},
    {"bytes that are no protobuf", "\xff\xff", ""},
};

TEST(OnnxFindings, about_bytes_that_readers_take_differently)
{
    for (auto const& c : about_bytes) {
        auto const found = words_of(findings_of_bytes(bytes_of(c.file)));
        if (*c.found == '\0')
            EXPECT_EQ(found, "") << c.name;
        else
            EXPECT_NE(found.find(c.found), std::string::npos) << c.name << ": " << found;
    }
}

std::string node(std::string const& op_type, std::string const& domain, std::string const& more = {}) { return message(1, text(4, op_type) + text(7, domain) + more); }
std::string shape(std::string const& name, std::vector<uint64_t> const& sizes)
{
    std::string dims;
    for (auto const size : sizes)
        dims += message(1, number(1, size));
    return message(11, text(1, name) + message(2, message(1, number(1, 1) + message(2, dims))));
}
std::string sizes_tensor(std::vector<int64_t> const& sizes)
{
    return number(1, sizes.size()) + number(2, 7) + text(8, "s") + text(9, std::string(reinterpret_cast<char const*>(sizes.data()), sizes.size() * 8));
}

Case const about_models[] = {
    {"operators of ONNX Runtime", model_of(node("Relu", "") + node("Scaler", "ai.onnx.ml") + node("Gelu", "com.microsoft") + node("Conv", "com.microsoft.nchwc")), ""},
    {"operators of a library", model_of(node("PyOp", "ai.onnx.contrib")), "custom-domain: operators of the domain \"ai.onnx.contrib\""},
    {"operators of PyTorch", model_of(node("ATen", "org.pytorch.aten")), "custom-domain"},
    {"operators that are functions of the model", model_of(node("F", "mine")) + message(25, text(1, "F") + text(10, "mine")), ""},
    {"an operator of a library in a branch", model_of(node("If", "", message(5, text(1, "g") + message(6, node("Hidden", "evil"))))), "custom-domain: operators of the domain \"evil\""},
    {"an operator of a library in a function", model_of(node("F", "mine")) + message(25, text(1, "F") + text(10, "mine") + message(7, text(4, "Hidden") + text(7, "evil"))), "the domain \"evil\""},
    {"a function in the place of an operator", model_of(node("Gelu", "com.microsoft")) + message(25, text(1, "Gelu") + text(10, "com.microsoft")), "takes the place of an operator"},
    {"compiled code", model_of(node("EPContext", "com.microsoft")), "native-code: EPContext"},
    {"weights beneath the folder", model_of(message(5, external("data/w.bin", entry("checksum", "abc")))), ""},
    {"weights above the folder", model_of(message(5, external("../w.bin"))), "external-data: external data in \"../w.bin\""},
    {"weights above a folder inside", model_of(message(5, external("a/../../w.bin"))), "external-data"},
    {"weights anywhere", model_of(message(5, external("/etc/passwd"))), "an absolute path"},
    {"weights in memory", model_of(message(5, external("*/_ORT_MEM_ADDR_/*"))), "an address in memory"},
    {"weights in memory of another name", model_of(message(5, external("*/_ORT_NATIVE_ENDIAN_MEM_ADDR_/*"))), "an address in memory"},
    {"an entry that ONNX does not have", model_of(message(5, external("w.bin", entry("loader", "x")))), "the entry \"loader\""},
    {"weights of a function's attribute", model_of("") + message(25, text(1, "F") + text(10, "d") + message(7, text(4, "Constant") + message(5, text(1, "value") + message(5, external("../w"))))), "external-data"},
    {"weights of a sparse tensor", model_of(message(15, message(1, external("../w")) + message(2, tensor))), "external-data"},
    {"a value of 2^40 elements", model_of(shape("x", {1 << 20, 1 << 20})), "limit: the value \"x\""},
    {"a value whose size passes 64 bits", model_of(shape("x", {uint64_t{1} << 62, uint64_t{1} << 62})), "limit: the value \"x\""},
    {"a value of a million elements", model_of(shape("x", {1000, 1000})), ""},
    {"a constant of a stored shape", model_of(message(1, text(1, "s") + text(4, "ConstantOfShape")) + message(5, sizes_tensor({1 << 20, 1 << 20}))), "limit: ConstantOfShape"},
    {"a constant of a small shape", model_of(message(1, text(1, "s") + text(4, "ConstantOfShape")) + message(5, sizes_tensor({2, 3}))), ""},
};

TEST(OnnxFindings, about_models_that_reach_outside)
{
    for (auto const& c : about_models) {
        auto const model = read_onnx(SharedBytes::take(c.file));
        ASSERT_TRUE(model) << c.name << ": " << model.error().text();
        auto const found = words_of(findings_of_model(*model));
        if (*c.found == '\0')
            EXPECT_EQ(found, "") << c.name;
        else
            EXPECT_NE(found.find(c.found), std::string::npos) << c.name << ": " << found;
    }
}

TEST(OnnxFindings, any_cut_and_any_changed_byte_is_survived)
{
    for (auto const& list : {std::span<Case const>(about_bytes), std::span<Case const>(about_models)})
        for (auto const& c : list)
            for (size_t at = 0; at < c.file.size(); ++at) {
                findings_of_bytes(bytes_of(c.file).first(at));
                std::string changed = c.file;
                for (char const byte : {'\0', '\x0b', '\x3a', '\xff'}) {
                    changed[at] = byte;
                    findings_of_bytes(bytes_of(changed));
                    if (auto const model = read_onnx(SharedBytes::take(changed)))
                        findings_of_model(*model);
                }
            }
}

TEST(OnnxFindings, are_bounded)
{
    std::string graph;
    for (int i = 0; i < 5'000; ++i)
        graph += text(2, "again");
    EXPECT_EQ(findings_of_bytes(bytes_of(model_of(graph))).size(), 1'000u);
    std::string deep = text(2, "g");
    for (int i = 0; i < 1'000; ++i)
        deep = message(1, message(5, message(6, deep)));
    findings_of_bytes(bytes_of(model_of(deep)));
}

TEST(OnnxFindings, functions_call_each_other_no_deeper_than_graphs_nest)
{
    auto const chain = [](int length) {
        std::string file = model_of(node("F0", "d")) + message(8, text(1, "d") + number(2, 1));
        for (int i = 0; i < length; ++i)
            file += message(25, text(1, "F" + std::to_string(i)) + text(10, "d") + message(9, text(1, "d") + number(2, 1)) + (i + 1 < length ? message(7, text(4, "F" + std::to_string(i + 1)) + text(7, "d")) : ""));
        return check_structure(*read_onnx(SharedBytes::take(file)));
    };
    EXPECT_TRUE(chain(90)) << chain(90).error().text();
    auto const deep = chain(200);
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().reason, Reason::exhausted);
}

TEST(OnnxFindings, external_ranges_share_all_or_nothing)
{
    auto const ranges = [](std::string const& graph) {
        auto const answer = check_external_ranges(*read_onnx(SharedBytes::take(model_of(graph))));
        return answer ? std::string("fine") : answer.error().what;
    };
    auto const at = [](int offset) { return message(5, external("w.bin", entry("offset", std::to_string(offset)) + entry("length", "8"))); };
    EXPECT_EQ(ranges(at(0) + at(8)), "fine");
    EXPECT_EQ(ranges(at(0) + at(0)), "fine");
    EXPECT_NE(ranges(at(0) + at(4)).find("overlaps"), std::string::npos);
    EXPECT_NE(ranges(message(5, external("w.bin", entry("length", "9")))).find("needs 8"), std::string::npos);
}

}
