#pragma once

#include "serve/serve.h"
#include "json/json.h"

#include <span>
#include <string>

// The OpenAPI 3.1 document of a server, made from what its models take and give.
// Source: OpenAPI Specification 3.1.0; names of schemas as FastAPI gives them (PredictRequest, PredictResponse,
// HTTPValidationError, ValidationError), each model's own under its name where there are several.

Json openapi_document(std::span<ServedModel const> models, std::string const& version, bool wants_keys);
