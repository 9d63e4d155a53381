#pragma once

#include "json/json.h"

#include <string>

// YAML in block style, keys in the object's own order. Texts that YAML would take for something else are quoted.
std::string write_yaml(Json const& value);

// The same value with the keys of all its objects in the order of their bytes.
Json in_key_order(Json const& value);
