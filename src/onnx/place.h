#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

// The place of a failure in a model is a byte offset (where there are bytes) and then one path from the root:
// "byte 1234, graph.node[3].attribute[1]". These extend the path to the left on the way up.

template <typename T>
Result<T> in_field(std::string_view name, Result<T> result)
{
    if (result)
        return result;
    auto& where = result.error().where;
    size_t const path = !where.empty() && where.front().starts_with("byte ") ? 1 : 0;
    if (where.size() == path)
        where.emplace_back(name);
    else
        where[path] = std::string(name) + "." + where[path];
    return result;
}

template <typename T>
Result<T> in_item(char const* name, size_t index, Result<T> result)
{
    return result ? std::move(result) : in_field(std::string(name) + "[" + std::to_string(index) + "]", std::move(result));
}
