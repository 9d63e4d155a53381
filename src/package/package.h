#pragma once

#include "base/bytes.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "onnx/model.h"
#include "onnx/read.h"
#include "onnx/write.h"
#include "tensor/tensor.h"
#include "json/json.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Packages: a folder that MLflow (2.12 to 3.x) loads as a model, and that says of itself what it is made of.
//
//   MLmodel conda.yaml python_env.yaml requirements.txt           what MLflow reads
//   input_example.json serving_input_example.json                 from the sample, where there is one
//   model.onnx and the file of its external data                  the model
//   sample.npz                                                    inputs and answers, to verify again
//   hullmark.json                                                 the manifest: schema, evidence, digests of all other files
//
// The byte layouts stand in docs/formats/package.md. Promises: the same contents give the same bytes; a Package that was read
// has the sizes that its manifest states, and with PackageCheck::digests the bytes too, and these are the very bytes that it
// gives out. Neither host nor clock enters. Refuses: manifests of another format version, paths out of the folder, links.
// Nothing of a package is ever executed or imported.

inline constexpr std::string_view manifest_name = "hullmark.json";

// A tensor that goes in or out. What is no tensor has an empty dtype.
struct PackageValue {
    std::string name;
    std::string dtype; // "float32"
    std::optional<std::vector<OnnxDim>> shape; // nothing: unknown rank
};

// The file that the model came from.
struct PackageSource {
    std::string kind; // as `inspect` names it: "torchscript"
    Digest digest;
};

struct PackageContents {
    std::string name; // may be empty
    SharedBytes model; // an ONNX file
    std::string external_location; // the one file that its external data stands in; empty: none
    OnnxFile external_data;
    std::vector<std::string> input_columns; // feature names of the only input, which has rank 2; empty: named tensors
    std::vector<NamedTensor> sample_inputs; // by the model's input names, all of them; or none
    std::vector<NamedTensor> expected_outputs; // by the model's output names; needs sample_inputs
    Json conversion; // what convert and verify say of themselves; null where there is nothing. Neither host nor timings
    Json report; // belong into them
    std::optional<PackageSource> source;
    int64_t created_seconds = 0; // since 1970: SOURCE_DATE_EPOCH, else 0
};

struct PackageFile {
    std::string path; // relative to the folder, plain names joined by "/"
    std::vector<SharedBytes> parts; // that follow one another
    uint64_t size = 0;
    Digest digest;
    std::vector<Digest> chunks; // of each 8 MiB

    // One piece: shared where it is one already, else a copy.
    SharedBytes bytes() const;
};

struct Package {
    std::vector<PackageFile> files; // in the order of their paths, the manifest among them
    Digest digest; // of the manifest, which names all others by digest: the identity of the package
    std::string name;
    std::vector<PackageValue> inputs; // required ones
    std::vector<PackageValue> outputs;
    std::vector<std::string> input_columns;
    std::optional<PackageSource> source;
    Json conversion;
    Json report;
    Json mlmodel; // MLmodel, keys that we do not know as well

    // Null where there is no such file.
    PackageFile const* find(std::string_view path) const;
    // Whether it carries a verification report that passed.
    bool is_verified() const;
};

// Fails with malformed where the model is no ONNX or the sample does not have its inputs; with bad_usage where the columns do not
// fit the model; with unsupported for external data in other files than the one named.
Result<Package> build_package(PackageContents const& contents);

// The folder appears whole or not at all. Fails with conflict where it is there and not empty, or as the system says.
Result<void> write_package(Package const& package, std::filesystem::path const& folder);

enum class PackageCheck {
    sizes, // of every file: enough to list and show
    digests, // whole and by 8 MiB: before any of it is used
};

// Fails with missing where there is no manifest or a file that it names; unavailable where a file is damaged (it says which 8
// MiB); refused, malformed, exhausted for manifests and folders that are none. Files that the manifest does not name are not looked at.
Result<Package> read_package(std::filesystem::path const& folder, PackageCheck check, Limits const& limits = {});

// The same from anywhere: `open` gives the bytes of one file, which its digest names as well as its path.
using PackageOpener = std::function<Result<SharedBytes>(std::string const& path, Digest const& digest)>;
Result<Package> read_package(SharedBytes manifest, PackageOpener const& open, PackageCheck check, Limits const& limits = {});

// Gives external data of the package's model out of the package's own files, and of no others. The package must outlive it.
ExternalLoader external_loader(Package const& package);

// MLmodel's YAML as JSON: block or flow style, no anchors, aliases or tags (refused), nested 64 deep at most, no key twice.
// Plain scalars become null, booleans, integers and floats as YAML 1.1 reads them in MLflow; others stay texts.
Result<Json> read_mlmodel(std::string_view text, Limits const& limits = {});
// Block style in the order of the keys' bytes, as MLflow writes it; read_mlmodel gives the same value back.
std::string write_mlmodel(Json const& mlmodel);
