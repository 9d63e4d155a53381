#include "serve/oip_types.h"
#include "serve/openapi_parts.h"
#include "serve/tensor_json.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace {

Json text_schema() { return {{"type", "string"}}; }
Json flag_schema() { return {{"type", "boolean"}}; }
Json any_object_schema() { return {{"type", "object"}}; }

Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

// An object of which only `required` must be there.
Json loose_object(std::string const& title, Json properties, std::initializer_list<char const*> required)
{
    return {{"type", "object"}, {"title", title}, {"required", required}, {"properties", std::move(properties)}};
}

// The names that inputs or outputs of the models have.
Json names_schema(std::span<ServedModel const> models, std::vector<SessionValue> ServedModel::*values)
{
    std::set<std::string> names;
    for (auto const& model : models)
        for (auto const& value : model.*values)
            names.insert(value.name);
    return {{"type", "string"}, {"enum", names}};
}

void add_schemas(Json& schemas, std::span<ServedModel const> models)
{
    Json const sizes = list_of({{"type", "integer"}, {"minimum", 0}});
    Json const datatype{{"type", "string"}, {"enum", {"BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BF16", "BYTES"}}};
    Json const data{{"description", "the elements in row-major order: a flat list, or lists nested as the shape says"}, {"type", "array"}};
    Json const parameters{{"type", "object"}, {"properties", {{"binary_data_size", {{"type", "integer"}, {"minimum", 0}}}}}};
    Json const input{{"name", names_schema(models, &ServedModel::inputs)}, {"datatype", datatype}, {"shape", sizes}, {"parameters", parameters}, {"data", data}};
    Json const output{{"name", names_schema(models, &ServedModel::outputs)}, {"datatype", datatype}, {"shape", sizes}, {"parameters", parameters}, {"data", data}};
    Json const wanted = loose_object("InferRequestedOutput", {{"name", output["name"]}, {"parameters", {{"type", "object"}, {"properties", {{"binary_data", flag_schema()}}}}}}, {"name"});
    schemas["InferInput"] = loose_object("InferInput", input, {"name", "datatype", "shape"});
    schemas["InferOutput"] = loose_object("InferOutput", output, {"name", "datatype", "shape"});
    schemas["InferRequest"] = loose_object("InferRequest", {{"id", text_schema()}, {"parameters", any_object_schema()}, {"inputs", list_of(openapi_reference("InferInput"))}, {"outputs", list_of(wanted)}}, {"inputs"});
    schemas["InferResponse"] = loose_object("InferResponse", {{"model_name", text_schema()}, {"model_version", text_schema()}, {"id", text_schema()}, {"outputs", list_of(openapi_reference("InferOutput"))}}, {"model_name", "outputs"});
    Json const values = list_of(openapi_object("TensorMetadata", {{"name", text_schema()}, {"datatype", datatype}, {"shape", list_of({{"type", "integer"}})}}));
    schemas["ModelMetadata"] = openapi_object("ModelMetadata", {{"name", text_schema()}, {"versions", list_of(text_schema())}, {"platform", text_schema()}, {"inputs", values}, {"outputs", values}});
    schemas["InferError"] = openapi_object("InferError", {{"error", text_schema()}});
}

// {"inputs": [...]}, or nothing where it would be long.
std::optional<Json> infer_example(ServedModel const& model)
{
    auto const inputs = model.sample.size() == model.inputs.size() ? model.sample : zeros_for_inputs(model);
    std::string body;
    for (auto const& input : inputs) {
        auto const name = oip_name(input.tensor.dtype());
        if (!name || input.tensor.count() * 2 > most_openapi_example_bytes || input.tensor.dtype() == DType::float16 || input.tensor.dtype() == DType::bfloat16)
            return std::nullopt;
        body += fmt::format(R"({}{{"name":{},"datatype":"{}","shape":{},"data":)", body.empty() ? "" : ",", write_json(input.name), *name, oip_shape(input.tensor.shape()));
        append_flat_json(input.tensor, body);
        body += '}';
    }
    auto const example = inputs.empty() ? Result<Json>(malformed("no example")) : read_json("{\"inputs\":[" + body + "]}"); // NaN has no JSON
    return example && body.size() <= most_openapi_example_bytes ? std::optional(*example) : std::nullopt;
}

