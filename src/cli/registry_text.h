#pragma once

#include "registry/registry.h"
#include "json/json.h"

#include <string>

// What a registry holds, as documents and as text.

Json json_of(RegisteredModel const& model);
Json json_of(ModelVersion const& version);
Json json_of(VersionDetails const& details);
// "champion, latest"
std::string aliases_text(ModelVersion const& version);
// "2026-11-25T00:07:14Z"
std::string time_text(int64_t ms);
