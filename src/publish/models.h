#pragma once

#include "package/package.h"
#include "publish/world.h"
#include "registry/registry.h"
#include "runtime/runtime.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Models that are ready to run, wherever they are: an ONNX file, a package, a version in a registry.

enum class Evidence : uint8_t {
    not_asked, // a bare ONNX file
    none, // a package or version without a report that passed
    verified,
};

struct ModelAtHand {
    std::string name; // of the package or registered model; of a file its stem
    std::string version; // in its registry; else empty
    SharedBytes model; // an ONNX file
    std::vector<ExternalFile> external_files;
    std::vector<NamedTensor> sample; // inputs of the package's sample; may be empty
    Evidence evidence = Evidence::not_asked;
    Digest digest; // of the ONNX file
};

// `address` is a path or models:/...; `registry` is the folder that the latter are in. Every byte was checked against its digest
// where there is one; `wanted` is that of a bare file, or of a package's model. Fails with missing, unavailable (a damaged object),
// or, for files that are neither ONNX nor a package, with unsupported and the command to run first.
Result<ModelAtHand> find_model(std::string const& address, std::string const& registry, std::optional<Digest> const& wanted = {});

// Refuses a model without evidence, reason no.
Result<void> demand_evidence(ModelAtHand const& model);

Result<Session> open_session(Runtime const& runtime, ModelAtHand const& model, SessionOptions options = {});

// A registry that must be there, for reading. A URI of another kind than a folder is unsupported.
Result<Registry> open_registry(std::string const& uri, RegistryAccess access);

// The version that a reference means now, as a package whose files are read when asked for. `registry` must outlive it.
Result<Package> read_version(Registry& registry, std::string const& name, int64_t number, PackageCheck check);