Json parameter(char const* name, Json schema) { return {{"name", name}, {"in", "path"}, {"required", true}, {"schema", std::move(schema)}}; }

class OipPaths {
public:
    OipPaths(std::span<ServedModel const> models, bool wants_keys)
        : models_(models),
          wants_keys_(wants_keys)
    {
    }

    Json operation(std::string const& summary, std::string const& id, Json schema, std::initializer_list<int> refusals) const
    {
        Json responses{{"200", openapi_reply("The answer", std::move(schema))}};
        add_openapi_refusals(responses, "InferError", {400, 403, 408, 413, 431, 503});
        add_openapi_refusals(responses, "InferError", refusals);
        if (wants_keys_)
            add_openapi_refusals(responses, "InferError", {401});
        return {{"summary", summary}, {"operationId", id}, {"responses", std::move(responses)}};
    }

    Json infer(std::string const& id) const
    {
        auto infer = operation("Infer", id, openapi_reference("InferResponse"), {404, 415, 417, 500, 501, 504});
        Json content = openapi_json(openapi_reference("InferRequest"));
        for (auto const& model : models_)
            if (auto const example = infer_example(model))
                content["application/json"]["examples"][model.name] = {{"value", *example}};
        infer["requestBody"] = {{"required", true}, {"content", std::move(content)}};
        return infer;
    }

    // The paths of a model, with a version or without.
    void add(Json& paths, std::string const& place, Json const& parameters, std::string const& suffix) const
    {
        auto const add = [&](std::string const& path, char const* method, Json operation) { paths[path] = {{"parameters", parameters}, {method, std::move(operation)}}; };
        Json const ready = openapi_object("ModelReady", {{"name", text_schema()}, {"ready", flag_schema()}});
        add(place, "get", operation("What a model takes and gives", "model_metadata" + suffix, openapi_reference("ModelMetadata"), {404}));
        add(place + "/ready", "get", operation("Whether a model is ready", "model_ready" + suffix, ready, {404}));
        add(place + "/config", "get", operation("A model's configuration", "model_config" + suffix, any_object_schema(), {404}));
        add(place + "/stats", "get", operation("What happened to a model's requests", "model_statistics" + suffix, any_object_schema(), {404}));
        add(place + "/infer", "post", infer("infer" + suffix));
    }

private:
    std::span<ServedModel const> models_;
    bool wants_keys_;
};

}

void add_oip_paths(Json& paths, Json& schemas, std::span<ServedModel const> models, bool wants_keys)
{
    add_schemas(schemas, models);
    OipPaths const oip(models, wants_keys);
    Json names = text_schema();
    Json versions = text_schema();
    for (auto const& model : models) {
        names["enum"].push_back(model.name);
        if (!versions.contains("enum") || std::ranges::find(versions["enum"], Json(model.version_text())) == versions["enum"].end())
            versions["enum"].push_back(model.version_text());
    }
    auto const open = [&](char const* path, char const* summary, char const* id, Json schema) {
        auto operation = oip.operation(summary, id, std::move(schema), {});
        operation["security"] = Json::array();
        paths[path] = {{"get", std::move(operation)}};
    };
    open("/v2/health/live", "Whether the server lives", "server_live", openapi_object("ServerLive", {{"live", flag_schema()}}));
    open("/v2/health/ready", "Whether the server is ready", "server_ready", openapi_object("ServerReady", {{"ready", flag_schema()}}));
    paths["/v2"] = {{"get", oip.operation("What the server is", "server_metadata", openapi_object("ServerMetadata", {{"name", text_schema()}, {"version", text_schema()}, {"extensions", list_of(text_schema())}}), {})}};
    paths["/v2/models/stats"] = {{"get", oip.operation("What happened to all requests", "statistics", any_object_schema(), {})}};
    paths["/v2/repository/index"] = {{"post", oip.operation("The models that are there", "repository_index", list_of(any_object_schema()), {})}};
    oip.add(paths, "/v2/models/{name}", Json::array({parameter("name", names)}), "");
    oip.add(paths, "/v2/models/{name}/versions/{version}", Json::array({parameter("name", names), parameter("version", versions)}), "_of_version");
}
