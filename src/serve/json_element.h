#pragma once

#include "tensor/dtype.h"
#include "json/json.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

// One number or boolean of a request, read for the element type that the model wants.

// Why a value is not an element; the words are pydantic's.
struct ElementFault {
    std::string type;
    std::string message;
    std::optional<Json> context;
};

// Appends the element's bytes, or says why not. `dtype` has a JSON form (tensor_json.h) and is not string.
std::optional<ElementFault> append_json_element(Json const& value, DType dtype, std::vector<std::byte>& bytes);
