#include "serve/serve.h"

#include "cli/options.h"
#include "cli/verbs.h"
#include "publish/models.h"

#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

namespace {

constexpr std::chrono::milliseconds stop_poll{20};

// NAME=REF, or REF alone. A path may hold "=" behind a slash.
std::pair<std::string, std::string> split_name(std::string const& text)
{
    size_t const equals = text.find('=');
    if (equals == text.npos || equals == 0 || text.substr(0, equals).find_first_of("/:.") != text.npos)
        return {"", text};
    return {text.substr(0, equals), text.substr(equals + 1)};
}

Result<ServedModel> open_served_model(std::string const& text, Invocation const& given, Desk& desk, Runtime const& runtime)
{
    auto const [name, address] = split_name(text);
    auto const model = TRY(find_model(address, desk.registry(given), TRY(given.digest())));
    if (!given.has("--allow-unverified"))
        TRY(demand_evidence(model));
    SessionOptions options;
    options.intra_threads = static_cast<int>(TRY(given.integer("--threads", 0, 0, 1024)));
    return served_model(name.empty() ? model.name : name, model.version, TRY(open_session(runtime, model, options)), model.sample);
}

Result<ServeOptions> serve_options(Invocation const& given, Desk& desk)
{
    if (given.text("--grpc-port", "none") != "none")
        return bad_usage("--grpc-port is " + given.text("--grpc-port", "") + ", and this program was built without gRPC").hint("leave it out, or say --grpc-port none");
    ServeOptions options;
    options.host = given.text("--host", options.host);
    options.port = static_cast<uint16_t>(TRY(given.integer("--port", options.port, 0, 65535)));
    options.replicas = static_cast<uint32_t>(TRY(given.integer("--replicas", options.replicas, 1, 1024)));
    options.most_rows = static_cast<uint32_t>(TRY(given.integer("--max-batch", options.most_rows, 1, 65'536)));
    options.batch_delay = std::chrono::microseconds(TRY(given.integer("--batch-delay-us", 0, 0, 1'000'000)));
    if (auto const keys = given.text("--api-key-file"))
        options.keys = TRY(HttpKeys::read_file(*keys));
    options.no_auth = given.has("--no-auth");
    options.allowed_hosts = given.list("--allowed-hosts");
    options.version = hullmark_version;
    options.tell_failure = [&screen = desk.screen](std::string const& id, Error const& error) { screen.say("request " + printable(id) + ": " + printable(error.text())); };
    TRY(check_exposure(options.host, options.keys.has_value(), options.no_auth));
    return options;
}

// Stops the server once the world asks for it: a signal handler could not.
class StopWatcher {
public:
    StopWatcher(ModelServer& server, World const& world)
        : thread_([this, &server, &world] {
              while (!over_ && !world.stop_asked())
                  std::this_thread::sleep_for(stop_poll);
              server.stop();
          })
    {
    }
    ~StopWatcher()
    {
        over_ = true;
        thread_.join();
    }

private:
    std::atomic<bool> over_{false};
    std::thread thread_;
};

Result<Answer> serve(Invocation const& given, Desk& desk)
{
    auto options = TRY(serve_options(given, desk));
    auto const runtime = TRY(open_runtime(desk.world));
    std::vector<ServedModel> models;
    std::vector<std::string> names;
    for (auto const& text : given.texts("MODEL")) {
        models.push_back(TRY(open_served_model(text, given, desk, runtime)));
        names.push_back(models.back().version.empty() ? models.back().name : models.back().name + " version " + models.back().version);
    }
    TRY(check_stop(desk.world));
    auto server = TRY(ModelServer::start(std::move(options), std::move(models)));
    desk.screen.say(fmt::format("serving {}; documents at {}/docs", fmt::join(names, ", "), server.url()));
    Json const ready{{"schema_version", 1}, {"url", server.url()}, {"models", names}};
    TRY(desk.screen.answer(given.has("--json") ? write_json(ready) + "\n" : "listening on " + server.url() + "\n"));
    {
        StopWatcher const watcher(server, desk.world);
        server.run();
    }
    desk.screen.say("stopped, all requests answered");
    return Answer{{}, "", 0, true};
}

}

Command serve_command()
{
    return {"serve", "answers requests over HTTP", "hullmark serve models:/model@champion --port 8080",
        {{"MODEL", "an ONNX file, a package or models:/NAME@ALIAS; NAME=MODEL gives it a name", Wants::model, 1, 0}},
        {{"--host", "ADDRESS", "the address to listen on (default: 127.0.0.1)"},
            {"--port", "N", "the port, 0 for a free one (default: 8080)"},
            {"--grpc-port", "N|none", "the port for gRPC, which this program does not have"},
            {"--replicas", "N", "how many requests run at the same time (default: 1)"},
            {"--threads", "N", "threads within one request (default: one a core)"},
            {"--max-batch", "N", "rows of waiting requests that run together; 1: none do (default: 64)"},
            {"--batch-delay-us", "N", "how long a batch that could be fuller waits for more (default: 0)"},
            {"--api-key-file", "FILE", "keys that clients must have one of, one a line", Times::once, Wants::file},
            {"--no-auth", "", "no keys, although others can reach the address"},
            {"--allowed-hosts", "a,b", "names that clients may call this server by"},
            sha256_option(), registry_option(), allow_unverified_option()},
        serve};
}
