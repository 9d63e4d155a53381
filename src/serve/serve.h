#pragma once

#include "base/result.h"
#include "http/server.h"
#include "serve/served_model.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Models behind HTTP.
//
//   POST /predict        the plain dialect (predict.h); with several models 404, which lists their names
//   POST /predict/NAME   the same for one of several
//   /v2/...              the Open Inference Protocol with binary tensors, statistics and the index of models (oip_dialect.h)
//   GET  /health         200 and a JSON object: status, models, version
//   GET  /version        the program's version, bare
//   GET  /metrics        what happened, for Prometheus (metrics.h)
//   GET  /openapi.json   OpenAPI 3.1, made from the models' inputs and outputs, with examples from their samples
//   GET  /docs           one page that shows them and tries them; GET / leads there
//
// Bodies may come as gzip or deflate, and replies go so where the client asks for it.
//
// Promises: inference never runs on a thread that reads sockets; requests that wait run together where a model's rows are independent
// (model_crew.h); a queue that is full is told (503 with Retry-After) before a body is
// read; a request is answered within HttpLimits::request_ms; what a model says when it fails is told to `tell_failure` with the
// request's id, never to the client.
// Refuses: an address that others reach without keys and without an explicit no_auth; models whose inputs or outputs JSON cannot say.

struct ServeOptions {
    std::string host = "127.0.0.1";
    uint16_t port = 8080; // 0: a free one
    uint32_t loops = 1; // threads that read and write sockets
    uint32_t replicas = 1; // threads that run models
    uint32_t waiting = 256; // requests that wait for one of those
    uint32_t most_rows = 64; // of requests that run together; 1: none do
    std::chrono::microseconds batch_delay{0}; // how long a run that could be fuller waits for more
    HttpLimits limits;
    std::optional<HttpKeys> keys;
    bool no_auth = false; // explicitly open to whoever reaches the address
    std::vector<std::string> allowed_hosts; // names that Host may carry; on loopback those of this machine are added
    std::string version = "0"; // of the program
    std::function<void(HttpExchange const&)> observe; // as HttpServerOptions::observe
    std::function<void(std::string const& request_id, Error const&)> tell_failure; // on any thread
};

// Refused where `host` is reached by others, and there are neither keys nor the explicit word that none are wanted.
Result<void> check_exposure(std::string const& host, bool has_keys, bool no_auth);

class ModelServer {
public:
    // Listens. Fails as check_exposure() and HttpServer::listen() do; with usage where there is no model, a name stands twice or cannot
    // stand in a path; with unsupported where an input or output has no JSON form.
    static Result<ModelServer> start(ServeOptions options, std::vector<ServedModel> models);
    ModelServer(ModelServer&&) noexcept;
    ModelServer& operator=(ModelServer&&) noexcept;
    ~ModelServer();

    std::string url() const; // "http://127.0.0.1:8080"
    uint16_t port() const;
    // Serves until stop(), then finishes what is in flight, at most limits.drain_ms; what still runs then is ended. Call it once.
    void run();
    // From any thread; not from a signal handler.
    void stop();

private:
    struct State;
    explicit ModelServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};
