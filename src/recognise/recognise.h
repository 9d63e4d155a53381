#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

// What a file is, by its bytes alone: neither its name nor its extension is asked.
//
// Promises: the same bytes give the same kind; nothing is executed; time is bounded but for archives (their directory) and pickles (a
// million opcodes), whatever the size. A damaged or cut file is still named by what it begins as, so that its reader can say what is
// wrong with it. A file that is a running pickle or ends as a ZIP archive is named as that, whatever signature stands in front; what
// else it is, disguise.h tells. An empty file is text.
// Refuses nothing: what fits no rule is `unknown`, for which foreign/ may have a name. Which kinds can be read is for others to know.

enum class Kind : uint8_t {
    torch_checkpoint, // torch.save, zip or older stream: values and weights
    torch_module, // the same, a pickled nn.Module
    torchscript,
    torch_exported_program, // .pt2
    torch_package,
    onnx,
    safetensors,
    safetensors_index, // names the shards of a model
    pytorch_index,
    scikit_learn, // a pickle that mentions sklearn
    skops,
    pickle,
    joblib,
    numpy, // .npy
    numpy_archive, // .npz
    keras,
    hdf5,
    tensorflow_saved_model,
    gguf,
    zip,
    tar,
    compressed, // one stream of gzip, zlib, bzip2, xz, lz4 or zstd
    mlflow_model,
    hullmark_package,
    text,
    json,
    yaml,
    template_text, // Jinja
    source,
    image,
    audio,
    unknown,
};

inline constexpr int kind_count = static_cast<int>(Kind::unknown) + 1;

// As contract "command line" spells them: "torch-checkpoint".
std::string_view name_of(Kind kind);
// For people: "PyTorch checkpoint".
std::string_view title_of(Kind kind);

Kind recognise(SharedBytes const& file, Limits const& limits = {});

// A folder that is a model as a whole: a package of ours, an MLflow model, a TensorFlow SavedModel; else unknown. Fails with missing
// where there is no such folder.
Result<Kind> recognise_folder(std::filesystem::path const& folder);
