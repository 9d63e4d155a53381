#include "recognise/recognise.h"

#include "arrays/npz.h"
#include "arrays/safetensors.h"
#include "files/mapped.h"
#include "files/zip.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <unistd.h>

namespace {

using namespace std::string_literals;

SharedBytes shared(std::string text) { return SharedBytes::take(std::move(text)); }

std::string joined(std::vector<SharedBytes> const& parts)
{
    std::string whole;
    for (auto const& part : parts)
        whole += text_of(part.bytes());
    return whole;
}

std::string zip(std::vector<std::pair<std::string, std::string>> const& members)
{
    ZipWriter writer;
    for (auto const& [name, content] : members)
        EXPECT_TRUE(writer.add(name, {shared(content)}));
    return joined(std::move(writer).finish());
}

std::string example(std::string const& path)
{
    auto const file = MappedFile::open("examples/" + path);
    EXPECT_TRUE(file) << path;
    return file ? std::string(text_of(file->bytes())) : "";
}

NamedTensor const numbers{"w", Tensor::of<float>(DType::float32, {2}, {1, 2})};

std::string const npz = joined(*write_npz(std::vector{numbers}));
std::string const safetensors = joined(*write_safetensors(std::vector{numbers}));
// ir_version 8, opset_import {version 17}, graph {name "g"}
std::string const onnx = "\x08\x08\x42\x02\x10\x11\x3a\x03\x12\x01g"s;
std::string const empty_dict = "\x80\x02}q\x00."s;
// What model_version 0x55 and the tag of producer_name are to a pickle: "(", "U", and 18 bytes of text.
std::string const call = "cposix\nsystem\n(S'id'\ntR.";
std::string const onnx_that_runs = "\x28\x55\x12"s + static_cast<char>(17 + call.size()) + std::string(17, ' ') + call + onnx;
std::string const estimator = "\x80\x02"s + "csklearn.linear_model._base\nLinearRegression\n)\x81}b.";

struct Case {
    char const* name;
    std::string bytes;
    char const* kind;
};

Case const cases[] = {
    {"nothing is text", "", "text"},
    {"scripted PyTorch", example("digits/digits.pt"), "torchscript"},
    {"traced PyTorch", example("digits/digits-traced.pt"), "torchscript"},
    {"a dict of PyTorch", example("digits/digits-checkpoint.pt"), "torch-checkpoint"},
    {"a folder's name in the archive does not matter", zip({{"x/data.pkl", "\x80\x02}."s}, {"x/version", "3"}}), "torch-checkpoint"},
    {"an exported program", zip({{"m/archive_format", "pt2"}, {"m/models/model.json", "{}"}}), "torch-exported-program"},
    {"an exported program of PyTorch 2.1", zip({{"serialized_exported_program.json", "{}"}, {"version", "1"}}), "torch-exported-program"},
    {"a torch.package", zip({{"p/.data/extern_modules", "torch"}, {"p/m/model.pkl", "\x80\x02}."s}}), "torch-package"},
    {"TorchScript of old", zip({{"m/model.json", "{}"}, {"m/attributes.pkl", "\x80\x02]."s}}), "torchscript"},
    {"arrays in an archive", npz, "numpy-archive"},
    {"Keras", zip({{"config.json", "{}"}, {"metadata.json", "{}"}}), "keras"},
    {"skops", zip({{"schema.json", "{}"}, {"1.npy", "x"}}), "skops"},
    {"any other archive", zip({{"readme.txt", "hello"}}), "zip"},
    {"an archive without members", zip({}), "zip"},
    {"a cut archive begins as one", example("digits/digits.pt").substr(0, 5000), "zip"},
    {"safetensors", safetensors, "safetensors"},
    {"a cut safetensors header", safetensors.substr(0, 20), "safetensors"},
    {"ONNX", onnx, "onnx"},
    {"ONNX with a field that is not known yet", onnx + "\xfa\x06\x02hi"s, "onnx"},
    {"ONNX with its graph cut", onnx.substr(0, onnx.size() - 1), "onnx"},
    {"a graph without any version is nothing", "\x3a\x03\x12\x01g"s, "unknown"},
    {"an array", "\x93NUMPY\x01\x00"s, "numpy"},
    {"a pickle", empty_dict, "pickle"},
    {"a pickle of the first protocol", "(lp0\nI1\na.", "pickle"},
    {"a pickle that lacks its end", "\x80\x02}q\x00X\x01\x00\x00\x00"s + "aK\x01s", "pickle"},
    {"two bytes by chance make no pickle", "\x80\x02\xff\xff\xff"s, "unknown"},
    {"a pickled estimator", estimator, "scikit-learn"},
    {"a joblib pickle", "\x80\x02"s + "cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}b.", "joblib"},
    {"sklearn_extra is not sklearn", "\x80\x02"s + "csklearnx.a\nB\n)\x81.", "pickle"},
    {"a pickle of a million opcodes and more", "("s + [] { std::string t; for (int i = 0; i < 600'000; ++i) t += "N0"; return t; }() + "t.", "pickle"},
    {"a GIF that runs", "GIF89a\0\0\0"s + call, "pickle"},
    {"ONNX that runs", onnx_that_runs, "pickle"},
    {"a text that runs, and goes on as text", call + "\nmore text\n", "pickle"},
    {"a pickle that breaks behind its call", call.substr(0, call.size() - 1) + "\xff", "pickle"},
    {"a text with a line that is an opcode", "configuration\nof a model\n(tR", "text"},
    {"an array with an archive behind it", "\x93NUMPY\x01\x00"s + npz, "zip"},
    {"a text that speaks of PK", "PK and PK\5\6, which is no end record of anything at all"s, "unknown"},
    {"an archive in front of which something stands", "\x01\x02\x03"s + npz, "zip"},
    {"a pickle with an archive behind it", call + npz, "pickle"},
    {"ELF with an archive behind it", "\x7f"
                                      "ELF\2\1\1\0"s
            + npz,
        "zip"},
    {"HDF5", "\x89HDF\r\n\x1a\n rest"s, "hdf5"},
    {"HDF5 behind a user block", std::string(512, ' ') + "\x89HDF\r\n\x1a\n", "hdf5"},
    {"GGUF", "GGUF\x03\0\0\0"s, "gguf"},
    {"gzip", "\x1f\x8b\x08\0"s, "compressed"},
    {"zstd", "\x28\xb5\x2f\xfd\0"s, "compressed"},
    {"zlib", "\x78\x9c\x01\0"s, "compressed"},
    {"zlib of another level", "\x78\x5e\x01\0"s, "compressed"},
    {"lzma of old", "\x5d\0\0\x80\0\xff\xff"s, "compressed"},
    {"a formula is no zlib", "x^2 + y^2", "text"},
    {"a saved model", "\x08\x01\x12\x04\x0a\x02\x0a\0"s, "tensorflow-saved-model"},
    {"PNG", "\x89PNG\r\n\x1a\n"s, "image"},
    {"WebP", "RIFF\0\0\0\0WEBPVP8 "s, "image"},
    {"WAVE", "RIFF\0\0\0\0WAVEfmt "s, "audio"},
    {"JSON", R"({"a": 1})", "json"},
    {"an index of shards", R"({"metadata": {}, "weight_map": {"a": "model-1.safetensors"}})", "safetensors-index"},
    {"an index of PyTorch's shards", R"({"weight_map": {"a": "pytorch_model-1.bin"}})", "pytorch-index"},
    {"JSON with white space around it", "\n {\"a\": [1]}\n", "json"},
    {"JSON that a strict reader refuses", R"({"a": NaN, "a": 1})", "json"},
    {"a document on each line", "{\"a\": 1}\n{\"a\": 2}\n", "text"},
    {"cut JSON is text", R"({"a": )", "text"},
    {"braces of something else", "{ margin: 0 }", "text"},
    {"text of one byte a letter", "Stra\xdf"
                                  "e und Haus, Hof und Garten\n",
        "text"},
    {"UTF-16 with its mark", "\xff\xfe"
                             "a\0b\0\n\0"s,
        "text"},
    {"long text whose end is none", std::string(1 << 21, 'a') + "\n\0\1"s, "unknown"},
    {"long text that is cut between the bytes of a letter", std::string((1 << 20) - 1, 'a') + "\xc3\xa4" + std::string(1 << 20, 'b'), "text"},
    {"YAML", "artifact_path: model\nflavors:\n  onnx:\n    data: model.onnx\n", "yaml"},
    {"a template", "{% for m in messages %}{{ m }}{% endfor %}", "template"},
    {"Python", "# a script\nimport os\nprint(os.name)\n", "source"},
    {"a shell script", "#!/bin/sh\nexit 0\n", "source"},
    {"prose", "The quick brown fox.\nNot: a mapping of things.\n", "text"},
    {"binary of no format", "\x01\x02\x03\xff\xfe"s, "unknown"},
};

TEST(Recognise, by_content_alone)
{
    for (auto const& c : cases)
        EXPECT_EQ(name_of(recognise(shared(c.bytes))), c.kind) << c.name;
}

TEST(Recognise, tells_a_tar_by_its_checksum)
{
    std::string header(512, '\0');
    header.replace(0, 1, "a");
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (unsigned char const c : header)
        sum += c;
    char digits[9];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    header.replace(148, 7, std::string(digits, 7));
    EXPECT_EQ(recognise(shared(header)), Kind::tar);
    header[1] = 'b';
    EXPECT_EQ(recognise(shared(header)), Kind::unknown);
}

TEST(Recognise, every_kind_has_a_name_of_its_own)
{
    std::set<std::string_view> names;
    for (int kind = 0; kind < kind_count; ++kind)
        EXPECT_TRUE(names.insert(name_of(static_cast<Kind>(kind))).second);
}

TEST(Recognise, survives_any_cut)
{
    for (std::string const& whole : {npz, safetensors, onnx, empty_dict, estimator})
        for (size_t length = 0; length < whole.size(); ++length)
            recognise(shared(whole.substr(0, length)));
}

TEST(Recognise, folders_by_what_is_in_them)
{
    auto const folder = std::filesystem::temp_directory_path() / ("hullmark-recognise-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    EXPECT_EQ(*recognise_folder(folder), Kind::unknown);
    std::ofstream(folder / "saved_model.pb") << "x";
    EXPECT_EQ(*recognise_folder(folder), Kind::tensorflow_saved_model);
    std::ofstream(folder / "MLmodel") << "x";
    EXPECT_EQ(*recognise_folder(folder), Kind::mlflow_model);
    std::ofstream(folder / "hullmark.json") << "x";
    EXPECT_EQ(*recognise_folder(folder), Kind::hullmark_package);
    std::filesystem::remove_all(folder);
    EXPECT_EQ(recognise_folder(folder).error().reason, Reason::missing);
}

}
