#pragma once

#include "cli/command.h"
#include "publish/publish.h"

#include <initializer_list>

// Options that several verbs share, and what they ask for.

OptionRow sha256_option();
OptionRow registry_option();
OptionRow allow_unverified_option();
std::vector<OptionRow> conversion_options();
std::vector<OptionRow> evidence_options();
std::vector<OptionRow> joined(std::initializer_list<std::vector<OptionRow>> groups);

// `external_location` as in ConversionRequest.
Result<ConversionRequest> conversion_request(Invocation const& given, std::vector<SampleFile> samples, std::string external_location);
Result<EvidenceRequest> evidence_request(Invocation const& given, std::vector<SampleFile> samples);
