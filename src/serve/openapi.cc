#include "serve/openapi.h"

#include "http/message.h"
#include "serve/openapi_parts.h"
#include "serve/predict.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace {

template <typename T>
Json integer_schema()
{
    return {{"type", "integer"}, {"minimum", std::numeric_limits<T>::min()}, {"maximum", std::numeric_limits<T>::max()}};
}

Json number_schema(double largest) { return {{"type", "number"}, {"minimum", -largest}, {"maximum", largest}}; }

Json element_schema(DType dtype)
{
    switch (dtype) {
    case DType::boolean:
        return {{"type", "boolean"}};
    case DType::string:
        return {{"type", "string"}};
    case DType::int8:
        return integer_schema<int8_t>();
    case DType::int16:
        return integer_schema<int16_t>();
    case DType::int32:
        return integer_schema<int32_t>();
    case DType::int64:
        return integer_schema<int64_t>();
    case DType::uint8:
        return integer_schema<uint8_t>();
    case DType::uint16:
        return integer_schema<uint16_t>();
    case DType::uint32:
        return integer_schema<uint32_t>();
    case DType::uint64:
        return integer_schema<uint64_t>();
    case DType::float32:
        return number_schema(std::numeric_limits<float>::max());
    case DType::float16:
        return number_schema(65'504);
    case DType::bfloat16:
        return number_schema(float_from_bfloat16(0x7f7f)); // the largest that is finite
    default:
        return {{"type", "number"}};
    }
}

// Lists nested as the axes from `axis` on.
Json nested_schema(SessionValue const& value, size_t axis)
{
    if (axis == value.dims->size())
        return element_schema(*value.dtype);
    Json schema{{"type", "array"}, {"items", nested_schema(value, axis + 1)}};
    auto const& dim = (*value.dims)[axis];
    schema["minItems"] = dim.size.value_or(1);
    if (dim.size)
        schema["maxItems"] = *dim.size;
    return schema;
}

// What may stand for a tensor: its rows, or one row of them.
Json tensor_schema(SessionValue const& value, bool is_answer)
{
    Json schema;
    if (!value.dims) {
        schema["description"] = text_of(value) + ", as nested lists";
    } else if (value.dims->empty()) {
        schema = element_schema(*value.dtype);
        schema["description"] = text_of(value);
    } else {
        schema["description"] = text_of(value) + ": rows, or one row without the first axis";
        Json forms = Json::array({nested_schema(value, 0), nested_schema(value, 1)});
        if (is_answer && value.dims->size() > 1)
            forms.push_back(element_schema(*value.dtype)); // a row's answer of one element
        schema["anyOf"] = std::move(forms);
    }
    schema["title"] = value.name;
    return schema;
}

Json request_schema(ServedModel const& model, std::string const& title)
{
    Json properties = Json::object();
    for (auto const& input : model.inputs)
        properties[model.inputs.size() == 1 ? "input" : input.name] = tensor_schema(input, false);
    return openapi_object(title, std::move(properties));
}

Json response_schema(ServedModel const& model, std::string const& title)
{
    if (model.outputs.size() == 1)
        return openapi_object(title, {{"prediction", tensor_schema(model.outputs.front(), true)}});
    Json by_name = Json::object();
    for (auto const& output : model.outputs)
        by_name[output.name] = tensor_schema(output, true);
    return openapi_object(title, {{"prediction", openapi_object("prediction", std::move(by_name))}});
}

Json predict_operation(ServedModel const& model, std::string const& suffix, bool wants_keys)
{
    Json content = openapi_json(openapi_reference("PredictRequest" + suffix));
    auto example = predict_example(model.sample, model.inputs, most_openapi_example_bytes);
    if (!example)
        example = predict_example(zeros_for_inputs(model), model.inputs, most_openapi_example_bytes);
    if (example)
        if (auto const value = read_json(*example))
            content["application/json"]["example"] = *value;
    Json responses{{"200", openapi_reply("The prediction", openapi_reference("PredictResponse" + suffix))}, {"422", openapi_reply("Validation Error", openapi_reference("HTTPValidationError"))}};
    add_openapi_refusals(responses, "Refusal", {400, 403, 408, 413, 415, 417, 431, 500, 501, 503, 504});
    if (wants_keys)
        add_openapi_refusals(responses, "Refusal", {401});
    auto const version = model.version.empty() ? "" : ", version " + model.version;
    return {{"summary", "Predict with " + model.name + version}, {"operationId", "predict" + suffix}, {"requestBody", {{"required", true}, {"content", std::move(content)}}}, {"responses", std::move(responses)}};
}

bool is_plain(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || (byte != '\0' && std::string_view("-._").find(byte) != std::string_view::npos); }

// A model's name as a segment of a path. Source: RFC 3986, 2.1.
std::string percent_encoded(std::string_view name)
{
    std::string text;
    for (char const byte : name)
        text += is_plain(byte) ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    return text;
}

Json shared_schemas()
{
    Json const text{{"type", "string"}};
    Json const step{{"anyOf", Json::array({text, Json{{"type", "integer"}}})}};
    Json error = openapi_object("ValidationError", {{"loc", {{"type", "array"}, {"items", step}}}, {"msg", text}, {"type", text}});
    error["properties"]["input"] = {{"title", "Input"}};
    error["properties"]["ctx"] = {{"type", "object"}};
    return {
        {"HTTPValidationError", openapi_object("HTTPValidationError", {{"detail", {{"type", "array"}, {"items", openapi_reference("ValidationError")}}}})},
        {"ValidationError", std::move(error)},
        {"Refusal", openapi_object("Refusal", {{"detail", text}})},
    };
}

}

