#include "package/package.h"

#include "arrays/npz.h"
#include "package/sample_model.h"

#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sys/stat.h>

namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "hullmark-package-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path operator/(std::string const& name) const { return path_ / name; }

private:
    fs::path path_;
};

std::string content_of(fs::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void put(fs::path const& path, std::string const& content) { std::ofstream(path, std::ios::binary) << content; }

PackageContents linear_contents()
{
    PackageContents contents;
    contents.name = "linear";
    contents.model = SharedBytes::take(write_onnx(linear_model()));
    contents.sample_inputs = {{"x", Tensor::of<float>(DType::float32, {2, 2}, {1, 2, 3, 0.5f})}};
    contents.expected_outputs = {{"y", Tensor::of<float>(DType::float32, {2, 2}, {7, 10, 4.5f, 8})}};
    contents.report = {{"passed", true}, {"rule", "scale"}};
    contents.source = PackageSource{"torchscript", Digest::of(bytes_of("source"))};
    return contents;
}

PackageContents frame_contents()
{
    auto contents = linear_contents();
    contents.input_columns = {"age", "spend"};
    return contents;
}

std::string text_in(Package const& package, std::string_view path)
{
    auto const* const file = package.find(path);
    return file ? std::string(text_of(file->bytes().bytes())) : "no such file";
}

std::string answer(Result<Package> const& package) { return package ? package->digest.hex() : "error: " + package.error().text(); }

TEST(Package, holds_what_mlflow_reads_for_a_frame)
{
    auto const package = build_package(frame_contents());
    ASSERT_TRUE(package) << package.error().text();
    std::string paths;
    for (auto const& file : package->files)
        paths += file.path + " ";
    EXPECT_EQ(paths, "MLmodel conda.yaml hullmark.json input_example.json model.onnx python_env.yaml requirements.txt sample.npz serving_input_example.json ");
    std::string const mlmodel = text_in(*package, "MLmodel");
    size_t const uuid = mlmodel.find("model_uuid: ") + 12;
    EXPECT_EQ(mlmodel.substr(0, uuid), R"(flavors:
  onnx:
    code: null
    data: model.onnx
    onnx_session_options: null
    onnx_version: 1.21.0
    providers:
      - CPUExecutionProvider
  python_function:
    data: model.onnx
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.onnx
    python_version: 3.11.7
mlflow_version: 3.17.2
model_uuid: )");
    EXPECT_EQ(mlmodel.substr(mlmodel.find("saved_input")), R"(saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type":"double","name":"age","required":true},{"type":"double","name":"spend","required":true}]'
  outputs: '[{"name":"y","type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1,2]}}]'
  params: null
utc_time_created: '1970-01-01 00:00:00.000000'
)");
    EXPECT_EQ(text_in(*package, "input_example.json"), R"({"columns":["age","spend"],"data":[[1.0,2.0],[3.0,0.5]]})");
    EXPECT_EQ(text_in(*package, "serving_input_example.json"), R"({"dataframe_split":{"columns":["age","spend"],"data":[[1.0,2.0],[3.0,0.5]]}})");
    EXPECT_EQ(text_in(*package, "requirements.txt"), "mlflow==3.17.2\nnumpy==1.26.4\nonnx==1.21.0\nonnxruntime==1.31.1\n");
    EXPECT_EQ(text_in(*package, "python_env.yaml"), "python: 3.11.7\nbuild_dependencies:\n  - pip==23.2.1\n  - setuptools\n  - wheel\ndependencies:\n  - '-r requirements.txt'\n");
    EXPECT_EQ(text_in(*package, "conda.yaml"), R"(channels:
  - conda-forge
dependencies:
  - python=3.11.7
  - pip<=23.2.1
  - pip:
      - mlflow==3.17.2
      - numpy==1.26.4
      - onnx==1.21.0
      - onnxruntime==1.31.1
name: mlflow-env
)");
}

TEST(Package, holds_what_mlflow_reads_for_named_tensors)
{
    auto const package = build_package(linear_contents());
    ASSERT_TRUE(package) << package.error().text();
    EXPECT_EQ(package->mlmodel["signature"]["inputs"], R"([{"name":"x","type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1,2]}}])");
    EXPECT_EQ(text_in(*package, "input_example.json"), R"({"x":[[1.0,2.0],[3.0,0.5]]})");
    EXPECT_EQ(text_in(*package, "serving_input_example.json"), R"({"inputs":{"x":[[1.0,2.0],[3.0,0.5]]}})");

    auto const sample = read_npz(package->find("sample.npz")->bytes());
    ASSERT_TRUE(sample) << sample.error().text();
    ASSERT_EQ(sample->size(), 2u);
    EXPECT_EQ((*sample)[0].name, "i0");
    EXPECT_EQ((*sample)[1].name, "o0");
    EXPECT_EQ((*sample)[1].tensor.number_at(1), 10);
}

