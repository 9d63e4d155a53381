#include "serve/serve.h"

#include "base/utf8.h"
#include "http/content_coding.h"
#include "serve/docs_page.h"
#include "serve/metrics.h"
#include "serve/model_crew.h"
#include "serve/oip_dialect.h"
#include "serve/openapi.h"
#include "serve/plain_dialect.h"
#include "serve/tensor_json.h"
#include "json/json.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace {

constexpr uint64_t most_control_bytes = 64 << 10; // of a body that is no tensor

HttpReply busy_reply(ServeDialect const& dialect)
{
    auto reply = dialect.refusal(503, phrase_of(503));
    reply.fields.push_back({"retry-after", "1"});
    return reply;
}

Result<void> check_values(std::string const& model, std::vector<SessionValue> const& values, std::string_view what)
{
    for (auto const& value : values)
        if (!value.dtype || !has_json_form(*value.dtype))
            return unsupported(fmt::format("the {} \"{}\" is {}, which has no form in JSON", what, value.name, text_of(value))).at("model " + model);
    return {};
}

Result<void> check_models(std::vector<ServedModel> const& models)
{
    if (models.empty())
        return bad_usage("no model to serve");
    std::set<std::string_view> names;
    for (auto const& model : models) {
        auto const& name = model.name;
        bool const has_control = std::ranges::any_of(name, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; });
        if (name.empty() || name == "." || name == ".." || name.find_first_of("/\\") != std::string::npos || has_control || !is_utf8(name))
            return bad_usage("a model's name cannot be empty, and cannot hold slashes or control characters").hint("name it: serve NAME=MODEL");
        if (!names.insert(name).second)
            return bad_usage("two models are called \"" + name + "\"").hint("name them apart: serve NAME=MODEL OTHER=MODEL");
        TRY(check_values(name, model.inputs, "input"));
        TRY(check_values(name, model.outputs, "output"));
        if (model.outputs.empty())
            return unsupported("the model has no output").at("model " + name);
    }
    return {};
}

}

Result<void> check_exposure(std::string const& host, bool has_keys, bool no_auth)
{
    if (is_loopback_host(host) || has_keys || no_auth)
        return {};
    return refused("others than this machine reach " + host + ", and no key is wanted from them")
        .hint("give --api-key-file FILE (a key a line, made with `openssl rand -hex 32`), or say --no-auth");
}

struct ModelServer::State {
    ServeOptions options;
    std::vector<ServedModel> models;
    std::string description; // openapi.json
    PlainDialect plain;
    OipDialect oip;
    std::optional<HttpServer> server;
    std::optional<ModelCrew> crew; // goes first: it answers requests of the server

    State(ServeOptions given, std::vector<ServedModel> served)
        : options(std::move(given)),
          models(std::move(served)),
          description(write_json(openapi_document(models, options.version, options.keys.has_value())))
    {
        crew.emplace(models, CrewOptions{std::max(1u, options.replicas), options.waiting, options.most_rows, options.limits.body_bytes, options.batch_delay, options.tell_failure});
    }

    // The model that a path names; null where there is none, another version is wanted, or the bare path could mean several.
    ServedModel const* model_of(HttpRequest const& request) const
    {
        auto const name = field_of(request.arguments, "name");
        if (!name)
            return models.size() == 1 ? &models.front() : nullptr;
        auto const found = std::ranges::find(models, *name, &ServedModel::name);
        if (found == models.end() || field_of(request.arguments, "version").value_or(found->version_text()) != found->version_text())
            return nullptr;
        return &*found;
    }

    size_t number_of(ServedModel const& model) const { return static_cast<size_t>(&model - models.data()); }

    HttpReply unknown_model() const
    {
        Json names = Json::array();
        for (auto const& model : models)
            names.push_back(model.name);
        auto const detail = models.size() == 1 ? "Not Found" : "POST to /predict/NAME, where NAME is one of the models served";
        return json_reply(404, write_json(Json{{"detail", detail}, {"models", std::move(names)}}));
    }

