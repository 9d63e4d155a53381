#include "recognise/recognise.h"

#include "recognise/archives.h"
#include "recognise/disguise.h"
#include "recognise/onnx_shape.h"
#include "recognise/pickles.h"
#include "recognise/signatures.h"
#include "recognise/texts.h"

#include <array>

namespace {

struct KindRow {
    Kind kind;
    std::string_view name;
    std::string_view title;
};

constexpr std::array<KindRow, kind_count> kind_table{{
    {Kind::torch_checkpoint, "torch-checkpoint", "PyTorch checkpoint"},
    {Kind::torch_module, "torch-module", "pickled PyTorch module"},
    {Kind::torchscript, "torchscript", "TorchScript"},
    {Kind::torch_exported_program, "torch-exported-program", "PyTorch exported program"},
    {Kind::torch_package, "torch-package", "torch.package archive"},
    {Kind::onnx, "onnx", "ONNX model"},
    {Kind::safetensors, "safetensors", "safetensors"},
    {Kind::safetensors_index, "safetensors-index", "index of safetensors shards"},
    {Kind::pytorch_index, "pytorch-index", "index of PyTorch shards"},
    {Kind::scikit_learn, "scikit-learn", "pickled scikit-learn estimator"},
    {Kind::skops, "skops", "skops archive"},
    {Kind::pickle, "pickle", "Python pickle"},
    {Kind::joblib, "joblib", "joblib pickle"},
    {Kind::numpy, "numpy", "NumPy array"},
    {Kind::numpy_archive, "numpy-archive", "NumPy archive"},
    {Kind::keras, "keras", "Keras archive"},
    {Kind::hdf5, "hdf5", "HDF5 file"},
    {Kind::tensorflow_saved_model, "tensorflow-saved-model", "TensorFlow SavedModel"},
    {Kind::gguf, "gguf", "GGUF model"},
    {Kind::zip, "zip", "ZIP archive"},
    {Kind::tar, "tar", "tar archive"},
    {Kind::compressed, "compressed", "compressed file"},
    {Kind::mlflow_model, "mlflow-model", "MLflow model"},
    {Kind::hullmark_package, "hullmark-package", "hullmark package"},
    {Kind::text, "text", "text"},
    {Kind::json, "json", "JSON document"},
    {Kind::yaml, "yaml", "YAML document"},
    {Kind::template_text, "template", "template"},
    {Kind::source, "source", "source code"},
    {Kind::image, "image", "image"},
    {Kind::audio, "audio", "audio"},
    {Kind::unknown, "unknown", "file of no known format"},
}};

KindRow const& row_of(Kind kind) { return kind_table[static_cast<size_t>(kind)]; }

// The surest first: a signature of several bytes at its place, then forms that must hold together as a whole.
Kind kind_by_form(SharedBytes const& file, Limits const& limits)
{
    Bytes const bytes = file.bytes();
    if (auto const kind = kind_by_signature(bytes))
        return *kind;
    if (looks_like_safetensors(bytes))
        return Kind::safetensors;
    if (looks_like_onnx(bytes))
        return Kind::onnx;
    if (auto const kind = kind_of_pickle(file, limits))
        return *kind;
    if (looks_like_tar(bytes))
        return Kind::tar;
    return kind_of_text(bytes, limits).value_or(Kind::unknown);
}

// Pickles are judged as such with all that follows them, and tar and compressed files may hold anything.
bool may_be_disguise(Kind kind)
{
    switch (kind) {
    case Kind::torch_checkpoint:
    case Kind::torch_module:
    case Kind::scikit_learn:
    case Kind::pickle:
    case Kind::joblib:
    case Kind::tar:
    case Kind::compressed:
        return false;
    default:
        return true;
    }
}

}

std::string_view name_of(Kind kind) { return row_of(kind).name; }
std::string_view title_of(Kind kind) { return row_of(kind).title; }

Kind recognise(SharedBytes const& file, Limits const& limits)
{
    Bytes const bytes = file.bytes();
    if (bytes.empty())
        return Kind::unknown;
    if (auto const kind = kind_of_archive(file, limits))
        return *kind;
    Kind const kind = kind_by_form(file, limits);
    if (may_be_disguise(kind) && runs_as_pickle(bytes, limits))
        return Kind::pickle;
    return may_be_disguise(kind) && ends_as_archive(bytes) ? Kind::zip : kind;
}

Result<Kind> recognise_folder(std::filesystem::path const& folder)
{
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
        return missing("no such folder").at(folder.string());
    auto const has = [&](char const* name) { return std::filesystem::is_regular_file(folder / name, error); };
    if (has("hullmark.json"))
        return Kind::hullmark_package;
    if (has("MLmodel"))
        return Kind::mlflow_model;
    if (has("saved_model.pb") || has("saved_model.pbtxt"))
        return Kind::tensorflow_saved_model;
    return Kind::unknown;
}
