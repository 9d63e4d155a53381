#include "base/bytes.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "onnx/write.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <sstream>

// libonnx, its checker and protobuf judge our reader and writer on every model and tensor of ONNX's own test data.

namespace {

std::filesystem::path const test_data = "/usr/share/libonnx-testdata/data";

std::string content_of(std::filesystem::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::vector<std::filesystem::path> files_named(std::string const& extension)
{
    std::vector<std::filesystem::path> paths;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(test_data))
        if (entry.is_regular_file() && entry.path().extension() == extension)
            paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
}

// How a tensor's elements are spelled does not matter, nor whether a text at its default is written: these take both away.

template <typename Number, typename Entries>
void spell_as_raw(onnx::TensorProto& tensor, Entries* entries)
{
    std::string raw;
    for (auto const entry : *entries) {
        auto const number = static_cast<Number>(entry);
        raw.append(reinterpret_cast<char const*>(&number), sizeof number);
    }
    if (!raw.empty())
        tensor.set_raw_data(raw);
    entries->Clear();
}

void normalise(onnx::TensorProto& tensor)
{
    if (tensor.float_data_size())
        spell_as_raw<float>(tensor, tensor.mutable_float_data());
    if (tensor.double_data_size())
        spell_as_raw<double>(tensor, tensor.mutable_double_data());
    if (tensor.int64_data_size())
        spell_as_raw<int64_t>(tensor, tensor.mutable_int64_data());
    if (tensor.uint64_data_size() && tensor.data_type() == onnx::TensorProto::UINT32)
        spell_as_raw<uint32_t>(tensor, tensor.mutable_uint64_data());
    if (tensor.uint64_data_size())
        spell_as_raw<uint64_t>(tensor, tensor.mutable_uint64_data());
    auto* const int32_data = tensor.mutable_int32_data();
    switch (int32_data->empty() ? 0 : tensor.data_type()) {
    case 0:
        break;
    case onnx::TensorProto::INT32:
        spell_as_raw<int32_t>(tensor, int32_data);
        break;
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::UINT16:
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::BFLOAT16:
        spell_as_raw<uint16_t>(tensor, int32_data);
        break;
    default:
        spell_as_raw<uint8_t>(tensor, int32_data);
    }
    if (tensor.has_raw_data() && tensor.raw_data().empty())
        tensor.clear_raw_data();
    if (tensor.name().empty())
        tensor.clear_name();
    if (tensor.doc_string().empty())
        tensor.clear_doc_string();
    if (tensor.data_location() == onnx::TensorProto::DEFAULT)
        tensor.clear_data_location();
}

void normalise(onnx::GraphProto& graph);

void normalise(onnx::SparseTensorProto& sparse)
{
    normalise(*sparse.mutable_values());
    normalise(*sparse.mutable_indices());
}

void normalise(onnx::NodeProto& node)
{
    if (node.name().empty())
        node.clear_name();
    if (node.domain().empty())
        node.clear_domain();
    if (node.doc_string().empty())
        node.clear_doc_string();
    for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.doc_string().empty())
            attribute.clear_doc_string();
        if (attribute.has_t())
            normalise(*attribute.mutable_t());
        if (attribute.has_g())
            normalise(*attribute.mutable_g());
        if (attribute.has_sparse_tensor())
            normalise(*attribute.mutable_sparse_tensor());
        for (auto& tensor : *attribute.mutable_tensors())
            normalise(tensor);
        for (auto& graph : *attribute.mutable_graphs())
            normalise(graph);
    }
}

void normalise(google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& infos)
{
    for (auto& info : infos) {
        if (info.doc_string().empty())
            info.clear_doc_string();
        if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape())
            continue;
        for (auto& dim : *info.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim())
            if (dim.has_dim_param() && dim.dim_param().empty())
                dim.clear_dim_param();
    }
}

void normalise(onnx::GraphProto& graph)
{
    for (auto& node : *graph.mutable_node())
        normalise(node);
    for (auto& tensor : *graph.mutable_initializer())
        normalise(tensor);
    for (auto& sparse : *graph.mutable_sparse_initializer())
        normalise(sparse);
    normalise(*graph.mutable_input());
    normalise(*graph.mutable_output());
    normalise(*graph.mutable_value_info());
    if (graph.doc_string().empty())
        graph.clear_doc_string();
    if (graph.name().empty())
        graph.clear_name();
}

void normalise(onnx::ModelProto& model)
{
    normalise(*model.mutable_graph());
    for (auto& opset : *model.mutable_opset_import())
        opset.set_domain(opset.domain());
    for (auto& function : *model.mutable_functions())
        for (auto& node : *function.mutable_node())
            normalise(node);
    if (model.model_version() == 0)
        model.clear_model_version();
    if (model.producer_version().empty())
        model.clear_producer_version();
    if (model.producer_name().empty())
        model.clear_producer_name();
    if (model.domain().empty())
        model.clear_domain();
    if (model.doc_string().empty())
        model.clear_doc_string();
}

template <typename Proto>
std::string normal_form(std::string const& bytes)
{
    Proto proto;
    if (!proto.ParseFromString(bytes))
        return "protobuf cannot parse this";
    normalise(proto);
    return proto.SerializeAsString();
}

std::string verdict(std::string const& bytes, std::string const& folder)
{
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes))
        return "not parsed";
    try {
        onnx::checker::CheckerContext context;
        context.set_model_dir(folder);
        onnx::checker::check_model(model);
        return "accepted";
    } catch (std::exception const& fault) {
        return fault.what();
    }
}

TEST(Libonnx, models_are_written_as_they_were_read)
{
    auto const paths = files_named(".onnx");
    ASSERT_GT(paths.size(), 1000u) << "install libonnx-testdata";
    size_t accepted = 0;
    for (auto const& path : paths) {
        SCOPED_TRACE(path);
        std::string const original = content_of(path);
        auto const model = read_onnx(SharedBytes::take(original));
        ASSERT_TRUE(model) << model.error().text();
        std::string const written = write_onnx(*model);
        EXPECT_TRUE(normal_form<onnx::ModelProto>(original) == normal_form<onnx::ModelProto>(written));

        auto const again = read_onnx(SharedBytes::take(written));
        ASSERT_TRUE(again) << again.error().text();
        EXPECT_TRUE(write_onnx(*again) == written);

        auto const before = verdict(original, path.parent_path());
        accepted += before == "accepted";
        EXPECT_EQ(verdict(written, path.parent_path()), before);
        auto const structure = check_structure(*model);
        EXPECT_TRUE(structure) << structure.error().text();
    }
    EXPECT_GT(accepted, paths.size() * 9 / 10);
    std::printf("%zu models, %zu accepted by libonnx's checker before and after\n", paths.size(), accepted);
}

// Sequences and optionals have the same kind of name as tensors ("input_0.pb"): the model beside them tells.
bool is_tensor(std::filesystem::path const& path)
{
    onnx::ModelProto model;
    if (!model.ParseFromString(content_of(path.parent_path().parent_path() / "model.onnx")))
        return false;
    auto const name = path.stem().string();
    auto const index = std::stoi(name.substr(name.find('_') + 1));
    auto const& values = name.starts_with("input") ? model.graph().input() : model.graph().output();
    return index < values.size() && values[index].type().has_tensor_type();
}

TEST(Libonnx, tensors_are_written_as_they_were_read)
{
    auto const paths = files_named(".pb");
    ASSERT_GT(paths.size(), 3000u) << "install libonnx-testdata";
    size_t tensors = 0;
    for (auto const& path : paths) {
        SCOPED_TRACE(path);
        std::string const original = content_of(path);
        if (!is_tensor(path))
            continue;
        auto const tensor = read_onnx_tensor(SharedBytes::take(original));
        ASSERT_TRUE(tensor) << tensor.error().text();
        EXPECT_TRUE(normal_form<onnx::TensorProto>(original) == normal_form<onnx::TensorProto>(write_onnx_tensor(*tensor)));
        auto const value = to_tensor(*tensor);
        ASSERT_TRUE(value) << value.error().text();
        EXPECT_TRUE(write_onnx_tensor(*from_tensor(tensor->name, *value)) == write_onnx_tensor(*tensor));
        ++tensors;
    }
    EXPECT_GT(tensors, paths.size() * 9 / 10);
    std::printf("%zu tensors of %zu files\n", tensors, paths.size());
}

// What our own writer makes of a model that nobody else wrote.
TEST(Libonnx, accepts_a_model_of_our_own)
{
    OnnxModel model;
    model.ir_version = 8;
    model.opsets.push_back({"", 17});
    model.graph.name = "affine";
    model.graph.inputs.push_back({"x", {1, std::vector<OnnxDim>{{std::nullopt, "batch", {}}, {2, {}, {}}}, {}, {}}, {}, {}});
    model.graph.outputs.push_back({"y", {1, std::vector<OnnxDim>{{std::nullopt, "batch", {}}, {2, {}, {}}}, {}, {}}, {}, {}});
    model.graph.initializers.push_back(*from_tensor("w", Tensor::of<float>(DType::float32, {2, 2}, {1, 0, 0, 1})));
    OnnxNode node;
    node.op_type = "Gemm";
    node.inputs = {"x", "w"};
    node.outputs = {"y"};
    node.attributes.resize(1);
    node.attributes[0].name = "alpha";
    node.attributes[0].value = 0.0f;
    model.graph.nodes.push_back(node);
    ASSERT_TRUE(check_structure(model)) << check_structure(model).error().text();
    EXPECT_EQ(verdict(write_onnx(model), "."), "accepted");
}

}