TEST(Package, is_the_same_each_time_but_for_its_contents)
{
    EXPECT_EQ(answer(build_package(linear_contents())), answer(build_package(linear_contents())));
    std::set<std::string> digests{answer(build_package(linear_contents())), answer(build_package(frame_contents()))};
    auto later = linear_contents();
    later.created_seconds = 1'700'000'000;
    auto const package = build_package(later);
    ASSERT_TRUE(package);
    EXPECT_EQ(package->mlmodel["utc_time_created"], "2023-11-14 22:13:20.000000");
    digests.insert(answer(package));
    auto bare = linear_contents();
    bare.sample_inputs.clear();
    bare.expected_outputs.clear();
    digests.insert(answer(build_package(bare)));
    EXPECT_EQ(digests.size(), 4u);
}

TEST(Package, says_what_does_not_fit)
{
    struct {
        char const* name;
        void (*change)(PackageContents&);
        char const* answer;
    } const cases[] = {
        {"columns are as many as the model's", [](PackageContents& c) { c.input_columns = {"a"}; }, "error: 1 column names for an input of 2 columns"},
        {"columns have different names", [](PackageContents& c) { c.input_columns = {"a", "a"}; }, "error: column names that are empty or stand twice"},
        {"a model is ONNX", [](PackageContents& c) { c.model = SharedBytes::take(std::string("PK\3\4")); }, "error: the tag 3 names no field, byte 2, model.onnx"},
        {"a sample has all inputs", [](PackageContents& c) { c.sample_inputs[0].name = "z"; }, "error: the sample has no \"x\", which the model needs"},
        {"a sample has the model's types", [](PackageContents& c) { c.sample_inputs[0].tensor = Tensor::vector({1}); }, "error: the sample's \"x\" is int64 [1], which the model does not take"},
        {"answers are the model's", [](PackageContents& c) { c.expected_outputs[0].name = "z"; }, "error: the sample has an answer \"z\", which the model does not give"},
        {"times are within four digits", [](PackageContents& c) { c.created_seconds = -1; }, "error: a time of -1 s is not within the years 1970 to 9999"},
    };
    for (auto const& c : cases) {
        auto contents = linear_contents();
        c.change(contents);
        EXPECT_EQ(answer(build_package(contents)), c.answer) << c.name;
    }
}

TEST(Package, leaves_out_examples_that_json_cannot_hold)
{
    auto contents = linear_contents();
    contents.sample_inputs[0].tensor = Tensor::of<float>(DType::float32, {1, 2}, {1, std::numeric_limits<float>::infinity()});
    auto const package = build_package(contents);
    ASSERT_TRUE(package);
    EXPECT_EQ(package->find("input_example.json"), nullptr);
    EXPECT_FALSE(package->mlmodel.contains("saved_input_example_info"));
    EXPECT_NE(package->find("sample.npz"), nullptr);
}

TEST(Package, is_read_as_it_was_written)
{
    Folder const folder;
    auto const built = build_package(frame_contents());
    ASSERT_TRUE(built);
    auto const written = write_package(*built, folder / "deep" / "linear");
    ASSERT_TRUE(written) << written.error().text();
    for (auto const check : {PackageCheck::sizes, PackageCheck::digests}) {
        auto const read = read_package(folder / "deep" / "linear", check);
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ(read->digest, built->digest);
        EXPECT_EQ(read->name, "linear");
        EXPECT_EQ(read->input_columns, built->input_columns);
        EXPECT_EQ(read->mlmodel, built->mlmodel);
        EXPECT_EQ(read->report, built->report);
        EXPECT_TRUE(read->is_verified());
        EXPECT_EQ(read->source->digest, built->source->digest);
        EXPECT_EQ(read->inputs[0].shape->at(0).parameter, "batch");
        EXPECT_EQ(text_in(*read, "model.onnx"), text_in(*built, "model.onnx"));
        auto const again = write_package(*read, folder / "again");
        EXPECT_EQ(again.has_value(), check == PackageCheck::sizes) << "the folder is there the second time";
    }
    EXPECT_EQ(content_of(folder / "again/hullmark.json"), content_of(folder / "deep/linear/hullmark.json"));
    struct stat status;
    ASSERT_EQ(::stat((folder / "again").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0555, 0555u);
}

TEST(Package, does_not_write_over_anything)
{
    Folder const folder;
    auto const package = build_package(linear_contents());
    ASSERT_TRUE(package);
    fs::create_directory(folder / "empty");
    EXPECT_TRUE(write_package(*package, folder / "empty"));
    put(folder / "file", "mine");
    for (auto const* name : {"empty", "file"}) {
        auto const written = write_package(*package, folder / name);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().reason, Reason::conflict);
    }
    EXPECT_EQ(content_of(folder / "file"), "mine");
    size_t entries = 0;
    for ([[maybe_unused]] auto const& entry : fs::directory_iterator(folder / ""))
        ++entries;
    EXPECT_EQ(entries, 2u) << "nothing is left beside them";
}