    static HttpReply unknown_oip_model(HttpRequest const& request)
    {
        auto const version = field_of(request.arguments, "version");
        return oip_error(404, fmt::format("Request for unknown model: '{}'{} is not found", field_of(request.arguments, "name").value_or(""), version ? fmt::format(" version {}", *version) : ""));
    }

    // What is known before the body: whether there is such a model, whether the body could be read, whether anybody has time.
    std::optional<HttpReply> before_body(HttpRequest const& head, ServeDialect const& dialect)
    {
        auto const* const model = model_of(head);
        if (!model)
            return &dialect == &oip ? unknown_oip_model(head) : unknown_model();
        if (!is_known_coding(field_of(head.fields, "content-encoding").value_or("")))
            return dialect.refusal(415, phrase_of(415));
        if (!crew->full())
            return std::nullopt;
        crew->note_rejection(number_of(*model));
        return busy_reply(dialect);
    }

    void infer(HttpRequest request, HttpCompletion reply, ServeDialect const& dialect)
    {
        auto const now = std::chrono::steady_clock::now();
        auto const number = number_of(*model_of(request));
        ServeJob job{number, &dialect, std::move(request), std::move(reply), {}, {}, now, now + std::chrono::milliseconds(options.limits.request_ms)};
        if (crew->push(job))
            return;
        crew->note_rejection(number);
        job.reply(busy_reply(dialect));
    }

    HttpRoute infer_route(std::string path, ServeDialect const& dialect)
    {
        return {"POST", std::move(path), options.limits.body_bytes, HttpAccess::key_holder, false,
            [this, &dialect](HttpRequest request, HttpCompletion reply) { infer(std::move(request), std::move(reply), dialect); },
            [this, &dialect](HttpRequest const& head) { return before_body(head, dialect); }};
    }

    // A page about one model.
    HttpRoute model_route(std::string path, std::function<HttpReply(ServedModel const&)> page)
    {
        return {"GET", std::move(path), 0, HttpAccess::key_holder, false, [this, page = std::move(page)](HttpRequest const& request, HttpCompletion reply) {
                    auto const* const model = model_of(request);
                    reply(model ? page(*model) : unknown_oip_model(request));
                }};
    }

    HttpReply statistics_of(std::span<ServedModel const> asked) const
    {
        std::vector<ModelStatistics> statistics;
        for (auto const& model : asked)
            statistics.push_back(crew->statistics(number_of(model)));
        return json_reply(200, oip_statistics(asked, statistics));
    }

    HttpReply metrics() const
    {
        std::vector<ModelMetrics> all;
        for (auto const& model : models)
            all.push_back({&model, crew->statistics(number_of(model)), crew->waiting(number_of(model))});
        return {200, {{"content-type", metrics_content_type}}, metrics_text(all, options.version)};
    }

    std::string health() const
    {
        Json served = Json::array();
        for (auto const& model : models)
            served.push_back({{"name", model.name}, {"version", model.version.empty() ? Json() : Json(model.version)}});
        return write_json(Json{{"status", "ok"}, {"models", std::move(served)}, {"version", options.version}});
    }

    static HttpRoute page(std::string path, HttpAccess access, HttpReply const& answer)
    {
        return {"GET", std::move(path), 0, access, false, [answer](HttpRequest const&, HttpCompletion reply) { reply(answer); }};
    }

    void add_own_routes(std::vector<HttpRoute>& routes)
    {
        HttpReply const docs{200, {{"content-type", "text/html; charset=utf-8"}, {"content-security-policy", docs_policy()}, {"referrer-policy", "no-referrer"}}, std::string(docs_page())};
        routes.push_back(infer_route("/predict", plain));
        routes.push_back(infer_route("/predict/{name}", plain));
        routes.push_back(page("/health", HttpAccess::anyone, json_reply(200, health())));
        routes.push_back(page("/version", HttpAccess::anyone, text_reply(200, options.version)));
        routes.push_back(page("/openapi.json", HttpAccess::key_holder, json_reply(200, description)));
        routes.push_back({"GET", "/metrics", 0, HttpAccess::key_holder, false, [this](HttpRequest const&, HttpCompletion reply) { reply(metrics()); }});
        routes.push_back(page("/docs", HttpAccess::anyone, docs));
        routes.push_back(page("/", HttpAccess::anyone, HttpReply{307, {{"location", "/docs"}}, {}}));
    }

