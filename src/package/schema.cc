#include "package/schema.h"

#include "onnx/structure.h"

#include <array>

namespace {

// Element types that both MLflow and numpy know.
constexpr std::array<std::string_view, 14> numpy_types{"float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128"};

std::optional<Json> tensor_spec(PackageValue const& value)
{
    bool const is_string = value.dtype == "string";
    if (!value.shape || (!is_string && std::ranges::find(numpy_types, value.dtype) == numpy_types.end()))
        return std::nullopt;
    Json shape = Json::array();
    for (auto const& dim : *value.shape)
        shape.push_back(dim.value.value_or(-1));
    return Json{{"name", value.name}, {"type", "tensor"}, {"tensor-spec", {{"dtype", is_string ? "object" : value.dtype}, {"shape", std::move(shape)}}}};
}

std::optional<Json> tensor_specs(std::vector<PackageValue> const& values)
{
    Json specs = Json::array();
    for (auto const& value : values) {
        auto spec = tensor_spec(value);
        if (!spec)
            return std::nullopt;
        specs.push_back(*std::move(spec));
    }
    if (specs.empty())
        return std::nullopt;
    return specs;
}

Json text_or_null(std::optional<Json> const& value) { return value ? Json(write_json(*value)) : Json(nullptr); }

}

PackageValue package_value(OnnxValueInfo const& info)
{
    auto const dtype = dtype_of_onnx(info.type.element_type);
    return {info.name, dtype ? std::string(name_of(*dtype)) : std::string(), info.type.shape};
}

Json json_of(PackageValue const& value)
{
    Json shape;
    if (value.shape) {
        shape = Json::array();
        for (auto const& dim : *value.shape)
            shape.push_back(dim.value ? Json(*dim.value) : dim.parameter.empty() ? Json(nullptr)
                                                                                 : Json(dim.parameter));
    }
    return {{"name", value.name}, {"dtype", value.dtype}, {"shape", std::move(shape)}};
}

Result<PackageValue> package_value(Json const& json)
{
    PackageValue value;
    value.name = TRY(json_text(json, "name"));
    value.dtype = TRY(json_text(json, "dtype"));
    auto const& shape = *TRY(json_member(json, "shape"));
    if (shape.is_null())
        return value;
    if (!shape.is_array())
        return malformed("a shape that is a " + std::string(json_kind(shape)));
    value.shape.emplace();
    for (auto const& dim : shape) {
        if (dim.is_number_integer())
            value.shape->push_back({dim.get<int64_t>(), {}, {}});
        else if (dim.is_string())
            value.shape->push_back({{}, dim.get<std::string>(), {}});
        else if (dim.is_null())
            value.shape->push_back({});
        else
            return malformed("a size that is a " + std::string(json_kind(dim)));
    }
    return value;
}

std::string column_type(std::string_view dtype)
{
    if (dtype == "float32" || dtype == "float64" || dtype == "float16")
        return "double";
    if (dtype == "int64" || dtype == "uint32")
        return "long";
    if (dtype == "int32" || dtype == "int16" || dtype == "int8" || dtype == "uint8" || dtype == "uint16")
        return "integer";
    if (dtype == "bool")
        return "boolean";
    return dtype == "string" ? "string" : "";
}

Json signature_of(Package const& package)
{
    std::optional<Json> inputs;
    if (package.input_columns.empty())
        inputs = tensor_specs(package.inputs);
    else {
        inputs = Json::array();
        for (auto const& column : package.input_columns)
            inputs->push_back({{"type", column_type(package.inputs[0].dtype)}, {"name", column}, {"required", true}});
    }
    if (!inputs)
        return nullptr;
    return {{"inputs", text_or_null(inputs)}, {"outputs", text_or_null(tensor_specs(package.outputs))}, {"params", nullptr}};
}
