#pragma once

#include "serve/served_model.h"
#include "json/json.h"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

// What the parts of the OpenAPI document have in common, and the part of the Open Inference Protocol.

inline constexpr size_t most_openapi_example_bytes = 256 << 10;

// {"type": "object", ...} that wants all of its properties.
Json openapi_object(std::string const& title, Json properties);
Json openapi_reference(std::string const& schema);
Json openapi_json(Json schema); // as the content of a body
Json openapi_reply(std::string const& description, Json schema);
// Statuses that the server gives by itself, whatever the route, in the form of `schema`.
void add_openapi_refusals(Json& responses, std::string const& schema, std::initializer_list<int> statuses);
// The operation of a page that needs no key and always answers.
Json openapi_page(std::string const& summary, std::string const& id, Json schema, std::string const& type);

// An example of zeros, where a sample gives none. Empty where it would be long.
std::vector<NamedTensor> zeros_for_inputs(ServedModel const& model);

// The routes under /v2, and the schemas that they name.
void add_oip_paths(Json& paths, Json& schemas, std::span<ServedModel const> models, bool wants_keys);