Json openapi_document(std::span<ServedModel const> models, std::string const& version, bool wants_keys)
{
    Json const text{{"type", "string"}};
    Json paths = Json::object();
    Json schemas = shared_schemas();
    for (auto const& model : models) {
        // Names of schemas may hold less than names of models.
        bool const plain = std::ranges::all_of(model.name, is_plain);
        auto const suffix = models.size() == 1 ? std::string() : "_" + (plain ? model.name : std::to_string(&model - models.data()));
        schemas["PredictRequest" + suffix] = request_schema(model, "PredictRequest" + suffix);
        schemas["PredictResponse" + suffix] = response_schema(model, "PredictResponse" + suffix);
        paths[models.size() == 1 ? "/predict" : "/predict/" + percent_encoded(model.name)]["post"] = predict_operation(model, suffix, wants_keys);
    }
    Json const served = openapi_object("model", {{"name", text}, {"version", {{"type", Json::array({"string", "null"})}}}});
    Json const health = openapi_object("Health", {{"status", text}, {"models", {{"type", "array"}, {"items", served}}}, {"version", text}});
    paths["/health"] = openapi_page("Whether the server is well", "health", health, "application/json");
    paths["/version"] = openapi_page("The server's version", "version", text, "text/plain");
    auto metrics = openapi_page("Statistics for Prometheus", "metrics", text, "text/plain");
    if (wants_keys) {
        metrics["get"].erase("security");
        add_openapi_refusals(metrics["get"]["responses"], "Refusal", {401});
    }
    paths["/metrics"] = std::move(metrics);
    add_oip_paths(paths, schemas, models, wants_keys);
    Json components{{"schemas", std::move(schemas)}};
    Json document{{"openapi", "3.1.0"}, {"info", {{"title", models.size() == 1 ? models.front().name : "hullmark"}, {"version", version}}}, {"paths", std::move(paths)}};
    if (wants_keys) {
        components["securitySchemes"] = {{"key", {{"type", "http"}, {"scheme", "bearer"}}}};
        document["security"] = Json::array({Json{{"key", Json::array()}}});
    }
    document["components"] = std::move(components);
    return document;
}
