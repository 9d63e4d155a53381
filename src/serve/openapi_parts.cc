#include "serve/openapi_parts.h"

#include "http/message.h"

namespace {

constexpr size_t most_zeros = 10'000; // elements of an example that is made up

}

Json openapi_object(std::string const& title, Json properties)
{
    Json required = Json::array();
    for (auto const& property : properties.items())
        required.push_back(property.key());
    return {{"type", "object"}, {"title", title}, {"required", std::move(required)}, {"properties", std::move(properties)}};
}

Json openapi_reference(std::string const& schema) { return {{"$ref", "#/components/schemas/" + schema}}; }

Json openapi_json(Json schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

Json openapi_reply(std::string const& description, Json schema) { return {{"description", description}, {"content", openapi_json(std::move(schema))}}; }

void add_openapi_refusals(Json& responses, std::string const& schema, std::initializer_list<int> statuses)
{
    for (int const status : statuses)
        responses[std::to_string(status)] = openapi_reply(std::string(phrase_of(status)), openapi_reference(schema));
}

Json openapi_page(std::string const& summary, std::string const& id, Json schema, std::string const& type)
{
    Json responses{{"200", {{"description", "Always, while the server runs"}, {"content", {{type, {{"schema", std::move(schema)}}}}}}}};
    add_openapi_refusals(responses, "Refusal", {400, 403, 413, 431, 503});
    return {{"get", {{"summary", summary}, {"operationId", id}, {"security", Json::array()}, {"responses", std::move(responses)}}}};
}

std::vector<NamedTensor> zeros_for_inputs(ServedModel const& model)
{
    std::vector<NamedTensor> zeros;
    for (auto const& input : model.inputs) {
        Shape shape;
        for (auto const& dim : input.dims.value_or(std::vector<SessionDim>()))
            shape.push_back(dim.size.value_or(1));
        auto const count = element_count(shape);
        if (!count || *count > most_zeros)
            return {};
        auto tensor = *input.dtype == DType::string
            ? Tensor::create_strings(shape, std::vector<std::string>(*count, "text"))
            : Tensor::create(*input.dtype, shape, SharedBytes::take(std::vector<std::byte>(bytes_of_elements(*input.dtype, *count).value_or(0))));
        if (!tensor)
            return {};
        zeros.push_back({input.name, *std::move(tensor)});
    }
    return zeros;
}
