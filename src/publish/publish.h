#pragma once

#include "package/package.h"
#include "publish/conversion.h"
#include "publish/evidence.h"
#include "publish/progress.h"
#include "publish/world.h"
#include "registry/registry.h"

#include <optional>
#include <string>
#include <vector>

// The whole line, from the file that training left behind to a version in a registry.
//
// Promises: a version exists when publish() returns one, and only then; whatever fails or is stopped before leaves no trace but
// unreferenced objects, which `gc` takes. Each step is told to `progress`.
// Refuses: files whose reading gave findings, models whose check said no, and models without evidence unless that is allowed.

struct PublishRequest {
    std::string file;
    std::optional<Digest> sha256; // that the file must have
    ConversionRequest conversion;
    EvidenceRequest evidence;
    Unverified unverified = Unverified::refused;
    std::string registry; // a folder
    std::string name;
    std::string description;
    std::vector<std::string> aliases;
    std::vector<RegistryTag> tags;
    std::vector<std::string> input_columns;
};

struct Published {
    PublishedVersion version;
    Kind kind = Kind::unknown; // of the file
    ConvertedModel model;
    std::optional<VerifyReport> report; // nothing: no evidence
};

Result<Published> publish(PublishRequest const& request, World const& world, Progress& progress, Trail& trail);

// The package of a model: what is written by `package`, and what the files of a version are.
Result<Package> package_model(std::string const& name, SourceFile const& source, ConvertedModel const& model, std::optional<VerifyReport> const& report, EvidenceRequest const& evidence, std::vector<std::string> const& input_columns, World const& world);
