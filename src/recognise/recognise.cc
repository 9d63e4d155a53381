#include "recognise/evidence.h"

#include "recognise/archive_end.h"
#include "recognise/archives.h"
#include "recognise/forms.h"
#include "recognise/pickles.h"
#include "recognise/signatures.h"
#include "recognise/tar_members.h"
#include "recognise/texts.h"
#include "torch/checkpoint.h"

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

// What must hold together as a whole comes before what takes a few bytes at a fixed place.
Kind kind_by_form(Bytes file, std::optional<Kind> pickle, Limits const& limits)
{
    if (looks_like_tar(file))
        return is_tar_checkpoint(SharedBytes(file, nullptr), limits) ? Kind::torch_checkpoint : Kind::tar;
    if (looks_like_npy(file))
        return Kind::numpy;
    if (looks_like_safetensors(file))
        return Kind::safetensors;
    if (looks_like_onnx(file))
        return Kind::onnx;
    if (pickle)
        return *pickle;
    if (auto const kind = kind_of_text(file, limits)) // HDF5 may stand behind any length of text
        return kind_of_foreign(file) == Kind::hdf5 ? Kind::hdf5 : *kind;
    if (auto const kind = kind_by_signature(file))
        return *kind;
    return kind_of_foreign(file).value_or(Kind::unknown);
}

// Whether an archive at the end counts more than what the file begins as. Tar and compressed files are unpacked whatever follows, and
// a tar's last member may be an archive.
bool yields_to_archive(Kind kind) { return kind != Kind::tar && kind != Kind::compressed; }

}

std::string_view name_of(Kind kind) { return row_of(kind).name; }
std::string_view title_of(Kind kind) { return row_of(kind).title; }

Kind recognise(SharedBytes const& file, Limits const& limits) { return recognise_with_evidence(file, limits).kind; }

Recognised recognise_with_evidence(SharedBytes const& file, Limits const& limits)
{
    Bytes const bytes = file.bytes();
    if (bytes.empty())
        return {Kind::text, {}, {}};
    if (auto archive = read_as_archive(file, limits))
        return *std::move(archive);
    PickleReading const pickle = read_as_pickle(bytes, limits);
    if (pickle.runs && pickle.kind)
        return {*pickle.kind, {}, pickle.run};
    Kind const kind = kind_by_form(bytes, pickle.kind, limits);
    if (kind == pickle.kind)
        return {kind, {}, pickle.run};
    return {yields_to_archive(kind) && archive_end_of(bytes) ? Kind::zip : kind, {}, {}};
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
