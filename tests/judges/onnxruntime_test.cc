#include "files/mapped.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "onnx/write.h"
#include "runtime/runtime.h"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

// ONNX Runtime judges our reader and writer on every model of ONNX's own test data: what we write again it loads where it loads the
// original, and gives the same answers, bit by bit.

namespace {

std::filesystem::path const test_data = "/usr/share/libonnx-testdata/data";

std::vector<std::filesystem::path> models()
{
    std::vector<std::filesystem::path> paths;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(test_data))
        if (entry.is_regular_file() && entry.path().filename() == "model.onnx")
            paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
}

Result<std::vector<NamedTensor>> recorded_inputs(std::filesystem::path const& model, Session const& session)
{
    std::vector<NamedTensor> inputs;
    for (size_t i = 0; i < session.inputs().size(); ++i) {
        auto const file = TRY(MappedFile::open(model.parent_path() / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb")));
        auto const tensor = TRY(read_onnx_tensor(file.shared()));
        auto value = TRY(to_tensor(tensor));
        inputs.push_back({session.inputs()[i].name, std::move(value)});
    }
    return inputs;
}

bool same_bits(Tensor const& left, Tensor const& right)
{
    if (left.dtype() != right.dtype() || left.shape() != right.shape())
        return false;
    if (left.dtype() == DType::string)
        return left.strings() == right.strings();
    return std::equal(left.bytes().begin(), left.bytes().end(), right.bytes().begin(), right.bytes().end());
}

bool is_random(OnnxModel const& model)
{
    static constexpr std::string_view drawn[] = {"Bernoulli", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial"};
    return std::any_of(model.graph.nodes.begin(), model.graph.nodes.end(), [](auto const& node) { return std::find(std::begin(drawn), std::end(drawn), node.op_type) != std::end(drawn); });
}

TEST(OnnxRuntime, takes_each_model_that_we_write_again_as_it_takes_the_original)
{
    auto const runtime = Runtime::open();
    if (!runtime)
        GTEST_SKIP() << runtime.error().text();
    if (!std::filesystem::exists(test_data))
        GTEST_SKIP() << "libonnx-testdata is not installed";
    SessionOptions settings;
    settings.intra_threads = 1;
    size_t loaded = 0;
    size_t answered = 0;
    for (auto const& path : models()) {
        SCOPED_TRACE(path.parent_path().filename().string());
        auto const file = MappedFile::open(path);
        ASSERT_TRUE(file.has_value());
        auto const model = read_onnx(file->shared());
        ASSERT_TRUE(model.has_value()) << model.error().text();
        auto const written = write_onnx(*model);
        auto const original = Session::create(*runtime, file->bytes(), settings);
        auto const again = Session::create(*runtime, bytes_of(written), settings);
        ASSERT_EQ(original.has_value(), again.has_value()) << (original ? again.error().text() : original.error().text());
        if (!original)
            continue;
        ++loaded;
        auto const inputs = recorded_inputs(path, *original);
        if (!inputs || is_random(*model))
            continue;
        auto const expected = original->run(*inputs);
        auto const actual = again->run(*inputs);
        ASSERT_EQ(expected.has_value(), actual.has_value());
        if (!expected)
            continue;
        ++answered;
        ASSERT_EQ(expected->size(), actual->size());
        for (size_t i = 0; i < expected->size(); ++i)
            EXPECT_TRUE(same_bits((*expected)[i], (*actual)[i])) << "output " << i;
    }
    EXPECT_GT(loaded, 500U);
    EXPECT_GT(answered, 500U);
    std::printf("%zu models loaded, %zu of them answered\n", loaded, answered);
}

}
