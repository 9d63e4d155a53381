#include "serve/oip_dialect.h"

#include "serve/oip_elements.h"
#include "serve/oip_request.h"
#include "serve/oip_types.h"
#include "serve/tensor_json.h"
#include "json/json.h"

#include <fmt/format.h>

namespace {

constexpr size_t most_error_bytes = 1'000;

class OipCall final : public ServeCall {
public:
    OipCall(OipRequest request, ServedModel const& model)
        : request_(std::move(request)),
          model_(model)
    {
    }

    std::span<NamedTensor const> inputs() const override { return request_.inputs; }

    Result<HttpReply> answer(std::span<Tensor const> outputs) const override
    {
        std::string json = fmt::format(R"({{"model_name":{},"model_version":{})", write_json(model_.name), write_json(model_.version_text()));
        if (request_.id)
            json += ",\"id\":" + write_json(*request_.id);
        json += ",\"outputs\":[";
        std::string binary;
        bool has_binary = false;
        for (auto const& wanted : request_.outputs) {
            auto const& tensor = outputs[wanted.number];
            auto const name = oip_name(tensor.dtype());
            if (!name)
                return unsupported(fmt::format("{} is no datatype of this protocol", name_of(tensor.dtype())));
            json += fmt::format(R"({}{{"name":{},"datatype":"{}","shape":{})", &wanted == request_.outputs.data() ? "" : ",", write_json(model_.outputs[wanted.number].name), *name, oip_shape(tensor.shape()));
            if (wanted.binary) {
                has_binary = true;
                json += fmt::format(R"(,"parameters":{{"binary_data_size":{}}}}})", append_oip_bytes(tensor, binary));
            } else {
                json += ",\"data\":";
                append_flat_json(tensor, json);
                json += '}';
            }
        }
        json += "]}";
        if (!has_binary)
            return json_reply(200, std::move(json));
        return HttpReply{200, {{"content-type", "application/octet-stream"}, {"inference-header-content-length", std::to_string(json.size())}}, json + binary};
    }

private:
    OipRequest request_;
    ServedModel const& model_;
};

Json values_json(std::span<SessionValue const> values)
{
    Json list = Json::array();
    for (auto const& value : values) {
        Json shape = Json::array();
        for (auto const& dim : value.dims.value_or(std::vector<SessionDim>()))
            shape.push_back(dim.size.value_or(-1));
        list.push_back({{"name", value.name}, {"datatype", std::string(oip_name(*value.dtype).value_or(""))}, {"shape", std::move(shape)}});
    }
    return list;
}

// In the words of Triton's model configuration: "TYPE_FP32", and texts are TYPE_STRING.
Json config_values_json(std::span<SessionValue const> values)
{
    Json list = values_json(values);
    for (auto& value : list) {
        auto const datatype = value["datatype"].get<std::string>();
        value = {{"name", value["name"]}, {"data_type", "TYPE_" + (datatype == "BYTES" ? "STRING" : datatype)}, {"dims", value["shape"]}};
    }
    return list;
}

Json timed_json(TimedCount const& timed) { return {{"count", timed.count}, {"ns", timed.time.count()}}; }

Json statistics_json(ServedModel const& model, ModelStatistics const& statistics)
{
    Json const none = timed_json({});
    Json batches = Json::array();
    for (auto const& [rows, runs] : statistics.batches)
        batches.push_back({{"batch_size", rows}, {"compute_input", none}, {"compute_infer", timed_json(runs)}, {"compute_output", none}});
    TimedCount const fail{statistics.refused.count + statistics.failed.count, statistics.refused.time + statistics.failed.time};
    Json inference{{"success", timed_json(statistics.success)}, {"fail", timed_json(fail)}, {"queue", timed_json(statistics.queue)}, {"compute_input", none},
        {"compute_infer", timed_json(statistics.compute)}, {"compute_output", none}, {"cache_hit", none}, {"cache_miss", none}};
    return {{"name", model.name}, {"version", model.version_text()}, {"last_inference", statistics.last_inference_ms}, {"inference_count", statistics.rows},
        {"execution_count", statistics.compute.count}, {"inference_stats", std::move(inference)}, {"response_stats", Json::object()}, {"batch_stats", std::move(batches)}, {"memory_usage", Json::array()}};
}

}

tl::expected<std::unique_ptr<ServeCall>, HttpReply> OipDialect::read(HttpRequest request, ServedModel const& model) const
{
    auto const size = request.body.size();
    std::optional<uint64_t> json_bytes;
    if (auto const length = field_of(request.fields, "inference-header-content-length")) {
        auto const read = read_oip_header_length(*length, size);
        if (!read)
            return tl::unexpected(oip_error(400, read.error().what));
        json_bytes = *read;
    }
    auto read = read_oip_request(SharedBytes::take(std::move(request.body)), json_bytes, model);
    if (!read)
        return tl::unexpected(oip_error(400, read.error().what));
    return std::make_unique<OipCall>(*std::move(read), model);
}

HttpReply OipDialect::refusal(int status, std::string_view text) const { return oip_error(status, text); }

HttpReply OipDialect::values_refused() const { return oip_error(400, "the model cannot process these values"); }

HttpReply oip_error(int status, std::string_view text)
{
    if (text.size() > most_error_bytes) {
        size_t end = most_error_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) // never within a character
            --end;
        text = text.substr(0, end);
    }
    return json_reply(status, write_json(Json{{"error", std::string(text)}}));
}

std::string oip_server_metadata(std::string const& version)
{
    return write_json(Json{{"name", "hullmark"}, {"version", version}, {"extensions", Json::array({"binary_tensor_data", "model_configuration", "statistics"})}});
}

std::string oip_model_metadata(ServedModel const& model)
{
    return write_json(Json{{"name", model.name}, {"versions", Json::array({model.version_text()})}, {"platform", "onnxruntime_onnx"}, {"inputs", values_json(model.inputs)}, {"outputs", values_json(model.outputs)}});
}

std::string oip_model_config(ServedModel const& model)
{
    return write_json(Json{{"name", model.name}, {"platform", "onnxruntime_onnx"}, {"backend", "onnxruntime"}, {"version_policy", {{"latest", {{"num_versions", 1}}}}}, {"max_batch_size", 0},
        {"input", config_values_json(model.inputs)}, {"output", config_values_json(model.outputs)}});
}

std::string oip_repository_index(std::span<ServedModel const> models)
{
    Json list = Json::array();
    for (auto const& model : models)
        list.push_back({{"name", model.name}, {"version", model.version_text()}, {"state", "READY"}});
    return write_json(list);
}

std::string oip_statistics(std::span<ServedModel const> models, std::span<ModelStatistics const> statistics)
{
    Json list = Json::array();
    for (size_t number = 0; number < models.size(); ++number)
        list.push_back(statistics_json(models[number], statistics[number]));
    return write_json(Json{{"model_stats", std::move(list)}});
}