    void add_oip_routes(std::vector<HttpRoute>& routes)
    {
        routes.push_back(page("/v2", HttpAccess::key_holder, json_reply(200, oip_server_metadata(options.version))));
        routes.push_back(page("/v2/health/live", HttpAccess::anyone, json_reply(200, R"({"live":true})")));
        routes.push_back(page("/v2/health/ready", HttpAccess::anyone, json_reply(200, R"({"ready":true})")));
        routes.push_back({"GET", "/v2/models/stats", 0, HttpAccess::key_holder, false, [this](HttpRequest const&, HttpCompletion reply) { reply(statistics_of(models)); }});
        routes.push_back({"POST", "/v2/repository/index", most_control_bytes, HttpAccess::key_holder, false,
            [this](HttpRequest const&, HttpCompletion reply) { reply(json_reply(200, oip_repository_index(models))); }});
        for (std::string const model : {"/v2/models/{name}", "/v2/models/{name}/versions/{version}"}) {
            routes.push_back(model_route(model, [](ServedModel const& asked) { return json_reply(200, oip_model_metadata(asked)); }));
            routes.push_back(model_route(model + "/ready", [](ServedModel const& asked) { return json_reply(200, write_json(Json{{"name", asked.name}, {"ready", true}})); }));
            routes.push_back(model_route(model + "/config", [](ServedModel const& asked) { return json_reply(200, oip_model_config(asked)); }));
            routes.push_back(model_route(model + "/stats", [this](ServedModel const& asked) { return statistics_of({&asked, 1}); }));
            routes.push_back(infer_route(model + "/infer", oip));
        }
    }

    // Each dialect's clients read refusals in its own form.
    HttpReply refusal(std::string_view path, HttpRefusal refusal) const
    {
        bool const is_oip = path == "/v2" || path.starts_with("/v2/");
        return (is_oip ? static_cast<ServeDialect const&>(oip) : plain).refusal(refusal.status, refusal.text);
    }

    HttpRouteTable routes()
    {
        std::vector<HttpRoute> all;
        add_own_routes(all);
        add_oip_routes(all);
        return HttpRouteTable(std::move(all), [this](std::string_view path, HttpRefusal told) { return refusal(path, told); });
    }

    Result<void> listen()
    {
        auto allowed = options.allowed_hosts;
        if (is_loopback_host(options.host))
            for (auto& name : loopback_host_names())
                allowed.push_back(std::move(name));
        server = TRY(HttpServer::listen({options.host, options.port, options.loops, options.limits, std::move(allowed), options.keys, options.observe, [this] { crew->wake(); }}, routes()));
        return {};
    }
};

ModelServer::ModelServer(std::unique_ptr<State> state)
    : state_(std::move(state))
{
}
ModelServer::ModelServer(ModelServer&&) noexcept = default;
ModelServer& ModelServer::operator=(ModelServer&&) noexcept = default;
ModelServer::~ModelServer() = default;

Result<ModelServer> ModelServer::start(ServeOptions options, std::vector<ServedModel> models)
{
    TRY(check_exposure(options.host, options.keys.has_value(), options.no_auth));
    TRY(check_models(models));
    auto state = std::make_unique<State>(std::move(options), std::move(models));
    TRY(state->listen());
    return ModelServer(std::move(state));
}

std::string ModelServer::url() const
{
    auto const& host = state_->options.host;
    return "http://" + (host.find(':') != std::string::npos ? "[" + host + "]" : host) + ":" + std::to_string(port());
}

uint16_t ModelServer::port() const { return state_->server->port(); }

// Nobody waits any more for what runs now, and it may never end.
void ModelServer::run()
{
    state_->server->run();
    for (auto const& model : state_->models)
        if (model.stop)
            model.stop();
}

void ModelServer::stop() { state_->server->stop(); }
