#include "serve/serve.h"

#include "base/utf8.h"
#include "serve/docs_page.h"
#include "serve/openapi.h"
#include "serve/predict.h"
#include "serve/tensor_json.h"
#include "serve/worker_pool.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <set>

namespace {

using Clock = std::chrono::steady_clock;

// A request on its way to a model.
struct PredictJob {
    ServedModel const* model;
    HttpRequest request;
    HttpCompletion reply;
    Clock::time_point end; // the client has been told 504 by then
};

HttpReply refusal_reply(int status, std::string const& detail) { return json_reply(status, write_json(Json{{"detail", detail}})); }

HttpReply busy_reply()
{
    auto reply = refusal_reply(503, "Service Unavailable");
    reply.fields.push_back({"retry-after", "1"});
    return reply;
}

// What is told of a model that failed: which kind of failure, and nothing of its words.
HttpReply failure_reply(Error const& error)
{
    if (error.reason == Reason::exhausted || error.reason == Reason::unavailable)
        return busy_reply();
    if (error.reason == Reason::malformed) {
        BodyFaults faults;
        faults.add_value_error(Json::array({"body"}), "the model cannot process these values", std::nullopt);
        return json_reply(422, faults.body());
    }
    return refusal_reply(500, "Internal Server Error");
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

ServedModel served_model(std::string name, std::string version, Session session, std::vector<NamedTensor> sample)
{
    ServedModel model{std::move(name), std::move(version), session.inputs(), session.outputs(), nullptr, std::move(sample), [session] { session.stop(); }};
    model.run = [session = std::move(session)](std::span<NamedTensor const> inputs) { return session.run(inputs); };
    return model;
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
    WorkerPool<PredictJob> workers;
    std::optional<HttpServer> server;

    State(ServeOptions given, std::vector<ServedModel> served)
        : options(std::move(given)),
          models(std::move(served)),
          description(write_json(openapi_document(models, options.version, options.keys.has_value()))),
          workers(std::max(1u, options.replicas), options.waiting, [this](PredictJob& job) { work(job); })
    {
    }

    // The model that a path names; null where there is none, or the bare path could mean several.
    ServedModel const* model_of(HttpRequest const& request) const
    {
        auto const name = field_of(request.arguments, "name");
        if (!name)
            return models.size() == 1 ? &models.front() : nullptr;
        auto const found = std::ranges::find(models, *name, &ServedModel::name);
        return found == models.end() ? nullptr : &*found;
    }

    HttpReply unknown_model() const
    {
        Json names = Json::array();
        for (auto const& model : models)
            names.push_back(model.name);
        auto const detail = models.size() == 1 ? "Not Found" : "POST to /predict/NAME, where NAME is one of the models served";
        return json_reply(404, write_json(Json{{"detail", detail}, {"models", std::move(names)}}));
    }

    // What is known before the body: whether there is such a model, whether the body could be read, whether anybody has time.
    std::optional<HttpReply> before_body(HttpRequest const& head) const
    {
        if (!model_of(head))
            return unknown_model();
        if (!equal_without_case(field_of(head.fields, "content-encoding").value_or("identity"), "identity"))
            return refusal_reply(415, "Unsupported Media Type");
        if (workers.full())
            return busy_reply();
        return std::nullopt;
    }

    void predict(HttpRequest request, HttpCompletion reply)
    {
        auto const* const model = model_of(request);
        PredictJob job{model, std::move(request), std::move(reply), Clock::now() + std::chrono::milliseconds(options.limits.request_ms)};
        if (!workers.push(job))
            job.reply(busy_reply());
    }

    // On a worker.
    void work(PredictJob& job)
    {
        if (Clock::now() < job.end)
            job.reply(answer(*job.model, job.request));
    }

    HttpReply answer(ServedModel const& model, HttpRequest const& request) const
    {
        auto const read = read_predict_body(request.body, is_json_content(field_of(request.fields, "content-type")), model.inputs);
        if (!read)
            return json_reply(422, read.error().body());
        auto const outputs = model.run(read->inputs);
        auto const text = outputs ? answer_text(model, *outputs, read->one_row) : Result<std::string>(tl::unexpected(outputs.error()));
        if (text)
            return json_reply(200, *text);
        if (options.tell_failure)
            options.tell_failure(request.id, text.error());
        return failure_reply(text.error());
    }

    static Result<std::string> answer_text(ServedModel const& model, std::vector<Tensor> const& outputs, bool one_row)
    {
        std::vector<std::string> names;
        for (auto const& output : model.outputs)
            names.push_back(output.name);
        return predict_answer(names, outputs, one_row);
    }

    std::string health() const
    {
        Json served = Json::array();
        for (auto const& model : models)
            served.push_back({{"name", model.name}, {"version", model.version.empty() ? Json() : Json(model.version)}});
        return write_json(Json{{"status", "ok"}, {"models", std::move(served)}, {"version", options.version}});
    }

    HttpRouteTable routes()
    {
        auto const fixed = [](HttpReply const& answer) { return [answer](HttpRequest const&, HttpCompletion reply) { reply(answer); }; };
        auto const predicted = [this](HttpRequest request, HttpCompletion reply) { predict(std::move(request), std::move(reply)); };
        auto const gate = [this](HttpRequest const& head) { return before_body(head); };
        auto const most = options.limits.body_bytes;
        HttpReply const docs{200, {{"content-type", "text/html; charset=utf-8"}, {"content-security-policy", docs_policy()}, {"referrer-policy", "no-referrer"}}, std::string(docs_page())};
        return HttpRouteTable({
            {"POST", "/predict", most, HttpAccess::key_holder, false, predicted, gate},
            {"POST", "/predict/{name}", most, HttpAccess::key_holder, false, predicted, gate},
            {"GET", "/health", 0, HttpAccess::anyone, false, fixed(json_reply(200, health()))},
            {"GET", "/version", 0, HttpAccess::anyone, false, fixed(text_reply(200, options.version))},
            {"GET", "/openapi.json", 0, HttpAccess::key_holder, false, fixed(json_reply(200, description))},
            {"GET", "/docs", 0, HttpAccess::anyone, false, fixed(docs)},
            {"GET", "/", 0, HttpAccess::anyone, false, fixed(HttpReply{307, {{"location", "/docs"}}, {}})},
        });
    }

    Result<void> listen()
    {
        auto allowed = options.allowed_hosts;
        if (is_loopback_host(options.host))
            for (auto& name : loopback_host_names())
                allowed.push_back(std::move(name));
        server = TRY(HttpServer::listen({options.host, options.port, options.loops, options.limits, std::move(allowed), options.keys, options.observe}, routes()));
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