TEST(Package, notices_damage_before_use)
{
    Folder const folder;
    auto const built = build_package(linear_contents());
    ASSERT_TRUE(built && write_package(*built, folder / "p"));
    std::string const model = content_of(folder / "p/model.onnx");

    std::string changed = model;
    changed.back() ^= 1;
    put(folder / "p/model.onnx", changed);
    EXPECT_TRUE(read_package(folder / "p", PackageCheck::sizes));
    auto const damaged = read_package(folder / "p", PackageCheck::digests);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().reason, Reason::unavailable);
    EXPECT_TRUE(damaged.error().what.starts_with("damaged: block 0 of 8 MiB")) << damaged.error().text();

    put(folder / "p/model.onnx", model + "x");
    EXPECT_EQ(read_package(folder / "p", PackageCheck::sizes).error().reason, Reason::unavailable);
    fs::remove(folder / "p/model.onnx");
    EXPECT_EQ(read_package(folder / "p", PackageCheck::sizes).error().reason, Reason::missing);
    put(folder / "elsewhere", model);
    fs::create_symlink(folder / "elsewhere", folder / "p/model.onnx");
    EXPECT_EQ(read_package(folder / "p", PackageCheck::sizes).error().reason, Reason::refused);
    EXPECT_EQ(read_package(folder / "nothing", PackageCheck::sizes).error().reason, Reason::missing);
}

TEST(Package, refuses_manifests_that_are_none)
{
    auto const built = build_package(linear_contents());
    ASSERT_TRUE(built);
    std::string const manifest = text_in(*built, "hullmark.json");
    auto const open = [&](std::string const& path, Digest const&) -> Result<SharedBytes> {
        auto const* const file = built->find(path);
        if (!file)
            return missing("no such file");
        return file->bytes();
    };
    auto const answer_to = [&](std::string const& from, std::string const& to) {
        std::string text = manifest;
        size_t const at = text.find(from);
        return answer(read_package(SharedBytes::take(text.replace(at, from.size(), to)), open, PackageCheck::digests));
    };
    EXPECT_EQ(answer_to("{", "{"), built->digest.hex());
    EXPECT_EQ(answer_to("\"format_version\": 1", "\"format_version\": 2"), "error: a package of format version 2, wanted 1, hullmark.json");
    EXPECT_EQ(answer_to("\"conda.yaml\"", "\"../conda.yaml\""), "error: the file \"../conda.yaml\" stands behind \"MLmodel\", hullmark.json");
    EXPECT_EQ(answer_to("\"conda.yaml\"", "\"a/../conda.yaml\""), "error: the file \"a/../conda.yaml\": wanted plain names joined by \"/\", hullmark.json");
    EXPECT_EQ(answer_to("\"conda.yaml\"", "\"hullmark.json\""), "error: the manifest names itself, file 1, hullmark.json");
    EXPECT_EQ(answer_to("\"conda.yaml\"", "\"MLmodel\""), "error: the file \"MLmodel\" stands behind \"MLmodel\", hullmark.json");
    EXPECT_EQ(answer_to("\"bytes\": ", "\"bytes\": 1"), "error: damaged: it has 773 bytes, wanted 1773, MLmodel");
    for (size_t length = 0; length + 2 < manifest.size(); length += 7)
        EXPECT_FALSE(read_package(SharedBytes::take(manifest.substr(0, length)), open, PackageCheck::digests)) << length;
}

TEST(Package, carries_external_data_with_its_model)
{
    auto const files = encode_onnx_external(linear_model(), "model.onnx.data", 1);
    auto contents = linear_contents();
    contents.model = SharedBytes::take(files.model.joined());
    EXPECT_EQ(answer(build_package(contents)), "error: external data in \"model.onnx.data\", wanted one file, graph.initializer[0] \"w\"");
    contents.external_location = "model.onnx.data";
    contents.external_data = files.data;
    auto const package = build_package(contents);
    ASSERT_TRUE(package) << package.error().text();
    auto model = read_onnx(package->find("model.onnx")->bytes());
    ASSERT_TRUE(model);
    auto const loaded = load_external_data(*model, external_loader(*package));
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(to_tensor(model->graph.initializers[0])->number_at(3), 4);
    contents.external_location = "MLmodel";
    EXPECT_FALSE(build_package(contents));
}

TEST(Package, digests_each_block_of_a_file_in_parts)
{
    std::string const block(Digest::chunk_bytes - 3, 'a');
    auto files = encode_onnx_external(linear_model(), "model.onnx.data", 1);
    files.data.parts.push_back(SharedBytes::take(block));
    files.data.parts.push_back(SharedBytes::take(block));
    auto contents = linear_contents();
    contents.model = SharedBytes::take(files.model.joined());
    contents.external_location = "model.onnx.data";
    contents.external_data = files.data;
    auto const package = build_package(contents);
    ASSERT_TRUE(package) << package.error().text();
    auto const* const data = package->find("model.onnx.data");
    auto const whole = data->bytes();
    EXPECT_EQ(data->digest, Digest::of(whole.bytes()));
    EXPECT_EQ(data->chunks, Digest::of_chunks(whole.bytes()));
    EXPECT_EQ(data->chunks.size(), 3u);
}

}
