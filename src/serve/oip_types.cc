#include "serve/oip_types.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

struct TypeName {
    DType dtype;
    std::string_view name;
};

constexpr std::array type_names{TypeName{DType::boolean, "BOOL"}, TypeName{DType::uint8, "UINT8"}, TypeName{DType::uint16, "UINT16"}, TypeName{DType::uint32, "UINT32"}, TypeName{DType::uint64, "UINT64"},
    TypeName{DType::int8, "INT8"}, TypeName{DType::int16, "INT16"}, TypeName{DType::int32, "INT32"}, TypeName{DType::int64, "INT64"}, TypeName{DType::float16, "FP16"}, TypeName{DType::float32, "FP32"},
    TypeName{DType::float64, "FP64"}, TypeName{DType::bfloat16, "BF16"}, TypeName{DType::string, "BYTES"}};

}

std::optional<std::string_view> oip_name(DType dtype)
{
    auto const found = std::ranges::find(type_names, dtype, &TypeName::dtype);
    return found == type_names.end() ? std::nullopt : std::optional(found->name);
}

std::optional<DType> oip_dtype(std::string_view name)
{
    auto const found = std::ranges::find(type_names, name, &TypeName::name);
    return found == type_names.end() ? std::nullopt : std::optional(found->dtype);
}

std::string oip_shape(SessionValue const& value)
{
    Shape sizes;
    for (auto const& dim : value.dims.value_or(std::vector<SessionDim>()))
        sizes.push_back(dim.size.value_or(-1));
    return oip_shape(sizes);
}

std::string oip_shape(Shape const& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }
