#include "serve/serve.h"

#include "serve/docs_page.h"
#include "json/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

// What a server answers to one request on a connection of its own: status, a blank, the body.
std::string ask(uint16_t port, std::string const& method, std::string const& path, std::string const& body = {}, std::string const& fields = {})
{
    int const descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
        ::close(descriptor);
        return "no connection";
    }
    auto const request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
    ::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL);
    ::shutdown(descriptor, SHUT_WR);
    std::string text;
    char buffer[4096];
    for (ssize_t count; (count = ::recv(descriptor, buffer, sizeof buffer, 0)) > 0;)
        text.append(buffer, static_cast<size_t>(count));
    ::close(descriptor);
    if (text.size() < 12)
        return "no answer";
    return text.substr(9, 3) + " " + text.substr(text.find("\r\n\r\n") + 4);
}

SessionValue rows_of_two(std::string name) { return {std::move(name), "tensor", DType::float32, std::vector<SessionDim>{{std::nullopt, "batch"}, {2, {}}}}; }

// Gives each input back.
ServedModel echo(std::string name = "echo")
{
    return {std::move(name), "3", {rows_of_two("x")}, {rows_of_two("y")}, [](std::span<NamedTensor const> inputs) { return Result<std::vector<Tensor>>({inputs.front().tensor}); }, {}};
}

class Running {
public:
    explicit Running(std::vector<ServedModel> models, ServeOptions options = {})
    {
        options.port = 0;
        options.version = "1.2.3";
        auto started = ModelServer::start(std::move(options), std::move(models));
        EXPECT_TRUE(started.has_value()) << started.error().text();
        server_.emplace(*std::move(started));
        thread_ = std::thread([this] { server_->run(); });
    }
    ~Running()
    {
        stop();
        thread_.join();
    }
    void stop() { server_->stop(); }
    uint16_t port() const { return server_->port(); }
    std::string post(std::string const& body, std::string const& path = "/predict", std::string const& fields = {}) const { return ask(port(), "POST", path, body, fields); }
    std::string get(std::string const& path) const { return ask(port(), "GET", path); }

private:
    std::optional<ModelServer> server_;
    std::thread thread_;
};

TEST(ModelServer, answers_its_routes)
{
    Running const server({echo()});
    EXPECT_EQ(server.post(R"({"input":[1,2.5]})"), R"(200 {"prediction":[1.0,2.5]})");
    EXPECT_EQ(server.post(R"({"input":[[1,2],[3,4]]})"), R"(200 {"prediction":[[1.0,2.0],[3.0,4.0]]})");
    EXPECT_EQ(server.post(R"({"input":[1,2]})", "/predict/echo"), R"(200 {"prediction":[1.0,2.0]})");
    EXPECT_EQ(server.get("/health"), R"(200 {"status":"ok","models":[{"name":"echo","version":"3"}],"version":"1.2.3"})");
    EXPECT_EQ(server.get("/version"), "200 1.2.3");
    EXPECT_EQ(server.get("/"), "307 ");
    EXPECT_EQ(server.get("/predict"), R"(405 {"detail":"Method Not Allowed"})");
    EXPECT_EQ(server.get("/x"), R"(404 {"detail":"Not Found"})");
    EXPECT_EQ(server.get("/docs").substr(0, 19), "200 <!doctype html>");
    EXPECT_EQ(server.post("{}"), R"(422 {"detail":[{"type":"missing","loc":["body","input"],"msg":"Field required","input":{}}]})");
    EXPECT_EQ(server.post("{}", "/predict", "Content-Type: text/plain\r\n").substr(0, 44), R"(422 {"detail":[{"type":"model_attributes_typ)");
    EXPECT_EQ(server.post("{}", "/predict", "Content-Encoding: gzip\r\n"), R"(400 {"detail":"Bad Request"})");
    EXPECT_EQ(server.post("{}", "/predict", "Content-Encoding: br\r\n"), R"(415 {"detail":"Unsupported Media Type"})");
    EXPECT_EQ(server.post("{}", "/predict", "Origin: https://evil.example\r\n"), R"(403 {"detail":"Forbidden"})");
}

TEST(ModelServer, speaks_the_open_inference_protocol)
{
    Running const server({echo()});
    std::string const body = R"({"id":"7","inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,0.1]}]})";
    EXPECT_EQ(server.post(body, "/v2/models/echo/infer"), R"(200 {"model_name":"echo","model_version":"3","id":"7","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[1.0,0.1]}]})");
    EXPECT_EQ(server.post(body, "/v2/models/echo/versions/3/infer").substr(0, 4), "200 ");
    EXPECT_EQ(server.post(body, "/v2/models/echo/versions/9/infer"), R"(404 {"error":"Request for unknown model: 'echo' version 9 is not found"})");
    EXPECT_EQ(server.post(body, "/v2/models/nope/infer"), R"(404 {"error":"Request for unknown model: 'nope' is not found"})");
    EXPECT_EQ(server.post("{}", "/v2/models/echo/infer"), R"(400 {"error":"the body has no 'inputs'"})");
    EXPECT_EQ(server.post("{}", "/v2/models/echo/infer", "Inference-Header-Content-Length: 3\r\n"), R"-(400 {"error":"inference header size should be in range (0, 2)"})-");
    EXPECT_EQ(server.post("{}", "/v2/models/echo/infer", "Content-Encoding: br\r\n"), R"(415 {"error":"Unsupported Media Type"})");
    EXPECT_EQ(server.get("/v2/models/echo/infer"), R"(405 {"error":"Method Not Allowed"})");
    EXPECT_EQ(server.get("/v2/nope"), R"(404 {"error":"Not Found"})");
    EXPECT_EQ(server.get("/v2/models/%5c/ready").substr(0, 14), R"(400 {"error":")");
    EXPECT_EQ(server.get("/v2"), R"(200 {"name":"hullmark","version":"1.2.3","extensions":["binary_tensor_data","model_configuration","statistics"]})");
    EXPECT_EQ(server.get("/v2/health/live"), R"(200 {"live":true})");
    EXPECT_EQ(server.get("/v2/health/ready"), R"(200 {"ready":true})");
    EXPECT_EQ(server.get("/v2/models/echo"),
        R"(200 {"name":"echo","versions":["3"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,2]}]})");
    EXPECT_EQ(server.get("/v2/models/echo/versions/3/ready"), R"(200 {"name":"echo","ready":true})");
    EXPECT_TRUE(server.get("/v2/models/echo/config").starts_with(R"(200 {"name":"echo","platform":"onnxruntime_onnx")"));
    EXPECT_EQ(server.get("/v2/models/nope/ready").substr(0, 4), "404 ");
    EXPECT_EQ(server.post("", "/v2/repository/index"), R"(200 [{"name":"echo","version":"3","state":"READY"}])");
    auto const statistics = read_json(server.get("/v2/models/echo/stats").substr(4)).value();
    EXPECT_EQ(statistics["model_stats"][0]["inference_stats"]["success"]["count"], 2);
    EXPECT_EQ(statistics["model_stats"][0]["inference_stats"]["fail"]["count"], 2);
}

TEST(ModelServer, answers_in_bytes_where_bytes_are_asked_for)
{
    Running const server({echo()});
    std::string const json = R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]})";
    std::string const bytes("\0\0\x80\x3f\0\0\0\x40", 8);
    EXPECT_EQ(server.post(json + bytes, "/v2/models/echo/infer", "Inference-Header-Content-Length: " + std::to_string(json.size()) + "\r\n"),
        R"(200 {"model_name":"echo","model_version":"3","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]})" + bytes);
}

TEST(ModelServer, names_its_models_where_there_are_several)
{
    Running const server({echo("a"), echo("b c")});
    std::string const listed = R"(404 {"detail":"POST to /predict/NAME, where NAME is one of the models served","models":["a","b c"]})";
    EXPECT_EQ(server.post("{}"), listed);
    EXPECT_EQ(server.post("{}", "/predict/x"), listed);
    EXPECT_EQ(server.post(R"({"input":[1,2]})", "/predict/b%20c"), R"(200 {"prediction":[1.0,2.0]})");
    auto const document = read_json(server.get("/openapi.json").substr(4)).value();
    EXPECT_TRUE(document["paths"].contains("/predict/b%20c"));
    EXPECT_TRUE(document["components"]["schemas"].contains("PredictRequest_1"));
}

TEST(ModelServer, describes_itself)
{
    auto model = echo();
    model.sample = {{"x", Tensor::of<float>(DType::float32, {2, 2}, std::vector<float>{1, 2, 3, 4})}};
    Running const server({model});
    auto const document = read_json(server.get("/openapi.json").substr(4)).value();
    EXPECT_EQ(document["openapi"], "3.1.0");
    auto const& operation = document["paths"]["/predict"]["post"];
    EXPECT_EQ(write_json(operation["requestBody"]["content"]["application/json"]), R"({"schema":{"$ref":"#/components/schemas/PredictRequest"},"example":{"input":[1.0,2.0]}})");
    EXPECT_EQ(write_json(document["components"]["schemas"]["PredictRequest"]),
        R"({"type":"object","title":"PredictRequest","required":["input"],"properties":{"input":{"description":"float32[batch, 2]: rows, or one row without the first axis",)"
        R"("anyOf":[{"type":"array","items":{"type":"array","items":{"type":"number","minimum":-3.4028234663852886e+38,"maximum":3.4028234663852886e+38},"minItems":2,"maxItems":2},"minItems":1},)"
        R"({"type":"array","items":{"type":"number","minimum":-3.4028234663852886e+38,"maximum":3.4028234663852886e+38},"minItems":2,"maxItems":2}],"title":"x"}}})");
    for (auto const* name : {"PredictResponse", "HTTPValidationError", "ValidationError"})
        EXPECT_TRUE(document["components"]["schemas"].contains(name)) << name;
    for (auto const* status : {"200", "422", "413", "503", "504"})
        EXPECT_TRUE(operation["responses"].contains(status)) << status;
}

TEST(ModelServer, shows_a_page_that_needs_nothing_from_elsewhere)
{
    auto const page = docs_page();
    for (auto const* outside : {"http://", "https://", "//cdn", "src=", "<link", "@import", "url(", " style=", "onclick", "eval(", "innerHTML"})
        EXPECT_EQ(page.find(outside), std::string_view::npos) << outside;
    EXPECT_NE(docs_policy().find("default-src 'none'; script-src 'sha256-"), std::string::npos);
}

TEST(ModelServer, does_not_tell_what_a_model_said)
{
    auto failing = [](Failure failure) {
        auto model = echo();
        model.run = [error = failure.value()](std::span<NamedTensor const>) { return Result<std::vector<Tensor>>(tl::unexpected(error)); };
        return model;
    };
    struct Case {
        Failure failure;
        char const* answer;
    };
    Case const cases[] = {
        {malformed("node /secret/node"), R"(422 {"detail":[{"type":"value_error","loc":["body"],"msg":"Value error, the model cannot process these values"}]})"},
        {exhausted("secret"), R"(503 {"detail":"Service Unavailable"})"},
        {unsupported("secret"), R"(500 {"detail":"Internal Server Error"})"},
    };
    for (auto const& c : cases) {
        std::atomic<int> told = 0;
        ServeOptions options;
        options.tell_failure = [&](std::string const& id, Error const&) { told += id.size() == 16; };
        Running const server({failing(c.failure)}, std::move(options));
        EXPECT_EQ(server.post(R"({"input":[1,2]})"), c.answer);
        EXPECT_EQ(told, 1);
    }
}

// A model that waits until it is let go.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    int waiting = 0;
    bool open = false;

    ServedModel model()
    {
        auto gated = echo();
        gated.run = [this](std::span<NamedTensor const> inputs) {
            std::unique_lock lock(mutex);
            ++waiting;
            changed.notify_all();
            changed.wait(lock, [this] { return open; });
            return Result<std::vector<Tensor>>({inputs.front().tensor});
        };
        return gated;
    }
    void wait_for_one()
    {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, std::chrono::seconds(5), [this] { return waiting > 0; });
    }
    void let_go()
    {
        std::lock_guard const lock(mutex);
        open = true;
        changed.notify_all();
    }
};

TEST(ModelServer, says_that_it_is_busy_and_still_answers_for_its_health)
{
    Gate gate;
    ServeOptions options;
    options.waiting = 1;
    Running const server({gate.model()}, std::move(options));
    std::mutex mutex;
    std::vector<std::string> answers;
    auto const ask_one = [&] {
        auto answer = server.post(R"({"input":[1,2]})");
        std::lock_guard const lock(mutex);
        answers.push_back(std::move(answer));
    };
    auto const count_of = [&](std::string const& answer) {
        std::lock_guard const lock(mutex);
        return std::ranges::count(answers, answer);
    };
    std::vector<std::thread> clients;
    clients.emplace_back(ask_one);
    gate.wait_for_one(); // it runs: of those that follow, one may wait
    for (int number = 0; number < 7; ++number)
        clients.emplace_back(ask_one);
    std::string const busy = R"(503 {"detail":"Service Unavailable"})";
    for (int round = 0; round < 500 && count_of(busy) < 6; ++round)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(count_of(busy), 6);
    EXPECT_TRUE(server.get("/health").starts_with("200 "));
    gate.let_go();
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(count_of(R"(200 {"prediction":[1.0,2.0]})"), 2);
}

TEST(ModelServer, finishes_predictions_when_it_is_stopped)
{
    Gate gate;
    Running server({gate.model()});
    std::string answer;
    std::thread asking([&] { answer = server.post(R"({"input":[1,2]})"); });
    gate.wait_for_one();
    server.stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    gate.let_go();
    asking.join();
    EXPECT_EQ(answer, R"(200 {"prediction":[1.0,2.0]})");
}

TEST(ModelServer, gives_up_on_a_model_that_takes_too_long)
{
    Gate gate;
    ServeOptions options;
    options.limits.request_ms = 50;
    Running const server({gate.model()}, std::move(options));
    EXPECT_EQ(server.post(R"({"input":[1,2]})"), R"(504 {"detail":"Gateway Timeout"})");
    gate.let_go();
}

TEST(ModelServer, wants_a_key_where_it_has_keys)
{
    std::string const key(32, 'k');
    ServeOptions options;
    options.keys = HttpKeys::parse(key).value();
    Running const server({echo()}, std::move(options));
    std::string const body = R"({"input":[1,2]})";
    EXPECT_EQ(server.post(body), R"(401 {"detail":"Unauthorized"})");
    EXPECT_EQ(server.post(body, "/predict", "Authorization: Bearer " + std::string(32, 'x') + "\r\n"), R"(401 {"detail":"Unauthorized"})");
    EXPECT_EQ(server.post(body, "/predict", "Authorization: Bearer " + key + "\r\n"), R"(200 {"prediction":[1.0,2.0]})");
    EXPECT_TRUE(server.get("/openapi.json").starts_with("401 "));
    EXPECT_TRUE(server.get("/health").starts_with("200 "));
}

TEST(ModelServer, does_not_start_where_it_should_not)
{
    auto const answer = [](ServeOptions options, std::vector<ServedModel> models) {
        options.port = 0;
        auto const started = ModelServer::start(std::move(options), std::move(models));
        return started ? std::string("started") : std::string(row_of(started.error().reason).name) + ": " + started.error().text();
    };
    ServeOptions open;
    open.host = "0.0.0.0";
    EXPECT_EQ(answer(open, {echo()}), "refused: others than this machine reach 0.0.0.0, and no key is wanted from them");
    open.no_auth = true;
    EXPECT_EQ(answer(open, {echo()}), "started");
    EXPECT_EQ(answer({}, {}), "usage: no model to serve");
    EXPECT_EQ(answer({}, {echo(), echo()}), "usage: two models are called \"echo\"");
    EXPECT_EQ(answer({}, {echo("a/b")}), "usage: a model's name cannot be empty, and cannot hold slashes or control characters");
    auto model = echo();
    model.inputs.front() = {"s", "sequence", std::nullopt, std::nullopt};
    EXPECT_EQ(answer({}, {model}), "unsupported: the input \"s\" is sequence, which has no form in JSON, model echo");
}

TEST(ModelServer, serves_a_model_of_ONNX_Runtime)
{
    auto const runtime = Runtime::open();
    if (!runtime)
        GTEST_SKIP() << runtime.error().text();
    std::ifstream file("tests/data/runtime/affine.onnx", std::ios::binary);
    std::string const bytes{std::istreambuf_iterator<char>(file), {}};
    auto const session = Session::create(*runtime, bytes_of(bytes));
    ASSERT_TRUE(session.has_value()) << session.error().text();
    Running const server({served_model("affine", "", *session)});
    EXPECT_EQ(server.post(R"({"input":[1,1,1]})"), R"(200 {"prediction":[9.5,11.5]})");
    EXPECT_EQ(server.post(R"({"input":[[1,1,1],[0,0,0]]})"), R"(200 {"prediction":[[9.5,11.5],[0.5,-0.5]]})");
}
}
